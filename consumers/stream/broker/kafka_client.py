"""aiokafka's consumer with our bounds on memory and waiting, for every part that reads from Kafka."""

from collections.abc import Collection, Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import for_code

from consumers.stream.settings import StreamSettings

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
        session_timeout_ms=session,
        heartbeat_interval_ms=max(100, session // 4),
        # A person decides about a position that Kafka does not have; the client must never pick another one.
        auto_offset_reset="none",
        # Records of an aborted transaction never happened.
        isolation_level="read_committed",
        **more,
    )


async def partitions_of(settings: StreamSettings, topics: Collection[str]) -> Sequence[TopicPartition]:
    """Return the partitions of topics, in order; topics that do not exist are left out.

    Raises:
        KafkaError: The brokers cannot be reached.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.bootstrap)
    try:
        await admin.start()
        found = await admin.describe_topics(sorted(topics))
    finally:
        await admin.close()
    return sorted(
        TopicPartition(topic["topic"], partition["partition"])
        for topic in found
        if for_code(topic["error_code"]).errno == 0
        for partition in topic["partitions"]
    )


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
