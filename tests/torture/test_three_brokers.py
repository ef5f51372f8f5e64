"""Three brokers, of which one is dead, then two: what was accepted counts once, and the product says why.

What was produced is recounted from its bytes, and compared with the rows of the database.
"""

import json
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx
import pymysql
import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from sqlalchemy import make_url

from tests.support.consumers.betting_load import Load, recount
from tests.support.consumers.sample_messages import membership, scheme
from tests.support.long_form import only_in_long_form
from tests.support.processes.forked_programs import Program
from tests.support.processes.running_furlong import BRAND, Programs, eventually, programs_in
from tools.kafka_cluster import KafkaCluster, start_kafka_cluster
from tools.private_mariadb import PrivateMariadb
from tools.server_process import free_port

pytestmark = [
    pytest.mark.usefixtures("kafka_installed", "processes"),
    only_in_long_form,
    pytest.mark.timeout(1800),
]
BETS: Final = "club.progress.v1"
FACTS: Final = "club.qualification.v1"
PARTITIONS: Final = 6
DEAD_SECONDS: Final = 60.0
BETS_PER_SECOND: Final = 100
ALL_IN_SYNC: Final = [3] * PARTITIONS
TARGET: Final = 2500
"""What a customer stakes to qualify, by the demo's scheme, in minor units."""


@dataclass
class Stream:
    """The brokers, the processes of progress on them, and all bets that were produced."""

    kafka: KafkaCluster
    programs: Programs
    url: str
    status: int
    producer: Producer
    load: Load
    running: dict[str, Program] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)

    def produce(self, bets: int) -> None:
        """Send more bets without waiting; a broker must have them in two copies."""
        for record in self.load.more(bets):
            self.producer.produce(record.topic, record.value, record.key, on_delivery=self._told)
        self.producer.poll(0)

    def _told(self, error: object, _message: object) -> None:
        if error is not None:
            self.refused.append(str(error))

    def produce_for(self, seconds: float) -> None:
        """Keep producing."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.produce(BETS_PER_SECOND // 10)
            time.sleep(0.1)

    def flush(self) -> None:
        """Wait until the brokers have accepted everything."""
        assert self.producer.flush(120) == 0
        assert self.refused == []

    def reckon(self) -> None:
        """Compare what the brokers and the database have with everything that was produced."""
        self.flush()
        produced = len(self.load.records)
        assert self.end_of(BETS, PARTITIONS) == produced
        eventually(lambda: self.applied() == produced, "everything is applied")
        wanted = recount(self.load.records)
        bets = self.rows("SELECT bet_id, revision, counted_minor FROM contribution")
        assert {bet: (revision, counted) for bet, revision, counted in bets} == wanted.bets
        totals = self.rows("SELECT customer_id, iso_week, total_minor, counted_bets FROM progress")
        assert {(one, week): (total, bets) for one, week, total, bets in totals} == wanted.totals
        assert len(self.rows("SELECT id FROM dead_letter")) == self.load.poison
        assert [name for name, process in self.running.items() if process.poll() is not None] == []

    def applied(self) -> int:
        """Return how many records of bets are stored, dead letters included."""
        return int(
            self.rows(f"SELECT COALESCE(SUM(next_offset), 0) FROM position WHERE topic = '{BETS}'")[0][0]  # noqa: S608
        )

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Return rows of the database of progress."""
        url = make_url(self.url)
        connection = pymysql.connect(
            host=url.host or "",
            port=url.port or 0,
            user=url.username,
            password=url.password or "",
            database=f"{url.database}_progress",
        )
        with closing(connection), connection.cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall())

    def waiting(self) -> int:
        """Return how many facts wait to be published."""
        return len(self.rows("SELECT id FROM outbox"))

    def end_of(self, topic: str, partitions: int) -> int:
        """Return how many records a topic has."""
        consumer = Consumer({"bootstrap.servers": self.kafka.bootstrap, "group.id": "ends"})
        try:
            return sum(
                consumer.get_watermark_offsets(TopicPartition(topic, number), timeout=30)[1]
                for number in range(partitions)
            )
        finally:
            consumer.close()

    def facts(self) -> list[dict[str, Any]]:
        """Return all published facts about qualifications."""
        consumer = Consumer({"bootstrap.servers": self.kafka.bootstrap, "group.id": "facts"})
        consumer.assign([TopicPartition(FACTS, number, 0) for number in range(PARTITIONS)])
        try:
            found = consumer.consume(self.end_of(FACTS, PARTITIONS), timeout=30)
        finally:
            consumer.close()
        return [json.loads(message.value() or b"") for message in found]

    def health(self) -> Mapping[str, Any]:
        """Return what the relay of the outboxes says of itself."""
        return dict(httpx.get(f"http://127.0.0.1:{self.status}/health", timeout=30).json())

    def check(self) -> Mapping[str, Any]:
        """Return what `furlong check` says about the copies of messages."""
        told = json.loads(self.programs.ended("check", "--json", "--seconds", "30").stdout)
        return dict(next(finding for finding in told if finding["name"] == "kafka copies"))


