"""The published index as the server holds it: one open generation at a time, swapped without a restart.

A request borrows the generation with `acquire` and finishes on it, whatever is published meanwhile; the old one is
closed when its last borrower is done. Knows nothing of questions.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import numpy as np

from server.memory import give_memory_back
from storage.embedding.loading import load_recorded_model
from storage.embedding.models import PROBE_TEXT, SAME_MODEL_COSINE, ModelUnavailable
from storage.failures import INDEX_AWAY
from storage.generations.lock import mark_served
from storage.generations.published import (
    DamagedGeneration,
    Generation,
    NoIndex,
    candidates,
    current_name,
    generations_directory,
    open_generation,
    published_names,
)
from storage.messages import message
from storage.servers import ServerAddress, ServerUnavailable
from storage.vectors.collection import cosine

logger = logging.getLogger(__name__)

CHECK_SECONDS = 2.0
_RETRY_CHECKS = 3  # opening reads every file: not at every look while a server is away


class IndexNotReady(Exception):
    """No question can be answered now; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class OpenIndex:
    """A generation and the very model its vectors were made with."""

    generation: Generation
    embed_model: Any
    """A LlamaIndex `BaseEmbedding`."""


@dataclass(frozen=True, slots=True)
class IndexState:
    """How the index is, for people: `reason` says why it is not ready, `notice` what is wrong although it is.

    `is_missing`: nothing was ever indexed here.
    """

    ready: bool
    reason: str | None = None
    notice: str | None = None
    is_missing: bool = False


@dataclass
class _Held:
    index: OpenIndex
    borrowers: int = 0
    retired: bool = False


@dataclass
class _Swap:
    """What the holder shows at one moment; replaced as a whole under the holder's lock."""

    held: _Held | None = None
    state: IndexState = field(
        default_factory=lambda: IndexState(ready=False, reason=message("the index is being opened"))
    )


