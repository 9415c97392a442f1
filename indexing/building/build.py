"""Builds one new generation beside the current one, proves it whole and publishes it."""

import shutil
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import cache, partial
from pathlib import Path

from indexing.building.documents import CatalogueEditor, Chunker, DocumentReader, read_limits
from indexing.building.embedding import Embedder, TextEmbedder, forget_unused
from indexing.building.finish import Finisher
from indexing.chunking.chunker import chunk_document
from indexing.documents import ParsedDocument
from indexing.planning.recipe import Recipe, chosen_recipe, fingerprints, recorded_recipe
from indexing.planning.removals import RemovalsInDoubt, remaining_of
from indexing.planning.survey import Options, Survey
from indexing.progress import Progress
from indexing.report import RunReport, report_on
from indexing.settings import IndexingSettings
from storage.caches.embeddings import EmbeddingCache
from storage.catalogue.catalogue import Catalogue
from storage.embedding.loading import load_token_counter
from storage.embedding.models import PROTOCOL_NAMES, ModelIdentity
from storage.failpoints import failpoint
from storage.failures import StorageFailed, explained_failures
from storage.folder_identity import match_folder
from storage.generations.drafts import ROOM_FACTOR, Draft, begin_draft, discard
from storage.generations.published import newer_than_current, open_catalogue
from storage.generations.publishing import prune, publish
from storage.messages import message
from storage.records import ChunkRecord, DocumentRecord
from storage.servers import ServerUnavailable
from storage.settings import StorageSettings

_LEAST_ROOM_BYTES = 50_000_000
_COPY_FROM_CHUNKS = 3_000  # with fewer, writing all vectors anew takes a second and leaves no dead space
_MOST_DEAD_SHARE = 0.2


LoadModel = Callable[[ModelIdentity, str, int], TextEmbedder]
"""Loads a model on a device for batches of a size; takes seconds."""


class NothingToPublish(Exception):
    """There is no index and no document that could make one. `failed` are the files that could not be read."""

    def __init__(self, message: str, failed: tuple[DocumentRecord, ...] = ()) -> None:
        super().__init__(message)
        self.failed = failed


class NotEnoughRoom(Exception):
    """The disk is too full to build a generation beside the current one."""


