"""Metrics by operation and client, with a bounded number of names, whatever clients call themselves.

Each request looks up its recorder and counts once. Labels are decided when a recorder is created.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, Protocol, TypeAlias
from weakref import WeakSet

from msgspec import Struct
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from gateway.monitoring.families import OutcomeTimes

OTHER: Final = "other"
"""The label of all operations and clients whose names are unknown, or exceed the maximum."""

NONE: Final = "none"
"""The label of operations without a name, and of clients that do not name themselves."""

RECORDERS: Final = 4_096
"""The most recorders that are cached by what clients send; after that, the cache starts again."""


class Document(Protocol):
    """The properties of a document and its operation."""

    @property
    def key(self) -> bytes:
        """Identifies the document and the operation."""
        ...

    @property
    def token_digest(self) -> bytes:
        """Identifies the document."""
        ...

    @property
    def name(self) -> str | None:
        """The name of the operation; None if it has none."""
        ...

    @property
    def text(self) -> str:
        """The document as first received."""
        ...


class Client(Protocol):
    """The client of a request, by its own account."""

    @property
    def name(self) -> str | None:
        """The name that the client gives itself; None if it gives none."""
        ...

    @property
    def version(self) -> str | None:
        """The version that the client gives itself; None if it gives none."""
        ...


class Recorder(Protocol):
    """Counts the requests with one operation from one client."""

    def observe(self, outcome: str, seconds: float) -> None:
        """Count a request."""
        ...


AddRecorder: TypeAlias = Callable[[Document, Client, Recorder], Recorder]
"""Returns a recorder that counts something of its own, and then calls the given recorder."""


class KnownNames(Struct, frozen=True):
    """Decides which names become labels of metrics.

    Attributes:
        is_known: Returns whether a document is known: trusted, or prepared at startup.
        clients: The names of known clients.
        any_name: Whether all names count as known.
    """

    is_known: Callable[[Document, str | None], bool]
    clients: frozenset[str] = frozenset()
    any_name: bool = False

    def operation(self, document: Document, client: Client) -> str:
        """Return the label of an operation."""
        if not (self.any_name or self.is_known(document, client.name)):
            return OTHER
        return document.name or NONE

    def client(self, client: Client) -> str:
        """Return the label of a client."""
        if client.name is None:
            return NONE
        return client.name if self.any_name or client.name in self.clients else OTHER


class OperationMetrics(Collector):
    """The times and outcomes of requests by operation and client, whatever the version of the graph.

    Attributes:
        most: The most pairs of operation and client; all others count as `other`.
        recorders: The recorders of each version of the graph.
    """

    def __init__(self, most: int = 200) -> None:
        self.most = most
        self.recorders: WeakSet[Recorders] = WeakSet()
        self._series: dict[tuple[str, str], OutcomeTimes] = {}

    def labelled(self, operation: str, client: str) -> OutcomeTimes:
        """Return the counts of two labels."""
        times = self._series.get((operation, client))
        if times is None:
            if len(self._series) >= self.most:
                operation = client = OTHER
            times = self._series.setdefault((operation, client), OutcomeTimes())
        return times

    def collect(self) -> Iterator[Metric]:
        """Yield all metrics; labels are decided again afterwards, as other documents may be known by then."""
        for recorder in self.recorders:
            recorder.forget()
        times = HistogramMetricFamily(
            "furlong_gateway_operation_seconds",
            "Time to answer a request, by operation and client; other: unknown names.",
            labels=["operation", "client"],
        )
        requests = CounterMetricFamily(
            "furlong_gateway_operation_requests",
            "Requests by operation, client and outcome: ok, partial, refused, gone, fault.",
            labels=["operation", "client", "outcome"],
        )
        for (operation, client), series in self._series.items():
            seconds = series.seconds()
            times.add_metric([operation, client], seconds.cumulative(), seconds.total)
            for outcome, count in series.outcomes():
                requests.add_metric([operation, client, outcome], count)
        yield from (times, requests)


class Recorders:
    """The recorders of a version of the graph, found by what clients send.

    Attributes:
        metrics: The metrics that they update.
        names: Decides which names become labels.
        added: Create the recorders of features, each around the one before.
    """

    def __init__(
        self, metrics: OperationMetrics, names: KnownNames, added: tuple[AddRecorder, ...] = ()
    ) -> None:
        self.metrics = metrics
        self.names = names
        self.added = added
        self._known: dict[tuple[bytes, str | None, str | None], Recorder] = {}
        metrics.recorders.add(self)

    def of(self, document: Document, client: Client) -> Recorder:
        """Return the recorder of requests with an operation from a client."""
        key = (document.key, client.name, client.version)
        return self._known.get(key) or self._add_recorder(key, document, client)

    def forget(self) -> None:
        """Recreate all recorders when they are next needed."""
        self._known.clear()

    def _add_recorder(
        self, key: tuple[bytes, str | None, str | None], document: Document, client: Client
    ) -> Recorder:
        if len(self._known) >= RECORDERS:
            self._known.clear()
        labels = self.names.operation(document, client), self.names.client(client)
        recorder: Recorder = self.metrics.labelled(*labels)
        for add in self.added:
            recorder = add(document, client, recorder)
        self._known[key] = recorder
        return recorder
