"""The block of events as processes: two simulated providers, their adapters, the consumer, and servers."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

import httpx

from providers.topics import PLANS
from simulator.exchange.catalogue import ROOT
from tests.support.processes.forked_programs import Program
from tests.support.processes.killed_servers import kafka_after_kill, rabbitmq_after_kill, valkey_after_kill
from tests.support.processes.running_furlong import Programs, eventually, programs_in
from tools.private_kafka import PrivateKafka, start_kafka
from tools.private_rabbitmq import PrivateRabbitmq, start_rabbitmq
from tools.private_valkey import PrivateValkey, start_valkey

TOPICS: Final = (*(plan.name for plan in PLANS), "club.global.v1")
PARTITIONS: Final = 2
PORTS: Final = ("stream", "control", "catalogue", "api", "amqp", "exchange", "feed")
CONTROLS: Final = {"exchange": "control", "feed": "api"}
"""The port at which each simulator has its faults, its books, and whether it moves."""


@dataclass(slots=True)
class KilledBlock:
    """The running parts, each of which can be killed."""

    programs: Programs
    kafka: PrivateKafka
    valkey: PrivateValkey
    rabbitmq: PrivateRabbitmq
    ports: dict[str, int]
    running: dict[str, Program] = field(default_factory=dict)

    @property
    def kills(self) -> dict[str, Callable[[], None]]:
        """What can be killed, and how; a connection is cut by its simulator."""
        return {
            "exchange adapter": lambda: self._kill_program("exchange"),
            "feed adapter": lambda: self._kill_program("feed"),
            "consumer": lambda: self._kill_program("consumer"),
            "upkeep": lambda: self._kill_program("upkeep"),
            "Valkey": self._kill_valkey,
            "Kafka": self._kill_kafka,
            "RabbitMQ": self._kill_rabbitmq,
            "exchange connection": lambda: self.control("exchange", "/faults/lost?amount=1"),
            "feed connection": lambda: self.control("feed", "/faults/lost?amount=1"),
        }

    def start(self, part: str) -> None:
        """Start an adapter, the consumer or the upkeep by its command."""
        words: tuple[str, ...]
        match part:
            case "consumer":
                words = ("consume", "events")
            case "upkeep":
                words = ("worker", "events-upkeep")
            case adapter:
                words = ("provider", "run", adapter, f"--listen=127.0.0.1:{self.ports[adapter]}")
        self.running[part] = self.programs.start(*words)

    def health(self, adapter: str) -> dict[str, Any]:
        """Return what an adapter says of itself; nothing while it does not answer."""
        return self._asked(adapter, "/health")

    def control(self, simulator: str, path: str) -> None:
        """Arm a fault of a simulator, or let its prices move or stand still."""
        address = f"http://127.0.0.1:{self.ports[CONTROLS[simulator]]}{path}"
        httpx.post(address, timeout=5).raise_for_status()

    def books(self, simulator: str) -> dict[str, Any]:
        """Return a simulator's own books; nothing while it does not answer."""
        return self._asked(CONTROLS[simulator], "/books")

    def _asked(self, port: str, path: str) -> dict[str, Any]:
        try:
            answer = httpx.get(f"http://127.0.0.1:{self.ports[port]}{path}", timeout=5)
        except httpx.HTTPError:
            return {}
        assert answer.status_code == httpx.codes.OK
        return dict(answer.json())

    def _kill_program(self, part: str) -> None:
        self.running[part].kill()
        self.running[part].wait()
        self.start(part)

    def _kill_valkey(self) -> None:
        self.valkey = valkey_after_kill(self.valkey)

    def _kill_kafka(self) -> None:
        self.kafka = kafka_after_kill(self.kafka)

    def _kill_rabbitmq(self) -> None:
        self.rabbitmq = rabbitmq_after_kill(self.rabbitmq)


