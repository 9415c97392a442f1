"""What is known of one model on one server, learned from its refusals and replies while it is asked.

A request that is refused for a field or a length is sent again without it, at once and as often as there is something
to learn. What helped is remembered for all calls, and kept over restarts where there is a file: one small JSON file
beside the generations. One that cannot be read is taken for an empty one: all in it can be learned anew.
"""

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from server.language_model.capabilities import Body, Capabilities, PromptTooLong, adapted, from_plain, learned, to_plain
from server.language_model.chat_server import ServerRefused
from server.language_model.refusals import Refusal, is_content_risk
from server.language_model.replies import ReportedError
from storage.server_state.kept_entries import keep_entry, kept_entry

logger = logging.getLogger(__name__)

T = TypeVar("T")

_MOST_LESSONS = 12
_TEACHING = frozenset((200, 400, 413, 415, 422, 500, 501))
"""Statuses that may be about the request. 200: the error came as a reply."""


class KnownModel:
    """May be used by several threads."""

    def __init__(self, name: str, file: Path | None = None, *, anew: bool = False) -> None:
        self._name = name
        self._file = file
        self._lock = threading.Lock()
        self._known = self._read()
        if anew and self._known != Capabilities():
            self._known = Capabilities()
            self._write()
        self._tokens_by_estimate = 0.0

    @property
    def current(self) -> Capabilities:
        """What is known now."""
        return self._known

    def asking(self, body: Mapping[str, Any], ask: Callable[[Body], T]) -> T:
        """What `ask` returns for the request as this server takes it.

        Raises what `ask` raises, and `PromptTooLong`.
        """
        tried = self._known
        for lessons_left in reversed(range(_MOST_LESSONS)):
            try:
                sent = adapted(body, tried)
                found = ask(sent)
            except (ServerRefused, ReportedError) as error:
                tried_now = tried
                tried = self._after(error, sent, tried_now)
                if tried == tried_now or not lessons_left:
                    raise
                logger.info("language model: asked again without what the server refused")
                continue
            except PromptTooLong as error:
                self.note(context_tokens=error.context_tokens or self._known.context_tokens)
                raise
            self._remember(tried)
            return found
        raise AssertionError("the last lesson returns or raises")

    def note(self, **changes: Any) -> None:
        """Remember what a reply showed."""
        self._remember(replace(self._known, **changes))

    def note_counted(self, estimated_tokens: int, counted_tokens: int) -> None:
        """Remember how many tokens the server counts where we estimate one, as a rule."""
        if counted_tokens and estimated_tokens:
            self._tokens_by_estimate = max(self._tokens_by_estimate, min(2.0, counted_tokens / estimated_tokens))

    def expected(self, estimated_tokens: int) -> int:
        """How many tokens the server should count in a prompt that it reads as a whole; rather too few."""
        return int(estimated_tokens * (self._tokens_by_estimate or _FEWEST_BY_ESTIMATE))

    def _after(self, error: ServerRefused | ReportedError, sent: Body, tried: Capabilities) -> Capabilities:
        """What to try next, from what the refusal says and what other calls have learned meanwhile."""
        refusal = Refusal(error.status if isinstance(error, ServerRefused) else 200, error.body)
        others = tried.merged(self._known)
        if refusal.status not in _TEACHING or is_content_risk(refusal.words):
            return tried
        try:
            lesson = learned(sent, refusal, tried)
        except PromptTooLong as too_long:
            self.note(context_tokens=too_long.context_tokens or self._known.context_tokens)
            raise too_long from error
        return others if lesson is None else lesson.merged(others)

    def _remember(self, known: Capabilities) -> None:
        with self._lock:
            merged = self._known.merged(known)
            if merged == self._known:
                return
            self._known = merged
            self._write()

    def _write(self) -> None:
        if self._file is None:
            return
        try:
            keep_entry(self._file, self._name, to_plain(self._known))
        except OSError as error:
            logger.warning("what was learned of the language model's server is not kept: %s", error)

    def _read(self) -> Capabilities:
        plain = kept_entry(self._file, self._name) if self._file is not None else None
        try:
            return from_plain(plain) if isinstance(plain, dict) else Capabilities()
        except (ValueError, TypeError, KeyError):
            return Capabilities()


_FEWEST_BY_ESTIMATE = 0.6
"""Tokenizers count at least so many tokens where we estimate one: the estimate is made to be too large."""
