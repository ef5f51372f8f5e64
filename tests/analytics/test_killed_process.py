"""The process that owns the store, killed while it fills it, and what an analyst then reads."""

import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import httpx
import pytest
from confluent_kafka import Producer

from furlong.demo.embedded_broker import EmbeddedBroker
from furlong.install.topics import TOPICS
from tests.support.analytics_store import KEY, is_complete
from tests.support.consumers.sample_messages import bet, scheme
from tests.support.long_form import LONG_FORM, seed_of_run
from tests.support.processes.running_furlong import PATIENCE_SECONDS, Programs, eventually, programs_in
from tools.server_process import free_port

SEED: Final = seed_of_run(4)


@pytest.fixture
def programs(processes: None, embedded_broker: EmbeddedBroker, tmp_path: Path) -> Iterator[Programs]:
    """Provide Furlong's programs over the broker, new databases and a new store, with small blocks."""
    embedded_broker.create_topics([topic.name for topic in TOPICS])
    environment = {
        "FURLONG_DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path}/data",
        "FURLONG_KAFKA_BOOTSTRAP": embedded_broker.bootstrap,
        "FURLONG_KAFKA_GENERATION": embedded_broker.generation,
        "FURLONG_ANALYTICS_FOLDER": f"{tmp_path}/analytics",
        "FURLONG_ANALYTICS_KEY": KEY,
        "FURLONG_ANALYTICS_BATCH_ROWS": "150",
        "FURLONG_ANALYTICS_BATCH_SECONDS": "0.3",
        "FURLONG_ANALYTICS_QUESTION_SECONDS": str(PATIENCE_SECONDS),
    }
    (tmp_path / "data").mkdir()
    with programs_in(tmp_path, environment) as opened:
        opened.run("db", "upgrade")
        yield opened


@pytest.mark.slow("a process that is killed and started again")
def test_each_record_is_there_once_after_kills(programs: Programs, embedded_broker: EmbeddedBroker) -> None:
    """After kills at random moments, rows are the records, and their sum is what was staked."""
    producer = Producer({"bootstrap.servers": embedded_broker.bootstrap})
    chance, staked, sent = random.Random(SEED), 0, 0  # noqa: S311 - repeatable on purpose
    port = free_port()

    def produce(count: int) -> None:
        nonlocal staked, sent
        for number in range(sent, sent + count):
            stake = 100 + number
            facts = {"customer_id": f"c-{number % 50}", "bet_id": f"b-{number}"}
            record = bet(stake_minor=stake, counting_stake_minor=stake, **facts)
            producer.produce(record.topic, record.value, record.key)
            staked += stake
        sent += count
        assert producer.flush(60) == 0

    first = scheme()
    producer.produce(first.topic, first.value, first.key)
    produce(1500)
    for _ in range(10 if LONG_FORM else 1):
        killed = programs.start("consume", "analytics", "--listen", f"127.0.0.1:{port}")
        eventually(lambda: is_listening(port), "the process serves its health")
        time.sleep(chance.uniform(0, 4))
        killed.kill()
        killed.wait(30)
        produce(200)
    last = programs.start("consume", "analytics", "--listen", f"127.0.0.1:{port}")
    eventually(lambda: is_complete(port) or last.poll() is not None, "everything is stored")
    assert last.poll() is None, [log.read_text() for log in programs.folder.glob("*-consume.log")]

    columns = (
        "count() AS rows, uniqExact(topic_partition, topic_offset) AS records, sum(stake_minor) AS staked"
    )
    asked = programs.run("analytics", "ask", f"SELECT {columns} FROM bet_records", "--format", "json")
    assert json.loads(asked) == [{"rows": sent, "records": sent, "staked": staked}]
    report = json.loads(programs.run("analytics", "report", "reasons", "--format", "json"))
    assert [(row["reason"], row["bets"], row["counted_minor"]) for row in report] == [
        ("COUNTED", sent, staked)
    ]
    exported = json.loads(programs.run("analytics", "export", "lake", "--table", "bet_records", "--json"))
    assert [(file["rows"], file["written"]) for file in exported] == [(sent, True)]
    programs.run("audit", "export", "audit.jsonl")
    audit = (programs.folder / "audit.jsonl").read_text()
    assert (audit.count("analytics.ask"), audit.count("analytics.export")) == (2, 1)
    assert "uniqExact(topic_partition, topic_offset)" in audit


def test_a_second_process_is_refused_and_an_analyst_is_not(programs: Programs) -> None:
    """The store has one owner; questions are asked of what it published."""
    port = free_port()
    programs.start("consume", "analytics", "--listen", f"127.0.0.1:{port}")
    eventually(lambda: is_complete(port), "everything is stored")
    assert "another process owns the store" in programs.refused("consume", "analytics")
    table = programs.run("analytics", "ask", "SELECT count() AS bets FROM bets")
    assert table.split() == ["bets", "0"]
    refused = programs.refused("analytics", "ask", "SELECT * FROM system.tables")
    assert "there is no table system.tables for you" in refused
    hidden = programs.refused("analytics", "ask", "SELECT count() FROM bets", "--as-role", "viewer")
    assert "there is no table bets for you" in hidden
    programs.run("audit", "export", "audit.jsonl")
    audit = (programs.folder / "audit.jsonl").read_text()
    assert [audit.count(action) for action in ("analytics.ask", "analytics.refused")] == [3, 2]
    assert audit.count("viewer") == 2


def is_listening(port: int) -> bool:
    """Tell whether the process answers."""
    try:
        return httpx.get(f"http://127.0.0.1:{port}/health", timeout=5).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


def test_without_its_packages_analytics_says_how_to_add_them(processes: None) -> None:
    """Nothing else is missing then: the command ends with the way to install them."""
    code = (
        "import sys, importlib.util; found = importlib.util.find_spec\n"
        "importlib.util.find_spec = lambda name, *more: None if name == 'chdb' else found(name, *more)\n"
        "from analytics.engine import require_installed\n"
        "from analytics.errors import NotInstalled\n"
        "try: require_installed()\n"
        "except NotInstalled as fault: print(fault)\n"
        "assert 'pyarrow' not in sys.modules and 'chdb' not in sys.modules"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "requirements-analytics.lock" in said
