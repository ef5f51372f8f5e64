"""Pages that follow some events each; a few of them read what they get, the others count it."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from random import Random
from typing import Any, Final

import orjson

from bench.live.subscriber import SseSubscriber, Subscriber, Subscription
from bench.live.subscriber_pool import OnEvent
from bench.odds.world import SEED

QUERY: Final = """
subscription Odds($brand: ID!, $ids: [ID!]!) {
  eventsUpdated(brand: $brand, ids: $ids) {
    position image
    events {
      id name status score
      markets { id status selections { id status odds { milli display changedAt } } }
    }
  }
}
"""


class AnonymousSubscriber(SseSubscriber):
    """A visitor's page."""

    def head(self, *lines: str) -> bytes:
        """Return the head of a request without a session."""
        whole = SseSubscriber.head(self, *lines).split(b"\r\n")
        return b"\r\n".join(line for line in whole if not line.startswith(b"Authorization:"))


@dataclass(slots=True)
class Pages:
    """What pages follow, and what they got.

    Attributes:
        events: The ids of all events.
        follows: How many events each page follows.
        sampled: How many pages read what they get.
        received: What all pages got, in bytes.
        latencies: From each change of odds, by its provider's clock, to a page that reads; in seconds.
        changes: How many changes of odds the reading pages saw.
        pushes: How many times the reading pages got something.
        events_pushed: How many events were in these.
    """

    brand: str
    events: Sequence[str]
    follows: int
    sampled: int
    received: int = 0
    changes: int = 0
    pushes: int = 0
    events_pushed: int = 0
    latencies: list[float] = field(default_factory=list)
    _random: Random = field(default_factory=lambda: Random(SEED))  # noqa: S311 - the same each time
    _reading: dict[Subscriber, dict[str, str]] = field(default_factory=dict)

    def make(self, subscription: Subscription, token: str, on_event: OnEvent) -> Subscriber:
        """Return a page with events of its own."""
        ids = self._random.sample(list(self.events), self.follows)
        content = json.dumps({"query": QUERY, "variables": {"brand": self.brand, "ids": ids}})
        page = AnonymousSubscriber(replace(subscription, content=content), token, on_event)
        if len(self._reading) < self.sampled:
            self._reading[page] = {}
        return page

    def on_event(self, page: Subscriber, payload: bytes) -> None:
        """Count what a page gets, and read it if it is one of those that do."""
        self.received += len(payload)
        known = self._reading.get(page)
        if known is not None:
            self._read(known, orjson.loads(payload)["data"]["eventsUpdated"])

    def forget(self) -> None:
        """Begin to measure."""
        self.received = self.changes = self.pushes = self.events_pushed = 0
        self.latencies.clear()

    def _read(self, known: dict[str, str], update: dict[str, Any]) -> None:
        now = time.time()
        self.pushes += 1
        self.events_pushed += len(update["events"])
        for event in update["events"]:
            for market in event["markets"]:
                for selection in market["selections"]:
                    changed_at = selection["odds"]["changedAt"]
                    if known.get(selection["id"]) != changed_at:
                        known[selection["id"]] = changed_at
                        if not update["image"]:
                            self.changes += 1
                            self.latencies.append(now - datetime.fromisoformat(changed_at).timestamp())
