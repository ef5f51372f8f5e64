"""A Kafka broker inside this process, for the demo and for tests.

It wraps the mock cluster of librdkafka, which is part of the wheel of confluent-kafka. Clients connect over
loopback TCP as to any broker. Its limits:

- everything is in memory: a new broker starts empty and has a new `generation`;
- it keeps about 5 MB a partition and then silently drops the oldest, so it shows nothing about retention;
- a topic is created when a client asks for it, always with four partitions; there is no CreateTopics request;
- a consumer group has one member: a second one is never admitted, and one that comes back waits until the
  session before has expired. The first member waits three seconds; with a shorter session, no group forms.
  Consumers that assign partitions to themselves do not wait;
- there is no compaction, and there are no transactions that a reader would notice.
"""

import time
import uuid
from collections.abc import Iterable
from types import TracebackType
from typing import Final, Self

from confluent_kafka import KafkaException, Producer

from consumers.stream.broker.source import Feature

PARTITIONS: Final = 4
"""The number of partitions of each topic; the library offers no choice."""

_ASK_SECONDS: Final = 5.0
_PAUSE_SECONDS: Final = 0.02
_WARNING: Final = 4


class EmbeddedBrokerError(RuntimeError):
    """The embedded broker did not start, did not create a topic in time, or is closed."""


class EmbeddedBroker:
    """A running broker with its address and generation; it lives until `close()` or the end of `with`.

    The calls block for some milliseconds: use `asyncio.to_thread` within a running event loop.

    Attributes:
        generation: An id of this broker; positions of an earlier broker are meaningless here.

    Raises:
        EmbeddedBrokerError: The broker does not respond within five seconds.
    """

    LACKS: Final = frozenset(Feature)
    """The features that this broker lacks: all that are optional."""

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
        """Create the topics that are missing; return when all of them can be written and read.

        Raises:
            EmbeddedBrokerError: A topic was not created in time, or the broker is closed.
        """
        deadline = time.monotonic() + timeout_seconds
        for name in names:
            while not self._has_topic(name):
                if time.monotonic() > deadline:
                    raise EmbeddedBrokerError(f"the embedded broker did not create topic {name!r} in time")
                time.sleep(_PAUSE_SECONDS)

    def close(self) -> None:
        """Stop the broker and discard its records; closing twice is harmless."""
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
        """Tell whether a topic can be used; asking for it makes the mock cluster create it."""
        if self._host is None:
            raise EmbeddedBrokerError("the embedded broker is closed")
        try:
            topic = self._host.list_topics(name, timeout=_ASK_SECONDS).topics[name]
        except KafkaException as failed:
            raise EmbeddedBrokerError(f"no answer about topic {name!r}: {failed}") from failed
        leaders = [partition.leader for partition in topic.partitions.values()]
        return topic.error is None and len(leaders) > 0 and min(leaders) >= 0
