"""The plan, as tables: what is in the folder, what the catalogue knows, what follows."""

from dataclasses import replace

import pytest

from indexing.planning.discovery import Discovery, FoundFile, UnreadableFile
from indexing.planning.plan import Fingerprints, Plan, known_versions, plan
from storage.records import DocumentRecord

FINGERPRINTS = Fingerprints(chunking="chunks", limits="limits", ocr=".ocr-auto")
DAY_NS = 86_400_000_000_000
NOW = "2026-11-23T09:00:00Z"
NOW_NS = 1_795_424_400_000_000_000


def file(path: str, content: str = "one", mtime_ns: int = DAY_NS) -> FoundFile:
    return FoundFile(path, len(content), mtime_ns, content)


def record(path: str, content: str = "one") -> DocumentRecord:
    fingerprint = FINGERPRINTS.of(path)
    return DocumentRecord(path, "indexed", "text", content, len(content), DAY_NS, fingerprint, indexed_at=NOW)


def failed(path: str, content: str = "bad") -> DocumentRecord:
    fingerprint = FINGERPRINTS.of_failure(path)
    return DocumentRecord(
        path, "failed", "text", "", len(content), DAY_NS, fingerprint, category="damaged", failed_sha256=content
    )


def stale(path: str, good: str = "one", bad: str = "bad") -> DocumentRecord:
    fingerprint = FINGERPRINTS.of_failure(path)
    return replace(record(path, good), status="stale", category="damaged", fingerprint=fingerprint, failed_sha256=bad)


def reasons(planned: Plan) -> dict[str, str]:
    return {task.file.path: task.reason for task in planned.to_index}


@pytest.mark.parametrize(
    ("known", "found", "reason"),
    [
        pytest.param(None, file("a.txt"), "added", id="new file"),
        pytest.param(record("a.txt"), file("a.txt", "two"), "changed", id="other bytes"),
        pytest.param(replace(record("a.txt"), fingerprint="old"), file("a.txt"), "renewed", id="other reader"),
        pytest.param(failed("a.txt"), file("a.txt", "two"), "changed", id="failed, other bytes"),
        pytest.param(replace(failed("a.txt"), fingerprint="old"), file("a.txt", "bad"), "renewed", id="other limits"),
        pytest.param(stale("a.txt"), file("a.txt", "one"), "changed", id="stale, good bytes are back"),
        pytest.param(stale("a.txt"), file("a.txt", "two"), "changed", id="stale, new bytes"),
        pytest.param(replace(failed("a.txt"), category="changed"), file("a.txt", "bad"), "retried", id="was changing"),
        pytest.param(record("a.txt"), file("a.txt"), None, id="nothing changed"),
        pytest.param(record("a.txt"), file("a.txt", mtime_ns=2 * DAY_NS), None, id="only touched"),
        pytest.param(failed("a.txt"), file("a.txt", "bad"), None, id="failed before, not changed"),
        pytest.param(stale("a.txt"), file("a.txt", "bad"), None, id="stale, not changed"),
    ],
)
def test_a_file_is_read_only_for_a_reason(known: DocumentRecord | None, found: FoundFile, reason: str | None) -> None:
    planned = plan(Discovery((found,)), [known] if known else [], FINGERPRINTS)
    assert reasons(planned) == ({"a.txt": reason} if reason else {})
    assert planned.to_remove == ()


def test_an_index_equal_to_its_folder_gives_an_empty_plan() -> None:
    planned = plan(Discovery((file("a.txt"), file("b.txt"))), [record("a.txt"), record("b.txt")], FINGERPRINTS)
    assert planned.is_empty
    assert planned.unchanged == ("a.txt", "b.txt")


def test_a_file_that_failed_before_is_reported_but_not_work() -> None:
    known = [failed("a.txt"), stale("b.txt")]
    planned = plan(Discovery((file("a.txt", "bad"), file("b.txt", "bad"))), known, FINGERPRINTS)
    assert planned.is_empty
    assert planned.failed_unchanged == tuple(known)


def test_failed_files_are_read_again_when_asked_for() -> None:
    discovery = Discovery((file("a.txt", "bad"), file("b.txt", "bad")))
    planned = plan(discovery, [failed("a.txt"), stale("b.txt")], FINGERPRINTS, retry_failed=True)
    assert reasons(planned) == {"a.txt": "retried", "b.txt": "retried"}
    one = plan(discovery, [failed("a.txt"), stale("b.txt")], FINGERPRINTS, retried=["b.txt", "c.txt"])
    assert reasons(one) == {"b.txt": "retried"}


def test_a_touched_file_is_noted_without_reading_it() -> None:
    touched = file("a.txt", mtime_ns=2 * DAY_NS)
    planned = plan(Discovery((touched,)), [record("a.txt")], FINGERPRINTS)
    assert (planned.touched, planned.is_empty) == ((touched,), False)


