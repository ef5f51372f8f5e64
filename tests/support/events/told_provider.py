"""A provider that a test speaks for, at a broker of its own."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from confluent_kafka import Producer

from consumers.stream.records import Record
from tests.support.events.told import instant, status

PROVIDER: Final = "feed"
STATUS_SECONDS: Final = 2.0
"""How often it says that it is well."""

FLUSH_SECONDS: Final = 120.0


@dataclass
class ToldProvider:
    """What a provider tells.

    Attributes:
        refused: Why the broker did not take messages.
        begun: From which revision on it has told everything.
    """

    bootstrap: str
    refused: list[str] = field(default_factory=list, kw_only=True)
    begun: int = field(default_factory=lambda: int(time.time() * 1000), kw_only=True)
    _producer: Producer = field(init=False)

    def __post_init__(self) -> None:
        """Connect."""
        self._producer = Producer({"bootstrap.servers": self.bootstrap, "enable.idempotence": True})

    def is_well(self) -> Record:
        """Return that the provider is well."""
        return status(PROVIDER, at=datetime.now(UTC), first_revision=self.begun)

    def send(self, records: Iterable[Record]) -> None:
<<<<<<< HEAD
        """Send messages; while the broker does not answer, they wait."""
=======
        """Send messages; while the broker is down, they wait."""
>>>>>>> killedbets
        for record in records:
            self._producer.produce(record.topic, record.value, record.key, on_delivery=self._delivered)
        self._producer.poll(0)

    def flush(self) -> None:
        """Wait until the broker has taken everything."""
        assert self._producer.flush(FLUSH_SECONDS) == 0
        assert self.refused == []

    def close(self) -> None:
        """Disconnect."""
        self._producer.close()

    def _delivered(self, error: object, _message: object) -> None:
        if error is not None:
            self.refused.append(str(error))


def revision_after(former: int) -> int:
    """Return a revision as an adapter makes it: by its clock, and higher than the one before."""
    return max(former + 1, int(time.time() * 1000))


def told_now() -> str:
    """Return the present instant as messages have it."""
    return instant(datetime.now(UTC))
