"""chromadb, imported in three fifths of the time: the one place that imports it.

Chroma 1.5.9 loads what Pagewise never uses: a client of gRPC for traces that are sent nowhere, httpx's command line
with a terminal library, and `overrides`, which takes the code of every method apart. Every job starts two processes
that import it, every server one. Stand-ins take their place for the length of the import, and are gone afterwards.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

_TRACES = "opentelemetry.exporter.otlp.proto.grpc.trace_exporter"


@contextmanager
def _without_what_is_not_used() -> Iterator[None]:
    """What is loaded already stays as it is."""
    stand_ins = {"overrides": _overrides(), "httpx._main": _module("httpx._main")}
    parts = _TRACES.split(".")
    stand_ins |= {name: _package(name) for name in (".".join(parts[:end]) for end in range(2, len(parts)))}
    stand_ins[_TRACES] = _module(_TRACES, OTLPSpanExporter=None)
    placed = {name: module for name, module in stand_ins.items() if name not in sys.modules}
    sys.modules.update(placed)
    try:
        yield
    finally:
        for name in placed:
            sys.modules.pop(name, None)


def _overrides() -> ModuleType:
    def unchanged(method: Any) -> Any:
        return method

    return _module(
        "overrides", override=unchanged, overrides=unchanged, EnforceOverrides=type("EnforceOverrides", (), {})
    )


def _package(name: str) -> ModuleType:
    return _module(name, __path__=[])


def _module(name: str, **contents: Any) -> ModuleType:
    made = ModuleType(name)
    vars(made).update(contents)
    return made


with _without_what_is_not_used():
    import chromadb
    import chromadb.api.rust  # what a collection in a directory is opened with: it takes its methods apart, too
    import chromadb.telemetry.product.posthog
    from chromadb.config import Settings
    from chromadb.errors import ChromaError, InternalError, NotFoundError, error_types

__all__ = ["ChromaError", "InternalError", "NotFoundError", "Settings", "chromadb", "error_types"]
