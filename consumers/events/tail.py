"""Brings followed events the records of the topic of markets as they come, without a consumer group.

What each process shows of events that pages follow is in its memory, so each process reads the whole topic.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

import msgspec
import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from consumers.events.messages import Gone, decode_market
from consumers.events.reducers import market_row
from consumers.stream.broker.broker_generation import BrokerGenerations, require_same_topics
from consumers.stream.broker.kafka_client import (
    FETCH_BYTES,
    FETCH_WAIT_MILLISECONDS,
    PARTITION_BYTES,
    cluster_id,
    partitions_of,
    running_client,
)
from consumers.stream.errors import Poison, TopicRecreated
from consumers.stream.records import Record
from consumers.stream.settings import StreamSettings
from foundation.background import running
from subgraphs.events.book.book import EventBook
from subgraphs.events.book.markets import ToldMarket
from subgraphs.events.matching.offers import OfferKey
from subgraphs.events.records.markets import MarketKey
from subgraphs.kit.topics import MARKET_TOPIC

log = structlog.get_logger(__name__)
RETRY_SECONDS: Final = 5.0
VERIFY_SECONDS: Final = 10.0
"""How often it is checked whether the topic is still the same one."""


class _OfMarket(msgspec.Struct, frozen=True):
    """Of which offer a market is: most records need not be read further."""

    provider: str
    sports_event_id: str


_OFFERS: Final = msgspec.json.Decoder(_OfMarket)


@asynccontextmanager
async def tailing(bootstrap: str, book: EventBook) -> AsyncIterator[None]:
    """Tail the topic while the block runs and pages follow events.

    Args:
        bootstrap: Addresses of brokers. While they cannot be reached, the book reads its database more often.
        book: What is told.
    """
    async with running(_tail(StreamSettings(bootstrap=bootstrap), book), "tailing markets"):
        yield


async def _tail(settings: StreamSettings, book: EventBook) -> None:
    while True:
        await book.wanted.wait()
        try:
            await _follow(settings, book)
        except (KafkaError, OSError, TopicRecreated) as error:
            log.warning("markets_not_followed", error=repr(error))
            await asyncio.sleep(RETRY_SECONDS)


async def _follow(settings: StreamSettings, book: EventBook) -> None:
    """Bring records until nobody wants them any more; raises KafkaError, OSError or TopicRecreated."""
    cluster = settings.generation or await cluster_id(settings)
    generations = await BrokerGenerations.open(settings, cluster)
    try:
        present = await generations.require([MARKET_TOPIC])
        partitions = await partitions_of(settings, [MARKET_TOPIC])
        consumer = AIOKafkaConsumer(
            bootstrap_servers=settings.bootstrap,
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="none",
            isolation_level="read_committed",
            fetch_max_wait_ms=FETCH_WAIT_MILLISECONDS,
            fetch_max_bytes=FETCH_BYTES,
            max_partition_fetch_bytes=PARTITION_BYTES,
        )
        async with running_client(consumer):
            consumer.assign(partitions)
            head = await _begin(consumer, partitions, book, present[MARKET_TOPIC])
            verified = asyncio.get_running_loop().time()
            while book.wanted.is_set():
                polled = await consumer.getmany(timeout_ms=FETCH_WAIT_MILLISECONDS)
                if polled:
                    for partition, records in polled.items():
                        head[partition.partition] = records[-1].offset + 1
                    told = [
                        told
                        for records in polled.values()
                        for told in wanted(book, map(Record.of_kafka, records))
                    ]
                    book.tell(told, head)
                if asyncio.get_running_loop().time() - verified > VERIFY_SECONDS:
                    verified = asyncio.get_running_loop().time()
                    require_same_topics(present, await generations.find([MARKET_TOPIC]))
    finally:
        await generations.close()


async def _begin(
    consumer: AIOKafkaConsumer, partitions: Sequence[TopicPartition], book: EventBook, generation: str
) -> list[int]:
    """Continue where the book is, or begin at the ends of the partitions; return the next offsets."""
    firsts = await consumer.beginning_offsets(partitions)
    ends = await consumer.end_offsets(partitions)
    head = [*book.head(generation)]
    continues = len(head) == len(partitions) and all(
        firsts[partition] <= offset <= ends[partition]
        for partition, offset in zip(partitions, head, strict=True)
    )
    if not continues:
        head = [ends[partition] for partition in partitions]
        book.begin(generation, head)
    for partition, offset in zip(partitions, head, strict=True):
        consumer.seek(partition, offset)
    return head


def wanted(book: EventBook, records: Iterable[Record]) -> Iterator[ToldMarket]:
    """Yield what records say that are wanted; the consumer stores those that are poison as dead letters."""
    for record in records:
        provider, _, theirs = (record.key or b"").decode(errors="replace").partition(":")
        key = MarketKey(provider, theirs)
        try:
            if book.is_kept(key) or (record.value and book.is_followed(_offer(record.value))):
                market = decode_market(record)
                row = None if isinstance(market, Gone) else market_row(market)
                yield ToldMarket(record.partition, record.offset, key, row)
        except (Poison, msgspec.DecodeError, UnicodeDecodeError):
            continue


def _offer(value: bytes) -> OfferKey:
    market = _OFFERS.decode(value)
    return OfferKey(market.provider, market.sports_event_id)
