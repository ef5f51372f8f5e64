"""From feed to total on a real broker, with a feed worker that is killed on the way."""

import json
import random
import shutil
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Consumer, Producer
from confluent_kafka import TopicPartition as Place

from consumers.feeds.adapters import sports
from tests.support.consumers.feed_records import example
from tests.support.consumers.sample_messages import scheme
from tests.support.processes.forked_programs import run_forked
from tests.support.processes.running_furlong import (
    PATIENCE_SECONDS,
    Programs,
    eventually,
    programs_in,
    without_settings,
)
from tools.private_kafka import PrivateKafka, start_kafka

BETS, PARTITIONS = 60, 4
FAILING_FEED = str(Path(__file__).with_name("failing_feed.py"))
pytestmark = pytest.mark.usefixtures("kafka_installed")


@pytest.fixture
def broker(processes: None, tmp_path: Path) -> Iterator[PrivateKafka]:
    """Provide a broker of the test's own: other tests read the session's progress topic."""
    server = start_kafka(tmp_path / "kafka")
    yield server
    server.stop()
    shutil.rmtree(tmp_path / "kafka")


@pytest.fixture
def programs(processes: None, broker: PrivateKafka, tmp_path: Path) -> Iterator[Programs]:
    """Provide Furlong's programs over the broker with its topics, and new databases."""
    environment = {
        "FURLONG_DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path}",
        "FURLONG_KAFKA_BOOTSTRAP": broker.bootstrap,
        "FURLONG_KAFKA_SESSION_SECONDS": "6",
        "FURLONG_KAFKA_BATCH_RECORDS": "20",
    }
    with programs_in(tmp_path, environment) as opened:
        opened.run("topics", "create", "--feeds", "--partitions", str(PARTITIONS))
        opened.run("db", "upgrade")
        yield opened


def history(dice: random.Random) -> list[dict[str, Any]]:
    """Return records of every bet, most of them settled, and many of them repeated."""
    records = []
    for number in range(BETS):
        bet = example(sports.FEED, bet=f"b-{number}", account=f"c-{number % 5}")
        decided = bet | {"version": 2, "state": dice.choice(["settled", "void", "cashed_out"])}
        records += dice.choice([[bet], [bet, decided], [bet, bet, decided, decided], [bet, decided, bet]])
    return records


def expected(records: list[dict[str, Any]]) -> dict[str, int]:
    """Return each customer's total, from the platform's records."""
    last = {record["bet"]: record for record in sorted(records, key=lambda record: record["version"])}
    totals: dict[str, int] = {}
    for bet in last.values():
        counts = 500 if bet["state"] in {"accepted", "settled"} else 0
        totals[bet["account"]] = totals.get(bet["account"], 0) + counts
    return totals


def stored(folder: Path) -> tuple[dict[str, int], int]:
    """Return the totals in the database, and how many bets they have."""
    with closing(sqlite3.connect(folder / "progress.sqlite")) as database:
        totals = dict(database.execute("SELECT customer_id, total_minor FROM progress").fetchall())
        ((bets,),) = database.execute("SELECT count(*) FROM contribution").fetchall()
    return totals, bets


def published_values(broker: PrivateKafka) -> dict[tuple[str, int], list[bytes]]:
    """Return all values that the progress topic has for each revision of each bet."""
    consumer = Consumer({"bootstrap.servers": broker.bootstrap, "group.id": "a look"})
    found: dict[tuple[str, int], list[bytes]] = {}
    for number in range(PARTITIONS):
        place = Place("club.progress.v1", number, 0)
        _, end = consumer.get_watermark_offsets(place, timeout=30)
        consumer.assign([place])
        for record in consumer.consume(end, timeout=30) if end else []:
            body = json.loads(value := record.value() or b"")
            found.setdefault((body["bet_id"], body["bet_revision"]), []).append(value)
    consumer.close()
    return found


def test_a_killed_program_loses_nothing_and_counts_nothing_twice(
    broker: PrivateKafka, programs: Programs, tmp_path: Path
) -> None:
    """What it had published but not committed is published again, to the byte, and changes nothing."""
    dice = random.Random(7)  # noqa: S311 - a history, not a secret
    records = history(dice)
    producer = Producer({"bootstrap.servers": broker.bootstrap})
    schemes = scheme()
    producer.produce(schemes.topic, schemes.value, schemes.key)
    for record in records:
        producer.produce(sports.FEED.topic, json.dumps(record), record["bet"])
    assert producer.flush(60) == 0
    programs.start("consume", "progress")
    killed = run_forked(
        *(FAILING_FEED, "2"),
        environment={**without_settings(), **programs.environment},
        folder=tmp_path,
        timeout=PATIENCE_SECONDS,
    )
    assert killed.returncode == -signal.SIGKILL
    running = programs.start("worker", "feeds", "sports")
    whole = (expected(records), BETS)
    eventually(lambda: stored(tmp_path) == whole, "all is counted")
    running.send_signal(signal.SIGTERM)
    assert running.wait(60) == 0, programs.logs()
    bodies = published_values(broker)
    assert sum(map(len, bodies.values())) > len(records)
    assert all(len(set(same)) == 1 for same in bodies.values())
