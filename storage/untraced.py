"""LlamaIndex's events, told to nobody. Imports LlamaIndex."""

from typing import Any

from llama_index.core.callbacks import CallbackManager


class Untraced(CallbackManager):
    """For what is used as long as the process lives: a model, above all.

    LlamaIndex 0.14's own manager keeps the id of every event until a trace begins with it, which never happens to a
    model: 0.1 kB for each question, for ever.
    """

    def on_event_start(self, *_args: Any, event_id: str | None = None, **_more: Any) -> str:
        """Nothing is noted."""
        return event_id or ""

    def on_event_end(self, *_args: Any, **_more: Any) -> None:
        """Nothing is noted."""
