"""Tries one adapter as it is configured here, and changes nothing: its address, its secrets, its format."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from backoffice.operations.providers.adapters import find_in
from consumers.feeds.mapping.feed import AnyFeed
from consumers.feeds.settings import FeedSettings, UnknownFeed
from consumers.stream.broker.kafka_client import partitions_of, running_client
from consumers.stream.errors import Poison
from consumers.stream.settings import StreamSettings
from foundation.storage.clock import Clock
from foundation.storage.settings import DatabaseSettings
from furlong.checks.providers import decided_here
from providers.declaration import AdapterDeclaration, CheckFailed, Kind
from providers.registry import UnknownAdapter
from providers.settings import ProviderSettings
from subgraphs.fulfilment.errors import JournalUnavailable, ProviderConfigError
from subgraphs.fulfilment.providers.provider_client import UNSIGNED
from subgraphs.fulfilment.providers.registry import RegisteredProvider, register
from subgraphs.fulfilment.providers.settings import FulfilmentSettings, ProviderConfig

PATIENCE_SECONDS: Final = 15.0
LAST_OFFSETS: Final = (1, 10, 100)
"""How far before its end a partition is read: the last offsets are no records if transactions ended there."""

EMPTY_DAY: Final = date(2000, 1, 1)
"""A day without credits: its journal has one page, and reading it costs a provider nothing."""

DENIED: Final = frozenset({"status 401", "status 403"})


@dataclass(frozen=True, slots=True)
class TriedParts:
    """What adapters are tried with: the settings of this node, and where decisions about providers are."""

    shared: ProviderSettings
    feeds: FeedSettings
    fulfilment: FulfilmentSettings
    stream: StreamSettings
    database: DatabaseSettings
    clock: Clock


async def try_adapter(name: str, parts: TriedParts) -> str:
    """Try an adapter, or a provider of rewards; return in a sentence what was found.

    Raises:
        CheckFailed: It cannot be used, with what to do.
        UnknownAdapter: There is none of the name.
    """
    try:
        declared = find_in(parts.feeds, name)
    except UnknownAdapter as unknown:
        return await _rewards(name, parts, unknown)
    if declared.kind is Kind.BET_FEED:
        return await _feed(declared, parts)
    found: str = await declared.load()(declared.settings(), parts.shared).check()
    return found


async def _feed(declared: AdapterDeclaration, parts: TriedParts) -> str:
    """Read the newest record of a feed's topic, and map it, as the feed worker would."""
    try:
        feed: AnyFeed = declared.load()
    except (ImportError, AttributeError, UnknownFeed) as fault:
        raise CheckFailed(f"{declared.implementation} cannot be imported: {fault}") from fault
    topic = parts.feeds.topic(feed)
    try:
        async with asyncio.timeout(2 * PATIENCE_SECONDS):  # for what is asked, and for reading
            partitions = await partitions_of(parts.stream, [topic])
            newest = await _newest(parts.stream, partitions)
    except (KafkaError, OSError) as fault:  # TimeoutError is an OSError
        raise CheckFailed(
            f"Kafka isn't answering at {parts.stream.bootstrap}. Details: {type(fault).__name__}"
        ) from fault
    if not partitions:
        raise CheckFailed(f"there is no topic {topic}: create it, or name another in FURLONG_FEEDS_TOPICS")
    if newest is None:
        return f"{topic} can be read, and has no record yet"
    try:
        feed.progress(newest.value)
    except Poison as fault:
        raise CheckFailed(f"the newest record of {topic} cannot be used: {fault.reason}") from fault
    return f"{topic} can be read, and its newest record is a bet"


async def _newest(
    stream: StreamSettings, partitions: Sequence[TopicPartition]
) -> ConsumerRecord[Any, Any] | None:
    """Return the newest record of a topic's partitions; None if they have none.

    Raises:
        CheckFailed: They have some, and none arrives.
    """
    if not partitions:
        return None
    reader = AIOKafkaConsumer(bootstrap_servers=stream.bootstrap, group_id=None, enable_auto_commit=False)
    async with running_client(reader) as consumer:
        consumer.assign(partitions)
        firsts = await consumer.beginning_offsets(partitions)
        ends = await consumer.end_offsets(partitions)
        filled = [partition for partition in partitions if ends[partition] > firsts[partition]]
        records: list[ConsumerRecord[Any, Any]] = []
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                for partition in filled:
                    records += await _last(consumer, partition, firsts[partition], ends[partition])
        except TimeoutError as fault:
            raise _not_arrived(filled) from fault
    if filled and not records:
        raise _not_arrived(filled)
    return max(records, key=lambda record: record.timestamp, default=None)


def _not_arrived(partitions: Sequence[TopicPartition]) -> CheckFailed:
    return CheckFailed(f"{partitions[0].topic} has records, but its newest record did not arrive")


async def _last(
    consumer: AIOKafkaConsumer, partition: TopicPartition, first: int, end: int
) -> list[ConsumerRecord[Any, Any]]:
    """Return the last record between two offsets, if any of the last ones is that of a record."""
    await consumer.position(partition)  # else the client's own reset may undo the seek
    for back in LAST_OFFSETS:
        consumer.seek(partition, max(first, end - back))
        read: list[ConsumerRecord[Any, Any]] = []
        while await consumer.position(partition) < end:
            read += (await consumer.getmany(partition, timeout_ms=500)).get(partition, [])
        if read:
            return read[-1:]
    return []


async def _rewards(name: str, parts: TriedParts, unknown: UnknownAdapter) -> str:
    """Ask a provider of rewards for a journal that is empty: that needs its secret, and changes nothing."""
    try:
        configs = await _configurations(parts)
        if name not in configs:
            raise UnknownAdapter(", ".join([str(unknown), *sorted(configs)]))
        config = configs[name]
        registered = register(config, parts.fulfilment.secret_of(config), parts.clock)
    except ProviderConfigError as fault:
        raise CheckFailed(str(fault)) from fault
    try:
        await registered.provider.journal(EMPTY_DAY)
    except JournalUnavailable as fault:
        raise CheckFailed(_refusal(registered)) from fault
    finally:
        await registered.provider.close()
    return f"{config.url} accepts the secret {config.secret}"


async def _configurations(parts: TriedParts) -> Mapping[str, ProviderConfig]:
    """Return how workers of this node call providers: as the back office decided, or else by the file."""
    files = {config.name: config for config in parts.fulfilment.list_providers()}
    decided = await decided_here(parts.database, PATIENCE_SECONDS)
    return {**files, **{name: decision.config() for name, decision in decided.items()}}


def _refusal(registered: RegisteredProvider) -> str:
    config, error = registered.config, registered.calls.error
    if error in DENIED:
        return f"{config.url} refuses the secret {config.secret} ({error}): ask the provider for another one"
    if error == UNSIGNED:
        return f"what answers at {config.url} does not know the secret {config.secret}"
    if error is None:
        return f"{config.url} answers, but not with a journal: is it the address of its API?"
    return f"{config.url} cannot be used: {error}"
