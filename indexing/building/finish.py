"""From a written catalogue to a proven draft: embeddings, vectors, manifest, verification in a fresh process."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from indexing.building.embedding import Embedder
from indexing.planning.recipe import Recipe
from indexing.progress import Progress
from storage.caches.embeddings import Matrix
from storage.catalogue.catalogue import Catalogue
from storage.embedding.models import PROBE_TEXT, ModelIdentity
from storage.failpoints import failpoint
from storage.generations.drafts import Draft, seal_draft
from storage.generations.manifest import Manifest
from storage.generations.published import open_exact_vectors, utc_now
from storage.generations.verification import VerificationFailed, Verifier
from storage.messages import message
from storage.records import Counts
from storage.vectors.exact import ExactVectors, create_exact_vectors

_VECTORS_AT_A_TIME = 2_000
_MANY = 100_000  # vectors, all of which the usual search must find: to link them anew is too much for a small change

VectorsOf = Callable[[Sequence[str]], Matrix]
"""Texts -> their vectors `(n, dimension)`."""


def write_vectors(
    draft: Draft,
    catalogue: Catalogue,
    vectors_of: VectorsOf,
    model: ModelIdentity,
    earlier: ExactVectors | None = None,
    *,
    linked_closely: bool = False,
) -> int:
    """Make both hold exactly the catalogue's chunks; returns how many vectors were deleted from the collection.

    `earlier`: the previous generation's vectors. The draft has a copy of its collection, to which only the difference
    is written. `linked_closely`: see `create_vectors`.
    """
    wanted = catalogue.chunk_ids()
    stored = set() if earlier is None else earlier.ids  # the proof asks Chroma itself
    orphans = sorted(stored - set(wanted))
    new = [row for row, id_ in enumerate(wanted) if id_ not in stored]
    place = draft.vector_place
    if earlier is None:
        collection = place.create(model.dimension, len(wanted), linked_closely=linked_closely)
    else:
        collection = place.open_to_change(len(new) + len(orphans), len(wanted))
    try:
        with (
            create_exact_vectors(draft.exact_vectors_file, len(wanted), model.dimension) as exact,
            ThreadPoolExecutor(1, "graph") as beside,
            ThreadPoolExecutor(1, "copy") as copier,
        ):
            copying = None if earlier is None else copier.submit(exact.take, earlier, wanted)
            writing = beside.submit(collection.delete, orphans)
            for rows in _slices(new):
                ids = [wanted[row] for row in rows]
                matrix = _embedded(ids, catalogue, vectors_of)
                writing.result()  # of the slice before
                writing = beside.submit(collection.add, ids, matrix)
                exact.put(rows, matrix)
            writing.result()
            if copying is not None:
                copying.result()
        if earlier is not None:
            collection.write_files_after(len(wanted))
    finally:
        collection.close()
    return len(orphans)


def _slices(rows: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(rows), _VECTORS_AT_A_TIME):
        yield rows[start : start + _VECTORS_AT_A_TIME]


def _embedded(ids: Sequence[str], catalogue: Catalogue, vectors_of: VectorsOf) -> Matrix:
    chunks = catalogue.chunks(ids)
    return vectors_of([chunks[id_].embed_text for id_ in ids])


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

    def finish(self, copied_from: Manifest | None, *, linked_closely: bool = False) -> None:
        """Seal and prove the draft. `copied_from`: its vectors are a copy of that generation's, to be brought up to
        date; should they not prove whole, all are written anew, and linked closely where a search misses too many.
        Raises `VerificationFailed`, `ModelUnavailable`.
        """
        try:
            self._attempt(copied_from, linked_closely)
        except VerificationFailed as error:
            closely = error.is_of_the_search_alone
            if linked_closely or (copied_from is None and not closely):
                raise
            self.progress.say(
                message(
                    "a search misses too many vectors ({error}); linking all of them more closely", error=str(error)
                )
                if closely
                else message("the copied vectors are not whole ({error}); writing all of them anew", error=str(error))
            )
            self.draft.vector_place.remove()
            self.finish(None, linked_closely=closely)

    def _attempt(self, copied_from: Manifest | None, linked_closely: bool) -> None:
        with Verifier() as verifier:
            chunks = self._seal(copied_from, linked_closely)
            self.progress.working(message("proving the new index whole"))
            verifier.verify(
                self.index_dir,
                self.draft.directory.name,
                chroma=self.draft.chroma,
                earlier=copied_from.generation if copied_from else "",
                finds_all=chunks > _MANY and copied_from is None and not linked_closely,
            )
        failpoint("verify.done")

    def _seal(self, copied_from: Manifest | None, linked_closely: bool) -> int:
        """How many chunks the draft has."""
        with Catalogue.open(self.draft.catalogue_file) as catalogue:
            if copied_from is None:
                self.embedder.want(chunk.embed_text for chunk in catalogue.iter_chunks())
            self._embed()
            self.progress.working(message("writing vectors"))
            deleted = write_vectors(
                self.draft,
                catalogue,
                self.embedder.vectors_of,
                self.recipe.model,
                self._earlier(copied_from),
                linked_closely=linked_closely,
            )
            manifest = self._manifest(catalogue.counts(), deleted + (copied_from.deleted_vectors if copied_from else 0))
        failpoint("vectors.written")
        seal_draft(self.draft, manifest, copied_from)
        return manifest.counts.chunks

    def _earlier(self, manifest: Manifest | None) -> ExactVectors | None:
        return None if manifest is None else open_exact_vectors(self.index_dir, manifest.generation)

    def _embed(self) -> None:
        if self.embedder.missing:
            self.progress.working(message("loading the embedding model"))
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
