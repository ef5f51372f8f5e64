"""The block of events with two gateways, as its users run it: each process, and Kafka, can be killed."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

import httpx

from furlong.install.topics import create_topics
from furlong.settings import TopicSettings
from tests.support.processes.forked_programs import Program
from tests.support.processes.killed_servers import kafka_after_kill
from tests.support.processes.running_furlong import Programs, eventually, programs_in
from tests.support.subgraphs.club_fixture import AUDIENCE, ISSUER, SECRET
from tools.private_kafka import PrivateKafka, start_kafka

PARTITIONS: Final = 4
GATEWAYS: Final = ("gateway 1", "gateway 2")
COMMANDS: Final[Mapping[str, tuple[str, ...]]] = {
    "consumer": ("consume", "events"),
    "upkeep": ("worker", "events-upkeep"),
}


@dataclass(slots=True)
class FollowedSite:
    """The running parts.

    Attributes:
        ports: The port of each gateway, which it keeps.
        running: The process of each part but Kafka.
    """

    programs: Programs
    kafka: PrivateKafka
    ports: Mapping[str, int]
    running: dict[str, Program] = field(default_factory=dict)

    @property
    def kills(self) -> dict[str, Callable[[], None]]:
        """What can be killed, and how; it is started again at once, but need not be ready."""
        return {part: partial(self._kill, part) for part in (*GATEWAYS, *COMMANDS)} | {
            "Kafka": self._kill_kafka
        }

    def start(self, part: str) -> None:
        """Start a gateway, the consumer or the upkeep by its command."""
        words = COMMANDS.get(part) or ("serve", f"--listen=127.0.0.1:{self.ports[part]}")
        self.running[part] = self.programs.start(*words)

    def is_ready(self, gateway: str) -> bool:
        """Return whether a gateway serves."""
        with suppress(httpx.TransportError):
            return httpx.get(f"http://127.0.0.1:{self.ports[gateway]}/ready", timeout=5).is_success
        return False

    def _kill(self, part: str) -> None:
        self.running[part].kill()
        self.running[part].wait()
        self.start(part)

    def _kill_kafka(self) -> None:
        self.kafka = kafka_after_kill(self.kafka)


@contextmanager
def followed_site(folder: Path, database: str, free_port: Callable[[], int]) -> Iterator[FollowedSite]:
    """Run it over migrated databases, with a broker of its own.

    A provider may be silent for long: while Kafka is killed, nobody hears that it is well, and each time that
    it was not believed it would be suspended for longer.
    """
    kafka = start_kafka(folder / "kafka", properties=["group.min.session.timeout.ms=1000"])
    asyncio.run(create_topics(kafka.bootstrap, PARTITIONS, 1, TopicSettings()))
    environment = {
        "FURLONG_DATABASE_URL": database,
        "FURLONG_UPSTREAM_URL": "http://127.0.0.1:9",
        "FURLONG_JWT_SECRET": SECRET,
        "FURLONG_JWT_ISSUER": ISSUER,
        "FURLONG_JWT_AUDIENCE": AUDIENCE,
        "FURLONG_KAFKA_BOOTSTRAP": kafka.bootstrap,
        "FURLONG_KAFKA_SESSION_SECONDS": "2",
        "FURLONG_KAFKA_RETRY_LIMIT_SECONDS": "1",
        "FURLONG_EVENTS_SILENCE_SECONDS": "600",
        "FURLONG_GATEWAY__RATE_LIMITS__RULES": "[]",
    }
    with programs_in(folder, environment) as programs:
        site = FollowedSite(programs, kafka, {gateway: free_port() for gateway in GATEWAYS})
        for part in (*GATEWAYS, *COMMANDS):
            site.start(part)
        for gateway in GATEWAYS:
            eventually(partial(site.is_ready, gateway), f"{gateway} is ready")
        try:
            yield site
        finally:
            site.kafka.stop()