def test_a_rename_is_a_removal_and_an_addition() -> None:
    planned = plan(Discovery((file("new.txt"),)), [record("old.txt"), record("other.txt", "x")], FINGERPRINTS)
    assert reasons(planned) == {"new.txt": "added"}
    assert planned.to_remove == ("old.txt", "other.txt")
    assert planned.renamed == (("old.txt", "new.txt"),)


@pytest.mark.parametrize(("path", "matters"), [("a.pdf", True), ("a.png", True), ("a.docx", True), ("a.txt", False)])
def test_ocr_matters_to_files_that_may_hold_pictures_of_text(path: str, matters: bool) -> None:
    without = replace(FINGERPRINTS, ocr=".ocr-off")
    assert (without.of(path) != FINGERPRINTS.of(path)) is matters


WITHOUT = replace(FINGERPRINTS, ocr=".ocr-off")


def scanned(path: str, fingerprints: Fingerprints, **fields: object) -> DocumentRecord:
    return replace(record(path), fingerprint=fingerprints.of(path), **fields)  # type: ignore[arg-type]


def test_what_lacks_text_is_read_with_ocr_when_that_is_asked_for_and_stays_so() -> None:
    files = [file(path) for path in ("scan.pdf", "part.pdf", "text.pdf", "a.txt")]
    failed = scanned("scan.pdf", WITHOUT, status="failed", category="no_text", sha256="", failed_sha256="one")
    known = [
        replace(failed, fingerprint=WITHOUT.of_failure("scan.pdf")),
        scanned("part.pdf", WITHOUT, pages_without_text=(2,)),
        scanned("text.pdf", WITHOUT),
        scanned("a.txt", WITHOUT),
    ]
    assert plan(Discovery(tuple(files)), known, WITHOUT).is_empty
    asked = plan(Discovery(tuple(files)), known, WITHOUT, with_ocr=True)
    assert reasons(asked) == {"scan.pdf": "renewed", "part.pdf": "renewed"}
    assert asked.with_ocr == {"scan.pdf", "part.pdf"}
    wanted = replace(WITHOUT, with_ocr=asked.with_ocr)
    later = [scanned(each.path, wanted) for each in files]
    again = plan(Discovery(tuple(files)), later, WITHOUT)
    assert again.is_empty
    assert again.with_ocr == {"scan.pdf", "part.pdf"}


def test_limits_matter_to_failed_files_only() -> None:
    wider = replace(FINGERPRINTS, limits="wider")
    assert wider.of("a.pdf") == FINGERPRINTS.of("a.pdf")
    assert wider.of_failure("a.pdf") != FINGERPRINTS.of_failure("a.pdf")


UNREADABLE = UnreadableFile("a.txt", "unreadable", "check its permissions", keeps_last_version=True)


def test_an_unreadable_file_fails_and_is_not_removed() -> None:
    planned = plan(Discovery((), (UNREADABLE,)), [record("a.txt")], FINGERPRINTS)
    assert (planned.to_fail, planned.to_remove) == ((UNREADABLE,), ())


def test_a_problem_that_is_known_already_is_no_work() -> None:
    known = replace(record("a.txt"), status="stale", category=UNREADABLE.category, detail=UNREADABLE.detail)
    planned = plan(Discovery((), (UNREADABLE,)), [known], FINGERPRINTS)
    assert planned.is_empty
    assert planned.failed_unchanged == (known,)


@pytest.mark.faults("B22")
def test_documents_of_a_closed_folder_stay() -> None:
    closed = UnreadableFile("sub", "unreadable", "check its permissions", is_folder=True, keeps_last_version=True)
    known = [record("sub/a.txt"), record("sub/deep/b.txt"), record("submarine.txt")]
    planned = plan(Discovery((), (closed,)), known, FINGERPRINTS)
    assert [problem.path for problem in planned.to_fail] == ["sub/a.txt", "sub/deep/b.txt"]
    assert planned.to_remove == ("submarine.txt",)
    assert planned.closed_folders == (closed,)


def test_documents_behind_a_link_out_of_the_folder_are_removed() -> None:
    link = UnreadableFile("sub", "link", "put the files there", is_folder=True)
    planned = plan(Discovery((), (link,)), [record("sub/a.txt")], FINGERPRINTS)
    assert planned.to_remove == ("sub/a.txt",)


def test_hashes_are_remembered_while_size_and_time_stay() -> None:
    versions = known_versions([record("a.txt"), replace(failed("b.txt"), indexed_at=NOW)])
    assert {path: version.sha256 for path, version in versions.items()} == {"a.txt": "one", "b.txt": "bad"}


def test_a_file_written_in_the_moment_it_was_read_is_hashed_again() -> None:
    assert known_versions([replace(record("a.txt"), mtime_ns=NOW_NS - 1_000_000_000)]) == {}
    assert known_versions([replace(record("a.txt"), mtime_ns=NOW_NS - 10_000_000_000)]) != {}
