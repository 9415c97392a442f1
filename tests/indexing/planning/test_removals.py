"""An unmounted disk looks like an emptied folder: a run that would take much out of the index asks first."""

import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from indexing.__main__ import main
from indexing.planning.discovery import Discovery, DocumentsFolderMissing, UnreadableFile
from indexing.planning.removals import Remaining, RemovalCheck, RemovalsInDoubt, remaining_in, removal_lines
from indexing.planning.survey import AS_USUAL, Options, survey
from indexing.settings import IndexingSettings
from storage.folder_identity import MARKER, match_folder, record_folder
from storage.message_translation import told
from storage.records import DocumentRecord
from storage.server_state.deletions import note_deletion, noted_deletions
from tests.indexing.test_cli import everything_under
from tests.indexing.workshop import RecordingProgress, Workshop
from tests.shared import made_once

ALLOWED = Options(allow_removals=True)
NOTHING = Remaining(frozenset(), frozenset())


@pytest.fixture
def library(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Workshop:
    """Ten documents, four of them in the folder `papers`, indexed: a copy that knows its folder."""
    made = made_once(tmp_path_factory, "library", _index_ten_documents)
    copy = Workshop(made / "documents", made / "index").copy_to(tmp_path)
    record_folder(copy.index_dir, copy.documents)
    return copy


def _index_ten_documents(place: Path) -> None:
    made = Workshop(place / "documents", place / "index")
    for number in range(6):
        made.write(f"book{number}.txt", f"Book {number} tells of the number {number}.\n")
    for number in range(4):
        made.write(f"papers/{number}.txt", f"Paper {number} measures the length {number}.\n")
    assert made.run().documents == 10


@pytest.fixture
def in_library(library: Workshop, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workshop]:
    """The same, with the settings in the environment and the signals as they were afterwards."""
    for name, value in library.environment().items():
        monkeypatch.setenv(name, value)
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.getsignal(number) for number in numbers]
    yield library
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


def empty(folder: Path) -> None:
    """As `rm -rf folder/*` does: hidden files stay."""
    for entry in folder.iterdir():
        if not entry.name.startswith("."):
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()


def delete_most(folder: Path) -> None:
    for number in range(6):
        (folder / f"book{number}.txt").unlink()


def put_another_in_its_place(folder: Path) -> None:
    folder.rename(folder.with_name("unmounted"))
    folder.mkdir()


def put_another_with_documents_in_its_place(folder: Path) -> None:
    put_another_in_its_place(folder)
    for number in range(9):
        shutil.copy(folder.with_name("unmounted") / "book1.txt", folder / f"book{number}.txt")


FAULTS = [
    pytest.param(empty, "look deleted on purpose", id="emptied"),
    pytest.param(lambda folder: shutil.rmtree(folder / "papers"), "Nothing is left of the folder papers.", id="folder"),
    pytest.param(
        lambda folder: empty(folder / "papers"), "a disk of its own in it may not be mounted", id="emptied folder"
    ),
    pytest.param(delete_most, "6 of 10 indexed documents", id="more than half"),
    pytest.param(put_another_in_its_place, "its disk may not be mounted", id="unmounted"),
    pytest.param(put_another_with_documents_in_its_place, "its disk may not be mounted", id="another disk"),
]


@pytest.mark.parametrize(
    "options", [AS_USUAL, Options(fresh=True), Options(repair=True)], ids=["usual", "fresh", "repair"]
)
@pytest.mark.parametrize(("fault", "said"), FAULTS)
def test_much_that_is_gone_is_told_and_stays_in_the_index(
    library: Workshop, fault: Callable[[Path], None], said: str, options: Options
) -> None:
    before, chunks = library.generation, library.chunks()
    fault(library.documents)
    with pytest.raises(RemovalsInDoubt) as raised:
        library.run(options)
    lines = removal_lines(raised.value.removals)
    assert said in "\n".join(lines)
    assert "--allow-removals" in lines[-1]
    assert len(lines) <= 11, "the page shows the last twelve lines of a run"
    assert (library.generation, library.chunks(), library.leftovers()) == (before, chunks, [])


def test_a_missing_folder_is_told_and_costs_nothing(library: Workshop) -> None:
    before = library.generation
    library.documents.rename(library.documents.with_name("away"))
    with pytest.raises(DocumentsFolderMissing, match="the index holds 10 documents and stays as it is"):
        library.run()
    assert library.generation == before


