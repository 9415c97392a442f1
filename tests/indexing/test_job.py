"""The job's laws: the index equals the folder, twice is once, and whatever fails, what was good stays."""

import os
import shutil
import time
from collections import namedtuple
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from indexing.building.build import NotEnoughRoom, NothingToPublish
from indexing.planning.survey import AS_USUAL, Options, OtherFolderEmpty
from storage.caches.embeddings import EmbeddingCache, text_key
from storage.generations.lock import IndexLocked, index_lock
from storage.generations.published import checked_manifest, open_generation
from tests.indexing.workshop import TEXTS, RecordingProgress, Workshop, encrypted_pdf, pdf

FRESH, REPAIR = Options(fresh=True), Options(repair=True)


def test_a_second_run_computes_nothing_and_publishes_nothing(workshop: Workshop) -> None:
    before = workshop.generation
    report = workshop.run()
    assert (report.published, report.embedded, report.unchanged, report.exit_code) == (False, 0, 4, 0)
    assert workshop.generation == before
    assert report.seconds < 2


def test_every_chunk_has_its_vector_and_nothing_else_has_one(workshop: Workshop) -> None:
    ids = [chunk.id for chunks in workshop.chunks().values() for chunk in chunks]
    assert workshop.vector_ids() == sorted(ids)


def test_the_whole_index_is_for_its_own_account(empty_workshop: Workshop) -> None:
    empty_workshop.write("fruit.txt", TEXTS["fruit.txt"])
    before = os.umask(0)
    try:
        empty_workshop.run()
        empty_workshop.write("stars.txt", TEXTS["sub/stars.txt"])
        empty_workshop.run()  # a copy of the first, with more in it
        open_generation(empty_workshop.index_dir).close()
    finally:
        os.umask(before)
    places = [empty_workshop.index_dir, *empty_workshop.index_dir.rglob("*")]
    assert len(places) > 20
    assert [str(place) for place in places if place.stat().st_mode & 0o077] == []
    assert empty_workshop.documents.joinpath("stars.txt").stat().st_mode & 0o777 == 0o666


def test_a_deleted_file_goes_and_nothing_else_changes(workshop: Workshop) -> None:
    before = workshop.chunks()
    (workshop.documents / "fruit.txt").unlink()
    report = workshop.run()
    assert (report.removed, report.embedded, report.unchanged) == (1, 0, 3)
    assert "fruit.txt" not in workshop.documents_known()
    assert workshop.chunks() == {path: chunks for path, chunks in before.items() if path != "fruit.txt"}
    assert len(workshop.vector_ids()) == report.chunks


@pytest.mark.faults("B24")
def test_a_changed_file_is_renewed_and_nothing_else_changes(workshop: Workshop) -> None:
    before = workshop.chunks()
    workshop.write("fruit.txt", "Cherries ripen in June.\n")
    report = workshop.run()
    assert (report.changed, report.embedded, report.unchanged) == (1, 1, 3)
    after = workshop.chunks()
    assert [chunk.text for chunk in after.pop("fruit.txt")] == ["Cherries ripen in June."]
    assert after == {path: chunks for path, chunks in before.items() if path != "fruit.txt"}


def test_the_vectors_stored_are_those_of_the_texts_stored(workshop: Workshop) -> None:
    workshop.write("fruit.txt", "Cherries ripen in June.\n")
    workshop.run()
    generation = open_generation(workshop.index_dir)
    chunks = list(generation.catalogue.iter_chunks())
    stored = generation.vectors.vectors([chunk.id for chunk in chunks])
    fingerprint = generation.manifest.embed_model.fingerprint
    generation.close()
    with EmbeddingCache.open(workshop.index_dir / "embeddings.db") as cache:
        cached = cache.get_many(fingerprint, [text_key(chunk.embed_text) for chunk in chunks])
    assert np.allclose(stored, [cached[text_key(chunk.embed_text)] for chunk in chunks], atol=1e-6)


