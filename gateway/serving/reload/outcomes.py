"""The outcomes of reloads: metrics, and a line for operators while something is refused."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

import structlog
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from gateway.http.graph_versions import ServedGraph

MAX_REASON_LENGTH: Final = 500
"""The most characters of a reason that operators see; the log has all of it."""

DIGEST_CHARS: Final = 12


@dataclass(slots=True)
class _Kind:
    """The outcomes for one kind of source: the supergraph or the settings."""

    name: str = ""
    refused: str = ""
    unreadable: str = ""
    read_at: float | None = None


@dataclass(eq=False)
class ReloadOutcomes(Collector):
    """Counts reloads, and keeps track of what is refused.

    Attributes:
        graph: The versions of the graph.
        clock: Returns the time in seconds.
    """

    graph: ServedGraph
    clock: Callable[[], float] = time.monotonic
    _kinds: dict[str, _Kind] = field(default_factory=dict)
    _counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    _loaded_at: float = field(init=False)

    def __post_init__(self) -> None:
        self._loaded_at = self.clock()

    def follow(self, kind: str, name: str) -> None:
        """Begin with what was read at startup.

        Args:
            kind: `supergraph` or `settings`.
            name: The path or URL.
        """
        self._kinds[kind] = _Kind(name, read_at=self.clock())

    def read(self, kind: str) -> None:
        """Record that a source could be read, whether or not it has changed."""
        known = self._kinds[kind]
        known.unreadable, known.read_at = "", self.clock()

    def unreadable(self, kind: str, reason: str) -> None:
        """Count a source that cannot be read; log it once."""
        known = self._kinds[kind]
        self._counts[kind, "unreadable"] += 1
        if reason != known.unreadable:
            known.unreadable = reason
            structlog.get_logger("gateway").error(
                "reload_unreadable", kind=kind, name=known.name, reason=reason
            )

    def refuse(self, kind: str, reason: str) -> None:
        """Count and log what is refused."""
        known = self._kinds[kind]
        known.refused = reason
        self._counts[kind, "refused"] += 1
        structlog.get_logger("gateway").error("reload_refused", kind=kind, name=known.name, reason=reason)

    def accept(self, kind: str) -> None:
        """Record that a source's content is in use."""
        if kind in self._kinds:
            self._kinds[kind].refused = ""

    def replaced(self, kinds: Iterable[str]) -> None:
        """Count a new version of the graph, by what has changed."""
        self._loaded_at = self.clock()
        for kind in kinds:
            self._counts[kind, "ok"] += 1
            self.accept(kind)

    def remark(self) -> str:
        """Return a line for each source whose content is not in use; empty if there is none."""
        lines = []
        for kind, known in self._kinds.items():
            for state, reason in (("is refused", known.refused), ("cannot be read", known.unreadable)):
                if reason:
                    lines.append(f"{kind} {known.name} {state}, the former one serves: {_line(reason)}")
        return "\n".join(lines)

    def collect(self) -> Iterator[Metric]:
        """Yield all metrics."""
        now = self.clock()
        digest = GaugeMetricFamily(
            "furlong_gateway_graph", "1 for the digest of the supergraph in force.", labels=["digest"]
        )
        digest.add_metric([self.graph.current.digest[:DIGEST_CHARS]], 1)
        yield digest
        yield GaugeMetricFamily(
            "furlong_gateway_graph_versions",
            "Versions of the graph that answer requests: the one in force, and former ones still in use.",
            self.graph.alive,
        )
        yield GaugeMetricFamily(
            "furlong_gateway_graph_age_seconds",
            "Seconds since the version of the graph in force was put in force.",
            now - self._loaded_at,
        )
        reloads = CounterMetricFamily(
            "furlong_gateway_reloads",
            "Reloads by kind (supergraph, settings) and result: ok, refused, unreadable.",
            labels=["kind", "result"],
        )
        for labels, count in self._counts.items():
            reloads.add_metric(labels, count)
        yield reloads
        refused = GaugeMetricFamily(
            "furlong_gateway_reload_refused",
            "1 if what the file or URL has now is refused, and the former one serves.",
            labels=["kind"],
        )
        read = GaugeMetricFamily(
            "furlong_gateway_reload_read_age_seconds",
            "Seconds since the file or URL could last be read.",
            labels=["kind"],
        )
        for kind, known in self._kinds.items():
            refused.add_metric([kind], bool(known.refused))
            read.add_metric([kind], now - (known.read_at or 0.0))
        yield from (refused, read)


def _line(reason: str) -> str:
    text = " ".join(reason.split())
    return text if len(text) <= MAX_REASON_LENGTH else f"{text[:MAX_REASON_LENGTH]}…"
