"""The commands of adapter and feed, on a real Kafka, Valkey and RabbitMQ: what is killed is whole again.

`FURLONG_TORTURE=1` kills at random for ten minutes; otherwise each is killed once.
"""

import json
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from confluent_kafka import Consumer, TopicPartition
from redis import Redis

from tests.providers.sports_feed.books_compared import differences, expected, told
from tests.support.long_form import LONG_FORM, seed_of_run
from tests.support.processes.forked_programs import Program
from tests.support.processes.killed_servers import kafka_after_kill, rabbitmq_after_kill, valkey_after_kill
from tests.support.processes.running_furlong import Programs, eventually, programs_in
from tools.private_kafka import PrivateKafka, start_kafka
from tools.private_rabbitmq import PrivateRabbitmq, start_rabbitmq
from tools.private_valkey import PrivateValkey, start_valkey

SEED: Final = seed_of_run(1)
SECONDS: Final = 600.0
FAULTS: Final = (
    ("duplicates", 10),
    ("wrong_order", 3),
    ("lost", 1),
    ("recovery_refused", 1),
    ("schema_change", 1),
    ("api_down", 3),
)
TOPICS: Final = ("provider.fixture.v1", "provider.market.v1", "provider.status.v1")
PARTITIONS: Final = 2


@dataclass(slots=True)
class Site:
    """The running parts, each of which can be killed."""

    programs: Programs
    kafka: PrivateKafka
    valkey: PrivateValkey
    rabbitmq: PrivateRabbitmq
    ports: dict[str, int]
    adapter: Program = field(init=False)

    def health(self) -> dict[str, Any]:
        """Return what the adapter says of itself; nothing while it does not answer."""
        try:
            answer = httpx.get(f"http://127.0.0.1:{self.ports['health']}/health", timeout=5)
        except httpx.HTTPError:
            return {}
        assert answer.status_code == httpx.codes.OK
        return dict(answer.json())

    def control(self, path: str) -> None:
        """Arm a fault of the feed, or let its events move or stand still."""
        httpx.post(f"http://127.0.0.1:{self.ports['api']}{path}", timeout=5).raise_for_status()

    def books(self) -> dict[str, Any]:
        """Return the feed's own books."""
        return dict(httpx.get(f"http://127.0.0.1:{self.ports['api']}/books", timeout=5).json())

    def kill_adapter(self) -> None:
        """Kill the adapter, and start another one."""
        self.adapter.kill()
        self.adapter.wait()
        self.adapter = self.start_adapter()

    def start_adapter(self) -> Program:
        """Start the adapter by its command."""
        listen = f"--listen=127.0.0.1:{self.ports['health']}"
        return self.programs.start("provider", "run", "feed", listen)

    def kill_valkey(self) -> None:
        """Kill Valkey with all that it keeps, and start it again at the same address."""
        self.valkey = valkey_after_kill(self.valkey)

    def kill_rabbitmq(self) -> None:
        """Kill RabbitMQ, and start it again at the same address."""
        self.rabbitmq = rabbitmq_after_kill(self.rabbitmq)

    def kill_kafka(self) -> None:
        """Kill Kafka, and start it again on its data."""
        self.kafka = kafka_after_kill(self.kafka)

    def latest(self, topic: str) -> dict[str, Any]:
        """Return the last message of each key of a topic; not those that are gone."""
        consumer = Consumer({"bootstrap.servers": self.kafka.bootstrap, "group.id": "test"})
        found: dict[str, Any] = {}
        try:
            for number in range(PARTITIONS):
                partition = TopicPartition(topic, number, 0)
                _, end = consumer.get_watermark_offsets(partition, timeout=10)
                consumer.assign([partition])
                position = 0
                while position < end:
                    record = consumer.poll(10)
                    assert record is not None
                    assert not record.error()
                    position = (record.offset() or 0) + 1
                    value = record.value()
                    found[(record.key() or b"").decode()] = None if value is None else json.loads(value)
        finally:
            consumer.close()
        return {key: body for key, body in found.items() if body is not None}

    def missing(self) -> list[str]:
        """Return what health, Kafka and Valkey do not have as the feed has it."""
        health = self.health()
        if not health.get("complete") or health["state_trouble"]:
            return [str(health)]
        fixtures, markets, statuses = (self.latest(topic) for topic in TOPICS)
        status = statuses["feed"]
        if not status["complete"]:
            return [str(status)]
        valid = {key: body for key, body in markets.items() if body["revision"] >= status["first_revision"]}
        books = self.books()
        with Redis.from_url(self.valkey.url) as redis:
            kept = {name.decode() for name in redis.hkeys("furlong:provider:feed")}
        unkept = {f"event:{urn}" for urn in books["events"]} - kept
        return [*differences(told(fixtures, valid), expected(books)), *unkept]