@pytest.fixture
def stream(mariadb: PrivateMariadb, tmp_path: Path) -> Iterator[Stream]:
    """Three brokers, two consumers of progress and a relay, as processes."""
    kafka, url, status = start_kafka_cluster(tmp_path / "kafka"), mariadb.fresh_url(), free_port()
    environment = {"FURLONG_DATABASE_URL": url, "FURLONG_KAFKA_BOOTSTRAP": kafka.bootstrap}
    producer = Producer(
        {"bootstrap.servers": kafka.bootstrap, "enable.idempotence": True, "acks": "all", "log_level": 0}
    )
    folder = tmp_path / "product"
    folder.mkdir()
    with programs_in(folder, environment) as programs:
        programs.run("db", "upgrade")
        programs.run("topics", "create", "--partitions", str(PARTITIONS), "--replication", "3")
        found = Stream(kafka, programs, url, status, producer, Load(seed=int(time.time())))
        members = (membership(customer_id=f"c-{number}") for number in range(2 * found.load.customers))
        for record in (scheme(brand_id=BRAND), *members):
            producer.produce(record.topic, record.value, record.key)
        found.flush()
        found.running["consume"] = programs.start("consume", "progress")
        found.running["consume too"] = programs.start("consume", "progress")
        found.running["outbox"] = programs.start("worker", "outbox", "--listen", f"127.0.0.1:{status}")
        yield found
    producer.close()
    kafka.stop()
    mariadb.drop(url)


def in_time(question: Callable[[], Any], what: str) -> float:
    """Return how many seconds passed until a question was answered with yes."""
    begun = time.monotonic()
    eventually(question, what)
    return time.monotonic() - begun


def test_accepted_bets_outlive_each_broker(stream: Stream) -> None:
    """The leader of a partition dies for a minute under load, then its successor: each bet counts once."""
    assert stream.check()["says"] == "topics have 3 copies or more, of which two must have a message"
    stream.produce_for(5)
    for seconds in (DEAD_SECONDS, DEAD_SECONDS / 2):
        leader, before = stream.kafka.leader(BETS), stream.applied()
        stream.kafka.kill(leader)
        stream.produce_for(seconds)
        assert stream.kafka.leader(BETS) != leader
        assert stream.applied() > before + BETS_PER_SECOND * seconds / 3, "bets count meanwhile"
        assert stream.check()["ok"], "one broker may be away"
        stream.kafka.restart(leader)
        back = in_time(lambda: stream.kafka.in_sync(BETS) == ALL_IN_SYNC, "the broker has caught up")
        print(f"broker {leader} was dead for {seconds:.0f} s, and in sync {back:.1f} s after its start")  # noqa: T201
    stream.reckon()
    eventually(lambda: stream.waiting() == 0, "all facts are published")
    qualified = {key for key, (total, _) in recount(stream.load.records).totals.items() if total >= TARGET}
    assert {(fact["customer_id"], fact["iso_week"]) for fact in stream.facts()} >= qualified
    print(  # noqa: T201
        f"{len(recount(stream.load.records).bets)} bets in {len(stream.load.records)} records of "
        f"{stream.load.customers} customers, with seed {stream.load.seed}"
    )


