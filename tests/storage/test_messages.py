"""Messages keep template and values wherever they go: through exceptions, one line of text, and into Chinese."""

import copy
import json
import pickle

import pytest

from storage import message_translation
from storage.message_translation import terminal_language, told, translations
from storage.messages import Message, changed, decoded, encoded, joined, message

LIMIT = message("{path}: more than {count} pages", path="a {b}.pdf", count=7)


@pytest.fixture
def chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {"{path}: more than {count} pages": "{path}：超过 {count} 页", "Not read: {why}": "未读取：{why}"}
    monkeypatch.setattr(message_translation, "_known", lambda: known)


def test_a_message_is_its_english_text() -> None:
    assert LIMIT == "a {b}.pdf: more than 7 pages"
    assert message("no gap, but {braces}") == "no gap, but {braces}"


def test_a_message_survives_an_exception_a_copy_and_one_line_of_text() -> None:
    through_exception, through_pickle = str(ValueError(LIMIT)), pickle.loads(pickle.dumps(LIMIT))
    for same in (through_exception, through_pickle, copy.deepcopy(LIMIT), decoded(encoded(LIMIT))):
        assert isinstance(same, Message)
        assert (same, same.template, same.values) == (LIMIT, LIMIT.template, LIMIT.values)


@pytest.mark.parametrize(
    "text", ["plain", "", "\x1e", "\x1e[1]", '\x1e{"template": 3}', '\x1e{"template": "{x}", "values": {"y": 1}}']
)
def test_what_is_no_message_stays_as_it_is(text: str) -> None:
    assert decoded(encoded(text)) == text


@pytest.mark.usefixtures("chinese")
def test_a_message_within_a_message_is_told_in_chinese() -> None:
    whole = message("Not read: {why}", why=LIMIT)
    assert told(whole, "en") == "Not read: a {b}.pdf: more than 7 pages"
    assert told(encoded(whole), "zh") == "未读取：a {b}.pdf：超过 7 页"
    assert told(joined([LIMIT, "as it is"], "; "), "zh") == "a {b}.pdf：超过 7 页；as it is"
    assert told(message("{it} is not translated yet", it=LIMIT), "zh") == "a {b}.pdf：超过 7 页 is not translated yet"


@pytest.mark.parametrize("template", ["{x.__class__}", "{x:>999999999}", "{x!r}", "{x[0]}"])
def test_a_template_that_does_more_than_hold_values_is_not_decoded(template: str) -> None:
    text = "\x1e" + json.dumps({"template": template, "values": {"x": "a"}})
    assert decoded(text) == text
    assert not isinstance(decoded(text), Message)


def test_a_thousand_messages_within_one_another_are_not_decoded() -> None:
    text = "\x1e" + '{"template": "{x}", "values": {"x": ' * 5000 + "1" + "}}" * 5000
    assert decoded(text) == text


def test_values_are_changed_within_messages_too() -> None:
    whole = message("Not read: {why}", why=LIMIT)
    assert changed(whole, str.upper) == "Not read: A {B}.PDF: more than 7 pages"
    assert changed("plain", str.upper) == "PLAIN"


@pytest.mark.usefixtures("chinese")
def test_a_line_keeps_its_indentation() -> None:
    assert told(message("  {line}", line=LIMIT), "zh") == "  a {b}.pdf：超过 7 页"


def test_one_part_is_not_joined() -> None:
    assert joined(["", LIMIT]) is LIMIT


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        pytest.param({"LANG": "zh_CN.UTF-8"}, "zh", id="Chinese"),
        pytest.param({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en", id="the stronger one"),
        pytest.param({"LC_ALL": "", "LC_MESSAGES": "zh"}, "zh", id="an empty one says nothing"),
        pytest.param({}, "en", id="nothing"),
    ],
)
def test_the_language_of_a_terminal(environment: dict[str, str], language: str) -> None:
    assert terminal_language(environment) == language


def test_the_translations_are_readable() -> None:
    assert all("\ufffd" not in chinese for chinese in translations().values())
