"""What streams of this process watch, customers or public things, and the notification of these streams."""

import asyncio
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.live.waking import Spreading, WakingOrder

LAG_BOUNDS: Final = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""The upper bounds of the buckets of `LiveCounts.lags`, in seconds."""


def machine_seconds() -> float:
    """Return the machine's time in seconds since the epoch, used to measure the lag of events."""
    return time.time()


def customer_key(owner: Owner) -> bytes:
    """Return a customer's key, which is also the key of the customer's Kafka records."""
    return f"{owner.brand}:{owner.customer}".encode()


def owner_of(key: bytes) -> Owner | None:
    """Return the customer of a key; None if it is that of something public."""
    brand, _, customer = key.decode().partition(":")
    return Owner(brand, customer) if brand else None


def public_key(topic: str, key: bytes) -> bytes:
    """Return the key of what public messages are about; it begins with a colon, as no customer's does.

    Args:
        topic: The topic of the messages, which every cell reads.
        key: Their key.
    """
    return b":%b:%b" % (topic.encode(), key)


def public_subject(topic: str, key: bytes) -> bytes | None:
    """Return the key of the messages of a topic that a watched key is about; None if it is about others."""
    prefix = public_key(topic, b"")
    return key.removeprefix(prefix) if key.startswith(prefix) else None


@dataclass(slots=True)
class LiveCounts:
    """The counts so far, for metrics.

    Attributes:
        events: The number of club states that streams have sent.
        merged: The number of changes without an event of their own.
        lags: The number of events by the time since the commit, one count per bound and one for the rest.
        lag_seconds: The sum of the times since the commit.
    """

    events: int = 0
    merged: int = 0
    lags: list[int] = field(default_factory=lambda: [0] * (len(LAG_BOUNDS) + 1))
    lag_seconds: float = 0.0

    def event(self, merged: int, changed_at: float | None) -> None:
        """Count an event that carries a change and the changes merged with it.

        Args:
            merged: The number of changes beyond the first.
            changed_at: When the first change was committed; None for the first event of a stream.
        """
        self.events += 1
        self.merged += merged
        if changed_at is not None:
            lag = max(0.0, machine_seconds() - changed_at)
            self.lag_seconds += lag
            self.lags[bisect_left(LAG_BOUNDS, lag)] += 1


class Watch:
    """One stream's view of a customer, or of something public: how often it changed since the stream began.

    Attributes:
        changes: The number of changes so far.
        changed_at: When the first change that `take` has not returned was committed; None if there is none.
        is_check_due: Whether the time given to `check_after` has passed.
    """

    __slots__ = ("_alarm", "_taken", "_waiter", "changed_at", "changes", "is_check_due", "key")

    def __init__(self, key: bytes) -> None:
        self.key = key
        self.changes = 0
        self.changed_at: float | None = None
        self.is_check_due = False
        self._taken = 0
        self._waiter: asyncio.Future[None] | None = None
        self._alarm: asyncio.TimerHandle | None = None

    def note(self, committed_at: float) -> None:
        """Count a change."""
        self.changes += 1
        if self.changed_at is None:
            self.changed_at = committed_at

    def check_after(self, seconds: float) -> None:
        """Wake the stream after a time, once, to check its session: one timer for many events."""
        self.is_check_due = False
        self._alarm = asyncio.get_running_loop().call_later(seconds, self._ring)

    def stop(self) -> None:
        """Cancel the timer."""
        if self._alarm is not None:
            self._alarm.cancel()

    def take(self) -> int:
        """Return the number of changes since the last call."""
        new = self.changes - self._taken
        self._taken = self.changes
        self.changed_at = None
        return new

    @property
    def has_changed(self) -> bool:
        """Whether there are changes that `take` has not returned."""
        return self.changes != self._taken

    def woken(self) -> asyncio.Future[None]:
        """Return a future that is done when there is a change or a check is due; only one may be awaited."""
        self._waiter = asyncio.get_running_loop().create_future()
        return self._waiter

    def _ring(self) -> None:
        self.is_check_due = True
        self._wake()

    def wake(self) -> bool:
        """Wake the stream to read its changes; return False if it does not wait, or has read them already."""
        return self.has_changed and self._wake()

    def _wake(self) -> bool:
        waiter, self._waiter = self._waiter, None
        if waiter is None or waiter.done():
            return False
        waiter.set_result(None)
        return True


class Watches:
    """All watches of a process by key; for a key without streams, a notice costs one look-up."""

    def __init__(self, spread_per_second: int = 1_000) -> None:
        """Create it without watches.

        Args:
            spread_per_second: The number of customers per second notified of a change that concerns many.
        """
        self.counts = LiveCounts()
        self._by_key: dict[bytes, list[Watch]] = {}
        self._customers: Counter[str] = Counter()
        self._spreading = Spreading(self.customers_reread, spread_per_second)
        self._waking = WakingOrder()

    def __bool__(self) -> bool:
        """Return whether there are watches."""
        return bool(self._by_key)

    def __len__(self) -> int:
        """Return the number of watches."""
        return sum(map(len, self._by_key.values()))

    @property
    def keys(self) -> tuple[bytes, ...]:
        """Return the watched keys."""
        return tuple(self._by_key)

    @property
    def brands(self) -> tuple[str, ...]:
        """Return the brands of the watched customers."""
        return tuple(self._customers)

    def open(self, key: bytes) -> Watch:
        """Start watching a customer, or something public."""
        watch = Watch(key)
        watching = self._by_key.get(key)
        if watching is None:
            watching = self._by_key[key] = []
            self._count_brand(key, 1)
        watching.append(watch)
        return watch

    def close(self, watch: Watch) -> None:
        """Stop watching; idempotent."""
        watch.stop()
        self._waking.forget(watch)
        watching = self._by_key.get(watch.key, [])
        if watch in watching:
            watching.remove(watch)
            if not watching:
                del self._by_key[watch.key]
                self._count_brand(watch.key, -1)

    def _count_brand(self, key: bytes, watched: int) -> None:
        owner = owner_of(key)
        if owner is None:
            return
        self._customers[owner.brand] += watched
        if not self._customers[owner.brand]:
            del self._customers[owner.brand]

    def customers_changed(self, keys: Iterable[bytes], committed_at: float) -> None:
        """Notify the streams of changed customers: at once, or with the next group while many change."""
        by_key, waking = self._by_key, self._waking
        if not by_key:
            return
        for key in keys:
            for watch in by_key.get(key, ()):
                watch.note(committed_at)
                waking.add(watch)
        waking.begin()

    def has_read(self, watch: Watch) -> None:
        """Record that a stream has read the state after its changes."""
        self._waking.has_read(watch)

    def customers_reread(self, keys: Iterable[bytes]) -> None:
        """Notify the streams of customers whose change was found by rereading."""
        self.customers_changed(keys, machine_seconds())

    def brand_changed(self, brand: str) -> None:
        """Notify the streams of all customers of a brand gradually."""
        prefix = f"{brand}:".encode()
        self._spreading.add(key for key in self._by_key if key.startswith(prefix))

    def all_changed(self) -> None:
        """Notify all streams, gradually, that something may have changed."""
        self._spreading.add(self._by_key)

    async def settled(self) -> None:
        """Wait until all streams have been notified."""
        await self._spreading.settled()

    async def stop(self) -> None:
        """Stop notifying."""
        await self._spreading.stop()
        self._waking.stop()
