"""Looks at folder and index before anything is done, and says what follows. Changes nothing."""

from dataclasses import dataclass
from pathlib import Path

from indexing.baseline import Baseline, find_baseline
from indexing.discovery import Discovery, discover
from indexing.planning import Fingerprints, Plan, known_versions, plan
from indexing.recipe import fingerprints, written_recipe
from indexing.settings import IndexingSettings
from storage.generations import utc_now


@dataclass(frozen=True, slots=True)
class Options:
    """`fresh`: build everything anew, with the model and chunking of the settings. `repair`: trust no recorded hash,
    try failed files again, write all vectors anew.
    """

    fresh: bool = False
    repair: bool = False

    @property
    def must_publish(self) -> bool:
        """Whether a new generation is wanted although nothing changed."""
        return self.fresh or self.repair


AS_USUAL = Options()


@dataclass(frozen=True, slots=True)
class Survey:
    """What the folder and the index look like before anything is done, and what follows from it."""

    baseline: Baseline
    discovery: Discovery
    plan: Plan
    moment: str


def survey(index_dir: Path, settings: IndexingSettings, options: Options = AS_USUAL) -> Survey:
    """Look, change nothing. Raises `DocumentsFolderMissing`."""
    moment = utc_now()
    baseline = find_baseline(index_dir)
    documents = () if options.fresh else baseline.documents
    known = {} if options.must_publish else known_versions(documents)
    discovery = discover(settings.documents_dir, known, leave_out=index_dir)
    if baseline.manifest is None:
        wanted = Fingerprints("", "", "")  # nothing is known, so nothing is compared
    else:
        wanted = fingerprints(written_recipe(baseline.manifest), settings)
    planned = plan(discovery, documents, wanted, retry_failed=options.repair)
    return Survey(baseline, discovery, planned, moment)
