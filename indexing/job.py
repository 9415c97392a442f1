"""The job: discover, plan, parse, chunk, embed, write, verify, publish. Whatever ends it early, the index stays.

Nothing heavy is imported until there is something to do: a run that finds nothing changed imports no torch, no Chroma.
"""

import time
from dataclasses import replace
from functools import partial

from indexing.building.build import Build, LoadModel
from indexing.planning.recipe import differences, written_recipe
from indexing.planning.removals import RemovalsInDoubt
from indexing.planning.survey import AS_USUAL, Options, Survey, survey
from indexing.progress import Progress
from indexing.report import RunReport, report_on
from indexing.settings import IndexingSettings
from storage.embedding.loading import load_model as load_configured_model
from storage.failures import explained_failures
from storage.folder_identity import record_folder
from storage.folder_listing import listing_of, write_listing
from storage.generations.drafts import remove_leftovers
from storage.generations.lock import index_lock
from storage.messages import message
from storage.server_state.deletions import forget_deletions
from storage.settings import StorageSettings


def run_job(
    storage: StorageSettings,
    settings: IndexingSettings,
    progress: Progress,
    options: Options = AS_USUAL,
    load_model: LoadModel | None = None,
) -> RunReport:
    """Make the index equal to the folder. `load_model` is another way to the embedding model than the settings'.

    Raises `IndexLocked`, `DocumentsFolderMissing`, `OtherFolderEmpty`, `RemovalsInDoubt`, `ModelUnavailable`,
    `NothingToPublish`, `NotEnoughRoom`, `VerificationFailed`, `StorageFailed`, `ServerUnavailable`. Then, and when
    interrupted before the pointer was moved, the index is as it was; computed embeddings are kept.
    """
    started = time.perf_counter()
    with explained_failures(storage.index_dir), index_lock(storage.index_dir):
        remove_leftovers(storage.index_dir, storage.chroma_server)
        seen = survey(storage.index_dir, settings, options, storage.chroma_server)
        if seen.removals is not None and not options.allow_removals:
            raise RemovalsInDoubt(seen.removals)
        for problem in seen.baseline.problems:
            progress.say(message("{problem}; building a whole one", problem=problem))
        for sentence in filter(None, (seen.other_folder, seen.other_place)):
            progress.say(sentence)
        if seen.baseline.manifest is not None and not options.fresh:
            for sentence in differences(seen.baseline.manifest, storage, settings):
                progress.say(sentence)
        if seen.baseline.is_current and seen.plan.is_empty and not seen.must_publish and not options.must_publish:
            report = _unchanged_report(seen)
        else:
            load = load_model or partial(load_configured_model, server=storage.embedding_server)
            report = Build(storage, settings, progress, options, seen, load).run()
        listing = listing_of(seen.discovery.left_out, seen.moment)
        write_listing(storage.index_dir, listing)
        record_folder(storage.index_dir, settings.documents_dir)
        forget_deletions(storage.index_dir, seen.check.deleted)
    return replace(report, listing=listing, seconds=time.perf_counter() - started)


def _unchanged_report(seen: Survey) -> RunReport:
    baseline = seen.baseline
    assert baseline.manifest is not None
    model = written_recipe(baseline.manifest).model_sentence
    return report_on(seen.plan, baseline.documents, baseline.manifest.counts, baseline.name or "", model)
