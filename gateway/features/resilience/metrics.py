"""Metrics of the protections around subgraph calls, over the guards of all versions of the graph in use."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from weakref import WeakValueDictionary

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from gateway.errors import CircuitOpen, SubgraphBusy
from gateway.features.resilience.bulkhead import Slots, WaitingRequests
from gateway.features.resilience.guard import Guard
from gateway.features.resilience.shared_fetches import Identify
from gateway.monitoring import SummedGauge


class ResilienceMetrics(Collector):
    """The metrics of all guarded subgraphs.

    A circuit of a field or type is shown once it has opened for the first time, so that clients' documents
    cannot create any number of series.
    """

    def __init__(self, guards: KnownGuards, slots: Slots) -> None:
        self._known = guards
        self._slots = slots

    def collect(self) -> Iterator[Metric]:
        """Yield all metrics; none if no subgraph is guarded."""
        guards = self._known.newest()
        if not guards:
            return
        yield from _circuits(guards)
        yield from _calls(guards)
        yield from _attempts(guards)
        yield SummedGauge(
            "furlong_gateway_requests_waiting",
            "Requests that only wait for a slow subgraph, and take no slot of admission control.",
            self._slots.idle,
        )


def _circuits(guards: Mapping[str, Guard]) -> Iterator[Metric]:
    state = GaugeMetricFamily(
        "furlong_gateway_circuit_state",
        "Circuits: 0 closed, 1 half-open, 2 open. Without a field or type, that of a whole subgraph.",
        labels=["subgraph", "of"],
    )
    openings = CounterMetricFamily(
        "furlong_gateway_circuit_openings", "How often circuits have opened.", labels=["subgraph", "of"]
    )
    for name, guard in guards.items():
        for breaker in () if guard.circuits is None else guard.circuits.breakers():
            if not breaker.name or breaker.openings:
                state.add_metric([name, breaker.name], breaker.state)
                openings.add_metric([name, breaker.name], breaker.openings)
    yield from (state, openings)


def _calls(guards: Mapping[str, Guard]) -> Iterator[Metric]:
    calls = SummedGauge(
        "furlong_gateway_subgraph_calls", "Requests that wait for a subgraph.", labels=["subgraph"]
    )
    limits = SummedGauge(
        "furlong_gateway_subgraph_calls_limit",
        "Requests that may wait for a subgraph at once.",
        labels=["subgraph"],
    )
    rejected = CounterMetricFamily(
        "furlong_gateway_subgraph_rejected",
        "Calls that were not made, by the code of their error.",
        labels=["subgraph", "code"],
    )
    for name, guard in guards.items():
        calls.add_metric([name], guard.bulkhead.calls)
        limits.add_metric([name], guard.bulkhead.limit)
        rejected.add_metric([name, SubgraphBusy.code], guard.bulkhead.refused)
        if guard.circuits is not None:
            rejected.add_metric([name, CircuitOpen.code], guard.circuits.refused)
    yield from (calls, limits, rejected)


def _attempts(guards: Mapping[str, Guard]) -> Iterator[Metric]:
    attempts = CounterMetricFamily(
        "furlong_gateway_subgraph_further_attempts",
        "Retries: made, or refused since the budget was spent.",
        labels=["subgraph", "outcome"],
    )
    shared = CounterMetricFamily(
        "furlong_gateway_subgraph_shared",
        "Queries that shared another call: of the same customer, or public.",
        labels=["subgraph", "scope"],
    )
    for name, guard in guards.items():
        attempts.add_metric([name, "made"], guard.budget.spent)
        attempts.add_metric([name, "refused"], guard.budget.refused)
        for scope, count in () if guard.sharing is None else guard.sharing.joined.items():
            shared.add_metric([name, scope], count)
    yield from (attempts, shared)


@dataclass(slots=True)
class KnownGuards:
    """Keeps guards as long as a version of the graph uses them.

    A version that is built while another one serves takes over its guards where the settings are the same: an
    open circuit stays open, and calls are counted together.

    Attributes:
        waiting: Tracks the requests that are only waiting.
        identify: Distinguishes the sessions of customers.
    """

    waiting: WaitingRequests
    identify: Identify
    _guards: WeakValueDictionary[tuple[str, str], Guard] = field(
        default_factory=WeakValueDictionary, init=False
    )

    def guard(self, subgraph: str, settings: str, make: Callable[[], Guard]) -> Guard:
        """Return the guard of a subgraph with the given settings; build it if there is none."""
        known = self._guards.get((subgraph, settings))
        if known is None:
            known = self._guards[subgraph, settings] = make()
        return known

    def newest(self) -> dict[str, Guard]:
        """Return the newest guard of each subgraph; safe while a version is built in a thread."""
        guards = [reference() for reference in self._guards.valuerefs()]
        return {guard.subgraph: guard for guard in guards if guard is not None}