class IndexHolder:
    """Opens what CURRENT names, in the background, and again whenever it names another generation.

    When the current generation is damaged, the newest good one answers and the state's `notice` says so. When a server
    that it depends on is away, nothing answers, the state's `reason` says so, and it is tried again.
    """

    def __init__(
        self,
        index_dir: Path,
        *,
        device: str = "auto",
        chroma: ServerAddress | None = None,
        check_seconds: float = CHECK_SECONDS,
        load_model: Callable[..., Any] = load_recorded_model,
        is_left_alone: bool = False,
    ) -> None:
        """`is_left_alone`: other servers have the same files open, so that nothing is written there."""
        self._index_dir = index_dir
        self._is_left_alone = is_left_alone
        self._device = device
        self._chroma = chroma
        self._check_seconds = check_seconds
        self._load_model = load_model
        self._lock = threading.Lock()
        self._looking = threading.Lock()
        self._now = _Swap()
        self._tried: object = object()
        self._was_open = False
        self._not_before = 0.0
        self._model: tuple[str, Any] | None = None
        self._wake = threading.Event()
        self._stopped = False
        self._opened_once = threading.Event()
        self._thread: threading.Thread | None = None
        self._served: IO[str] | None = None

    @property
    def index_dir(self) -> Path:
        """Where the index is kept."""
        return self._index_dir

    def start(self) -> None:
        """Begin to open and watch the index in a background thread."""
        self._thread = threading.Thread(target=self._watch, name="index-holder", daemon=True)
        self._thread.start()

    def wait_until_opened(self, timeout_seconds: float) -> bool:
        """Wait for the first attempt to end, well or not; False when it has not by then."""
        return self._opened_once.wait(timeout_seconds)

    def state(self) -> IndexState:
        """How the index is now."""
        return self._now.state

    @contextmanager
    def acquire(self) -> Iterator[OpenIndex]:
        """Borrow the open index for one request. Raises `IndexNotReady`."""
        with self._lock:
            held, state = self._now.held, self._now.state
            if held is None or not state.ready:
                raise IndexNotReady(state.reason or message("there is no index; run make index"))
            held.borrowers += 1
        try:
            self._check_is_there()
            yield held.index
        finally:
            with self._lock:
                held.borrowers -= 1
                done = held.retired and held.borrowers == 0
            if done:
                held.index.generation.close()

    def refresh(self) -> None:
        """Look at CURRENT now and open what it names, if that is another generation than the one held.

        An index that was moved away is let go, and opened anew when it is there again: it may be another one. One
        thread looks at a time: what one saw before a generation was published must not be shown after it.
        """
        with self._looking:
            self._refresh()

    def _refresh(self) -> None:
        wanted = (current_name(self._index_dir), published_names(self._index_dir))
        if wanted == self._tried:
            self._look_at_servers()
            return
        if time.monotonic() < self._not_before:
            return
        held = self._now.held
        if held is not None and not held.index.generation.directory.is_dir():
            held = None
        try:
            fresh, state = self._open_best(keep=held.index.generation.name if held else None)
        except (NoIndex, DamagedGeneration, ModelUnavailable) as error:
            self._show(_Swap(None, self._without_index(error)))
        except ServerUnavailable as error:
            self._note_server(str(error))
            self._not_before = time.monotonic() + _RETRY_CHECKS * self._check_seconds
            self._opened_once.set()
            return
        else:
            self._show(_Swap(held if fresh is None else _Held(fresh), state))
        self._tried = wanted
        self._opened_once.set()

    def close(self) -> None:
        """Stop watching and close the generation once its borrowers are done."""
        self._stopped = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
        if self._served is not None:
            self._served.close()
        self._show(_Swap(None, IndexState(ready=False, reason=message("the server is stopping"))))

    def _check_is_there(self) -> None:
        """What is open may go on answering for a while without its files, and then it fails: better say it now."""
        if not generations_directory(self._index_dir).is_dir():
            raise IndexNotReady(INDEX_AWAY)

    def _without_index(self, error: NoIndex | DamagedGeneration | ModelUnavailable) -> IndexState:
        """Why there is none: to find nothing where an index was open is not the same as to find nothing at first."""
        if self._was_open and not published_names(self._index_dir):
            return IndexState(ready=False, reason=INDEX_AWAY)
        return IndexState(ready=False, reason=str(error), is_missing=isinstance(error, NoIndex))

    def _watch(self) -> None:
        while not self._stopped:
            try:
                self._served = self._served or mark_served(self._index_dir)
                self.refresh()
            except Exception:
                # Whatever it is, the generation in use goes on answering and the next look may succeed.
                logger.exception("the index could not be looked at; trying again")
            self._wake.wait(self._check_seconds)

    def _open_best(self, keep: str | None) -> tuple[OpenIndex | None, IndexState]:
        """The best generation that opens (None: the one held already is it), and what is wrong with better ones."""
        problem: DamagedGeneration | None = None
        for name in candidates(self._index_dir):
            state = IndexState(ready=True) if problem is None else _standing_in(name, problem)
            if name == keep:
                return None, state
            try:
                generation = open_generation(self._index_dir, name, self._chroma, is_left_alone=self._is_left_alone)
            except DamagedGeneration as error:
                logger.error("%s", error)
                problem = problem or error
                continue
            try:
                return OpenIndex(generation, self._model_for(generation)), state
            except BaseException:
                generation.close()
                raise
        raise problem or NoIndex(message("there is no index yet; run make index"))

    def _model_for(self, generation: Generation) -> Any:
        """The model the generation was built with; kept from the last generation when it is the same one."""
        recorded = generation.manifest.embed_model
        if self._model is None or self._model[0] != recorded.fingerprint:
            started = time.perf_counter()
            self._model = (recorded.fingerprint, self._load_model(recorded, self._device))
            logger.info("embedding model %s loaded in %.1f s", recorded.short_name, time.perf_counter() - started)
        model = self._model[1]
        if recorded.protocol:
            model.check()  # with the patience of a question
        probe = np.asarray(model.get_text_embedding(PROBE_TEXT), dtype=np.float32)
        if cosine(probe, np.asarray(generation.manifest.probe_vector, dtype=np.float32)) < SAME_MODEL_COSINE:
            sentence = message(
                "{model} gives other vectors than the index holds; run make reindex", model=recorded.short_name
            )
            raise ServerUnavailable(sentence) if recorded.protocol else ModelUnavailable(sentence)
        generation.vectors.nearest(probe, 1)  # loads Chroma's index into memory before the first question needs it
        generation.catalogue.read_ahead()
        return model

    def _look_at_servers(self) -> None:
        """See whether the servers that the open generation depends on still answer."""
        held = self._now.held
        if held is None:
            return
        generation = held.index.generation
        try:
            generation.vectors.check()
            if generation.manifest.embed_model.protocol:
                held.index.embed_model.check()
        except ServerUnavailable as error:
            self._note_server(str(error))
        else:
            if not self._now.state.ready:
                logger.info("the servers of the index answer again")
                self._tried = object()  # the next look opens the best generation, and says what is wrong with others
                self._now = _Swap(held, IndexState(ready=True))

    def _note_server(self, problem: str) -> None:
        """Nothing can be answered now. What is open stays open."""
        if self._now.state.reason != problem:
            logger.error("%s", problem)
        self._now = _Swap(self._now.held, IndexState(ready=False, reason=problem))

    def _show(self, swap: _Swap) -> None:
        with self._lock:
            old, self._now = self._now, swap
            done = None
            if old.held is not None and old.held is not swap.held:
                old.held.retired = True
                done = old.held if old.held.borrowers == 0 else None
            if swap.held is not None and swap.held is not old.held:
                self._was_open = True
                logger.info("answering from generation %s", swap.held.index.generation.name)
        if done is not None:
            done.index.generation.close()
            give_memory_back()


def _standing_in(name: str, problem: DamagedGeneration) -> IndexState:
    return IndexState(
        ready=True,
        notice=message(
            "{problem}; answering from generation {generation}; run make index", problem=str(problem), generation=name
        ),
    )