def test_removing_a_file_undoes_adding_it(workshop: Workshop) -> None:
    before = workshop.chunks()
    added = workshop.write("more.txt", "Violins have four strings.\n")
    assert workshop.run().added == 1
    added.unlink()
    assert workshop.run().removed == 1
    assert workshop.chunks() == before


def test_a_moved_file_is_not_embedded_again(workshop: Workshop) -> None:
    text = workshop.text_of("sub/stars.txt")
    (workshop.documents / "sub" / "stars.txt").rename(workshop.documents / "stars.txt")
    report = workshop.run()
    assert (report.added, report.removed, report.embedded) == (1, 1, 0)
    assert report.renamed == (("sub/stars.txt", "stars.txt"),)
    assert workshop.text_of("stars.txt") == text


def test_a_touched_file_gets_its_new_time_and_is_not_read(workshop: Workshop) -> None:
    before = workshop.chunks()
    os.utime(workshop.documents / "fruit.txt", ns=(1, 1))
    report = workshop.run()
    assert (report.published, report.unchanged, report.embedded) == (True, 4, 0)
    assert workshop.documents_known()["fruit.txt"].mtime_ns == 1
    assert workshop.chunks() == before
    assert not workshop.run().published


@pytest.mark.faults("B23")
def test_the_same_text_in_two_files_is_two_documents_and_one_embedding(workshop: Workshop) -> None:
    workshop.write("copy.txt", "Bees make honey.\n")
    workshop.write("other/copy.txt", "Bees make honey.\n")
    assert workshop.run().embedded == 1
    assert workshop.text_of("copy.txt") == workshop.text_of("other/copy.txt") == "Bees make honey."
    assert len(workshop.vector_ids()) == len(set(workshop.vector_ids()))


def test_a_file_that_fails_keeps_its_last_good_version(workshop: Workshop) -> None:
    before = workshop.chunks()
    good = (workshop.documents / "paper.pdf").read_bytes()
    workshop.write("paper.pdf", b"%PDF-1.4\nbroken")
    report = workshop.run()
    known = workshop.documents_known()["paper.pdf"]
    assert (known.status, known.category) == ("stale", "damaged")
    assert (report.exit_code, [document.path for document in report.failed]) == (1, ["paper.pdf"])
    assert workshop.chunks() == before
    again = workshop.run()
    assert (again.published, again.exit_code, len(again.failed)) == (False, 1, 1)
    assert workshop.progress.failures == {}, "it was read again although nothing changed"
    workshop.write("paper.pdf", good)
    assert workshop.run().exit_code == 0
    assert workshop.documents_known()["paper.pdf"].status == "indexed"
    assert workshop.chunks() == before


def test_each_bad_pdf_is_named_with_its_reason_and_the_rest_is_indexed(workshop: Workshop) -> None:
    workshop.write("encrypted.pdf", encrypted_pdf())
    workshop.write("empty.pdf", b"")
    workshop.write("truncated.pdf", pdf("Some text.")[:60])
    workshop.write("scan.pdf", pdf("", ""))
    workshop.write("good.pdf", pdf("Copper conducts well."))
    report = workshop.run()
    assert (report.exit_code, report.added) == (1, 1)
    assert {document.path: document.category for document in report.failed} == {
        "encrypted.pdf": "encrypted",
        "empty.pdf": "empty",
        "truncated.pdf": "damaged",
        "scan.pdf": "no_text",
    }
    assert all(document.detail and ";" in document.detail for document in report.failed), "no next step"
    assert workshop.text_of("good.pdf") == "Copper conducts well."
    again = workshop.run()
    assert (again.published, again.exit_code, len(again.failed)) == (False, 1, 4)


def test_what_lacks_text_is_read_with_ocr_when_a_person_asks_for_it(workshop: Workshop) -> None:
    picture = Image.new("RGB", (700, 700), "white")
    font = ImageFont.load_default(size=48)
    ImageDraw.Draw(picture).text((20, 30), "The contract goes to Brandt", fill="black", font=font)
    picture.save(workshop.documents / "scan.png")
    workshop.write("text.pdf", pdf("Copper conducts well."))
    assert workshop.run().exit_code == 1
    report = workshop.run(Options(with_ocr=True))
    assert (report.published, report.exit_code) == (True, 0)
    assert "Brandt" in workshop.text_of("scan.png")
    assert workshop.documents_known()["text.pdf"].indexed_at
    again = workshop.run()
    assert (again.published, again.exit_code) == (False, 0)


