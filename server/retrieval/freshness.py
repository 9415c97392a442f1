"""A passage whose file is gone never answers; one whose file changed since indexing is labelled. One stat per file.

Where all files seem gone because their folder is away, that is said instead.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Literal

from llama_index.core.postprocessor.types import BaseNodePostprocessor
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode
from pydantic import PrivateAttr

from server.retrieval.reachability import DocumentsUnreachable, why_unreachable
from storage.file_hash import file_sha256
from storage.generations.published import Generation
from storage.records import DocumentRecord
from storage.vectors.llama_index import PassageMetadata, add_metadata, metadata_of, move_to

Freshness = Literal["fresh", "changed", "gone"]
OnGone = Callable[[Sequence[str]], None]


class FileStates:
    """How files stand to what was indexed of them; a file whose time changed is hashed once for each new time.

    Of each file only the newest hash is kept.
    """

    def __init__(self) -> None:
        self._hashes: dict[Path, tuple[tuple[int, int], str]] = {}
        self._lock = threading.Lock()

    def state(self, folder: Path, record: DocumentRecord) -> Freshness:
        """Whether the file under `folder` is still the one that was indexed."""
        file = folder / record.path
        try:
            status = file.stat()
        except OSError:
            return "gone"
        if (status.st_size, status.st_mtime_ns) == (record.size, record.mtime_ns):
            return "fresh"
        version = (status.st_size, status.st_mtime_ns)
        with self._lock:
            known, sha256 = self._hashes.get(file, (None, ""))
        if known != version:
            try:
                sha256 = file_sha256(file)
            except OSError:
                return "gone"
            with self._lock:
                self._hashes[file] = (version, sha256)
        return "fresh" if sha256 == record.sha256 else "changed"


class FreshnessPostprocessor(BaseNodePostprocessor):
    """Drops passages of files that are gone, labels those of changed ones (metadata "stale").

    `on_gone` is told the document of each passage that was dropped. Raises `DocumentsUnreachable`.
    """

    _generation: Generation = PrivateAttr()
    _on_gone: OnGone = PrivateAttr()
    _state_of: Callable[[str], Freshness] = PrivateAttr()

    def __init__(self, generation: Generation, states: FileStates, on_gone: OnGone = lambda documents: None) -> None:
        super().__init__()
        self._generation, self._on_gone = generation, on_gone
        folder = Path(generation.manifest.documents_dir)

        def state_of(path: str) -> Freshness:
            record = generation.catalogue.document(path)
            return "gone" if record is None else states.state(folder, record)

        self._state_of = state_of

    @classmethod
    def class_name(cls) -> str:
        """The name LlamaIndex shows for this postprocessor."""
        return "FreshnessPostprocessor"

    def _postprocess_nodes(
        self, nodes: list[NodeWithScore], query_bundle: QueryBundle | None = None
    ) -> list[NodeWithScore]:
        states = {path: self._state_of(path) for path in _documents_of(nodes)}
        for scored in nodes:
            _move_from_gone(scored, states)
        gone = [document for scored in nodes if states[document := metadata_of(scored.node)["document"]] == "gone"]
        if (gone or not nodes) and (reason := why_unreachable(self._generation)) is not None:
            raise DocumentsUnreachable(reason)
        self._on_gone(gone)
        for scored in nodes:
            is_changed = states[metadata_of(scored.node)["document"]] == "changed"
            add_metadata(scored.node, PassageMetadata(stale=is_changed))
        return [scored for scored in nodes if states[metadata_of(scored.node)["document"]] != "gone"]


def _documents_of(nodes: Sequence[NodeWithScore]) -> set[str]:
    """The documents of the passages, and those in which the same texts stand."""
    said = [metadata_of(scored.node) for scored in nodes]
    return {each["document"] for each in said} | {
        place["document"] for each in said for place in each.get("also_in", [])
    }


def _move_from_gone(scored: NodeWithScore, states: Mapping[str, str]) -> None:
    """A text whose document is gone is that of another document in which it stands as well."""
    metadata = metadata_of(scored.node)
    there = [place for place in metadata.get("also_in", []) if states[place["document"]] != "gone"]
    if there and states[metadata["document"]] == "gone" and isinstance(scored.node, TextNode):
        move_to(scored.node, there.pop(0))
    if "also_in" in metadata:
        scored.node.metadata["also_in"] = there
