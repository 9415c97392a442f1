"""A copy of a generation with few changes: what was proven before is not read again, and nothing wrong passes by it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from storage.catalogue.catalogue import Catalogue
from storage.file_hash import file_sha256
from storage.generations.drafts import Draft, begin_draft, seal_draft
from storage.generations.manifest import read_manifest
from storage.generations.proven_before import proven_before
from storage.generations.published import EXACT_VECTORS, open_generation
from storage.generations.verification import VerificationFailed, Verifier, problems_of
from storage.vectors.collection import VectorCollection
from storage.vectors.exact import create_exact_vectors
from tests.storage.conftest import DIMENSION, PublishIndex, document, vector_of

PAGES = [f"page {number}" for number in range(200)]
ADDED = ["one more", "and another"]


def changed_copy(index_dir: Path, spoil: Callable[[VectorCollection, list[str]], None] = lambda *_: None) -> Draft:
    """A sealed draft: generation 0001 and another document. `spoil` gets the collection and the ids of 0001."""
    draft = begin_draft(index_dir, copy_of="0001", with_vectors=True)
    with Catalogue.edit(draft.catalogue_file) as catalogue:
        before = catalogue.chunk_ids()
        with catalogue.transaction():
            catalogue.replace_document(*document("b.txt", ADDED))
        catalogue.compact()
        texts, counts = {chunk.id: chunk.text for chunk in catalogue.iter_chunks()}, catalogue.counts()
    new = [id_ for id_ in texts if id_ not in before]
    vectors = draft.vector_place.open()
    vectors.add(new, np.stack([vector_of(texts[id_]) for id_ in new]))
    spoil(vectors, before)
    vectors.close()
    with create_exact_vectors(draft.exact_vectors_file, len(texts), DIMENSION) as exact:
        exact.append(np.stack([vector_of(text) for text in texts.values()]))
    earlier = read_manifest(index_dir / "generations" / "0001")
    seal_draft(draft, replace(earlier, generation=draft.name, counts=counts), earlier)
    return draft


@pytest.fixture
def earlier(index_dir: Path, publish_index: PublishIndex) -> str:
    return publish_index({"a.txt": PAGES})


def test_what_was_proven_before_is_all_but_what_is_new(index_dir: Path, earlier: str) -> None:
    draft = changed_copy(index_dir)
    generation = open_generation(index_dir, draft.directory.name)
    known = proven_before(generation, earlier)
    texts = {chunk.text for chunk in generation.catalogue.iter_chunks() if chunk.id not in known}
    generation.close()
    assert len(known) >= len(PAGES) - 1  # Chroma keeps the last one in its log
    assert set(ADDED) <= texts
    with Verifier() as verifier:
        verifier.verify(index_dir, draft.directory.name, earlier=earlier)


def test_a_copied_vector_that_became_another_one_is_found(index_dir: Path, earlier: str) -> None:
    def spoil(vectors: VectorCollection, ids: list[str]) -> None:
        vectors.add([ids[100]], vector_of("something else")[None, :])

    draft = changed_copy(index_dir, spoil)
    assert problems_of(index_dir, draft.directory.name, earlier=earlier) == [
        "1 of 202 vectors are not those that Chroma holds"
    ]


def test_a_graph_that_was_damaged_while_it_was_copied_is_found(index_dir: Path, earlier: str) -> None:
    draft = changed_copy(index_dir)
    (file,) = draft.chroma_directory.rglob("data_level0.bin")
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    with (
        Verifier() as verifier,
        pytest.raises(VerificationFailed, match=r"data_level0\.bin is not as it was"),
    ):
        verifier.verify(index_dir, draft.directory.name, earlier=earlier)


def test_an_exact_vector_that_is_not_the_earlier_one_is_compared_with_chromas(index_dir: Path, earlier: str) -> None:
    draft = changed_copy(index_dir)
    texts = [*PAGES, *ADDED]
    with create_exact_vectors(draft.exact_vectors_file, len(texts), DIMENSION) as exact:
        texts[50] = "something else"
        exact.append(np.stack([vector_of(text) for text in texts]))
    seal_draft(draft, read_manifest(draft.directory))
    assert problems_of(index_dir, draft.directory.name, earlier=earlier) == [
        "1 of 202 vectors are not those that Chroma holds"
    ]


@pytest.mark.parametrize("torn", [EXACT_VECTORS, "MANIFEST.json"])
def test_a_damaged_earlier_generation_speaks_for_nothing(index_dir: Path, earlier: str, torn: str) -> None:
    draft = changed_copy(index_dir)
    file = index_dir / "generations" / earlier / torn
    file.write_bytes(file.read_bytes()[:-1] + b"?")
    generation = open_generation(index_dir, draft.directory.name)
    assert proven_before(generation, earlier) == set()
    generation.close()
    assert problems_of(index_dir, draft.directory.name, earlier=earlier) == []


def test_a_copy_has_files_of_its_own_under_hashes_that_are_true(index_dir: Path, earlier: str) -> None:
    draft = changed_copy(index_dir)
    manifest = read_manifest(draft.directory)
    for relative, sha256 in manifest.files.items():
        assert file_sha256(draft.directory / relative) == sha256
        assert not (draft.directory / relative).samefile(index_dir / "generations" / earlier / relative)
