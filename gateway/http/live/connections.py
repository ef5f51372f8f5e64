"""The WebSockets and streams of a process: their limits, metrics, common timer, and shutdown."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Coroutine, Iterator, Mapping
from itertools import count
from typing import Any, Final, Protocol

import structlog
from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector

from foundation.garbage_collection import collect_young_objects
from gateway.monitoring import SummedGauge
from gateway.pipeline.client_address import ClientAddresses
from gateway.pipeline.identification import CustomerOf
from gateway.settings.live import LiveLimits


class LiveMetrics(Collector):
    """Counts connections, operations and events.

    Attributes:
        open: The number of open connections by transport: websocket, sse, multipart.
        operations: The number of operations in progress over all transports.
        closes: The number of closed connections by transport and code; streams over HTTP use words as codes.
        events: The number of responses sent as events.
        refused: The number of refused connections by the limit or rule that refused them.
    """

    def __init__(self) -> None:
        self.open: Counter[str] = Counter()
        self.operations = 0
        self.closes: Counter[tuple[str, str]] = Counter()
        self.events = 0
        self.refused: Counter[str] = Counter()

    def collect(self) -> Iterator[Metric]:
        """Yield all metrics."""
        connections = SummedGauge(
            "furlong_gateway_live_connections",
            "Open connections by transport: websocket, sse, multipart.",
            labels=["transport"],
        )
        for transport, number in self.open.items():
            connections.add_metric([transport], number)
        yield connections
        yield SummedGauge(
            "furlong_gateway_live_operations", "Operations in progress on live connections.", self.operations
        )
        closes = CounterMetricFamily(
            "furlong_gateway_live_closes",
            "Closed connections by transport and close code.",
            labels=["transport", "code"],
        )
        for labels, number in self.closes.items():
            closes.add_metric(labels, number)
        yield closes
        yield CounterMetricFamily(
            "furlong_gateway_live_events", "Responses sent over live connections.", self.events
        )
        refused = CounterMetricFamily(
            "furlong_gateway_live_refusals", "Refused connections by reason.", labels=["reason"]
        )
        for reason, number in self.refused.items():
            refused.add_metric([reason], number)
        yield refused


TICKS: Final = 20
"""The number of groups of connections, which are visited in turn, one group per tick."""

TICK_SECONDS: Final = 1.0 / TICKS
VISITS_PER_SECOND: Final = 5_000
"""The maximum rate of visits: each connection is visited once a second, less often if there are more."""

COLLECTION_SECONDS: Final = 2.0
"""How often young objects are collected: more often takes more time in all, less often longer pauses."""


class LiveConnection(Protocol):
    """A WebSocket, or a stream over HTTP.

    Attributes:
        slot: The connection's slot in `LiveConnections`.
    """

    slot: Slot

    def visit(self, now: float) -> None:
        """Perform periodic work; `now` is the time of the event loop's clock."""
        ...

    def shut_down(self) -> None:
        """Tell the client to reconnect because the server is stopping, and end the connection."""
        ...


class Slot:
    """A connection's share of the limits.

    Attributes:
        key: The customer's key, or the client's address until the customer is known.
        is_customer: Whether `key` is a customer's key.
        place: The index of the connection's group.
    """

    __slots__ = ("is_customer", "key", "place")

    def __init__(self, key: str | None, place: int) -> None:
        self.key = key
        self.place = place
        self.is_customer = False


