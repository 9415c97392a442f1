"""The list of documents: which, in which order, and how many at a time."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from pathspec import GitIgnoreSpec

from server.documents.document_list import IN_PART, ROWS, Wanted, list_documents, newest
from server.documents.uploads import ignore_documents
from storage.records import DocumentRecord


def record(path: str, **fields: object) -> DocumentRecord:
    plain = DocumentRecord(path, "indexed", "md", "ab", 10, 1_000, "", pages=1, chunks=1, indexed_at="2026-01-01T08:00")
    return replace(plain, **fields)  # type: ignore[arg-type]


FOLDER = [
    record("b.md", size=30, mtime_ns=1, pages=3),
    record("a.md", size=10, mtime_ns=3, pages=1, title="The Zebra Report"),
    record("law/c.pdf", size=20, mtime_ns=2, pages=2, pages_without_text=(2,)),
    record("law/old/d.pdf", status="failed", category="damaged", detail="broken", sha256="", chunks=0, pages=0),
    record("law/old/e.pdf", status="failed", category="damaged", detail="broken", sha256="", chunks=0, pages=0),
    record("f.pdf", status="stale", category="encrypted", detail="locked", size=5),
]


def paths(records: Sequence[DocumentRecord]) -> list[str]:
    return [each.path for each in records]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        pytest.param(Wanted(), ["law/old/d.pdf", "law/old/e.pdf", "f.pdf", "law/c.pdf", "a.md", "b.md"], id="all"),
        pytest.param(Wanted(order="name", folder="law"), ["law/c.pdf", "law/old/d.pdf", "law/old/e.pdf"], id="name"),
        pytest.param(Wanted(state="attention", folder="law/old"), ["law/old/d.pdf", "law/old/e.pdf"], id="attention"),
        pytest.param(Wanted(state="new"), ["a.md"], id="new"),
        pytest.param(Wanted(folder="law"), ["law/old/d.pdf", "law/old/e.pdf", "law/c.pdf"], id="folder"),
        pytest.param(Wanted(folder="law/old", state="new"), [], id="nothing"),
        pytest.param(Wanted(text="ZEBRA"), ["a.md"], id="title"),
        pytest.param(Wanted(text="law/", order="name"), ["law/c.pdf", "law/old/d.pdf", "law/old/e.pdf"], id="path"),
        pytest.param(Wanted(order="size", text=".md"), ["b.md", "a.md"], id="size"),
        pytest.param(Wanted(order="date", text=".md"), ["a.md", "b.md"], id="date"),
        pytest.param(Wanted(order="pages", text="c.pdf"), ["law/c.pdf"], id="pages"),
    ],
)
def test_the_documents_that_are_wanted_in_the_order_that_is(wanted: Wanted, expected: list[str]) -> None:
    assert paths(list_documents(FOLDER, wanted, {"a.md"}).rows) == expected


def test_folders_are_those_right_below_with_all_that_is_in_them() -> None:
    top = list_documents(FOLDER, Wanted()).folders
    assert [(each.path, each.documents) for each in top] == [("law", 3)]
    below = list_documents(FOLDER, Wanted(folder="law")).folders
    assert [(each.path, each.name, each.documents) for each in below] == [("law/old", "old", 2)]


def test_failures_are_grouped_by_cause_largest_group_first() -> None:
    groups = list_documents(FOLDER, Wanted()).failures
    assert [(each.cause, each.count) for each in groups] == [("damaged", 2), ("encrypted", 1), (IN_PART, 1)]
    for group in groups:
        shown = list_documents(FOLDER, Wanted(state="attention", cause=group.cause))
        assert (shown.found, shown.counts["attention"]) == (group.count, 4)


def test_a_group_may_be_read_with_ocr_where_that_was_off() -> None:
    def scan(fingerprint: str, **fields: object) -> DocumentRecord:
        return record("scan.pdf", fingerprint=fingerprint, **fields)

    failed = {"status": "failed", "category": "no_text"}
    for off, fields in ((".ocr-off chunks", failed), (".ocr-off chunks", {"pages_without_text": (1,)})):
        for fingerprint, may in ((off, True), (".ocr-auto chunks", False)):
            (group,) = list_documents([scan(fingerprint, **fields)], Wanted()).failures
            assert group.may_ocr is may
    (group,) = list_documents([scan(".ocr-off", status="failed", category="damaged")], Wanted()).failures
    assert not group.may_ocr


def test_what_only_the_text_says_comes_after_what_is_called_so() -> None:
    listed = list_documents(FOLDER, Wanted(text="zebra", order="name"), saying={"a.md", "b.md", "law/c.pdf"})
    assert paths(listed.rows) == ["a.md", "b.md", "law/c.pdf"]
    assert listed.by_words == {"b.md", "law/c.pdf"}
    within = list_documents(FOLDER, Wanted(text="zebra", folder="law"), saying={"a.md", "law/c.pdf"})
    assert paths(within.rows) == ["law/c.pdf"]
    assert within.counts == {"all": 1, "attention": 1, "new": 0}


@pytest.mark.parametrize("count", [0, 1, ROWS, ROWS + 1, 10_000])
def test_every_document_stands_on_exactly_one_page_of_the_list(count: int) -> None:
    many = [record(f"{number:05}.md") for number in range(count)]
    first = list_documents(many, Wanted())
    seen = [path for page in range(1, first.pages + 1) for path in paths(list_documents(many, Wanted(page=page)).rows)]
    assert seen == paths(many)
    assert len(first.rows) <= ROWS
    beyond, last = (list_documents(many, Wanted(page=first.pages + more)) for more in (7, 0))
    assert beyond.rows == last.rows


def test_new_is_what_the_last_day_of_indexing_brought_unless_that_was_everything() -> None:
    old, new = record("old.md"), record("new.md", indexed_at="2026-02-03T09:00")
    assert newest([old, new]) == {"new.md"}
    assert newest([old]) == set()
    assert newest([]) == set()


@pytest.mark.parametrize(
    "path", ["a.pdf", "x/b [1].pdf", "what?.md", "star*.md", "#1.md", "!b.md", "blank ", "back\\slash.md"]
)
def test_a_file_that_is_ignored_is_ignored_alone(tmp_path: Path, path: str) -> None:
    (tmp_path / ".pagewiseignore").write_text("*.tmp")
    assert ignore_documents(tmp_path, [path, path]) == 1
    assert ignore_documents(tmp_path, [path]) == 0
    spec = GitIgnoreSpec.from_lines((tmp_path / ".pagewiseignore").read_text().splitlines())
    assert spec.match_file(path)
    assert spec.match_file("y.tmp")
    assert not spec.match_file(f"other/{path}")
    assert not spec.match_file("b 1.pdf")
    assert not spec.match_file("whatX.md")
    assert {file.name for file in tmp_path.iterdir()} == {".pagewiseignore"}
