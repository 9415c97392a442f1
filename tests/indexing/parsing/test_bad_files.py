"""A folder of bad files, as the job sees it: each is named, keeps its last good version, and holds up no other file."""

import io
import zipfile
from pathlib import Path

import pytest

from indexing.planning.survey import Options
from tests.indexing import samples
from tests.indexing.workshop import TEXTS, Workshop

EXTERNAL_ENTITY = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><x>&e;</x>'


def _zip(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


BAD = [
    pytest.param("b1.pdf", b"", "empty", id="B1", marks=pytest.mark.faults("B1")),
    pytest.param("b2.pdf", samples.pdf(["Words."])[:300], "damaged", id="B2", marks=pytest.mark.faults("B2")),
    pytest.param("b3.pdf", b"<!doctype html><p>Words.", "type_mismatch", id="B3", marks=pytest.mark.faults("B3")),
    pytest.param(
        "b4.pdf",
        samples.encrypted_pdf("Words.", user_password="secret"),
        "encrypted",
        id="B4",
        marks=pytest.mark.faults("B4"),
    ),
    pytest.param("b5.pdf", samples.scanned_pdf(), "no_text", id="B5", marks=pytest.mark.faults("B5")),
    pytest.param("b15.txt", bytes(range(128, 256)) * 3, "encoding_unknown", id="B15", marks=pytest.mark.faults("B15")),
    pytest.param(
        "b17.docx", _zip({f"{i}.xml": b"<x/>" for i in range(1_100)}), None, id="B17", marks=pytest.mark.faults("B17")
    ),
    pytest.param(
        "b18.docx",
        _zip(
            {
                "[Content_Types].xml": EXTERNAL_ENTITY.encode(),
                "word/document.xml": EXTERNAL_ENTITY.encode(),
                "_rels/.rels": EXTERNAL_ENTITY.encode(),
            }
        ),
        None,
        id="B18",
        marks=pytest.mark.faults("B18"),
    ),
    pytest.param("b19.docx", _zip({"../../x": b"y"}), None, id="B19", marks=pytest.mark.faults("B19")),
]


@pytest.fixture(scope="module")
def bad_folder(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """Every bad file had a good version, which was indexed; then it went bad, and one good file was added."""
    place = tmp_path_factory.mktemp("bad-files")
    workshop = Workshop(place / "documents", place / "index")
    for path, text in TEXTS.items():
        workshop.write(path, text)
    for param in BAD:
        name = str(param.values[0])
        workshop.write(name, _good_version(name))
    first = workshop.run()
    assert (first.exit_code, first.documents) == (0, len(TEXTS) + len(BAD))
    for param in BAD:
        named, content, _ = param.values
        assert isinstance(content, bytes)
        workshop.write(str(named), content)
    workshop.write("added.txt", "Copper conducts well.\n")
    return workshop


def _good_version(name: str) -> bytes:
    text = f"This is the good version of {name.split('.')[0]}."
    if name.endswith(".pdf"):
        return samples.pdf([text])
    if name.endswith(".docx"):
        from docx import Document

        document, out = Document(), io.BytesIO()
        document.add_paragraph(text)
        document.save(out)
        return out.getvalue()
    return text.encode()


@pytest.fixture(scope="module")
def exit_code(bad_folder: Workshop) -> int:
    """What the run over the bad folder ends with."""
    return bad_folder.run(parse_workers=2).exit_code


def test_the_other_files_are_indexed_and_the_exit_code_tells(bad_folder: Workshop, exit_code: int) -> None:
    assert exit_code == 1
    assert bad_folder.text_of("added.txt") == "Copper conducts well."
    statuses = {path: document.status for path, document in bad_folder.documents_known().items()}
    assert {path for path, status in statuses.items() if status == "indexed"} == {*TEXTS, "added.txt"}


@pytest.mark.faults("B22")
@pytest.mark.parametrize(("name", "content", "category"), BAD)
def test_a_bad_file_is_named_and_keeps_its_last_good_version(
    bad_folder: Workshop, exit_code: int, name: str, content: bytes, category: str | None
) -> None:
    record = bad_folder.documents_known()[name]
    assert record.status == "stale"
    assert record.category == category or category is None
    assert record.detail
    assert f"good version of {Path(name).stem}" in bad_folder.text_of(name)


@pytest.mark.faults("B16")
def test_a_binary_file_is_ignored(workshop: Workshop) -> None:
    workshop.write("program.exe", b"MZ\0\0words that look like text" * 50)
    workshop.write("data.bin", bytes(range(256)))
    report = workshop.run(Options())
    assert (report.published, report.exit_code, report.documents) == (False, 0, 4)


@pytest.mark.faults("B13")
@pytest.mark.faults("B14")
def test_no_unseen_character_is_stored(empty_workshop: Workshop) -> None:
    unseen = "\u0001\u202e\u200b\ufeff\U000e0041\ufe0f"
    empty_workshop.write("odd.md", f"# Odd{unseen}\n\nWords{unseen} and more{unseen} words.\n".encode())
    assert empty_workshop.run().exit_code == 0
    stored = empty_workshop.text_of("odd.md")
    assert not set(stored) & set(unseen)
    assert "words" in stored


@pytest.mark.faults("B24")
def test_every_changed_chunk_is_served_with_its_new_text_and_vector(workshop: Workshop) -> None:
    from storage.generations.published import open_generation
    from tests.indexing.hash_embedding import HashEmbedding

    for round_ in range(2):
        workshop.write("long.txt", "\n\n".join(f"Round {round_}, sentence {i} of many." for i in range(60)))
        workshop.run(chunk_size=100, chunk_overlap=0)
    generation = open_generation(workshop.index_dir)
    model = HashEmbedding(generation.manifest.embed_model)
    chunks = generation.catalogue.document_chunks("long.txt")
    for chunk in chunks:
        ((found, cosine),) = generation.vectors.nearest(model.get_text_embedding(chunk.embed_text), 1)
        assert (found, round(cosine, 3)) == (chunk.id, 1.0)
    generation.close()
    assert all("Round 1" in chunk.text and "Round 0" not in chunk.text for chunk in chunks)
