"""The bus that brings notices of changes to the streams of all processes, one in memory, and its metrics."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from subgraphs.kit.live.watches import Watches, machine_seconds

CustomersChanged: TypeAlias = Callable[[Iterable[bytes]], None]
"""Receives the keys of what was changed by a commit: see `customer_key` and `public_key`."""


@dataclass(slots=True)
class BusCounts:
    """The counts of a bus, for metrics.

    Attributes:
        published: The number of messages sent to other processes.
        heard: The number of messages received from other processes.
        faults: The number of failed connections and messages.
        is_away: Whether notices of other processes currently cannot be received.
    """

    published: int = 0
    heard: int = 0
    faults: int = 0
    is_away: bool = False


class EventBus(Protocol):
    """Carries notices that a customer has changed; streams read the change from the database.

    Notices are sent after the commit. They are not awaited and never fail: a bus that cannot deliver one
    notifies all streams once it can.
    """

    @property
    def watches(self) -> Watches:
        """The watches of this process."""
        ...

    @property
    def counts(self) -> BusCounts:
        """The counts of the bus."""
        ...

    @property
    def is_complete(self) -> bool:
        """Whether notices of all processes arrive in this one."""
        ...

    def customers_changed(self, keys: Iterable[bytes]) -> None:
        """Notify all processes that customers' data has changed."""
        ...

    def brand_changed(self, brand: str) -> None:
        """Notify all processes that data of all customers of a brand has changed."""
        ...

    async def start(self) -> None:
        """Connect, and start listening."""
        ...

    async def close(self) -> None:
        """Send pending notices, and disconnect."""
        ...


class MemoryBus:
    """The bus of one process: complete if all parts of the product run in that process."""

    def __init__(self, watches: Watches | None = None, *, is_complete: bool = False) -> None:
        self.watches = watches or Watches()
        self.counts = BusCounts()
        self.is_complete = is_complete

    def customers_changed(self, keys: Iterable[bytes]) -> None:
        """Tell the streams of this process."""
        self.watches.customers_changed(keys, machine_seconds())

    def brand_changed(self, brand: str) -> None:
        """Tell the streams of this process."""
        self.watches.brand_changed(brand)

    async def start(self) -> None:
        """Do nothing, because notices arrive by calls."""

    async def close(self) -> None:
        """Stop notifying streams."""
        await self.watches.stop()


class BusMetrics(Collector):
    """Reports the counts of a bus."""

    def __init__(self, bus: EventBus) -> None:
        self._bus = bus

    def collect(self) -> Iterator[Metric]:
        """Yield the counts so far."""
        counts = self._bus.counts
        yield CounterMetricFamily(
            "furlong_live_messages_published",
            "Messages with notices sent to other processes.",
            counts.published,
        )
        yield CounterMetricFamily(
            "furlong_live_messages_heard",
            "Messages with notices received from other processes.",
            counts.heard,
        )
        yield CounterMetricFamily(
            "furlong_live_bus_faults",
            "Failed connections and messages of the bus between processes.",
            counts.faults,
        )
        yield GaugeMetricFamily(
            "furlong_live_bus_away",
            "1 while notices of other processes cannot be received.",
            float(counts.is_away),
        )
