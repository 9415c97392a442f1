"""Every sentence for people is a message that the code names in full, and each has its Chinese with the same gaps."""

import ast
import json
import re
from collections.abc import Iterator

from storage.message_translation import is_only_gaps, translations
from storage.messages import Message, decoded
from tests.repository import PACKAGES, python_files

_GAP = re.compile(r"\{(\w+)(?::[^{}]*)?\}")
_PLAIN_ENGLISH = "indexing/readers/"
_HOLDS_A_MESSAGE = ("detail", "help", "default_help", "notice", "notices", "notes", "found", "mend")


def said_templates() -> Iterator[tuple[str, ast.Call]]:
    for path, tree in python_files(*PACKAGES):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "message":
                yield path, node


def template_of(call: ast.Call) -> str | None:
    first = call.args[0] if len(call.args) == 1 else None
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else None


def gaps(template: str) -> list[str]:
    return _GAP.findall(template.replace("{{", "").replace("}}", ""))


def test_every_message_is_a_literal_and_has_a_value_for_each_of_its_gaps() -> None:
    calls = list(said_templates())
    assert len(calls) > 400
    for path, call in calls:
        template = template_of(call)
        assert template is not None, f"{path}:{call.lineno}"
        values = {keyword.arg for keyword in call.keywords}
        is_filled_elsewhere = path == "storage/validation_messages.py"  # pydantic gives the values
        assert None in values or is_filled_elsewhere or values == set(gaps(template)), f"{path}:{call.lineno}"


def test_every_message_has_its_chinese() -> None:
    said = {template_of(call) or "" for _, call in said_templates()}
    assert {template for template in said - translations().keys() if not is_only_gaps(template)} == set()


def test_nothing_is_translated_that_no_code_says() -> None:
    assert translations().keys() - {template_of(call) for _, call in said_templates()} == set()


def test_the_gaps_are_the_same_in_both_languages() -> None:
    for english, chinese in translations().items():
        assert set(gaps(english)) == set(gaps(chinese)), english
        assert chinese.format_map(dict.fromkeys(gaps(english), 7)) if gaps(english) else chinese


def test_every_message_comes_back_from_one_line_of_text() -> None:
    for _, call in said_templates():
        template = template_of(call) or ""
        text = "\x1e" + json.dumps({"template": template, "values": dict.fromkeys(gaps(template), 7)})
        assert isinstance(decoded(text), Message), template


def test_no_sentence_is_put_into_another_text_where_it_would_lose_its_language() -> None:
    """An exception within an f-string is plain English for ever; its text as a value of a message is not."""
    found = {
        f"{path}:{shown.lineno}"
        for path, tree in python_files(*PACKAGES)
        for handler in ast.walk(tree)
        if isinstance(handler, ast.ExceptHandler)
        for text in ast.walk(handler)
        if isinstance(text, ast.JoinedStr) and "__name__" not in ast.unparse(text)  # it names a library's exception
        for shown in text.values
        if isinstance(shown, ast.FormattedValue) and _says(shown.value, handler.name)
    }
    assert found == set()


def test_what_holds_a_message_is_not_put_into_another_text_either() -> None:
    found = {
        f"{path}:{shown.lineno}"
        for path, tree in python_files(*PACKAGES)
        for shown in ast.walk(tree)
        if isinstance(shown, ast.FormattedValue)
        and isinstance(shown.value, ast.Attribute)
        and shown.value.attr in _HOLDS_A_MESSAGE
    }
    assert found == set()


def test_messages_are_made_in_one_place() -> None:
    makers = {
        path
        for path, tree in python_files(*PACKAGES)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Message"
    }
    assert makers == {"storage/messages.py", "storage/validation_messages.py"}


def _says(value: ast.expr, exception: str | None) -> bool:
    if isinstance(value, ast.Call) and getattr(value.func, "id", "") == "str" and value.args:
        value = value.args[0]
    return isinstance(value, ast.Name) and value.id == exception
