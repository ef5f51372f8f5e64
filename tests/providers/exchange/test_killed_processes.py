"""The commands of adapter and exchange, on a real Kafka and Valkey: what is killed is whole again.

`FURLONG_TORTURE=1` kills at random for ten minutes; otherwise each is killed once.
"""

import json
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from confluent_kafka import Consumer, TopicPartition
from redis import Redis

from simulator.exchange.catalogue import ROOT
from tests.providers.exchange.books_compared import expected, told
from tests.support.long_form import LONG_FORM, seed_of_run
from tests.support.processes.forked_programs import Program
from tests.support.processes.killed_servers import kafka_after_kill, valkey_after_kill
from tests.support.processes.running_furlong import Programs, eventually, programs_in
from tools.private_kafka import PrivateKafka, start_kafka
from tools.private_valkey import PrivateValkey, start_valkey

SEED: Final = seed_of_run(2)
SECONDS: Final = 600.0
FAULTS: Final = (
    ("lost", 1),
    ("silence", 1.5),
    ("invalid_clock", 1),
    ("reconnect_storm", 2),
    ("wrong_order", 1),
)
PARTITIONS: Final = 4
EVENTS: Final = 3


@dataclass(slots=True)
class Site:
    """The running parts, each of which can be killed."""

    programs: Programs
    kafka: PrivateKafka
    valkey: PrivateValkey
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
        """Arm a fault of the exchange, or let its prices move or stand still."""
        httpx.post(f"http://127.0.0.1:{self.ports['control']}{path}", timeout=5).raise_for_status()

    def books(self) -> dict[str, Any]:
        """Return the exchange's own books."""
        answer = httpx.get(f"http://127.0.0.1:{self.ports['control']}/books", timeout=5).json()
        return dict(answer["books"])

    def kill_adapter(self) -> None:
        """Kill the adapter, and start another one."""
        self.adapter.kill()
        self.adapter.wait()
        self.adapter = self.start_adapter()

    def start_adapter(self) -> Program:
        """Start the adapter by its command."""
        listen = f"--listen=127.0.0.1:{self.ports['health']}"
        return self.programs.start("provider", "run", "exchange", listen)

    def kill_valkey(self) -> None:
        """Kill Valkey with all that it keeps, and start it again at the same address."""
        self.valkey = valkey_after_kill(self.valkey)

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

    def is_whole(self) -> bool:
        """Return whether health, Kafka and Valkey all have what the exchange has."""
        health = self.health()
        if not health.get("complete") or health["state_trouble"] or health["names_trouble"]:
            return False
        books = self.books()
        status = self.latest("provider.status.v1").get("exchange")
        if status is None:
            return False
        messages, events = (
            {
                key: body
                for key, body in self.latest(topic).items()
                if body["revision"] >= status["first_revision"]
            }
            for topic in ("provider.market.v1", "provider.fixture.v1")
        )
        with Redis.from_url(self.valkey.url) as redis:
            kept = redis.hkeys("furlong:provider:exchange")
        names = {name.decode() for name in kept if name.startswith(b"1.")}
        named = len(events) == EVENTS and all(body["name"] for body in [*messages.values(), *events.values()])
        whole = told(messages) == expected(books, 3) and names == set(books)
        return bool(status["complete"]) and whole and named


@pytest.fixture
def site(tmp_path: Path, free_port: Callable[[], int]) -> Iterator[Site]:
    """An exchange whose prices move, its adapter, and a Kafka and a Valkey of the test's own."""
    with _servers(tmp_path) as (kafka, valkey):
        topics = ["provider.fixture.v1", "provider.market.v1", "provider.status.v1"]
        kafka.create_topics(topics, partitions=PARTITIONS)
        ports = {name: free_port() for name in ("stream", "control", "catalogue", "health")}
        secrets = tmp_path / "secrets"
        secrets.mkdir()
        (secrets / "exchange-app-key").write_text("simulated-key")
        (secrets / "exchange-session").write_text("simulated-session")
        environment = {
            "FURLONG_KAFKA_BOOTSTRAP": kafka.bootstrap,
            "FURLONG_REDIS_URL": valkey.url,
            "FURLONG_PROVIDERS_SECRET_FOLDER": str(secrets),
            "FURLONG_PROVIDERS_LONGEST_PAUSE_SECONDS": "1",
            "FURLONG_PROVIDERS_STATUS_SECONDS": "0.5",
            "FURLONG_EXCHANGE_HOST": "127.0.0.1",
            "FURLONG_EXCHANGE_PORT": str(ports["stream"]),
            "FURLONG_EXCHANGE_AUTHORITY": str(tmp_path / "exchange" / "certificate.pem"),
            "FURLONG_EXCHANGE_CATALOGUE_URL": f"https://127.0.0.1:{ports['catalogue']}{ROOT}/rest/v1.0/",
            "FURLONG_EXCHANGE_HEARTBEAT_MS": "500",
            "FURLONG_EXCHANGE_CONFLATE_MS": "50",
            "FURLONG_EXCHANGE_EVENT_TYPES": '["1","2","7"]',
            "FURLONG_EXCHANGE_COUNTRIES": '["GB"]',
            "FURLONG_EXCHANGE_MARKETS": json.dumps([f"1.20000000{number}" for number in range(1, 5)]),
        }
        with programs_in(tmp_path, environment) as programs:
            programs.start(
                *("simulator", "exchange", f"--data={tmp_path / 'exchange'}", "--rate=200"),
                *(f"--port={ports['stream']}", f"--control={ports['control']}"),
                f"--catalogue={ports['catalogue']}",
            )
            running = Site(programs, kafka, valkey, ports)
            eventually(lambda: _is_served(running), "the exchange is served")
            running.adapter = running.start_adapter()
            eventually(lambda: running.health().get("complete"), "the books are complete")
            yield running
            running.kafka.stop()
            running.valkey.stop()


@contextmanager
def _servers(folder: Path) -> Iterator[tuple[PrivateKafka, PrivateValkey]]:
    kafka, valkey = start_kafka(folder / "kafka"), folder / "valkey"
    valkey.mkdir()
    yield kafka, start_valkey(valkey)


def _is_served(site: Site) -> bool:
    try:
        return bool(site.books())
    except httpx.HTTPError:
        return False


@pytest.mark.kafka
@pytest.mark.valkey
@pytest.mark.usefixtures("processes")
@pytest.mark.slow("it kills Kafka, which takes seconds to come back")
@pytest.mark.timeout(1200)
def test_books_are_the_exchanges_after_any_part_was_killed(site: Site) -> None:
    """Adapter, Valkey or Kafka is killed while prices move, and the exchange has faults of its own."""
    kills = (site.kill_adapter, site.kill_valkey, site.kill_kafka)
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
    eventually(
        site.is_whole, f"all is complete, with seed {SEED}: {site.health()}\n{site.programs.logs()[-9000:]}"
    )
    site.adapter.send_signal(signal.SIGTERM)
    assert site.adapter.wait(10) == 0
