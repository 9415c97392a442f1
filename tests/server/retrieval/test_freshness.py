"""A passage whose file is gone never answers; one whose file changed since indexing is labelled."""

import hashlib
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from llama_index.core.schema import NodeWithScore, TextNode

from server.retrieval.freshness import FileStates, FreshnessPostprocessor
from server.retrieval.reachability import DocumentsUnreachable
from storage.records import DocumentRecord

TEXT = b"The library opens at nine."


@pytest.fixture
def generation(tmp_path: Path) -> Any:
    """What freshness reads of a generation: the folder, and the record of a file in it."""
    file = tmp_path / "a.txt"
    file.write_bytes(TEXT)
    status = file.stat()
    sha256 = hashlib.sha256(TEXT).hexdigest()
    record = DocumentRecord("a.txt", "indexed", "txt", sha256, status.st_size, status.st_mtime_ns, "reader-1")
    known = {"a.txt": record}
    manifest = SimpleNamespace(documents_dir=str(tmp_path))
    catalogue = SimpleNamespace(document=known.get, paths=lambda: list(known))
    return SimpleNamespace(manifest=manifest, catalogue=catalogue, directory=tmp_path / "index" / "generations" / "1")


def answering(generation: Any, document: str = "a.txt") -> list[bool]:
    """For each passage that may answer, whether it is labelled as stale."""
    node = NodeWithScore(node=TextNode(text="The library", metadata={"document": document}), score=0.5)
    kept = FreshnessPostprocessor(generation, FileStates()).postprocess_nodes([node])
    return [scored.node.metadata["stale"] for scored in kept]


def test_a_file_as_it_was_indexed_answers(generation: Any) -> None:
    assert answering(generation) == [False]


def test_a_file_that_was_only_touched_is_not_stale(generation: Any, tmp_path: Path) -> None:
    os.utime(tmp_path / "a.txt", (1, 1))
    assert answering(generation) == [False]


def test_a_changed_file_answers_labelled(generation: Any, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(TEXT.replace(b"nine", b"four"))
    os.utime(tmp_path / "a.txt", (1, 1))
    assert answering(generation) == [True]


def test_a_file_that_is_gone_never_answers(generation: Any, tmp_path: Path) -> None:
    (tmp_path / "a.txt").unlink()
    assert answering(generation) == []


def test_what_is_left_out_is_told(generation: Any, tmp_path: Path) -> None:
    (tmp_path / "a.txt").unlink()
    left_out: list[str] = []
    node = NodeWithScore(node=TextNode(text="The library", metadata={"document": "a.txt"}), score=0.5)
    FreshnessPostprocessor(generation, FileStates(), left_out.extend).postprocess_nodes([node])
    assert left_out == ["a.txt"]


@pytest.mark.parametrize("document", ["a.txt", None], ids=["a passage", "no passage at all"])
def test_a_folder_that_is_away_is_not_taken_for_deleted_files(
    generation: Any, tmp_path: Path, document: str | None
) -> None:
    generation.manifest.documents_dir = str(tmp_path / "unmounted")
    nodes = [NodeWithScore(node=TextNode(text="The library", metadata={"document": document}), score=0.5)]
    with pytest.raises(DocumentsUnreachable, match="their folder is not there"):
        FreshnessPostprocessor(generation, FileStates()).postprocess_nodes(nodes if document else [])


def test_a_document_the_catalogue_does_not_know_never_answers(generation: Any) -> None:
    assert answering(generation, "b.txt") == []


def test_a_changed_file_is_hashed_once(generation: Any, tmp_path: Path) -> None:
    states, record = FileStates(), generation.catalogue.document("a.txt")
    os.utime(tmp_path / "a.txt", (1, 1))
    assert states.state(tmp_path, record) == "fresh"
    (tmp_path / "a.txt").write_bytes(TEXT.replace(b"nine", b"four"))
    os.utime(tmp_path / "a.txt", (1, 1))  # same size and time: trusted without another look
    assert states.state(tmp_path, record) == "fresh"


def test_the_label_never_reaches_a_prompt(generation: Any) -> None:
    node = NodeWithScore(node=TextNode(text="The library", metadata={"document": "a.txt"}), score=0.5)
    node.node.excluded_llm_metadata_keys = ["document"]
    FreshnessPostprocessor(generation, FileStates()).postprocess_nodes([node])
    assert node.node.get_content(metadata_mode="llm") == "The library"  # type: ignore[arg-type]


def test_a_text_whose_file_is_gone_is_that_of_its_copy(generation: Any) -> None:
    copy = {"id": "of a copy", "document": "a.txt", "pages": [1], "spans": [(1, 0, 11)]}
    metadata = {"document": "gone.txt", "pages": [3], "spans": [(3, 0, 11)], "also_in": [copy]}
    node = NodeWithScore(node=TextNode(id_="of the gone", text="The library", metadata=metadata), score=0.5)
    (kept,) = FreshnessPostprocessor(generation, FileStates()).postprocess_nodes([node])
    assert (kept.node.node_id, kept.node.metadata["document"]) == ("of a copy", "a.txt")
    assert kept.node.metadata["also_in"] == []