def test_failed_files_are_tried_again_when_a_person_asks_for_it(workshop: Workshop) -> None:
    workshop.write("bad.pdf", pdf("Some text.")[:60])
    workshop.run()
    before = workshop.documents_known()
    assert list(workshop.progress.failures) == ["bad.pdf"]
    workshop.run()
    assert workshop.progress.failures == {}
    report = workshop.run(Options(retry_failed=True))
    assert list(workshop.progress.failures) == ["bad.pdf"]
    assert (report.embedded, [document.path for document in report.failed]) == (0, ["bad.pdf"])
    unchanged = {path: record for path, record in workshop.documents_known().items() if path != "bad.pdf"}
    assert unchanged == {path: record for path, record in before.items() if path != "bad.pdf"}


def test_pages_without_text_are_counted(workshop: Workshop) -> None:
    workshop.write("partly.pdf", pdf("First page.", "", "Third page."))
    assert workshop.run().pages_without_text == 1
    assert workshop.documents_known()["partly.pdf"].pages_without_text == (2,)


class _Acting(RecordingProgress):
    """Does something the moment the first file is about to be read."""

    def __init__(self, act: object) -> None:
        super().__init__()
        self._act = act

    def reading(self, documents: int) -> None:
        assert callable(self._act)
        self._act()


@pytest.mark.faults("B21")
def test_a_file_that_changes_during_the_run_is_indexed_as_it_is_then(workshop: Workshop) -> None:
    workshop.write("new.txt", "Old words.\n")
    workshop.run_with(_Acting(lambda: workshop.write("new.txt", "New words, more of them.\n")))
    assert workshop.text_of("new.txt") == "New words, more of them."
    assert not workshop.run().published


@pytest.mark.faults("B21")
def test_a_file_that_vanishes_during_the_run_is_not_in_the_index(workshop: Workshop) -> None:
    vanishing = workshop.write("new.txt", "Words.\n")
    report = workshop.run_with(_Acting(vanishing.unlink))
    assert (report.exit_code, "new.txt" in workshop.documents_known()) == (0, False)
    assert not report.published


def test_without_any_document_nothing_is_published(empty_workshop: Workshop) -> None:
    with pytest.raises(NothingToPublish, match="no document"):
        empty_workshop.run()
    assert empty_workshop.generation is None


def test_when_the_first_run_can_read_nothing_it_says_why_and_publishes_nothing(empty_workshop: Workshop) -> None:
    empty_workshop.write("empty.pdf", b"")
    with pytest.raises(NothingToPublish) as caught:
        empty_workshop.run()
    assert [document.category for document in caught.value.failed] == ["empty"]
    assert empty_workshop.generation is None
    assert empty_workshop.leftovers() == []


def test_when_all_documents_are_deleted_on_purpose_the_index_is_empty(workshop: Workshop) -> None:
    shutil.rmtree(workshop.documents)
    workshop.documents.mkdir()
    report = workshop.run(Options(allow_removals=True))
    assert (report.published, report.documents, report.chunks) == (True, 0, 0)
    workshop.write("fruit.txt", TEXTS["fruit.txt"])
    assert (workshop.run().documents, workshop.text_of("fruit.txt")[:6]) == (1, "Apples")


def test_other_settings_are_named_and_change_nothing_until_a_rebuild(workshop: Workshop) -> None:
    workshop.write("more.txt", "One sentence stands here. " * 20)
    assert workshop.run(chunk_size=100, chunk_overlap=0).published
    assert any("CHUNK_SIZE" in sentence and "make reindex" in sentence for sentence in workshop.progress.said)
    assert max(len(chunk.text) for chunk in workshop.chunks()["more.txt"]) > 100
    workshop.run(FRESH, chunk_size=100, chunk_overlap=0)
    assert max(len(chunk.text) for chunk in workshop.chunks()["more.txt"]) <= 100
    assert not workshop.run(chunk_size=100, chunk_overlap=0).published
    assert workshop.progress.said == []


