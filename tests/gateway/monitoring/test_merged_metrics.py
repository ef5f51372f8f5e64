"""Metrics of several processes as those of one: the sums are those of a single registry."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

from gateway.monitoring import MergedMetrics, SummedGauge, snapshot
from gateway.monitoring.families import BucketCounts
from gateway.serving.operators.messages import Report, decoder, encoder
from tests.support.examples import examples

BOUNDS = (1.0, 2.0, 5.0)
EVENTS = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(["a", "b", 'q"\\\n']), st.integers(0, 9)), max_size=30
)


class Process:
    """Counts in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.counter = Counter("events", "Events.", ["kind"], registry=self.registry)
        self.histogram = Histogram("seconds", "Seconds.", ["kind"], buckets=BOUNDS, registry=self.registry)

    def count(self, kind: str, value: int) -> None:
        """Count an event."""
        self.counter.labels(kind).inc()
        self.histogram.labels(kind).observe(value)


def values(registry: CollectorRegistry) -> dict[tuple[str, str], float]:
    """Read what Prometheus would read; when a series began is each process's own."""
    families = text_string_to_metric_families(generate_latest(registry).decode())
    return {
        (sample.name, repr(sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
        if not sample.name.endswith("_created")
    }


def exposed(merged: MergedMetrics) -> dict[tuple[str, str], float]:
    """Read merged metrics."""
    registry = CollectorRegistry()
    registry.register(merged)
    return values(registry)


class Name(str):
    """A library's own kind of string, as SQLAlchemy has for names of tables."""

    __slots__ = ()


def test_labels_of_any_kind_of_string_can_be_sent() -> None:
    """A report holds plain ones."""
    registry = CollectorRegistry()
    Counter("reads", "Reads.", ["table"], registry=registry).labels(Name("club")).inc()
    family = CounterMetricFamily("own", "Own.", labels=["table"])
    family.add_metric([Name("club")], 1)
    registry.register(_OneMetric(family))
    report = Report(1, True, "", snapshot(registry))
    assert decoder.decode(encoder.encode(report)) == report


@settings(max_examples=examples(50))
@given(EVENTS, st.sets(st.integers(0, 2)))
def test_counts_of_processes_add_up_also_of_those_that_have_ended(
    events: list[tuple[int, str, int]], ended: set[int]
) -> None:
    """Three processes report, some end; the result is that of one process which saw all events."""
    processes, single, merged = [Process() for _ in range(3)], Process(), MergedMetrics()
    for number, kind, value in events:
        processes[number].count(kind, value)
        single.count(kind, value)
        if value % 2:  # reports in between are replaced by later ones
            merged.update(str(number), snapshot(processes[number].registry))
    for number, process in enumerate(processes):
        report = decoder.decode(encoder.encode(Report(1, True, "", snapshot(process.registry))))
        merged.update(str(number), report.metrics)
    for number in ended:
        merged.end(str(number))
    assert exposed(merged) == values(single.registry)


def test_gauges_are_summed_or_the_largest_counts_and_end_with_their_process() -> None:
    """What fills up is summed; of states and ages the worst counts."""
    merged = MergedMetrics()
    for name, value in (("1", 3.0), ("2", 4.0)):
        registry = CollectorRegistry()
        registry.register(_OneMetric(SummedGauge("inside", "Summed.", value)))
        gauge = Gauge("age", "Largest.", registry=registry)
        gauge.set(value)
        merged.update(name, snapshot(registry))
    assert exposed(merged) == {("inside", "[]"): 7.0, ("age", "[]"): 4.0}
    merged.end("2")
    assert exposed(merged) == {("inside", "[]"): 3.0, ("age", "[]"): 3.0}


class _OneMetric(Collector):
    def __init__(self, metric: Metric) -> None:
        self.metric = metric

    def collect(self) -> list[Metric]:
        return [self.metric]


@settings(max_examples=examples(50))
@given(st.lists(st.floats(0, 10)))
def test_buckets_count_as_the_librarys_histogram_does(seconds: list[float]) -> None:
    """Each bucket has what is at most its bound."""
    counts, registry = BucketCounts(BOUNDS), CollectorRegistry()
    reference = Histogram("seconds", "Seconds.", buckets=BOUNDS, registry=registry)
    for second in seconds:
        counts.add(second)
        reference.observe(second)
    expected = [v for (name, _), v in values(registry).items() if name == "seconds_bucket"]
    assert [value for _, value in counts.cumulative()] == expected
    assert counts.count == len(seconds)