class LiveConnections:
    """The open connections.

    Args:
        addresses: Determines the addresses of clients behind proxies.
        customer_of: Returns the key of a session's customer.

    Attributes:
        limits: The limits of connections.
        metrics: The metrics of connections.
        shares_socket: Whether several processes share the listening socket, so that a client's requests may
            reach different processes.
    """

    def __init__(
        self,
        limits: LiveLimits,
        metrics: LiveMetrics,
        addresses: ClientAddresses,
        customer_of: CustomerOf | None = None,
    ) -> None:
        self.limits = limits
        self.metrics = metrics
        self.shares_socket = False
        self._addresses = addresses
        self._customer_of = customer_of
        self._parts: tuple[set[LiveConnection], ...] = tuple(set() for _ in range(TICKS))
        self._reserved = 0
        self._by_customer: Counter[str] = Counter()
        self._by_address: Counter[str] = Counter()
        self._numbers = count()
        self._timer: asyncio.TimerHandle | None = None
        self._ticks = 0
        self._collect_at = 0.0
        self._draining: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return sum(len(part) for part in self._parts)

    def reserve(self, peer: str | None, headers: Mapping[bytes, bytes]) -> Slot | None:
        """Reserve a slot for a new connection; None if the total limit or the address's is reached.

        Args:
            peer: The peer's address, which may be a proxy's.
            headers: The request's headers by lower-case name.
        """
        address = self._addresses.find(peer, headers)
        if self._reserved >= self.limits.connections:
            self.metrics.refused["connections"] += 1
            return None
        if address is not None:
            if self._by_address[address] >= self.limits.per_address:
                self.metrics.refused["address"] += 1
                return None
            self._by_address[address] += 1
        self._reserved += 1
        return Slot(address, next(self._numbers) % TICKS)

    def identify(self, slot: Slot, session: object) -> bool:
        """Count a connection for its customer instead of its address; return False at the limit."""
        customer = None if session is None or self._customer_of is None else self._customer_of(session)
        if customer is None or slot.is_customer:
            return True
        if self._by_customer[customer] >= self.limits.per_customer:
            self.metrics.refused["customer"] += 1
            return False
        self._forget_key(slot)
        self._by_customer[customer] += 1
        slot.key, slot.is_customer = customer, True
        return True

    def release(self, slot: Slot) -> None:
        """Release a slot, undoing `reserve` and `identify`."""
        self._reserved -= 1
        self._forget_key(slot)

    def add(self, connection: LiveConnection, transport: str) -> None:
        """Register a connection, which is visited periodically from then on."""
        self._parts[connection.slot.place].add(connection)
        self.metrics.open[transport] += 1
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(TICK_SECONDS, self._visit)

    def remove(self, connection: LiveConnection, transport: str, code: int | str) -> None:
        """Remove a connection that has ended, release its slot, and count its close code."""
        part = self._parts[connection.slot.place]
        if connection not in part:
            return
        part.remove(connection)
        self.release(connection.slot)
        self.metrics.open[transport] -= 1
        self.metrics.closes[transport, str(code)] += 1

    def shut_down(self, seconds: float) -> None:
        """End all connections gradually, so that their clients do not all reconnect at once.

        Args:
            seconds: An upper bound on the duration, which the limits may shorten.
        """
        if self._draining is None and len(self):
            work = self._drain(min(seconds, self.limits.drain_seconds))
            self._draining = asyncio.get_running_loop().create_task(work)

    async def _drain(self, seconds: float) -> None:
        every = [connection for part in self._parts for connection in part]
        steps = max(1, round(seconds / TICK_SECONDS))
        size = -(-len(every) // steps)
        for begin in range(0, len(every), size):
            for connection in every[begin : begin + size]:
                connection.shut_down()
            await asyncio.sleep(TICK_SECONDS)

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        """Run a connection's work in the background."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @staticmethod
    def share(slot: Slot) -> float:
        """Return a connection's offset from 0 to 1, which spreads the work of connections over time."""
        return slot.place / TICKS

    def _forget_key(self, slot: Slot) -> None:
        if slot.key is None:
            return
        counts = self._by_customer if slot.is_customer else self._by_address
        counts[slot.key] -= 1
        if not counts[slot.key]:
            del counts[slot.key]
        slot.key = None

    def _visit(self) -> None:
        loop = asyncio.get_running_loop()
        self._ticks += 1
        now = loop.time()
        seconds = TICK_SECONDS * max(1.0, self._reserved / VISITS_PER_SECOND)
        self._timer = loop.call_later(seconds, self._visit) if self._reserved else None
        if now >= self._collect_at:
            self._collect_at = now + COLLECTION_SECONDS
            collect_young_objects()
        for connection in list(self._parts[self._ticks % TICKS]):
            try:
                connection.visit(now)
            except Exception:  # noqa: BLE001 - the other connections must still be visited
                structlog.get_logger("gateway").exception("live_connection_fault")
                connection.shut_down()