@pytest.fixture
def site(tmp_path: Path, free_port: Callable[[], int]) -> Iterator[Site]:
    """A feed whose events move, its adapter, and a Kafka, a Valkey and a RabbitMQ of the test's own."""
    with _servers(tmp_path) as (kafka, valkey, rabbitmq):
        kafka.create_topics(list(TOPICS), partitions=PARTITIONS)
        ports = {name: free_port() for name in ("api", "amqp", "health")}
        secrets = tmp_path / "secrets"
        secrets.mkdir()
        (secrets / "feed-token").write_text("guest")
        environment = {
            "FURLONG_KAFKA_BOOTSTRAP": kafka.bootstrap,
            "FURLONG_REDIS_URL": valkey.url,
            "FURLONG_PROVIDERS_SECRET_FOLDER": str(secrets),
            "FURLONG_PROVIDERS_LONGEST_PAUSE_SECONDS": "1",
            "FURLONG_PROVIDERS_STATUS_SECONDS": "0.5",
            "FURLONG_FEED_HOST": "127.0.0.1",
            "FURLONG_FEED_PORT": str(ports["amqp"]),
            "FURLONG_FEED_API_URL": f"http://127.0.0.1:{ports['api']}/v1",
            "FURLONG_FEED_AUTHORITY": str(tmp_path / "feed" / "certificate.pem"),
            "FURLONG_FEED_USER": "guest",
            "FURLONG_FEED_VIRTUAL_HOST": "/",
            "FURLONG_FEED_PRODUCERS": "[1,3]",
            "FURLONG_FEED_SPORTS": '["sr:sport:1"]',
            "FURLONG_FEED_INACTIVITY_SECONDS": "10",
            "FURLONG_FEED_REQUEST_SECONDS": "20",
        }
        with programs_in(tmp_path, environment) as programs:
            programs.start(
                *("simulator", "feed", f"--broker={rabbitmq.url}", f"--data={tmp_path / 'feed'}"),
                *(f"--port={ports['api']}", f"--amqp={ports['amqp']}", "--rate=50", "--alive=1"),
            )
            running = Site(programs, kafka, valkey, rabbitmq, ports)
            eventually(lambda: _is_served(running), "the feed is served")
            running.adapter = running.start_adapter()
            eventually(lambda: running.health().get("complete"), "the books are complete")
            yield running
            for server in (running.kafka, running.valkey, running.rabbitmq):
                server.stop()


@contextmanager
def _servers(folder: Path) -> Iterator[tuple[PrivateKafka, PrivateValkey, PrivateRabbitmq]]:
    kafka, rabbitmq, valkey = (
        start_kafka(folder / "kafka"),
        start_rabbitmq(folder / "rabbitmq"),
        folder / "valkey",
    )
    valkey.mkdir()
    yield kafka, start_valkey(valkey), rabbitmq


def _is_served(site: Site) -> bool:
    try:
        return bool(site.books())
    except httpx.HTTPError:
        return False


@pytest.mark.kafka
@pytest.mark.valkey
@pytest.mark.rabbitmq
@pytest.mark.usefixtures("processes")
@pytest.mark.slow("a recovery comes at the earliest 20 seconds after the one before it")
@pytest.mark.timeout(1200)
def test_books_are_the_feeds_after_any_part_was_killed(site: Site) -> None:
    """Adapter, Valkey, RabbitMQ or Kafka is killed while events move; the feed has faults of its own."""
    kills = (site.kill_adapter, site.kill_valkey, site.kill_rabbitmq, site.kill_kafka)
    chance = random.Random(SEED)  # noqa: S311 - repeatable on purpose
    ends = time.monotonic() + (SECONDS if LONG_FORM else 0)
    while True:
        name, amount = chance.choice(FAULTS)
        site.control(f"/faults/{name}?amount={amount}")
        chance.choice(kills)()
        time.sleep(chance.uniform(0, 3))
        if time.monotonic() >= ends:
            break
    site.control("/moving/off")
    missing = [""]
    with suppress(pytest.fail.Exception):
        eventually(
            lambda: not missing.__setitem__(slice(None), site.missing()) and not missing, "it is whole"
        )
    assert not missing, f"with seed {SEED}: {missing[:20]}\n{site.programs.logs()[-9000:]}"
    site.adapter.send_signal(signal.SIGTERM)
    assert site.adapter.wait(10) == 0
