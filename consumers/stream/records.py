"""A record as it came from Kafka."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple


class Partition(NamedTuple):
    """One partition of a topic in one generation of the broker: what a position belongs to.

    Attributes:
        generation: which history of the broker; another one starts at offset 0 again.
    """

    topic: str
    number: int
    generation: str


@dataclass(frozen=True, slots=True)
class Record:
    """Bytes with their origin.

    Attributes:
        timestamp: when it was produced, as the producer or broker says; None if neither does.
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
        """From aiokafka's ConsumerRecord."""
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
        """The text of a header, None where it is missing or no text."""
        for header, value in self.headers:
            if header == name and value is not None:
                return value.decode(errors="replace")
        return None
