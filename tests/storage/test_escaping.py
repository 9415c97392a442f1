"""Text that others gave stays on one line in logs and reports, and shows all that is in it."""

import io
import logging

import pytest

from storage.escaping import OneLineFormatter, escaped


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("a\nb.md", "a⟨U+000A⟩b.md", id="line feed"),
        pytest.param("a\rb.md", "a⟨U+000D⟩b.md", id="carriage return"),
        pytest.param("tab\tname.txt", "tab⟨U+0009⟩name.txt", id="tab"),
        pytest.param("x\u202efdp.md", "x⟨U+202E⟩fdp.md", id="override of direction"),
        pytest.param("x\u2066y\u2069.md", "x⟨U+2066⟩y⟨U+2069⟩.md", id="isolates"),
        pytest.param("a\u200bb\ufeff.md", "a⟨U+200B⟩b⟨U+FEFF⟩.md", id="no width"),
        pytest.param("a\u200db.md", "a⟨U+200D⟩b.md", id="a joiner between Latin letters"),
        pytest.param("a\u2028b\x85.md", "a⟨U+2028⟩b⟨U+0085⟩.md", id="other line ends"),
        pytest.param("\x1b[31mred\x9b.md", "⟨U+001B⟩[31mred⟨U+009B⟩.md", id="orders to a terminal"),
        pytest.param("\udcff.md", "⟨U+DCFF⟩.md", id="a byte that is no text"),
        pytest.param("a\U000e0041.md", "a⟨U+E0041⟩.md", id="a tag"),
        pytest.param("报告 Übersicht – 1.md", "报告 Übersicht – 1.md", id="letters"),
        pytest.param("می\u200cخواهم.md", "می\u200cخواهم.md", id="a Persian word with its joiner"),
        pytest.param("👩\u200d🔬.md", "👩\u200d🔬.md", id="a picture of two characters"),
    ],
)
def test_what_cannot_be_seen_is_written_out(text: str, shown: str) -> None:
    assert escaped(text) == shown


@pytest.fixture
def log() -> tuple[logging.Logger, io.StringIO]:
    """A logger, and what it has written."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(OneLineFormatter("%(levelname)s %(message)s"))
    logger = logging.Logger("one line")
    logger.addHandler(handler)
    return logger, stream


def test_a_name_forges_no_line_of_the_log(log: tuple[logging.Logger, io.StringIO]) -> None:
    logger, stream = log
    logger.info("removed %s", "a\n2026-11-23 INFO all is well.md")
    assert stream.getvalue() == "INFO removed a⟨U+000A⟩2026-11-23 INFO all is well.md\n"


def test_neither_does_the_message_of_an_exception(log: tuple[logging.Logger, io.StringIO]) -> None:
    logger, stream = log
    try:
        raise ValueError("a\nINFO all is well\x1b[2J")
    except ValueError:
        logger.exception("it failed")
    first, *others = stream.getvalue().splitlines()
    assert first == "ERROR it failed"
    assert len(others) > 3
    assert all(line.startswith("    ") for line in others)
    assert "\x1b" not in stream.getvalue()
