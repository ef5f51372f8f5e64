"""Broker generations: the cluster and the topic id that an offset belongs to, and how both are asked for.

A recreated topic has other records at the same offsets. Only the topic id, which Kafka assigns to each topic,
tells the two apart. aiokafka does not know topic ids, so they are requested here, by version 12 of Kafka's
Metadata request. Every Kafka since 3.1 supports it; an older broker raises NotImplementedError.
"""

import asyncio
from base64 import urlsafe_b64encode
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError, NodeNotReadyError
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import (
    AbstractType,
    Boolean,
    CompactArray,
    CompactString,
    Int16,
    Int32,
    Schema,
    TaggedFields,
)

from consumers.stream.errors import TopicRecreated
from consumers.stream.settings import StreamSettings

NO_TOPIC_ID: Final = bytes(16)
"""What Kafka sends in place of an unknown topic id."""


class _TopicId(AbstractType[bytes]):  # type: ignore[misc] # aiokafka has no type hints
    """A UUID as 16 bytes."""

    @classmethod
    def encode(cls, value: bytes) -> bytes:
        """Return the bytes as they are."""
        return value

    @classmethod
    def decode(cls, data: BytesIO) -> bytes:
        """Read 16 bytes."""
        return data.read(16)


class _TopicIdsResponseV12(Response):  # type: ignore[misc] # aiokafka has no type hints
    API_KEY = 3
    API_VERSION = 12
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "brokers",
            CompactArray(
                ("node_id", Int32),
                ("host", CompactString("utf-8")),
                ("port", Int32),
                ("rack", CompactString("utf-8")),
                ("tags", TaggedFields),
            ),
        ),
        ("cluster_id", CompactString("utf-8")),
        ("controller_id", Int32),
        (
            "topics",
            CompactArray(
                ("error_code", Int16),
                ("name", CompactString("utf-8")),
                ("topic_id", _TopicId),
                ("is_internal", Boolean),
                (
                    "partitions",
                    CompactArray(
                        ("error_code", Int16),
                        ("partition_index", Int32),
                        ("leader_id", Int32),
                        ("leader_epoch", Int32),
                        ("replica_nodes", CompactArray(Int32)),
                        ("isr_nodes", CompactArray(Int32)),
                        ("offline_replicas", CompactArray(Int32)),
                        ("tags", TaggedFields),
                    ),
                ),
                ("topic_authorized_operations", Int32),
                ("tags", TaggedFields),
            ),
        ),
        ("tags", TaggedFields),
    )


class _TopicIdsRequestV12(RequestStruct):  # type: ignore[misc] # aiokafka has no type hints
    FLEXIBLE_VERSION = True
    API_KEY = 3
    API_VERSION = 12
    RESPONSE_TYPE = _TopicIdsResponseV12
    SCHEMA = Schema(
        (
            "topics",
            CompactArray(("topic_id", _TopicId), ("name", CompactString("utf-8")), ("tags", TaggedFields)),
        ),
        ("allow_auto_topic_creation", Boolean),
        ("include_topic_authorized_operations", Boolean),
        ("tags", TaggedFields),
    )


class TopicIdsRequest(Request[_TopicIdsRequestV12]):  # type: ignore[misc] # aiokafka has no type hints
    """Requests topic ids; a broker that auto-creates topics does so, as for aiokafka's own request."""

    API_KEY = 3

    def __init__(self, topics: Collection[str]) -> None:
        self._topics = topics

    def build(self, request_struct_class: type[_TopicIdsRequestV12]) -> _TopicIdsRequestV12:
        """Build the request in its only version."""
        topics: list[tuple[bytes, str, dict[int, bytes]]] = [
            (NO_TOPIC_ID, topic, {}) for topic in self._topics
        ]
        allow_auto_topic_creation, include_authorized_operations = True, False
        return request_struct_class(topics, allow_auto_topic_creation, include_authorized_operations, {})


RESPONSE_SECONDS: Final = 5.0
_SEPARATOR: Final = "/"


@dataclass(frozen=True, slots=True)
class BrokerGenerations:
    """Reads the generations of topics from the brokers, over a connection of its own.

    Attributes:
        cluster: The name of the cluster, the first part of every generation.
    """

    client: AIOKafkaClient
    cluster: str

    @classmethod
    async def open(cls, settings: StreamSettings, cluster: str) -> "BrokerGenerations":
        """Connect to the brokers.

        Raises:
            KafkaError: The brokers cannot be reached.
        """
        client = AIOKafkaClient(bootstrap_servers=settings.bootstrap)
        generations = cls(client, cluster)
        try:
            await client.bootstrap()
        except BaseException:
            await generations.close()
            raise
        return generations

    async def find(self, topics: Collection[str]) -> dict[str, str]:
        """Return the generation of each topic that exists; brokers without topic ids give the cluster alone.

        Raises:
            KafkaError: The brokers do not answer.
        """
        node = self.client.get_random_node()
        if node is None:
            raise NodeNotReadyError("no broker is known")
        try:
            async with asyncio.timeout(RESPONSE_SECONDS):
                response = await self.client.send(node, TopicIdsRequest(topics))
        except TimeoutError as fault:
            raise KafkaError("the brokers do not answer") from fault
        except NotImplementedError:
            return dict.fromkeys(topics, self.cluster)  # these brokers are older than topic ids
        topics_by_name = {topic: (error, topic_id) for error, topic, topic_id, *_ in response.topics}
        return {
            topic: topic_generation(self.cluster, topic_id)
            for topic, (error, topic_id) in topics_by_name.items()
            if topic_id != NO_TOPIC_ID or not error
        }

    async def require(self, topics: Collection[str]) -> dict[str, str]:
        """Return the generation of each topic.

        Raises:
            KafkaError: A topic is missing, or the brokers do not answer.
        """
        present = await self.find(topics)
        if missing := sorted(set(topics) - present.keys()):
            raise KafkaError(f"topics are missing: {', '.join(missing)}")
        return present

    async def close(self) -> None:
        """Close the connection."""
        with suppress(TimeoutError, KafkaError):
            async with asyncio.timeout(RESPONSE_SECONDS):
                await self.client.close()


def topic_generation(cluster: str, topic_id: bytes) -> str:
    """Return the generation of a topic, with the id as Kafka's tools print it."""
    if topic_id == NO_TOPIC_ID:
        return cluster
    return f"{cluster}{_SEPARATOR}{urlsafe_b64encode(topic_id).decode().rstrip('=')}"


def cluster_of(generation: str) -> str:
    """Return the name of the cluster in a generation."""
    return generation.partition(_SEPARATOR)[0]


def has_topic_id(generation: str) -> bool:
    """Return whether a generation names the topic's id."""
    return _SEPARATOR in generation


def require_same_topics(joined: Mapping[str, str], present: Mapping[str, str]) -> None:
    """Compare the generations that topics had when the member joined with those that they have now.

    A missing topic is not an error: it may come back as it was.

    Raises:
        TopicRecreated: A topic was deleted and recreated.
    """
    for topic, was in joined.items():
        now = present.get(topic, was)
        if now != was and has_topic_id(now) and has_topic_id(was):
            raise TopicRecreated(f"{topic} was deleted and recreated: its generation is {now}, and was {was}")