def test_with_one_broker_left_nothing_is_accepted_and_all_say_why(stream: Stream) -> None:
    """`furlong check` and the relay name the topics; once the brokers are back, all that waited arrives."""
    stream.produce_for(3)
    stream.reckon()
    stream.running["outbox"].send_signal(signal.SIGSTOP)
    stream.load.customers *= 2  # of whom some have yet to qualify
    stream.produce_for(3)
    stream.reckon()
    waiting = stream.waiting()
    assert waiting > 0
    for number in (1, 2):
        stream.kafka.kill(number)
    noticed = in_time(lambda: stream.kafka.in_sync(BETS) == [1] * PARTITIONS, "the cluster has noticed")
    stream.running["outbox"].send_signal(signal.SIGCONT)

    found = stream.check()
    assert not found["ok"]
    assert "nothing can be written to " in found["says"]
    assert "fewer copies are in sync than min.insync.replicas asks for" in found["says"]
    assert "start the brokers that are away" in found["helps"]
    refusal = f"progress: Kafka did not accept a message for {FACTS}"
    told = in_time(lambda: refusal in stream.health()["detail"], "the relay says that it cannot publish")
    assert "fewer brokers than min.insync.replicas have it" in stream.health()["detail"]
    assert not stream.health()["publishing"]
    stream.produce(50)
    assert stream.producer.flush(10) > 0, "nothing is accepted that only one broker would have"
    assert stream.waiting() == waiting

    for number in (1, 2):
        stream.kafka.restart(number)
    eventually(lambda: stream.kafka.in_sync(BETS) == ALL_IN_SYNC, "the brokers have caught up")
    flows = in_time(lambda: stream.waiting() == 0, "all facts are published")
    stream.reckon()
    eventually(lambda: stream.health()["publishing"], "the relay publishes")
    eventually(lambda: stream.check()["ok"], "two copies are in sync")
    qualified = {key for key, (total, _) in recount(stream.load.records).totals.items() if total >= TARGET}
    eventually(
        lambda: {(fact["customer_id"], fact["iso_week"]) for fact in stream.facts()} >= qualified,
        "all facts are published",
    )
    print(  # noqa: T201
        f"two dead brokers were noticed in {noticed:.1f} s, and named by the relay {told:.1f} s later; "
        f"{waiting} facts were published {flows:.1f} s after the brokers had caught up"
    )


def test_without_a_majority_of_controllers_the_check_names_the_brokers(
    processes: None, tmp_path: Path
) -> None:
    """Where brokers are controllers as well, the last of three believes that all copies are in sync."""
    kafka = start_kafka_cluster(tmp_path / "kafka", combined=True)
    folder = tmp_path / "product"
    folder.mkdir()
    environment = {
        "FURLONG_DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path}/data",
        "FURLONG_KAFKA_BOOTSTRAP": kafka.bootstrap,
    }
    with programs_in(folder, environment) as programs:
        programs.run("topics", "create", "--partitions", str(PARTITIONS), "--replication", "3")
        eventually(lambda: kafka.in_sync(BETS) == ALL_IN_SYNC, "all copies are in sync")
        for number in (1, 2):
            kafka.kill(number)
        time.sleep(15)  # longer than the session of a broker
        assert kafka.in_sync(BETS) == ALL_IN_SYNC, "as far as the last one knows"
        told = json.loads(programs.ended("check", "--json", "--seconds", "30").stdout)
    kafka.stop()
    found = next(finding for finding in told if finding["name"] == "kafka")
    assert found["says"].endswith(
        "; no answer at " + ", ".join(broker.bootstrap for broker in kafka.brokers[:2])
    )