def test_a_rebuild_computes_nothing_again_and_keeps_last_good_versions(workshop: Workshop) -> None:
    before = {path: [chunk.text for chunk in chunks] for path, chunks in workshop.chunks().items()}
    workshop.write("paper.pdf", b"%PDF-1.4\nbroken")
    report = workshop.run(FRESH)
    assert (report.published, report.embedded, report.exit_code) == (True, 0, 1)
    assert workshop.documents_known()["paper.pdf"].status == "stale"
    assert {path: [chunk.text for chunk in chunks] for path, chunks in workshop.chunks().items()} == before


def test_a_missing_model_falls_back_for_a_new_index_only_and_says_so(empty_workshop: Workshop) -> None:
    empty_workshop.write("fruit.txt", TEXTS["fruit.txt"])
    report = empty_workshop.run(embed_model="BAAI/bge-m3")
    assert "stands in for BAAI/bge-m3" in report.model
    assert any("use-multilingual-3" in sentence for sentence in empty_workshop.progress.said)
    assert not empty_workshop.run(embed_model="BAAI/bge-m3").published


@pytest.mark.faults("S4")
@pytest.mark.parametrize("torn", ["catalogue.db", "chroma/chroma.sqlite3", "MANIFEST.json"])
def test_a_damaged_generation_is_mended_without_a_model_call(workshop: Workshop, torn: str) -> None:
    before = workshop.chunks()
    damaged = workshop.index_dir / "generations" / (workshop.generation or "") / torn
    damaged.write_bytes(damaged.read_bytes()[:100])
    report = workshop.run()
    assert (report.published, report.embedded) == (True, 0)
    assert workshop.chunks() == before
    assert workshop.progress.said, "nobody was told"


def test_repair_reads_failed_files_again_and_writes_all_vectors(workshop: Workshop) -> None:
    workshop.write("empty.pdf", b"")
    workshop.run()
    report = workshop.run(REPAIR)
    assert (report.published, report.embedded, workshop.progress.failures) == (True, 0, {"empty.pdf": "empty"})


def test_a_change_that_hides_behind_the_same_size_and_time_is_found_by_repair(workshop: Workshop) -> None:
    file = workshop.documents / "fruit.txt"
    os.utime(file, ns=(10**15, 10**15))
    workshop.run()
    file.write_text(file.read_text().replace("Apples", "Grapes"))
    os.utime(file, ns=(10**15, 10**15))
    assert not workshop.run().published
    workshop.run(REPAIR)
    assert "Grapes" in workshop.text_of("fruit.txt")


class _Interrupted(BaseException):
    pass


class _InterruptedAfterOneBatch(RecordingProgress):
    def embedded(self, chunks: int, characters: int) -> None:
        raise _Interrupted


@pytest.mark.faults("S3")
def test_an_interrupted_run_changes_nothing_and_its_embeddings_are_kept(workshop: Workshop) -> None:
    before = workshop.generation
    for number in range(3):
        workshop.write(f"new{number}.txt", f"Number {number} is a number.\n")
    with pytest.raises(_Interrupted):
        workshop.run_with(_InterruptedAfterOneBatch(), embed_batch_size=1)
    assert (workshop.generation, workshop.leftovers()) == (before, [])
    report = workshop.run()
    assert (report.added, report.embedded, report.reused) == (3, 2, report.chunks - 2)


@pytest.mark.faults("S6")
def test_a_second_job_ends_at_once_and_names_the_holder(workshop: Workshop) -> None:
    with index_lock(workshop.index_dir):
        started = time.monotonic()
        with pytest.raises(IndexLocked, match=f"process {os.getpid()}"):
            workshop.run()
    assert time.monotonic() - started < 30  # it would wait for as long as the other runs


