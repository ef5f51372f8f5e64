"""The open subscriptions of a process: counted, measured, limited, and ended together at shutdown."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Protocol

import msgspec
from msgspec import Struct
from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector

from gateway.errors import RequestError, SubgraphNotCalled, SubgraphTimeout, SubgraphUnreachable
from gateway.monitoring import SummedGauge

CLOSE_SECONDS: Final = 2.0
"""How long a stopping process waits for its sources to close, in seconds."""
UNAVAILABLE: Final = 503
OTHER = "other"


class TooManySubscriptions(RequestError):
    """The limit on open subscriptions is reached, for one customer or for the process."""

    def __init__(self, most: int, *, of_customer: bool) -> None:
        whose, code, status = (
            ("A customer", "TOO_MANY_SUBSCRIPTIONS_OF_CUSTOMER", 429)
            if of_customer
            else ("This server", "TOO_MANY_SUBSCRIPTIONS", UNAVAILABLE)
        )
        super().__init__(f"{whose} may have at most {most} open subscriptions.", code=code, status=status)


class SessionEnded(RequestError):
    """The subscription's session has expired."""

    def __init__(self) -> None:
        message = "The session has ended: sign in, and subscribe again."
        super().__init__(message, code="SESSION_EXPIRED", status=401)


class ServerStopping(RequestError):
    """The server is about to stop."""

    def __init__(self) -> None:
        message = "The server is stopping: subscribe again."
        super().__init__(message, code="SUBSCRIPTION_SERVER_STOPPING", status=UNAVAILABLE)


def source_failed(subgraph: str, error: SubgraphUnreachable) -> RequestError:
    """Return the client's error for a subgraph that refused or lost a subscription."""
    status = 502
    if isinstance(error, SubgraphNotCalled):
        status = UNAVAILABLE
    elif isinstance(error, SubgraphTimeout):
        status = 504
    return RequestError(f"The service {subgraph} {error.message}.", code=error.code, status=status)


class SubscriptionLimits(Struct, frozen=True):
    """Limits on open subscriptions.

    Attributes:
        most: The maximum number of open subscriptions in this process.
        most_of_customer: The maximum number of open subscriptions per customer in this process.
    """

    most: int
    most_of_customer: int


class Ending(Protocol):
    """A subscription that the server can end."""

    def end(self, reason: RequestError) -> None:
        """End the subscription with the reason as its last response."""
        ...

    async def closed(self) -> None:
        """Wait until the source of an ended subscription is closed."""
        ...


@dataclass(slots=True)
class OpenSubscriptions:
    """The open subscriptions across all versions of the graph.

    Attributes:
        limits: The current limits.
        count: The number of subscriptions that are open or opening.
        is_draining: Whether the server is stopping and accepts no more subscriptions.
    """

    limits: SubscriptionLimits
    count: int = 0
    is_draining: bool = False
    _streams: set[Ending] = field(default_factory=set, init=False)
    _of_customers: dict[str, int] = field(default_factory=dict, init=False)

    def enter(self, customer: str | None) -> None:
        """Reserve a slot for a subscription.

        Args:
            customer: The customer's key; None if unknown.

        Raises:
            RequestError: The limit is reached, or the server is stopping.
        """
        if self.is_draining:
            raise ServerStopping
        if self.count >= self.limits.most:
            raise TooManySubscriptions(self.limits.most, of_customer=False)
        if customer is not None:
            of_customer = self._of_customers.get(customer, 0)
            if of_customer >= self.limits.most_of_customer:
                raise TooManySubscriptions(self.limits.most_of_customer, of_customer=True)
            self._of_customers[customer] = of_customer + 1
        self.count += 1

    def leave(self, customer: str | None) -> None:
        """Release a subscription's slot."""
        self.count -= 1
        if customer is None:
            return
        left = self._of_customers[customer] - 1
        if left:
            self._of_customers[customer] = left
        else:
            del self._of_customers[customer]

    def add(self, stream: Ending) -> None:
        """Register an opened stream, so that it is ended when the server stops."""
        self._streams.add(stream)
        if self.is_draining:
            stream.end(ServerStopping())

    def discard(self, stream: Ending) -> None:
        """Remove a stream that has ended."""
        self._streams.discard(stream)

    def drain(self) -> None:
        """Stop accepting subscriptions, and end all streams with a last response that says why."""
        self.is_draining = True
        for stream in list(self._streams):
            stream.end(ServerStopping())

    async def close(self) -> None:
        """End all streams, and wait for their sources to close."""
        self.drain()
        closing = [asyncio.ensure_future(stream.closed()) for stream in self._streams]
        if closing:
            await asyncio.wait(closing, timeout=CLOSE_SECONDS)


