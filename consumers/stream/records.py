"""A Kafka record, and the partition that its offset belongs to."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple


class Partition(NamedTuple):
    """A partition of a topic in one broker generation; positions belong to it.

    Attributes:
        generation: The cluster and the topic's id. Offsets in another generation count other records.
    """

    topic: str
    number: int
    generation: str


@dataclass(frozen=True, slots=True)
class Record:
    """A record's bytes and where they came from.

    Attributes:
        timestamp: When the record was produced, as the producer or the broker says; None if neither does.
    """

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...] = ()
    timestamp: datetime | None = None

    @classmethod
    def of_kafka(cls, record: Any) -> "Record":
        """Convert an aiokafka ConsumerRecord."""
        known = record.timestamp is not None and record.timestamp >= 0
        return cls(
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            key=record.key,
            value=record.value,
            headers=tuple(record.headers),
            timestamp=datetime.fromtimestamp(record.timestamp / 1000, UTC) if known else None,
        )

    def header(self, name: str) -> str | None:
        """Return a header as text, or None if it is missing or null."""
        for header, value in self.headers:
            if header == name and value is not None:
                return value.decode(errors="replace")
        return None