def test_what_is_gone_on_purpose_goes_with_the_flag(in_library: Workshop, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(6):
        (in_library.documents / f"book{number}.txt").unlink()
    assert main([]) == 5
    assert "6 of 10 indexed documents are not in the documents folder any more." in capsys.readouterr().err
    assert main(["--dry-run"]) == 0
    assert "It would publish nothing." in capsys.readouterr().out
    assert main(["--dry-run", "--allow-removals"]) == 0
    assert "It would publish nothing." not in capsys.readouterr().out
    assert len(in_library.documents_known()) == 10
    assert main(["--allow-removals"]) == 0
    assert sorted(in_library.documents_known()) == [f"papers/{number}.txt" for number in range(4)]


def test_watching_never_takes_the_flag(in_library: Workshop) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--watch", "--allow-removals"])
    assert caught.value.code == 2


def test_a_few_of_the_same_folder_go_without_asking(library: Workshop) -> None:
    for name in ("book0.txt", "book1.txt", "papers/0.txt"):
        (library.documents / name).unlink()
    assert library.run().removed == 3


def test_one_document_of_another_folder_in_the_same_place_does_not_go_without_asking(library: Workshop) -> None:
    library.documents.rename(library.documents.with_name("old"))
    shutil.copytree(
        library.documents.with_name("old"), library.documents, ignore=shutil.ignore_patterns(MARKER, "book0*")
    )
    with pytest.raises(RemovalsInDoubt):
        library.run()
    assert library.run(ALLOWED).removed == 1
    assert match_folder(library.index_dir, library.documents) == "same"


def test_a_folder_that_came_back_from_a_copy_is_the_same_one(library: Workshop) -> None:
    library.documents.rename(library.documents.with_name("old"))
    shutil.copytree(library.documents.with_name("old"), library.documents)
    (library.documents / "book0.txt").unlink()
    assert library.run().removed == 1


def test_moved_and_renamed_documents_are_not_lost(library: Workshop) -> None:
    (library.documents / "papers").rename(library.documents / "articles")
    for number in range(6):
        (library.documents / f"book{number}.txt").rename(library.documents / f"volume {number}.txt")
    report = library.run()
    assert (report.removed, len(report.renamed), report.documents) == (10, 10, 10)


def test_documents_that_cannot_be_read_are_not_lost(library: Workshop) -> None:
    for number in range(6):
        library.write(f"book{number}.txt", b"")
    report = library.run()
    assert (len(report.failed), report.documents) == (6, 10)


def test_what_was_deleted_through_the_server_goes_without_asking_and_once(library: Workshop) -> None:
    for number in range(6):
        (library.documents / f"book{number}.txt").unlink()
        note_deletion(library.index_dir, f"book{number}.txt")
    assert library.run().removed == 6
    assert noted_deletions(library.index_dir) == frozenset()


def test_a_document_deleted_through_the_server_excuses_no_other(library: Workshop) -> None:
    note_deletion(library.index_dir, "book0.txt")
    empty(library.documents)
    with pytest.raises(RemovalsInDoubt) as raised:
        library.run()
    assert (len(raised.value.removals.paths), raised.value.removals.documents) == (9, 9)
    assert noted_deletions(library.index_dir) == {"book0.txt"}


def test_documents_that_vanish_while_they_are_read_are_not_taken_out(library: Workshop) -> None:
    for number in range(6):
        library.write(f"book{number}.txt", f"The second edition of book {number}.\n")

    class Unmounting(RecordingProgress):
        def reading(self, documents: int) -> None:
            put_another_in_its_place(library.documents)

    before = library.generation
    with pytest.raises(RemovalsInDoubt):
        library.run_with(Unmounting())
    assert (library.generation, library.leftovers()) == (before, [])


def test_a_folder_named_in_the_settings_replaces_the_old_one_unless_it_holds_much_less(library: Workshop) -> None:
    library.documents = library.documents.with_name("mistyped")
    library.write("one.txt", "One document lies here.\n")
    with pytest.raises(RemovalsInDoubt):
        library.run()
    for number in range(8):
        library.write(f"other{number}.txt", f"Another document, number {number}.\n")
    assert (library.run().removed, len(library.documents_known())) == (10, 9)


def test_an_index_of_an_earlier_version_needs_no_record_of_its_folder(library: Workshop) -> None:
    (library.index_dir / "folder.json").unlink()
    (library.documents / MARKER).unlink()
    (library.documents / "book0.txt").unlink()
    assert library.run().removed == 1
    assert match_folder(library.index_dir, library.documents) == "same"


def test_links_that_lead_nowhere_any_more_count_as_gone(library: Workshop) -> None:
    for number in range(6):
        (library.documents / f"book{number}.txt").unlink()
        (library.documents / f"book{number}.txt").symlink_to(f"store/{number}")
    with pytest.raises(RemovalsInDoubt):
        library.run()


def test_a_folder_that_cannot_be_opened_keeps_its_documents() -> None:
    known = [DocumentRecord(f"papers/{n}.txt", "indexed", "text", f"{n}", 1, 1, "") for n in range(9)]
    closed = UnreadableFile("papers", "unreadable", "it cannot be opened", is_folder=True, keeps_last_version=True)
    remaining = remaining_in(Discovery((), (closed,)), known)
    assert RemovalCheck(tuple(known)).removals(remaining) is None
    assert RemovalCheck(tuple(known)).removals(NOTHING) is not None


def test_the_last_document_is_not_taken_out_without_asking() -> None:
    known = (DocumentRecord("a.txt", "indexed", "text", "1", 1, 1, ""),)
    assert RemovalCheck(known).removals(NOTHING) is not None
    assert RemovalCheck(known, deleted=frozenset({"a.txt"})).removals(NOTHING) is None


@pytest.mark.parametrize(("fault", "said"), FAULTS)
def test_every_line_is_told_in_chinese(library: Workshop, fault: Callable[[Path], None], said: str) -> None:
    fault(library.documents)
    with pytest.raises(RemovalsInDoubt) as raised:
        library.run()
    lines = [line for line in removal_lines(raised.value.removals) if not line.startswith("  ")]
    assert [line for line in lines if told(line, "zh") == line] == []


def test_the_mark_is_no_document_and_a_folder_that_cannot_be_marked_is_known_by_its_place(tmp_path: Path) -> None:
    (tmp_path / "documents" / f"{MARKER}.new").mkdir(parents=True)  # root may write everywhere, but not here
    (tmp_path / "index").mkdir()
    record_folder(tmp_path / "index", tmp_path / "documents")
    assert not (tmp_path / "documents" / MARKER).exists()
    assert match_folder(tmp_path / "index", tmp_path / "documents") == "same"
    put_another_in_its_place(tmp_path / "documents")
    assert match_folder(tmp_path / "index", tmp_path / "documents") == "other"


def test_looking_changes_nothing(library: Workshop) -> None:
    empty(library.documents)
    before = everything_under(library.index_dir)
    seen = survey(library.index_dir, IndexingSettings(documents_dir=library.documents))
    assert seen.removals is not None
    assert everything_under(library.index_dir) == before
