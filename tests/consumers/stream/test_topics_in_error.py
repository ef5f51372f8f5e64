"""What the brokers cannot tell of a topic is an error, and no sign that the topic does not exist."""

import asyncio
from pathlib import Path
from typing import Any, Final

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import (
    InvalidTopicError,
    KafkaError,
    LeaderNotAvailableError,
    NoError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
)

from consumers.stream.broker.kafka_client import partitions_of
from consumers.stream.catch_up import CatchUp
from consumers.stream.database.positions import Positions
from consumers.stream.settings import StreamSettings
from foundation.storage.clock import SystemClock
from furlong.demo.embedded_broker import EmbeddedBroker
from subgraphs.club.models import METADATA, STREAM
from tests.support.database_probe import migrated

FINE, FAULTY = "fine.v1", "faulty.v1"
FAULTS: Final = (TopicAuthorizationFailedError, LeaderNotAvailableError)


@pytest.fixture
async def stream(embedded_broker: EmbeddedBroker) -> StreamSettings:
    """Provide a broker with two topics."""
    await asyncio.to_thread(embedded_broker.create_topics, [FINE, FAULTY])
    return StreamSettings(bootstrap=embedded_broker.bootstrap, generation=embedded_broker.generation)


def _answer(monkeypatch: pytest.MonkeyPatch, error: type[KafkaError]) -> None:
    """Let the brokers answer with an error for one of the topics."""
    ask = AIOKafkaAdminClient.describe_topics

    async def describe(self: AIOKafkaAdminClient, topics: list[str]) -> list[dict[str, Any]]:
        without = {"error_code": error.errno, "partitions": []}
        return [topic | (without if topic["topic"] == FAULTY else {}) for topic in await ask(self, topics)]

    monkeypatch.setattr(AIOKafkaAdminClient, "describe_topics", describe)


@pytest.mark.parametrize("error", [UnknownTopicOrPartitionError, InvalidTopicError])
async def test_a_topic_that_does_not_exist_is_left_out(
    stream: StreamSettings, monkeypatch: pytest.MonkeyPatch, error: type[KafkaError]
) -> None:
    """The others have their partitions, in order."""
    _answer(monkeypatch, error)
    assert await partitions_of(stream, [FAULTY, FINE]) == [
        TopicPartition(FINE, number) for number in range(4)
    ]


@pytest.mark.parametrize("error", FAULTS)
async def test_a_topic_that_the_brokers_do_not_tell_of_is_not_left_out(
    stream: StreamSettings, monkeypatch: pytest.MonkeyPatch, error: type[KafkaError]
) -> None:
    """The error is the brokers', with the topic."""
    _answer(monkeypatch, error)
    with pytest.raises(error, match=FAULTY):
        await partitions_of(stream, [FAULTY, FINE])


@pytest.mark.parametrize("error", [*FAULTS, UnknownTopicOrPartitionError, NoError])
async def test_nothing_has_caught_up_with_a_topic_without_partitions(
    stream: StreamSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[KafkaError]
) -> None:
    """Jobs that wait for it go on waiting."""
    _answer(monkeypatch, error)
    async with migrated(f"sqlite+aiosqlite:///{tmp_path / 'club'}", "club", METADATA) as database:
        positions = Positions.of(STREAM.position, database.dialect, SystemClock())
        gate = CatchUp(stream, [FAULTY, FINE], database, positions)
        with pytest.raises(KafkaError, match=FAULTY):
            await gate.behind()
