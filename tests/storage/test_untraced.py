"""Models that are used for long remember no events."""

from llama_index.core.callbacks import CallbackManager, CBEventType

from storage.untraced import Untraced


def remembered(manager: CallbackManager) -> int:
    """How many events the manager has noted."""
    return sum(map(len, manager._trace_map.values()))


def happen(manager: CallbackManager, number: int) -> None:
    """So many events of the kind that a model tells of."""
    for _ in range(number):
        with manager.event(CBEventType.EMBEDDING) as event:
            event.on_end()


def test_events_are_not_remembered() -> None:
    theirs, ours = CallbackManager(), Untraced()
    happen(theirs, 10)
    happen(ours, 10)
    assert remembered(theirs) == 10  # else it is time to do without ours
    assert remembered(ours) == 0
