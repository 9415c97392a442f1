"""Earlier indexes come back: the last two are kept whole, and no run takes their documents out again unasked."""

import shutil
from pathlib import Path

import pytest

from indexing.__main__ import main
from indexing.planning.removals import RemovalsInDoubt
from indexing.planning.survey import Options
from indexing.rollback import NothingToRollBackTo, roll_back
from server.retrieval.index_holder import IndexHolder
from storage.generations.lock import IndexLocked, index_lock
from storage.generations.published import DamagedGeneration, NoIndex
from tests.indexing.test_cli import _signals_as_they_were, in_workshop
from tests.indexing.workshop import Workshop
from tests.shared import made_once

__all__ = ["_signals_as_they_were", "in_workshop"]

ALLOWED = Options(allow_removals=True)


@pytest.fixture
def emptied_twice(indexed_once: Workshop, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Workshop:
    """Four documents; then two were taken out on purpose, then the others."""

    def empty_twice(place: Path) -> None:
        made = indexed_once.copy_to(place)
        for names in (("fruit.txt", "paper.pdf"), ("rivers.md", "sub/stars.txt")):
            for name in names:
                (made.documents / name).unlink()
            assert made.run(ALLOWED).removed == 2
        assert made.documents_known() == {}

    place = made_once(tmp_path_factory, "emptied-twice", empty_twice)
    return Workshop(place / "documents", place / "index").copy_to(tmp_path)


def test_the_last_two_indexes_come_back_one_after_the_other(emptied_twice: Workshop) -> None:
    first = roll_back(emptied_twice.index_dir)
    assert (first.generation, first.before, first.returned) == ("0002", "0003", ("rivers.md", "sub/stars.txt"))
    assert set(emptied_twice.documents_known()) == {"rivers.md", "sub/stars.txt"}
    second = roll_back(emptied_twice.index_dir)
    assert (second.generation, second.returned, second.kept) == ("0001", ("fruit.txt", "paper.pdf"), ("0003", "0002"))
    assert len(emptied_twice.documents_known()) == 4
    with pytest.raises(NothingToRollBackTo, match="kept are 0003, 0002"):
        roll_back(emptied_twice.index_dir)
    assert emptied_twice.generation == "0001"


def test_one_can_go_forward_again_by_number(emptied_twice: Workshop) -> None:
    roll_back(emptied_twice.index_dir, "0001")
    done = roll_back(emptied_twice.index_dir, "0003")
    assert (done.generation, len(done.gone), emptied_twice.generation) == ("0003", 4, "0003")
    with pytest.raises(NothingToRollBackTo, match="there is no other generation 0009"):
        roll_back(emptied_twice.index_dir, "0009")


def test_the_next_run_asks_before_it_takes_the_documents_out_again(emptied_twice: Workshop) -> None:
    roll_back(emptied_twice.index_dir)
    with pytest.raises(RemovalsInDoubt):
        emptied_twice.run()
    assert emptied_twice.generation == "0002"
    assert emptied_twice.run(ALLOWED).removed == 2


def test_even_one_document_that_was_brought_back_is_asked_for(workshop: Workshop) -> None:
    (workshop.documents / "fruit.txt").unlink()
    assert workshop.run().removed == 1
    roll_back(workshop.index_dir)
    with pytest.raises(RemovalsInDoubt) as raised:
        workshop.run()
    assert raised.value.removals.because == "rolled back"


def test_what_is_published_next_has_a_new_number_and_can_be_rolled_back_too(workshop: Workshop) -> None:
    for version in range(2):
        workshop.write("fruit.txt", f"Version {version}.\n")
        workshop.run()
    roll_back(workshop.index_dir, "0001")
    workshop.write("fruit.txt", "A better version.\n")
    assert workshop.run().generation == "0004"
    kept = sorted(d.name for d in (workshop.index_dir / "generations").iterdir())
    assert kept == ["0001", "0004"], "what was rolled back from is done with"
    assert roll_back(workshop.index_dir).generation == "0001"


def test_a_damaged_generation_is_passed_over_and_named(emptied_twice: Workshop) -> None:
    (emptied_twice.index_dir / "generations" / "0002" / "catalogue.db").write_bytes(b"")
    done = roll_back(emptied_twice.index_dir)
    assert (done.generation, len(done.skipped), "0002" in done.skipped[0]) == ("0001", 1, True)
    with pytest.raises(DamagedGeneration, match="0002"):
        roll_back(emptied_twice.index_dir, "0002")
    assert emptied_twice.generation == "0001"


def test_a_damaged_current_generation_is_rolled_back_from(emptied_twice: Workshop) -> None:
    shutil.rmtree(emptied_twice.index_dir / "generations" / "0003" / "chroma")
    assert roll_back(emptied_twice.index_dir).generation == "0002"


def test_the_server_notices_it_as_any_other_change(emptied_twice: Workshop) -> None:
    holder = IndexHolder(emptied_twice.index_dir)
    try:
        holder.refresh()
        roll_back(emptied_twice.index_dir)
        holder.refresh()
        with holder.acquire() as index:
            assert (index.generation.name, holder.state().notice) == ("0002", None)
    finally:
        holder.close()


def test_without_an_index_or_beside_a_job_it_does_nothing(workshop: Workshop, tmp_path: Path) -> None:
    with pytest.raises(NoIndex):
        roll_back(tmp_path / "nowhere")
    with index_lock(workshop.index_dir), pytest.raises(IndexLocked):
        roll_back(workshop.index_dir)


def test_the_command_says_what_is_there_again(in_workshop: Workshop, capsys: pytest.CaptureFixture[str]) -> None:
    (in_workshop.documents / "fruit.txt").unlink()
    assert main([]) == 0
    capsys.readouterr()
    assert main(["--rollback"]) == 0
    out = capsys.readouterr().out
    assert "Index 0001 answers again, in the place of 0002." in out
    assert "Documents that are there again: 1\n  fruit.txt" in out
    assert "Kept as well: 0002" in out
    assert main(["--rollback"]) == 1
    assert "make rollback ARGS=NUMBER" in capsys.readouterr().err
    assert main(["--rollback", "0002"]) == 0
    assert in_workshop.generation == "0002"