@contextmanager
def killed_block(folder: Path, database: str, free_port: Callable[[], int]) -> Iterator[KilledBlock]:
    """Run the block over a migrated database, with prices that move, and servers of its own."""
    kafka = start_kafka(folder / "kafka", properties=["group.min.session.timeout.ms=1000"])
    kafka.create_topics(TOPICS, partitions=PARTITIONS)
    rabbitmq, valkey_folder = start_rabbitmq(folder / "rabbitmq"), folder / "valkey"
    valkey_folder.mkdir()
    valkey, ports = start_valkey(valkey_folder), {name: free_port() for name in PORTS}
    environment = {
        "FURLONG_DATABASE_URL": database,
        "FURLONG_KAFKA_BOOTSTRAP": kafka.bootstrap,
        "FURLONG_KAFKA_SESSION_SECONDS": "2",
        "FURLONG_KAFKA_RETRY_LIMIT_SECONDS": "1",
        "FURLONG_REDIS_URL": valkey.url,
        **_of_providers(folder, ports),
    }
    with programs_in(folder, environment) as programs:
        programs.start(
            *("simulator", "exchange", f"--data={folder / 'exchange'}", "--rate=100"),
            *(f"--port={ports['stream']}", f"--control={ports['control']}"),
            f"--catalogue={ports['catalogue']}",
        )
        programs.start(
            *("simulator", "feed", f"--broker={rabbitmq.url}", f"--data={folder / 'feed'}"),
            *(f"--port={ports['api']}", f"--amqp={ports['amqp']}", "--rate=25", "--alive=1"),
        )
        block = KilledBlock(programs, kafka, valkey, rabbitmq, ports)
        for simulator in CONTROLS:
            eventually(partial(block.books, simulator), f"the {simulator} is served")
        for part in ("exchange", "feed", "consumer", "upkeep"):
            block.start(part)
        eventually(lambda: block.health("exchange").get("complete"), "the exchange's books are complete")
        eventually(lambda: block.health("feed").get("items"), "the feed's books begin")
        try:
            yield block
        finally:
            for server in (block.kafka, block.valkey, block.rabbitmq):
                server.stop()


def _of_providers(folder: Path, ports: dict[str, int]) -> dict[str, str]:
    """Return the settings of both adapters, whose secrets are written to a folder."""
    secrets = folder / "secrets"
    secrets.mkdir()
    (secrets / "exchange-app-key").write_text("simulated-key")
    (secrets / "exchange-session").write_text("simulated-session")
    (secrets / "feed-token").write_text("guest")
    return {
        "FURLONG_PROVIDERS_SECRET_FOLDER": str(secrets),
        "FURLONG_PROVIDERS_LONGEST_PAUSE_SECONDS": "1",
        "FURLONG_PROVIDERS_STATUS_SECONDS": "0.5",
        "FURLONG_EXCHANGE_HOST": "127.0.0.1",
        "FURLONG_EXCHANGE_PORT": str(ports["stream"]),
        "FURLONG_EXCHANGE_AUTHORITY": str(folder / "exchange" / "certificate.pem"),
        "FURLONG_EXCHANGE_CATALOGUE_URL": f"https://127.0.0.1:{ports['catalogue']}{ROOT}/rest/v1.0/",
        "FURLONG_EXCHANGE_HEARTBEAT_MS": "500",
        "FURLONG_EXCHANGE_CONFLATE_MS": "50",
        "FURLONG_EXCHANGE_EVENT_TYPES": '["1","2","7"]',
        "FURLONG_EXCHANGE_COUNTRIES": '["GB"]',
        "FURLONG_EXCHANGE_MARKETS": json.dumps([f"1.20000000{number}" for number in range(1, 5)]),
        "FURLONG_FEED_HOST": "127.0.0.1",
        "FURLONG_FEED_PORT": str(ports["amqp"]),
        "FURLONG_FEED_API_URL": f"http://127.0.0.1:{ports['api']}/v1",
        "FURLONG_FEED_AUTHORITY": str(folder / "feed" / "certificate.pem"),
        "FURLONG_FEED_USER": "guest",
        "FURLONG_FEED_VIRTUAL_HOST": "/",
        "FURLONG_FEED_PRODUCERS": "[1,3]",
        "FURLONG_FEED_SPORTS": '["sr:sport:1"]',
        "FURLONG_FEED_INACTIVITY_SECONDS": "10",
        "FURLONG_FEED_REQUEST_SECONDS": "20",
    }