class OperationCounts(msgspec.Struct, eq=False):
    """Counts the subscriptions of one operation at one subgraph.

    Attributes:
        open: The number of open subscriptions.
        started: The number of subscriptions opened so far.
        events: The number of responses to events.
        merged: The number of events that a newer event replaced before the subscriber took them.
    """

    open: int = 0
    started: int = 0
    events: int = 0
    merged: int = 0

    def count_merged(self, events: int) -> None:
        """Count replaced events."""
        self.merged += events


class SubscriptionMetrics(Collector):
    """Counts subscriptions.

    Attributes:
        most: The maximum number of operations with labels of their own; others count as `other`.
        ended: The number of ended subscriptions by reason code: `COMPLETE` if the source completed the
            subscription, `CLIENT` if the client cancelled it.
        sources: The number of open sources by subgraph.
        joined: The number of subscribers that joined an open source.
    """

    def __init__(self, most: int = 200) -> None:
        self.most = most
        self.ended: Counter[str] = Counter()
        self.sources: Counter[str] = Counter()
        self.joined = 0
        self._counts: dict[tuple[str, str], OperationCounts] = {}

    def of(self, operation: str, subgraph: str) -> OperationCounts:
        """Return the counts of an operation."""
        known = self._counts.get((operation, subgraph))
        if known is None:
            if len(self._counts) >= self.most:
                operation = OTHER
            known = self._counts.setdefault((operation, subgraph), OperationCounts())
        return known

    def collect(self) -> Iterator[Metric]:
        """Yield all metrics."""
        labels = ["operation", "subgraph"]
        is_open = SummedGauge("furlong_gateway_subscriptions_open", "Open subscriptions.", labels=labels)
        started = CounterMetricFamily("furlong_gateway_subscriptions", "Opened subscriptions.", labels=labels)
        events = CounterMetricFamily(
            "furlong_gateway_subscription_events", "Responses to subscription events.", labels=labels
        )
        merged = CounterMetricFamily(
            "furlong_gateway_subscription_events_merged",
            "Events that a newer event replaced before their subscriber took them.",
            labels=labels,
        )
        for names, counts in self._counts.items():
            is_open.add_metric(names, counts.open)
            started.add_metric(names, counts.started)
            events.add_metric(names, counts.events)
            merged.add_metric(names, counts.merged)
        yield from (is_open, started, events, merged)
        sources = SummedGauge(
            "furlong_gateway_subscription_sources_open",
            "Open subscriptions at subgraphs; several subscribers may share one.",
            labels=["subgraph"],
        )
        for subgraph, count in self.sources.items():
            sources.add_metric([subgraph], count)
        yield sources
        yield CounterMetricFamily(
            "furlong_gateway_subscriptions_joined",
            "Subscriptions that joined the source of an equal subscription.",
            self.joined,
        )
        ended = CounterMetricFamily(
            "furlong_gateway_subscriptions_ended",
            "Ended subscriptions by reason code; COMPLETE: completed by the source, CLIENT: cancelled by the "
            "client.",
            labels=["reason"],
        )
        for reason, count in self.ended.items():
            ended.add_metric([reason], count)
        yield ended
