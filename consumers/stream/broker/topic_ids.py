"""Kafka's Metadata request, version 12, which returns topic ids; aiokafka's own versions do not.

Every Kafka since 3.1 supports it. Sending it to an older broker raises NotImplementedError.
"""

from collections.abc import Collection
from io import BytesIO
from typing import Final

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
