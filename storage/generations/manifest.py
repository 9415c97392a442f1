"""What a generation says of itself: MANIFEST.json, written once, last, before it is published."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from storage.embedding.models import ModelIdentity
from storage.messages import message
from storage.records import Counts

SCHEMA = 2
FILE_NAME = "MANIFEST.json"


class UnreadableManifest(Exception):
    """The manifest is missing, torn, or of another version of Pagewise."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """`probe_vector` is the model's vector of `PROBE_TEXT`: another model gives another one.

    `files` maps the generation's immutable files (relative POSIX path) to their SHA-256.
    `collection` is the name of the collection that holds the vectors on a Chroma server; empty: they are files here.
    `published_at` is UTC, ISO 8601 with Z.
    """

    generation: str
    published_at: str
    documents_dir: str
    embed_model: ModelIdentity
    chunk_size: int
    chunk_overlap: int
    counts: Counts
    probe_vector: tuple[float, ...]
    collection: str = ""
    deleted_vectors: int = 0
    library_versions: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    schema: int = SCHEMA


def write_manifest(directory: Path, manifest: Manifest) -> None:
    """Write the manifest into a generation that is not published yet."""
    text = json.dumps(asdict(manifest), indent=1, ensure_ascii=False)
    (directory / FILE_NAME).write_text(text + "\n", encoding="utf-8")


def read_manifest(directory: Path) -> Manifest:
    """The manifest of a generation. Raises `UnreadableManifest`."""
    try:
        raw: dict[str, Any] = json.loads((directory / FILE_NAME).read_text(encoding="utf-8"))
        if raw.get("schema") != SCHEMA:
            raise UnreadableManifest(
                message(
                    "generation {generation} has format {found}, this version reads {known}; run make reindex",
                    generation=directory.name,
                    found=raw.get("schema"),
                    known=SCHEMA,
                )
            )
        raw["embed_model"] = ModelIdentity(**raw["embed_model"])
        raw["counts"] = Counts(**raw["counts"])
        raw["probe_vector"] = tuple(raw["probe_vector"])
        return Manifest(**raw)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise UnreadableManifest(
            message("generation {generation} has no readable manifest", generation=directory.name)
        ) from error
