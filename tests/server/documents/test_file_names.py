"""The name under which a sent file is kept: readable where it can be, harmless always."""

import unicodedata
from pathlib import PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.documents.uploads import LONGEST_NAME_BYTES, stored_name
from storage.formats import ALL_SUFFIXES, HIDDEN_PREFIXES


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        pytest.param("Annual report 2026.PDF", "Annual report 2026.PDF", id="as it is"),
        pytest.param("会议纪要.docx", "会议纪要.docx", id="Chinese"),
        pytest.param("U\u0308bersicht.md", "Übersicht.md", id="one form of an umlaut"),
        pytest.param("100% sure (final).txt", "100% sure (final).txt", id="what is harmless stays"),
        pytest.param("../../etc/cron.d/x.md", "x.md", id="a path"),
        pytest.param("..\\..\\x.md", "x.md", id="a path of Windows"),
        pytest.param("C:x.md", "C_x.md", id="a drive"),
        pytest.param("CON.md", "_CON.md", id="a device"),
        pytest.param("nul.tar.md", "_nul.tar.md", id="a device before a dot"),
        pytest.param("lpt¹ .md", "_lpt¹.md", id="a device with a small digit"),
        pytest.param("console.md", "console.md", id="no device"),
        pytest.param(".hidden.md", "hidden.md", id="hidden"),
        pytest.param("~$minutes.docx", "minutes.docx", id="lock file"),
        pytest.param("-rf.md", "rf.md", id="an option"),
        pytest.param("gnp.\u202edm.md", "gnp.dm.md", id="override of direction"),
        pytest.param("a\0b\r\n.md", "ab.md", id="control characters"),
        pytest.param("...md.md. ", "md.md", id="dots and spaces around it"),
        pytest.param("?.md", "_.md", id="nothing but what is forbidden"),
        pytest.param("\u200b.md", None, id="nothing that is seen"),
        pytest.param("picture.svg", None, id="not read"),
        pytest.param("x.md.exe", None, id="another suffix at the end"),
        pytest.param("x.md\0.exe", None, id="cut short by NUL elsewhere"),
        pytest.param("x.md::$DATA", None, id="a stream of Windows"),
        pytest.param("", None, id="no name"),
    ],
)
def test_the_name_that_is_kept(given_name: str, kept: str | None) -> None:
    assert stored_name(given_name) == kept


@pytest.mark.parametrize("stem", ["a" * 500, "报" * 200, "é" * 100 + " ." * 50, "😀" * 60])
def test_a_long_name_is_cut_and_keeps_its_suffix(stem: str) -> None:
    kept = stored_name(f"{stem}.markdown")
    assert kept is not None
    assert kept.endswith(".markdown")
    assert LONGEST_NAME_BYTES - 5 < len(kept.encode()) <= LONGEST_NAME_BYTES or len(stem.encode()) < 150


@given(st.text(max_size=300), st.sampled_from(["", *sorted(ALL_SUFFIXES), "/", "\\", ".PDF "]))
def test_whatever_is_given_the_name_is_one_visible_part(text: str, suffix: str) -> None:
    kept = stored_name(text + suffix)
    if kept is None:
        return
    assert kept == PurePosixPath(kept).name == PureWindowsPath(kept).name
    assert not kept.startswith((*HIDDEN_PREFIXES, "-", " "))
    assert not kept.endswith((".", " "))
    assert not PureWindowsPath(kept).is_reserved()
    assert PurePosixPath(kept).suffix.lower() in ALL_SUFFIXES
    assert len(kept.encode()) <= LONGEST_NAME_BYTES
    assert all(unicodedata.category(character)[0] != "C" for character in kept)
    assert stored_name(kept) == kept