@pytest.mark.faults("S10")
def test_without_room_for_another_generation_it_does_not_begin(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10**9, 10**9, 10_000))
    workshop.write("new.txt", "Words.\n")
    with pytest.raises(NotEnoughRoom, match="make room"):
        workshop.run()
    assert workshop.leftovers() == []


@pytest.mark.faults("S16")
def test_only_three_generations_are_kept(workshop: Workshop) -> None:
    for number in range(3):
        workshop.write("fruit.txt", f"Version {number}.\n")
        workshop.run()
    assert sorted(d.name for d in (workshop.index_dir / "generations").iterdir()) == ["0002", "0003", "0004"]


def test_a_document_without_anything_to_search_is_named(workshop: Workshop) -> None:
    workshop.write("dots.txt", "\n\n \n")
    workshop.run()
    assert workshop.documents_known()["dots.txt"].status == "failed"


def test_the_manifest_names_the_folder(workshop: Workshop) -> None:
    workshop.write("fruit.txt", "Cherries ripen in June.\n")
    workshop.run()
    assert Path(checked_manifest(workshop.index_dir).documents_dir) == workshop.documents


def test_a_moved_folder_is_said_and_named_by_the_index_from_then_on(workshop: Workshop) -> None:
    before = workshop.chunks()
    old, workshop.documents = workshop.documents, workshop.documents.rename(workshop.documents.with_name("moved"))
    report = workshop.run()
    assert (report.published, report.unchanged, report.embedded) == (True, 4, 0)
    assert any(str(old) in sentence and str(workshop.documents) in sentence for sentence in workshop.progress.said)
    assert checked_manifest(workshop.index_dir).documents_dir == str(workshop.documents)
    assert workshop.chunks() == before
    assert not workshop.run().published


def test_another_folder_is_not_trusted_to_hold_the_same_bytes_behind_the_same_size_and_time(workshop: Workshop) -> None:
    os.utime(workshop.documents / "fruit.txt", ns=(10**15, 10**15))
    workshop.run()
    shutil.copytree(workshop.documents, workshop.documents.with_name("other"))
    workshop.documents = workshop.documents.with_name("other")
    workshop.write("fruit.txt", TEXTS["fruit.txt"].replace("Apples", "Grapes"))
    os.utime(workshop.documents / "fruit.txt", ns=(10**15, 10**15))
    workshop.run()
    assert "Grapes" in workshop.text_of("fruit.txt")


def test_another_folder_without_a_document_does_not_empty_the_index(workshop: Workshop) -> None:
    before = workshop.generation
    workshop.documents = workshop.documents.with_name("mistyped")
    workshop.write("picture.gif", b"no document")
    for options in (AS_USUAL, FRESH, REPAIR):
        with pytest.raises(OtherFolderEmpty, match="DOCUMENTS_DIR"):
            workshop.run(options)
    assert (workshop.generation, workshop.leftovers()) == (before, [])


def test_a_small_change_to_a_large_index_copies_its_vectors_and_counts_the_dead_ones(empty_workshop: Workshop) -> None:
    sentences = [f"Sentence number {number} speaks of nothing in particular." for number in range(3_040)]
    for part in range(4):
        empty_workshop.write(f"{part}.txt", "\n\n".join(sentences[part * 760 : (part + 1) * 760]))
    empty_workshop.write("small.txt", "Old words.\n")
    first = empty_workshop.run(chunk_size=100, chunk_overlap=0)
    assert first.chunks >= 3_000
    empty_workshop.write("small.txt", "New words.\n")
    second = empty_workshop.run(chunk_size=100, chunk_overlap=0)
    assert (second.embedded, second.chunks) == (1, first.chunks)
    generation = open_generation(empty_workshop.index_dir)
    deleted, ids, chunk_ids = (
        generation.manifest.deleted_vectors,
        generation.vectors.ids(),
        generation.catalogue.chunk_ids(),
    )
    generation.close()
    assert (deleted, sorted(ids)) == (1, sorted(chunk_ids))
