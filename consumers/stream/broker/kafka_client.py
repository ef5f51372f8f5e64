"""aiokafka's clients with our bounds on memory and waiting, for every part that uses Kafka."""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import InvalidTopicError, NoError, ProducerClosed, UnknownTopicOrPartitionError, for_code

from consumers.stream.settings import StreamSettings

log = structlog.get_logger(__name__)
Client = TypeVar("Client", AIOKafkaConsumer, AIOKafkaProducer)
CLOSE_SECONDS = 2.0
RESPONSE_SECONDS = 5.0

FETCH_WAIT_MILLISECONDS = 200
"""How long the broker holds a fetch with nothing to return; the embedded one always waits that long."""

FETCH_BYTES = 16 * 2**20
"""How much one fetch may return, for all partitions together."""

PARTITION_BYTES = 2**20
"""How much may be fetched ahead of one partition."""

GATHERED_BYTES = 2**18
"""How much ends the gathering of records: about a batch."""

LOOK_MILLISECONDS = 1_000
"""How often a client looks without any event whether it has to fetch: its own default is a fifth."""

JOINING_MILLISECONDS = 5_000
"""How much longer than a session a request may take: a joining member waits that long for the others."""


def bounded_consumer(
    settings: StreamSettings, group: str, *, gathers: bool = False, **more: Any
) -> AIOKafkaConsumer:
    """Return a consumer that is bounded in memory and whose position only we move.

    Args:
        settings: The address of the brokers, and the times.
        group: The consumer group.
        gathers: Whether the brokers gather records for `linger_seconds`, so that batches are fuller.
        more: Further arguments of aiokafka's consumer.
    """
    session = round(settings.session_seconds * 1000)
    linger = round(settings.linger_seconds * 1000) if gathers else 0
    return AIOKafkaConsumer(
        bootstrap_servers=settings.bootstrap,
        group_id=group,
        client_id=group,
        enable_auto_commit=False,
        fetch_min_bytes=GATHERED_BYTES if linger else 1,
        fetch_max_wait_ms=linger or FETCH_WAIT_MILLISECONDS,
        fetch_max_bytes=FETCH_BYTES,
        max_partition_fetch_bytes=PARTITION_BYTES,
        request_timeout_ms=session + JOINING_MILLISECONDS,
        consumer_timeout_ms=LOOK_MILLISECONDS,
        session_timeout_ms=session,
        heartbeat_interval_ms=max(100, session // 4),
        # A person decides about a position that Kafka does not have; the client must never pick another one.
        auto_offset_reset="none",
        # Records of an aborted transaction never happened.
        isolation_level="read_committed",
        **more,
    )


@asynccontextmanager
async def running_client(client: Client) -> AsyncIterator[Client]:
    """Start a client, and close it after the block.

    Raises:
        KafkaError: The brokers cannot be reached.
    """
    try:  # not aiokafka's own block: a client that is cancelled while it starts has to be closed, too
        await client.start()
        yield client
    finally:
        await close_client(client)


async def close_client(client: AIOKafkaConsumer | AIOKafkaProducer) -> None:
    """Leave the group and close the connections, in two seconds at most.

    While the brokers are gone, aiokafka waits for them, or lets through that its own tasks were cancelled
    (aio-libs/aiokafka#647), which would look as if we were cancelled. What it then leaves running would
    fetch again once the brokers are back, so it is ended here.
    """
    stopping = asyncio.create_task(client.stop())
    try:
        await asyncio.wait({stopping}, timeout=CLOSE_SECONDS)
    finally:
        if isinstance(client, AIOKafkaProducer):  # else aiokafka waits for these messages without end
            client._message_accumulator.fail_all(ProducerClosed())  # noqa: SLF001 - it has no public way
        left = [task for task in (stopping, *_tasks_of(client)) if not task.done()]
        for task in left:
            task.cancel()
        if left:
            await asyncio.wait(left, timeout=CLOSE_SECONDS)
        await _connections_of(client).close()
    if not stopping.cancelled() and (fault := stopping.exception()):
        log.info("kafka_client_not_closed", error=repr(fault))


def _tasks_of(client: AIOKafkaConsumer | AIOKafkaProducer) -> list[asyncio.Task[Any]]:
    """Return the tasks that a client has started; it has no public name for them."""
    parts = (getattr(client, name, None) for name in ("_coordinator", "_fetcher", "_sender"))
    values = [value for part in parts if part is not None for value in vars(part).values()]
    items = [item for value in values for item in (value if isinstance(value, set) else (value,))]
    return [item for item in items if isinstance(item, asyncio.Task)]


def _connections_of(client: AIOKafkaConsumer | AIOKafkaProducer) -> Any:
    return client.client if isinstance(client, AIOKafkaProducer) else client._client  # noqa: SLF001 - as above


async def partitions_of(settings: StreamSettings, topics: Collection[str]) -> Sequence[TopicPartition]:
    """Return the partitions of topics, in order; topics that do not exist are left out.

    Raises:
        KafkaError: The brokers cannot be reached, or do not tell of a topic.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.bootstrap)
    try:
        await admin.start()
        descriptions = await admin.describe_topics(sorted(topics))
    finally:
        await admin.close()
    partitions = []
    for topic in descriptions:
        error = for_code(topic["error_code"])
        if error in {UnknownTopicOrPartitionError, InvalidTopicError}:  # none can have such a name
            continue
        if error is not NoError:
            raise error(topic["topic"])
        partitions += [TopicPartition(topic["topic"], each["partition"]) for each in topic["partitions"]]
    return sorted(partitions)


async def cluster_id(settings: StreamSettings) -> str:
    """Return the id of the cluster, which names the generation unless the settings do.

    Raises:
        KafkaError: The brokers cannot be reached.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.bootstrap)
    try:
        await admin.start()
        return str((await admin.describe_cluster())["cluster_id"])
    finally:
        await admin.close()
