"""Which topic a stored offset belongs to: what brokers say of their topics, and what is made of it."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from aiokafka.errors import KafkaError
from hypothesis import given
from hypothesis import strategies as st

from consumers.stream.broker.broker_generation import (
    NO_TOPIC_ID,
    BrokerGenerations,
    TopicIdsRequest,
    cluster_of,
    has_topic_id,
    require_same_topics,
    topic_generation,
)
from consumers.stream.database.positions import Positions
from consumers.stream.errors import TopicRecreated
from consumers.stream.records import Partition
from consumers.stream.settings import StreamSettings
from foundation.storage.clock import ManualClock
from foundation.storage.database import Database
from subgraphs.club.models import METADATA, STREAM
from tests.support.database_probe import migrated

NOW = datetime(2026, 3, 25, 12, tzinfo=UTC)
ID, OTHER_ID = bytes(range(16)), bytes(range(1, 17))
OLD, NEW = topic_generation("kafka-1", ID), topic_generation("kafka-1", OTHER_ID)
CLUSTER = "kafka-1"
UNKNOWN_TOPIC = 3


@dataclass
class Brokers:
    """Answers for topics as brokers of several ages do: an error and an id each; None is older than ids."""

    topics: list[tuple[int, str, bytes, bool]] | None
    known: bool = True

    def get_random_node(self) -> int | None:
        """Return a broker, if any is known."""
        return 1 if self.known else None

    async def send(self, node: int, request: TopicIdsRequest) -> SimpleNamespace:
        """Answer a request for topic ids."""
        assert (node, request.API_KEY) == (1, 3)
        if self.topics is None:
            raise NotImplementedError
        return SimpleNamespace(topics=self.topics)


@pytest.fixture
async def positions(database_url: str) -> AsyncIterator[tuple[Database, Positions]]:
    """Provide the stored positions of a new database."""
    async with migrated(database_url, "club", METADATA) as database:
        yield database, Positions.of(STREAM.position, database.dialect, ManualClock(NOW))


@given(cluster=st.text("abc-_.0", min_size=1), topic_id=st.binary(min_size=16, max_size=16))
def test_a_generation_names_the_cluster_and_the_topic_id_if_there_is_one(
    cluster: str, topic_id: bytes
) -> None:
    """What brokers send in place of an unknown id is no id: all topics would share it."""
    generation = topic_generation(cluster, topic_id)
    assert cluster_of(generation) == cluster
    assert has_topic_id(generation) is (topic_id != NO_TOPIC_ID)
    assert topic_generation(cluster, NO_TOPIC_ID) == cluster


@pytest.mark.parametrize("now", [{"bets": OLD}, {"bets": CLUSTER}, {}])
def test_a_topic_that_shows_no_other_id_is_the_same(now: dict[str, str]) -> None:
    """It is as it was, or missing for now, or a broker answers that does not know ids."""
    require_same_topics({"bets": OLD}, now)
    require_same_topics({"bets": CLUSTER}, {"bets": OLD})


def test_a_topic_with_another_id_was_recreated() -> None:
    """Its offsets belong to other records."""
    with pytest.raises(TopicRecreated, match="bets was deleted and recreated"):
        require_same_topics({"bets": OLD}, {"bets": NEW})


async def test_topics_that_brokers_have_are_told_from_missing_ones() -> None:
    """A topic with an id exists, whatever is wrong with it; so does one with neither error nor id."""
    leaderless = 5
    brokers = Brokers(
        [
            (0, "bets", ID, False),
            (leaderless, "accounts", OTHER_ID, False),
            (0, "schemes", NO_TOPIC_ID, False),
            (UNKNOWN_TOPIC, "weeks", NO_TOPIC_ID, False),
        ]
    )
    generations = BrokerGenerations(brokers, CLUSTER)
    present = {"bets": OLD, "accounts": NEW, "schemes": CLUSTER}
    assert await generations.find(["bets", "accounts", "schemes", "weeks"]) == present
    assert await generations.require(list(present)) == present
    with pytest.raises(KafkaError, match="topics are missing: weeks"):
        await generations.require(["bets", "weeks"])


async def test_brokers_older_than_topic_ids_give_the_cluster_alone() -> None:
    """Every topic counts as existing: reading it shows whether it does."""
    generations = BrokerGenerations(Brokers(None), CLUSTER)
    assert await generations.require(["bets", "weeks"]) == {"bets": CLUSTER, "weeks": CLUSTER}


async def test_without_a_known_broker_nothing_is_asked() -> None:
    """It is a fault of Kafka, after which the member tries again."""
    with pytest.raises(KafkaError, match="no broker is known"):
        await BrokerGenerations(Brokers([], known=False), CLUSTER).find(["bets"])


async def test_brokers_that_cannot_be_reached_are_a_fault_that_leaves_nothing_open(
    free_port: Callable[[], int],
) -> None:
    """A client left open would warn when it is collected, and that fails the test."""
    settings = StreamSettings(bootstrap=f"127.0.0.1:{free_port()}")
    with pytest.raises(KafkaError):
        await BrokerGenerations.open(settings, CLUSTER)


@pytest.mark.parametrize(
    ("stored", "asked", "position"),
    [
        (OLD, OLD, 7),
        (CLUSTER, OLD, 7),
        (OLD, CLUSTER, None),
        ("kafka-0", OLD, None),
        (topic_generation("kafka-0", ID), OLD, None),
        (topic_generation("kafka-2", ID), OLD, None),
    ],
    ids=[
        "of the same topic",
        "stored before ids were known",
        "of an id that is now unknown",
        "of another cluster",
        "of a topic of an earlier cluster",
        "of a topic of a later cluster",
    ],
)
async def test_only_a_position_of_the_same_topic_is_continued(
    positions: tuple[Database, Positions], stored: str, asked: str, position: int | None
) -> None:
    """The offsets of another cluster are other records, and are read from the start."""
    database, table = positions
    partition = Partition("bets", 2, asked)
    async with database.write() as connection:
        await table.lock(connection, {Partition("bets", 2, stored): 7, Partition("bets", 3, NEW): 1})
        loaded = await table.load(connection, [partition])
    assert loaded == ({} if position is None else {partition: position})


async def test_a_position_of_a_deleted_topic_is_refused(positions: tuple[Database, Positions]) -> None:
    """It says which topic, and what a person has to decide about."""
    database, table = positions
    async with database.write() as connection:
        await table.lock(connection, {Partition("bets", 2, OLD): 7})
        with pytest.raises(TopicRecreated, match=r"bets/2 was deleted and recreated.* position 7 belongs to"):
            await table.load(connection, [Partition("bets", 2, NEW)])


async def test_a_position_moves_past_empty_offsets_unless_another_member_has_moved_it(
    positions: tuple[Database, Positions],
) -> None:
    """Whoever applied records meanwhile knows better; a partition without a position begins at its first."""
    database, table = positions
    partition = Partition("bets", 2, OLD)
    async with database.write() as connection:
        await table.advance(connection, partition, expected=4, next_offset=9, initial=4)
        assert await table.load(connection, [partition]) == {partition: 9}
        for expected in (4, 12):
            await table.advance(connection, partition, expected=expected, next_offset=20, initial=4)
            assert await table.load(connection, [partition]) == {partition: 9}
