"""Systems that have less than Linux: nothing fails for the want of it."""

import os
import resource

import pytest

from indexing.settings import IndexingSettings
from storage.child_environment import limit_resources
from storage.processor_cores import available_cores


def test_cores_are_counted_where_a_system_tells_only_those_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    assert available_cores() == os.cpu_count()
    assert 1 <= IndexingSettings().workers <= 8


def test_a_picture_is_drawn_where_memory_cannot_be_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on macOS, where RLIMIT_AS is refused."""
    limited = []

    def refuse(kind: int, sizes: tuple[int, int]) -> None:
        if kind == resource.RLIMIT_AS:
            raise ValueError("current limit exceeds maximum limit")
        limited.append(kind)

    monkeypatch.setattr(resource, "setrlimit", refuse)
    limit_resources({resource.RLIMIT_AS: 1, resource.RLIMIT_CPU: 2, resource.RLIMIT_FSIZE: 3})
    assert limited == [resource.RLIMIT_CPU, resource.RLIMIT_FSIZE]
