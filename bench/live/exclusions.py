"""Measures the time from a customer's self-exclusion on Kafka to the event that says so."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Final
from uuid import uuid4

import orjson

from bench.fixtures.customers import BRAND
from bench.live.bets import OutgoingMessage, instant
from bench.live.producer import MessageProducer
from bench.live.subscriber import Subscriber
from subgraphs.club_kit.topics import ACCOUNT_TOPIC

INELIGIBLE: Final = b'"state":"INELIGIBLE"'
PAUSE_SECONDS: Final = 0.1
"""Between two exclusions, so that each is measured by itself."""


def exclusion(customer: str, now: str) -> OutgoingMessage:
    """Return the message about a customer who has excluded themselves."""
    message = {
        "schema": "club.account-status/1",
        "event_id": str(uuid4()),
        "brand_id": BRAND,
        "customer_id": customer,
        "revision": 2,
        "status": "active",
        "verified": True,
        "jurisdiction": "GB",
        "currency": "GBP",
        "rg_state": "self_excluded",
        "promo_restricted": False,
        "occurred_at": now,
    }
    return OutgoingMessage(f"{BRAND}:{customer}".encode(), orjson.dumps(message))


@dataclass(slots=True)
class Exclusions:
    """Excludes customers one after the other.

    Attributes:
        seconds: The times from handing an exclusion to the Kafka client to the event that shows it.
    """

    seconds: list[float] = field(default_factory=list)
    _sent: dict[Subscriber, float] = field(default_factory=dict)

    async def send(self, producer: MessageProducer, customers: dict[Subscriber, str], patience: float) -> int:
        """Exclude customers, and wait for their events.

        Args:
            producer: Sends to Kafka.
            customers: The customer of each subscriber.
            patience: How long to wait after the last exclusion, in seconds.

        Returns:
            The number of customers whom no event has shown as excluded.
        """
        for subscriber, customer in customers.items():
            self._sent[subscriber] = time.perf_counter()
            producer.send(exclusion(customer, instant()), ACCOUNT_TOPIC)
            producer.poll()
            await asyncio.sleep(PAUSE_SECONDS)
        until = time.perf_counter() + patience
        while self._sent and time.perf_counter() < until:
            producer.poll()
            await asyncio.sleep(PAUSE_SECONDS)
        return len(self._sent)

    def on_event(self, subscriber: Subscriber, payload: bytes) -> None:
        """Record how long an exclusion took that an event shows."""
        if self._sent and INELIGIBLE in payload and (sent := self._sent.pop(subscriber, None)) is not None:
            self.seconds.append(time.perf_counter() - sent)
