"""The figures of all processes of a server added up: a scrape reaches one of them, whichever that is.

Each tells the others what it has counted, every second, and goes on from what the process before it in its place had
counted: counters never fall because a process ended. What is measured at the moment (gauges) is that of the one asked.
"""

import json
import logging
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from prometheus_client import CollectorRegistry, Metric

from server.http.side_by_side import Place

logger = logging.getLogger(__name__)

_EVERY_SECONDS = 1.0
_ADDED = ("counter", "histogram")

Samples: TypeAlias = dict[tuple[str, tuple[tuple[str, str], ...]], float]
"""By name and labels."""

Counted: TypeAlias = dict[str, dict[str, Samples]]
"""By collection and figure."""


class AddedFigures:
    """Those of every process, for each collection by its name. May be asked by several threads."""

    def __init__(self, place: Place, registries: Mapping[str, CollectorRegistry]) -> None:
        self._place = place
        self._registries = registries
        self._before = _read(place.said_here())
        self._told = b""

    def start(self) -> None:
        """Begin to tell the other processes, in a background thread."""
        threading.Thread(target=self._tell_now_and_then, name="figures", daemon=True).start()

    def tell(self) -> None:
        """Tell them now."""
        text = _written(added([self._before, self._own()]))
        if text != self._told and not self._place.say(text):
            logger.warning("the figures are too many for the other processes of this server to know them")
        self._told = text

    def collect(self, collection: str) -> Iterator[Metric]:
        """What a scrape of this collection is told."""
        others = [_read(text) for text in self._place.said_elsewhere()]
        sums = added([self._own(), self._before, *others]).get(collection, {})
        for metric in self._registries[collection].collect():
            if metric.type in _ADDED:
                summed = Metric(metric.name, metric.documentation, metric.type, metric.unit)
                for (name, labels), value in sums.get(metric.name, {}).items():
                    summed.add_sample(name, dict(labels), value)
                yield summed
            else:
                yield metric

    def _own(self) -> Counted:
        return {
            collection: {
                metric.name: {(sample.name, tuple(sample.labels.items())): sample.value for sample in metric.samples}
                for metric in registry.collect()
                if metric.type in _ADDED
            }
            for collection, registry in self._registries.items()
        }

    def _tell_now_and_then(self) -> None:
        waiting = threading.Event()
        while not waiting.wait(_EVERY_SECONDS):
            self.tell()


def added(each: Sequence[Counted]) -> Counted:
    """The sums; of the moments at which counting began the earliest."""
    sums: Counted = {}
    for counted in each:
        for collection, figures in counted.items():
            for figure, samples in figures.items():
                into = sums.setdefault(collection, {}).setdefault(figure, {})
                for key, value in samples.items():
                    if key not in into:
                        into[key] = value
                    else:
                        into[key] = min(into[key], value) if key[0].endswith("_created") else into[key] + value
    return sums


def _written(counted: Counted) -> bytes:
    return json.dumps(
        {
            collection: {figure: list(samples.items()) for figure, samples in figures.items()}
            for collection, figures in counted.items()
        }
    ).encode()


def _read(text: bytes) -> Counted:
    return {
        collection: {
            figure: {(name, tuple((key, label) for key, label in labels)): value for (name, labels), value in samples}
            for figure, samples in figures.items()
        }
        for collection, figures in (json.loads(text) if text else {}).items()
    }
