"""A Kafka broker inside this process, for the demo and for tests.

It hides the mock cluster that librdkafka, and so the wheel of confluent-kafka, carries. Clients reach it over
loopback TCP like any broker. What it cannot do decides where it may stand:

- everything is in memory: a new broker starts empty, and so is a new `generation`;
- it keeps about 5 MB a partition, then silently drops the oldest: it says nothing about retention;
- topics come into being when somebody asks for them, always with four partitions; no CreateTopics request;
- a consumer group holds one member: a second one of the same group is never let in, and one that comes back
  waits until the session of the one before has run out; the first waits three seconds, and a shorter session
  than that never forms a group. Consumers that assign partitions to themselves wait for nothing;
- no compaction, and no transactions that a reader would see.
"""

import time
import uuid
from collections.abc import Iterable
from types import TracebackType
from typing import Final, Self

from confluent_kafka import KafkaException, Producer

from consumers.stream.source import Feature

PARTITIONS: Final = 4
"""How many partitions each topic of the embedded broker has; its wheel offers no choice."""

_ASK_SECONDS: Final = 5.0
_PAUSE_SECONDS: Final = 0.02
_WARNING: Final = 4


class EmbeddedBrokerError(RuntimeError):
    """The embedded broker did not start, did not make a topic in time, or is closed."""


class EmbeddedBroker:
    """A running broker with its address and generation; it lives until `close()` or the end of `with`.

    The calls block for some milliseconds: from a running event loop, use `asyncio.to_thread`.

    Attributes:
        generation: a fresh id for each broker, because positions of an earlier one mean nothing here.

    Raises:
        EmbeddedBrokerError: when the broker does not answer within five seconds.
    """

    LACKS: Final = frozenset(Feature)
    """It has none of the features that brokers may lack."""

    def __init__(self) -> None:
        self.generation: Final = uuid.uuid4().hex
        self._host: Producer | None = Producer(
            {
                "bootstrap.servers": "replaced by the mock cluster",
                "test.mock.num.brokers": 1,
                "log_level": _WARNING,
            }
        )
        try:
            brokers = self._host.list_topics(timeout=_ASK_SECONDS).brokers.values()
        except KafkaException as failed:
            self.close()
            raise EmbeddedBrokerError(f"the embedded broker did not start: {failed}") from failed
        self._bootstrap: Final = ",".join(f"{broker.host}:{broker.port}" for broker in brokers)

    @property
    def bootstrap(self) -> str:
        """The address for clients, `127.0.0.1:PORT`."""
        return self._bootstrap

    def create_topics(self, names: Iterable[str], *, timeout_seconds: float = 30.0) -> None:
        """Make each topic that is not there yet, and return when all of them can be written and read.

        Raises:
            EmbeddedBrokerError: when a topic is not there in time, or the broker is closed.
        """
        deadline = time.monotonic() + timeout_seconds
        for name in names:
            while not self._has_topic(name):
                if time.monotonic() > deadline:
                    raise EmbeddedBrokerError(f"the embedded broker did not make topic {name!r} in time")
                time.sleep(_PAUSE_SECONDS)

    def close(self) -> None:
        """Stop the broker and forget all it held; closing twice is harmless."""
        host, self._host = self._host, None
        if host is not None:
            host.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _has_topic(self, name: str) -> bool:
        """Ask for a topic, which makes the mock cluster create it, and tell whether it can be used."""
        if self._host is None:
            raise EmbeddedBrokerError("the embedded broker is closed")
        try:
            topic = self._host.list_topics(name, timeout=_ASK_SECONDS).topics[name]
        except KafkaException as failed:
            raise EmbeddedBrokerError(f"no answer about topic {name!r}: {failed}") from failed
        leaders = [partition.leader for partition in topic.partitions.values()]
        return topic.error is None and len(leaders) > 0 and min(leaders) >= 0