class Build:
    """One new generation, from draft to publication."""

    def __init__(
        self,
        storage: StorageSettings,
        settings: IndexingSettings,
        progress: Progress,
        options: Options,
        seen: Survey,
        load_model: LoadModel,
    ) -> None:
        self.load_model = load_model
        self.storage = storage
        self.settings = settings
        self.progress = progress
        self.options = options
        self.baseline, self.plan, self.moment = seen.baseline, seen.plan, seen.moment
        self.copied = None if options.fresh else self.baseline.name
        self.must_publish = options.must_publish or seen.must_publish
        self.check = seen.check
        self.passed_over = newer_than_current(storage.index_dir)

    def run(self) -> RunReport:
        """Build, verify, publish, prune."""
        if not self.plan.to_index and self.baseline.name is None:
            raise NothingToPublish(
                message("{folder} holds no document that could be indexed", folder=self.settings.documents_dir)
            )
        index_dir = self.storage.index_dir
        _require_room(index_dir, self.baseline.name)
        recipe = self._recipe()
        with EmbeddingCache.open(index_dir / "embeddings.db", self.progress.say) as cache:
            batch_size = self.settings.embed_batch_size
            load = partial(self.load_model, recipe.model, self.storage.embed_device, batch_size)
            embedder = Embedder(cache, recipe.model.fingerprint, load, batch_size, _token_counter(recipe.model))
            report = self._publish(recipe, embedder)
            if report.published:
                self._tidy(report.generation, recipe, cache)
        return report

    def _publish(self, recipe: Recipe, embedder: Embedder) -> RunReport:
        index_dir = self.storage.index_dir
        draft = begin_draft(
            index_dir,
            copy_of=self.copied,
            with_vectors=self._copies_vectors,
            chroma=self.storage.chroma_server,
        )
        try:
            report = self._fill(draft, recipe, embedder)
            if report.published:
                publish(index_dir, draft)
        except BaseException:
            if embedder.computed:
                self.progress.say(
                    message("{count:,} embeddings are kept and will not be computed again", count=embedder.computed)
                )
            raise
        finally:
            discard(draft)
        return report

    def _tidy(self, generation: str, recipe: Recipe, cache: EmbeddingCache) -> None:
        """Remove what nobody needs any more. The new generation answers already: failing here is no failure."""
        index_dir = self.storage.index_dir
        try:
            with explained_failures(index_dir):
                prune(index_dir, chroma=self.storage.chroma_server, passed_over=self.passed_over)
                with open_catalogue(index_dir, generation) as catalogue:
                    forget_unused(cache, recipe.model.fingerprint, catalogue)
        except (StorageFailed, ServerUnavailable) as error:
            self.progress.say(
                message(
                    "what is no longer needed could not be removed: {error}; the next run tries again", error=str(error)
                )
            )

    def _recipe(self) -> Recipe:
        if self.baseline.manifest is not None and not self.options.fresh:
            return recorded_recipe(self.baseline.manifest, self.storage)
        recipe = chosen_recipe(self.storage, self.settings, self.baseline.manifest, self.progress)
        if recipe.model.protocol and self.storage.embedding_server is not None:
            self.progress.say(
                message(
                    "{model} is asked at {host} ({path}); it reads {tokens:,} tokens",
                    model=recipe.model.short_name,
                    host=self.storage.embedding_server.host,
                    path=PROTOCOL_NAMES[recipe.model.protocol],
                    tokens=recipe.model.max_tokens,
                )
            )
        if recipe.model.fallback:
            self.progress.say(
                message(
                    "{wanted} is neither on this machine nor to be had within a few seconds: this index is built "
                    "with {model}, a smaller model; make reindex tries again",
                    wanted=recipe.model.name,
                    model=recipe.model.short_name,
                )
            )
        return recipe

    @property
    def _copies_vectors(self) -> bool:
        """Whether the difference to the previous vectors is small enough to be worth its dead space."""
        manifest = self.baseline.manifest
        if self.copied is None or manifest is None or self.options.repair or manifest.counts.chunks < _COPY_FROM_CHUNKS:
            return False
        if manifest.collection or self.storage.chroma_server is not None:
            return False  # a Chroma server copies no collections
        affected = {*self.plan.to_remove, *(task.file.path for task in self.plan.to_index)}
        deleted = sum(document.chunks for document in self.baseline.documents if document.path in affected)
        return manifest.deleted_vectors + deleted <= manifest.counts.chunks * _MOST_DEAD_SHARE

    def _fill(self, draft: Draft, recipe: Recipe, embedder: Embedder) -> RunReport:
        with (Catalogue.edit if self.copied else Catalogue.create)(draft.catalogue_file) as catalogue:
            changes = self._write_documents(catalogue, recipe, embedder)
            counts, documents = catalogue.counts(), catalogue.documents()
            self._require_documents(documents)
            report = report_on(self.plan, documents, counts, self.baseline.name or "", recipe.model_sentence)
            if counts.documents == 0 and self.baseline.name is None:
                raise NothingToPublish(message("no document could be read, so there is no index"), report.failed)
            if not changes and self.baseline.is_current and not self.must_publish:
                return report
            catalogue.compact()
        failpoint("catalogue.written")
        finisher = Finisher(self.storage.index_dir, self.settings.documents_dir, draft, recipe, embedder, self.progress)
        finisher.finish(self.baseline.manifest if self._copies_vectors else None)
        return replace(
            report, generation=draft.name, published=True, embedded=embedder.computed, reused=embedder.reused
        )

    def _require_documents(self, left: Sequence[DocumentRecord]) -> None:
        """A disk may go while its files are read; then what was read is not published either."""
        match = match_folder(self.storage.index_dir, self.settings.documents_dir)
        removals = replace(self.check, match=match).removals(remaining_of(left))
        if removals is not None and not self.options.allow_removals:
            raise RemovalsInDoubt(removals)

    def _write_documents(self, catalogue: Catalogue, recipe: Recipe, embedder: Embedder) -> int:
        """Everything the plan says, into the draft's catalogue; returns how many documents became other ones."""
        with ExitStack() as stack:
            earlier = None
            if self.options.fresh and self.baseline.name is not None:
                earlier = stack.enter_context(open_catalogue(self.storage.index_dir, self.baseline.name))
            chunker = _chunker(recipe)
            wanted = fingerprints(recipe, self.settings, self.plan.with_ocr)
            editor = CatalogueEditor(catalogue, wanted, chunker, self.moment, earlier)
            for path in self.plan.to_remove:
                editor.remove(path)
            for problem in self.plan.to_fail:
                kept = editor.fail(problem.path, problem, keep=problem.keeps_last_version)
                embedder.want(chunk.embed_text for chunk in kept)
            for file in self.plan.touched:
                editor.touch(file)
            self._read_documents(editor, chunker, embedder)
            return editor.changes

    def _read_documents(self, editor: CatalogueEditor, chunker: Chunker, embedder: Embedder) -> None:
        if not self.plan.to_index:
            return
        self.progress.reading(len(self.plan.to_index))
        ocr_cache_file = self.storage.index_dir / "ocr.db"
        limits = read_limits(self.settings, ocr_cache_file)
        DocumentReader(
            self.settings.documents_dir,
            limits,
            self.plan.with_ocr,
            self.settings.workers,
            ocr_cache_file,
            chunker,
            editor,
            embedder,
            self.progress,
        ).read(self.plan.to_index)


def _chunker(recipe: Recipe) -> Chunker:
    count_tokens = _token_counter(recipe.model)

    def chunk(path: str, parsed: ParsedDocument) -> list[ChunkRecord]:
        return chunk_document(
            path,
            parsed,
            size=recipe.chunk_size,
            overlap=recipe.chunk_overlap,
            max_tokens=recipe.model.max_tokens,
            count_tokens=count_tokens,
        )

    return chunk


def _token_counter(model: ModelIdentity) -> Callable[[str], int]:
    """Loaded when it is first wanted: by then files are being read."""
    load = cache(partial(load_token_counter, model))
    return lambda text: load()(text)


def _require_room(index_dir: Path, previous: str | None) -> None:
    size = 0
    if previous is not None:
        directory = index_dir / "generations" / previous
        size = sum(file.stat().st_size for file in directory.rglob("*") if file.is_file())
    needed, free = max(_LEAST_ROOM_BYTES, int(size * ROOM_FACTOR)), shutil.disk_usage(index_dir).free
    if free < needed:
        raise NotEnoughRoom(
            message(
                "{free:,.0f} MB are free where the index lies and {needed:,.0f} MB are needed; make room",
                free=free / 1000000.0,
                needed=needed / 1000000.0,
            )
        )
