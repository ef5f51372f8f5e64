"""Measures the time from each bet's message to the event that shows the bet."""

import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Final

from bench.live.bets import BetGenerator, OutgoingMessage
from bench.live.subscriber import Subscriber

AS_OF: Final = b'"asOf":"'
MILLISECONDS: Final = 23
"""The length of an instant with milliseconds, the precision of the database."""


def percentile(values: list[float], share: float) -> float:
    """Return the value below which a share of the values lies; 0 if there are none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


@dataclass(slots=True)
class Latencies:
    """Tracks bets that no event has shown yet, and the latencies of the others.

    A bet counts as shown by the first event of its customer whose `asOf` is not before the bet's instant.

    Attributes:
        customers: The customer's key of each subscriber.
        seconds: The latencies from handing a bet to the Kafka client to the event at the subscriber's socket.
    """

    bets: BetGenerator
    customers: dict[Subscriber, bytes] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    _sent: defaultdict[bytes, list[tuple[bytes, float]]] = field(default_factory=lambda: defaultdict(list))

    def next_message(self, now: str) -> OutgoingMessage:
        """Return the next message of the load, and record its time."""
        message = self.bets.next_message(now)
        self._sent[message.key].append((now[:MILLISECONDS].encode(), time.perf_counter()))
        return message

    def on_event(self, subscriber: Subscriber, payload: bytes) -> None:
        """Record the latencies of the bets that an event shows."""
        key = self.customers.get(subscriber)
        waiting = self._sent.get(key) if key is not None else None
        begin = payload.find(AS_OF) + len(AS_OF)
        if not waiting or begin < len(AS_OF):
            return
        shown, now = payload[begin : begin + MILLISECONDS], time.perf_counter()
        while waiting and waiting[0][0] <= shown:
            self.seconds.append(now - waiting.pop(0)[1])

    @property
    def unseen(self) -> int:
        """The number of bets that no event has shown yet."""
        return sum(map(len, self._sent.values()))

    def forget(self) -> None:
        """Discard all measurements."""
        self.seconds.clear()
        self._sent.clear()
