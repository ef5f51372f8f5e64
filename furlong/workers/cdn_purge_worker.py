"""The CDN purge worker: removes a brand's public responses when what they show was decided or applied."""

import asyncio
from collections.abc import Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Final

import httpx
import structlog
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError
from aiokafka.structs import ConsumerRecord

from consumers.acknowledgements.message import decode_acknowledgement
from consumers.messages.global_events.message import decode_global
from consumers.stream.broker.kafka_client import running_client
from consumers.stream.errors import Poison
from consumers.stream.records import Record
from furlong.settings import CdnSettings
from furlong.workers.status import RoundStatus
from subgraphs.kit.domain.keys import ALL_BRANDS
from subgraphs.kit.records.global_state import NOTHING_APPLIED, GlobalOrder
from subgraphs.kit.topics import CELLS_TOPIC, GLOBAL_TOPIC

log = structlog.get_logger(__name__)
EVERYTHING: Final = "/"
"""A text that every address contains."""

KAFKA: Final = "kafka"
PARTS: Final = (1 / 16, 1 / 4, 1)
"""After which parts of the longest time a removal is repeated."""

_SHORTEST_PAUSE, _MAX_PAUSE = 0.2, 10.0
RETRY_SECONDS: Final = 1.0


@dataclass(slots=True)
class Troubles:
    """Problems, by what they concern: a healthy CDN does not hide a broken one."""

    status: RoundStatus
    _found: dict[str, str] = field(default_factory=dict)

    def begin(self, source: str, problem: str) -> None:
        """Note that something does not respond."""
        self._found[source] = problem
        self.status.trouble = "; ".join(self._found.values())

    def end(self, source: str) -> None:
        """Note that something responds."""
        self._found.pop(source, None)
        self.status.round_ended()
        self.status.trouble = "; ".join(self._found.values())


@dataclass(slots=True)
class Removals:
    """What has yet to be removed from one CDN.

    Attributes:
        url: Where the CDN accepts removals.
    """

    url: str
    _texts: set[str] = field(default_factory=set)
    _added: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self, text: str) -> None:
        """Schedule the removal of all responses whose URL contains a text."""
        self._texts.add(text)
        self._added.set()

    async def send(self, client: httpx.AsyncClient, troubles: Troubles) -> None:
        """Send removals until cancelled; repeat those that the CDN has not accepted."""
        pause = _SHORTEST_PAUSE
        while True:
            await self._added.wait()
            self._added.clear()
            texts, self._texts = self._texts, set()
            try:
                for text in {EVERYTHING} if EVERYTHING in texts else sorted(texts):
                    response = await client.request("BAN", self.url, headers={"x-contains": text})
                    response.raise_for_status()
            except httpx.HTTPError as error:
                troubles.begin(self.url, f"{self.url} does not accept removals: {error}")
                log.warning("cdn_not_purged", url=self.url, error=repr(error))
                for text in texts:
                    self.add(text)
                await asyncio.sleep(pause)
                pause = min(2 * pause, _MAX_PAUSE)
            else:
                pause = _SHORTEST_PAUSE
                troubles.end(self.url)


@dataclass(slots=True)
class PurgeWorker:
    """Follows the global topic and the nodes' acknowledgements.

    A brand's responses are removed when a decision about it is published, and again when a node has applied
    it: until then, the node may have given the CDN an old response. A node's processes read what was applied
    into their memory a moment later, so each removal is repeated after growing pauses.

    Attributes:
        removals: What has to be removed, for each CDN.
        again_seconds: After what time a removal is repeated for the last time.
    """

    removals: tuple[Removals, ...]
    again_seconds: float
    _decided: dict[str, GlobalOrder] = field(default_factory=dict)
    _applied: dict[str, GlobalOrder] = field(default_factory=dict)

    def read(self, record: ConsumerRecord) -> None:
        """Remove what a record makes obsolete."""
        produced = Record(record.topic, record.partition, record.offset, record.key, record.value)
        try:
            if record.topic == CELLS_TOPIC:
                report = decode_acknowledgement(produced)
                before = self._applied.get(report.key, NOTHING_APPLIED)
                self._applied[report.key] = report.order
                brands = [brand for brand, order in self._decided.items() if before < order <= report.order]
            else:
                event = decode_global(produced)
                self._decided[event.brand_id] = GlobalOrder(event.epoch, event.number)
                brands = [event.brand_id]
        except Poison as error:
            log.warning("cdn_record_not_read", topic=record.topic, offset=record.offset, error=str(error))
            brands = [ALL_BRANDS]
        self.remove(EVERYTHING if brand == ALL_BRANDS else brand for brand in brands)

    def remove(self, texts: Iterable[str]) -> None:
        """Remove responses from all CDNs now, and again a little later."""
        for text in texts:
            self._add(text)
            for part in PARTS:
                asyncio.get_running_loop().call_later(part * self.again_seconds, self._add, text)

    def _add(self, text: str) -> None:
        for removal in self.removals:
            removal.add(text)

    async def follow(self, bootstrap: str, troubles: Troubles) -> None:
        """Follow the topics until cancelled.

        What was decided while nobody followed them is unknown, so at first everything is removed.
        """
        while True:
            consumer = AIOKafkaConsumer(
                GLOBAL_TOPIC,
                CELLS_TOPIC,
                bootstrap_servers=bootstrap,
                group_id=None,
                auto_offset_reset="latest",
            )
            try:
                async with running_client(consumer):
                    # Positions are read now, and not with the first records.
                    for partition in consumer.assignment():
                        await consumer.position(partition)
                    troubles.end(KAFKA)
                    self.remove([EVERYTHING])
                    async for record in consumer:
                        self.read(record)
            except (KafkaError, OSError) as error:
                troubles.begin(KAFKA, f"Kafka does not respond: {error!r}")
                log.warning("cdn_topics_not_followed", error=repr(error))
            await asyncio.sleep(RETRY_SECONDS)


async def run_purges(settings: CdnSettings, bootstrap: str, status: RoundStatus) -> None:
    """Remove what is obsolete from all CDNs, until cancelled."""
    worker = PurgeWorker(tuple(Removals(url) for url in settings.urls), settings.again_seconds)
    troubles = Troubles(status)
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(httpx.AsyncClient(timeout=settings.timeout_seconds))
        group = await stack.enter_async_context(asyncio.TaskGroup())
        for removal in worker.removals:
            group.create_task(removal.send(client, troubles))
        group.create_task(worker.follow(bootstrap, troubles))
