"""What each process has counted is added up, and what one has counted is not lost with it."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Metric

from server.http.added_figures import AddedFigures
from server.http.side_by_side import Place, places_for


class Process:
    """One process with figures of two collections."""

    def __init__(self, place: Place) -> None:
        self.registries = {name: CollectorRegistry() for name in ("", "papers")}
        self.counters = {
            name: Counter("asked", "…", ["route"], registry=registry) for name, registry in self.registries.items()
        }
        self.seconds = Histogram("seconds", "…", buckets=(1, 10), registry=self.registries[""])
        self.ready = Gauge("ready", "…", registry=self.registries[""])
        self.added = AddedFigures(place, self.registries)

    def figures(self, collection: str = "") -> dict[str, float]:
        return {
            sample.name + "".join(sample.labels.values()): sample.value
            for metric in self.added.collect(collection)
            for sample in metric.samples
            if not sample.name.endswith("_created")
        }


def test_counters_and_histograms_are_added_and_gauges_are_those_of_the_one_asked() -> None:
    first, second = map(Process, places_for(2))
    for process, number in ((first, 1), (second, 10)):
        process.counters[""].labels("/ask").inc(number)
        process.seconds.observe(number)
        process.ready.set(number)
        process.added.tell()
    second.counters[""].labels("/find").inc(3)
    second.counters["papers"].labels("/ask").inc(100)
    second.added.tell()
    assert first.figures() == {
        "asked_total/ask": 11,
        "asked_total/find": 3,
        "seconds_bucket1.0": 1,
        "seconds_bucket10.0": 2,
        "seconds_bucket+Inf": 2,
        "seconds_count": 2,
        "seconds_sum": 11,
        "ready": 1,
    }
    assert first.figures("papers") == {"asked_total/ask": 100}
    assert second.figures() == first.figures() | {"ready": 10}


def test_who_takes_the_place_of_another_goes_on_from_its_figures() -> None:
    places = places_for(2)
    watching, before = map(Process, places)
    for count in (4, 2, 1):
        before.counters[""].labels("/ask").inc(count)
        before.added.tell()
        before = Process(places[1])
        before.added.tell()
    assert watching.figures()["asked_total/ask"] == before.figures()["asked_total/ask"] == 7


def test_counting_began_when_the_first_process_began() -> None:
    first, second = map(Process, places_for(2))
    for process in (first, second):
        process.counters[""].labels("/ask").inc()
        process.added.tell()

    def began(metrics: list[Metric]) -> float:
        return next(each.value for metric in metrics for each in metric.samples if each.name == "asked_created")

    own = began(list(first.registries[""].collect()))
    assert began(list(second.added.collect(""))) == own < began(list(second.registries[""].collect()))
