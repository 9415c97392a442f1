"""The law of the index: what is served is the folder as it was at some completed run, whole, whatever happens between.

A made-up history of adding, changing, renaming and deleting files, runs, kills and restarts is played against the
real job, and against a dictionary.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from indexing.planning.survey import Options
from server.retrieval.index_holder import IndexHolder
from storage import failpoints
from storage.embedding.models import ModelIdentity
from tests.indexing.hash_embedding import HashEmbedding
from tests.indexing.workshop import Workshop

NAMES = st.sampled_from(["a.txt", "b.md", "sub/a.txt", "sub/c.txt", "名.txt"])
WORDS = st.sampled_from(["apples", "rivers", "stars", "violins", "copper"])
Folder = dict[str, str]
ROOT = Path(__file__).resolve().parents[2]


class HistoryOfAFolder(RuleBasedStateMachine):
    """`folder` is what lies on the disk, `indexed` what the last completed run saw."""

    def __init__(self) -> None:
        super().__init__()
        self.place = Path(tempfile.mkdtemp(prefix="pagewise-laws-"))
        self.workshop = Workshop(self.place / "documents", self.place / "index")
        self.workshop.documents.mkdir()
        self.folder: Folder = {}
        self.indexed: Folder | None = None
        self.possible: list[Folder | None] = [None]
        self.version = 0
        self.holder = self._open_holder()

    def teardown(self) -> None:
        self.holder.close()
        shutil.rmtree(self.place)

    @initialize()
    def begin(self) -> None:
        self.write("a.txt", "apples")
        self.write("sub/a.txt", "stars")
        self.index(Options())

    @rule(name=NAMES, word=WORDS)
    def write(self, name: str, word: str) -> None:
        self.version += 1
        text = f"Version {self.version} of {name} is about {word}."
        self.workshop.write(name, text)
        self.folder[name] = text

    @precondition(lambda self: self.folder)
    @rule(data=st.data(), new=NAMES)
    def rename(self, data: st.DataObject, new: str) -> None:
        old = data.draw(st.sampled_from(sorted(self.folder)))
        (self.workshop.documents / new).parent.mkdir(exist_ok=True)
        (self.workshop.documents / old).rename(self.workshop.documents / new)
        self.folder[new] = self.folder.pop(old)

    @precondition(lambda self: self.folder)
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.folder)))
        (self.workshop.documents / name).unlink()
        del self.folder[name]

    @precondition(lambda self: self.folder or self.indexed is not None)
    @rule(options=st.sampled_from([Options(), Options(), Options(repair=True), Options(fresh=True)]))
    def index(self, options: Options) -> None:
        self.workshop.run(replace(options, allow_removals=True))
        self._completed()

    @precondition(lambda self: self.folder or self.indexed is not None)
    @rule(where=st.sampled_from(failpoints.ALL))
    def kill(self, where: str) -> None:
        """The run may end before it comes to the failpoint: then it is a completed one."""
        environment = {**os.environ, **self.workshop.environment(), "PAGEWISE_FAILPOINT": where}
        command = [sys.executable, "-m", "tests.indexing.hash_job"]
        status = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False).returncode
        if status == 0:
            self._completed()
        else:
            assert status == -signal.SIGKILL
            self.possible.append(dict(self.folder))

    @rule()
    def restart(self) -> None:
        self.holder.close()
        self.holder = self._open_holder()

    @invariant()
    def what_is_served_is_the_folder_of_one_run(self) -> None:
        self.holder.refresh()
        served = self._served()
        assert served in self.possible
        # A killed run is published or not; once it has been looked at, that is settled.
        self.indexed, self.possible = served, [served]

    def _completed(self) -> None:
        self.indexed, self.possible = dict(self.folder), [dict(self.folder)]

    def _served(self) -> Folder | None:
        if not self.holder.state().ready:
            return None
        with self.holder.acquire() as index:
            generation = index.generation
            chunks = {chunk.id: chunk for chunk in generation.catalogue.iter_chunks()}
            assert set(generation.vectors.ids()) == set(chunks)
            for chunk in chunks.values():
                ((found, cosine),) = generation.vectors.nearest(
                    index.embed_model.get_text_embedding(chunk.embed_text), 1
                )
                assert cosine == pytest.approx(1.0, abs=1e-4)
                assert chunks[found].embed_text == chunk.embed_text
                assert chunk.id in [hit.chunk_id for hit in generation.catalogue.words.search(chunk.text, 10)]
            return {chunk.document: chunk.text for chunk in chunks.values()}

    def _open_holder(self) -> IndexHolder:
        return IndexHolder(self.workshop.index_dir, load_model=_load)


def _load(identity: ModelIdentity, device: str) -> HashEmbedding:
    return HashEmbedding(identity)


def _check(examples: int, steps: int) -> None:
    run_state_machine_as_test(
        HistoryOfAFolder,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            derandomize=examples < 10,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_what_is_served_is_always_the_folder_of_a_completed_run() -> None:
    _check(examples=3, steps=12)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_what_is_served_is_always_the_folder_of_a_completed_run_over_long_histories() -> None:
    _check(examples=int(os.environ.get("SOAK_HISTORIES", "20")), steps=30)
