"""What an index is built with: the embedding model and the chunking. Only a rebuild changes it."""

from dataclasses import dataclass

from indexing.chunking.chunker import CHUNKER_VERSION
from indexing.planning.plan import Fingerprints
from indexing.settings import IndexingSettings
from storage.embedding.download import DownloadListener
from storage.embedding.loading import find_model, recorded_model
from storage.embedding.models import ModelIdentity
from storage.generations.manifest import Manifest
from storage.messages import message
from storage.settings import StorageSettings


@dataclass(frozen=True, slots=True)
class Recipe:
    """The model and chunking of one index."""

    model: ModelIdentity
    chunk_size: int
    chunk_overlap: int

    @property
    def model_sentence(self) -> str:
        """Which model it is, and for which one it stands in."""
        if self.model.fallback:
            return message("{model} (stands in for {wanted})", model=self.model.short_name, wanted=self.model.name)
        if self.model.protocol:
            return message("{model} (on a server)", model=self.model.short_name)
        return self.model.short_name


def written_recipe(manifest: Manifest) -> Recipe:
    """What the manifest says, without looking whether the model is still there."""
    return Recipe(manifest.embed_model, manifest.chunk_size, manifest.chunk_overlap)


def recorded_recipe(manifest: Manifest, storage: StorageSettings) -> Recipe:
    """What the index was built with, the model as it is found today. Raises `ModelUnavailable`, `ServerUnavailable`."""
    model = recorded_model(manifest, storage.embedding_server)
    return Recipe(model, manifest.chunk_size, manifest.chunk_overlap)


def chosen_recipe(
    storage: StorageSettings,
    settings: IndexingSettings,
    before: Manifest | None = None,
    listener: DownloadListener | None = None,
) -> Recipe:
    """What the settings ask for; `before` is the index there was. Downloads the model if need be: `listener` is told.

    Raises `ModelUnavailable`, `ServerUnavailable`.
    """
    return Recipe(find_model(storage, before, listener), settings.chunk_size, settings.chunk_overlap)


def fingerprints(recipe: Recipe, settings: IndexingSettings, with_ocr: frozenset[str] = frozenset()) -> Fingerprints:
    """What documents depend on besides their bytes, under this recipe and these limits.

    `with_ocr`: those that are read with OCR, whatever the settings say.
    """
    return Fingerprints(
        chunking=f"chunks-{CHUNKER_VERSION}.{recipe.chunk_size}.{recipe.chunk_overlap}.{recipe.model.fingerprint}",
        limits=f"{settings.parse_timeout_seconds:g}s.{settings.parse_memory_mb}MB.{settings.parse_max_text_mb}MB",
        ocr=f".ocr-{settings.ocr}",
        with_ocr=with_ocr,
    )


def differences(manifest: Manifest, storage: StorageSettings, settings: IndexingSettings) -> list[str]:
    """Sentences about settings that the existing index does not follow."""
    wanted = {
        "EMBED_MODEL": (storage.embed_model, manifest.embed_model.name),
        "CHUNK_SIZE": (settings.chunk_size, manifest.chunk_size),
        "CHUNK_OVERLAP": (settings.chunk_overlap, manifest.chunk_overlap),
    }
    found: list[str] = [
        message(
            "{setting} is {now}, but this index was built with {then} and keeps it; make reindex builds it anew",
            setting=name,
            now=now,
            then=then,
        )
        for name, (now, then) in wanted.items()
        if now != then
    ]
    if storage.embedding_server is not None and not manifest.embed_model.protocol:
        found.append(
            message("EMBED_URL is set, but this index keeps its model, which runs here; make reindex builds it anew")
        )
    return found
