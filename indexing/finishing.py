"""From a written catalogue to a proven draft: embeddings, vectors, manifest, verification in a fresh process."""

from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from indexing.embedding import Embedder
from indexing.progress import Progress
from indexing.recipe import Recipe
from indexing.vectors import write_vectors
from storage.catalogue import Catalogue
from storage.drafts import Draft, seal_draft
from storage.embedding_models import PROBE_TEXT
from storage.exact_vectors import ExactVectors
from storage.failpoints import failpoint
from storage.generations import open_exact_vectors, utc_now
from storage.manifest import Manifest
from storage.records import Counts
from storage.verification import VerificationFailed, Verifier

_LIBRARIES = (
    "pypdf",
    "pypdfium2",
    "chromadb",
    "openvino",
    "torch",
    "sentence-transformers",
    "transformers",
    "tokenizers",
)


@dataclass(frozen=True, slots=True)
class Finisher:
    """Everything that finishing one draft needs."""

    index_dir: Path
    documents_dir: Path
    draft: Draft
    recipe: Recipe
    embedder: Embedder
    progress: Progress

    def finish(self, copied_from: Manifest | None) -> None:
        """Seal and prove the draft. `copied_from`: its vectors are a copy of that generation's, to be brought up to
        date; should they not prove whole, all are written anew. Raises `VerificationFailed`, `ModelUnavailable`.
        """
        try:
            self._attempt(copied_from)
        except VerificationFailed as error:
            if copied_from is None:
                raise
            self.progress.say(f"the copied vectors are not whole ({error}); writing all of them anew")
            self.draft.vector_place.remove()
            self._attempt(None)

    def _attempt(self, copied_from: Manifest | None) -> None:
        with Verifier() as verifier:
            self._seal(copied_from)
            self.progress.working("proving the new index whole")
            verifier.verify(self.index_dir, self.draft.directory.name, chroma=self.draft.chroma)
        failpoint("verify.done")

    def _seal(self, copied_from: Manifest | None) -> None:
        with Catalogue.open(self.draft.catalogue_file) as catalogue:
            if copied_from is None:
                self.embedder.want(chunk.embed_text for chunk in catalogue.iter_chunks())
            self._embed()
            self.progress.working("writing vectors")
            deleted = write_vectors(
                self.draft, catalogue, self.embedder.vectors_of, self.recipe.model, self._earlier(copied_from)
            )
            manifest = self._manifest(catalogue.counts(), deleted + (copied_from.deleted_vectors if copied_from else 0))
        failpoint("vectors.written")
        seal_draft(self.draft, manifest)

    def _earlier(self, manifest: Manifest | None) -> ExactVectors | None:
        return None if manifest is None else open_exact_vectors(self.index_dir, manifest.generation)

    def _embed(self) -> None:
        if self.embedder.missing:
            self.progress.working("loading the embedding model")
            self.embedder.wait_for_model()
            self.progress.embedding(self.embedder.missing, self.embedder.missing_characters)
            self.embedder.run(self.progress.embedded)

    def _manifest(self, counts: Counts, deleted_vectors: int) -> Manifest:
        return Manifest(
            generation=self.draft.name,
            published_at=utc_now(),
            documents_dir=str(self.documents_dir.resolve()),
            embed_model=self.recipe.model,
            chunk_size=self.recipe.chunk_size,
            chunk_overlap=self.recipe.chunk_overlap,
            counts=counts,
            probe_vector=tuple(float(value) for value in self.embedder.vector_of(PROBE_TEXT)),
            deleted_vectors=deleted_vectors,
            library_versions=_library_versions(),
        )


def _library_versions() -> dict[str, str]:
    versions = {}
    for library in _LIBRARIES:
        try:
            versions[library] = version(library)
        except PackageNotFoundError:
            continue
    return versions
