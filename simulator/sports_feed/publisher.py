"""Publishes a simulated feed's messages on RabbitMQ: signs of life, what moves, and recoveries."""

import asyncio
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final
from xml.etree.ElementTree import Element, tostring

from simulator.sports_feed.event_world import LIVE, PRODUCERS, EventWorld, Published
from simulator.sports_feed.faults import FeedFaults

EXCHANGE: Final = "unifiedfeed"
NOBODY: Final = "-"
_ODDS: Final = re.compile(rb'odds="[^"]*"')


@dataclass(slots=True)
class FeedPublisher:
    """Publishes for one world.

    Attributes:
        exchange: The broker's exchange.
        cut: Cuts all connections of clients.
        recoveries: What was asked for: producer, number, and after when.
    """

    world: EventWorld
    faults: FeedFaults
    exchange: Any  # of aio-pika, which is optional
    cut: Callable[[], None]
    recoveries: list[tuple[int, int, int | None]] = field(default_factory=list)
    _held: list[tuple[str, bytes]] = field(default_factory=list)

    async def live(self, seconds: float) -> None:
        """Say that each producer is there, so often, until cancelled."""
        while True:
            for producer in PRODUCERS:
                await self.alive(producer)
            await asyncio.sleep(seconds)

    async def alive(self, producer: int) -> None:
        """Say that a producer is there."""
        subscribed = int(not self.faults.take("unsubscribed"))
        at = self.world.now()
        facts = {"product": str(producer), "timestamp": str(at), "subscribed": str(subscribed)}
        await self._flush()  # what is late is not later than a sign of life
        await self._send("-.-.-.alive.-.-.-.-", tostring(Element("alive", facts)))

    async def publish(self, messages: Iterable[Published]) -> None:
        """Publish what moved, with the faults that are armed."""
        for message in messages:
            key = self._key(message, NOBODY)
            await self._send_faultily(key, tostring(message.element))

    async def recover(self, producer: int, number: int, after: int | None, node: str) -> None:
        """Publish a recovery."""
        self.recoveries.append((producer, number, after))
        for message in list(self.world.snapshot(producer, after)):
            element = Element(message.element.tag, message.element.attrib | {"request_id": str(number)})
            element.extend(message.element)
            await self._send(self._key(message, node), tostring(element))
        if self.faults.take("recovery_lost"):
            return
        facts = {"product": str(producer), "timestamp": str(self.world.now()), "request_id": str(number)}
        await self._send(
            f"-.-.-.snapshot_complete.-.-.-.{node}", tostring(Element("snapshot_complete", facts))
        )

    def _key(self, message: Published, node: str) -> str:
        urn, sport = message.event.rpartition(":"), self.world.events[message.event].sport
        kind, when = message.element.tag, "-.live" if message.producer == LIVE else "pre.-"
        return f"hi.{when}.{kind}.{sport.rpartition(':')[2]}.{urn[0]}.{urn[2]}.{node}"

    async def _send_faultily(self, key: str, body: bytes) -> None:
        faults = self.faults
        if faults.take("lost"):
            self.cut()
            return
        if faults.take("omission"):
            return
        if faults.take("wrong_order"):
            self._held.append((key, body))
            return
        if b'odds="' in body and faults.take("schema_change"):
            body = _ODDS.sub(b'odds="evens"', body)
        if faults.take("not_xml"):
            body = body[: len(body) // 2]
        await self._send(key, body)
        if faults.take("duplicates"):
            await self._send(key, body)
        await self._flush()

    async def _flush(self) -> None:
        held, self._held = self._held, []
        for key, body in held:
            await self._send(key, body)

    async def _send(self, key: str, body: bytes) -> None:
        import aio_pika  # noqa: PLC0415 - an optional package

        if not self.faults.lasts("silence"):
            await self.exchange.publish(aio_pika.Message(body), key, mandatory=False)
