"""The commands of an adapter and of the simulated providers of content, on a real Kafka and Valkey."""

import json
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from confluent_kafka import Consumer, TopicPartition

from tests.providers.content_followers import write_secrets
from tests.support.processes.forked_programs import Program
from tests.support.processes.running_furlong import Programs, eventually, programs_in
from tools.private_kafka import PrivateKafka
from tools.private_valkey import PrivateValkey

PARTITIONS = 2


@dataclass(slots=True)
class ContentSite:
    """The running parts, and what they say.

    Attributes:
        topics: What the adapter tells, beside its status.
    """

    name: str
    topics: tuple[str, ...]
    programs: Programs
    kafka: PrivateKafka
    ports: dict[str, int]
    adapter: Program = field(init=False)

    def start_adapter(self) -> None:
        """Start the adapter by its command."""
        listen = f"--listen=127.0.0.1:{self.ports['health']}"
        self.adapter = self.programs.start("provider", "run", self.name, listen)

    def kill_adapter(self) -> None:
        """Kill the adapter."""
        self.adapter.kill()
        self.adapter.wait()

    def health(self) -> dict[str, Any]:
        """Return what the adapter says of itself; nothing while it does not answer."""
        return self._asked("health", "/health")

    def state(self) -> dict[str, Any]:
        """Return what the providers have; nothing while they do not answer."""
        return self._asked("content", "/state")

    def control(self, path: str) -> None:
        """Arm a fault, or let events go on or stand still."""
        httpx.post(f"http://127.0.0.1:{self.ports['content']}{path}", timeout=5).raise_for_status()

    def latest(self, topic: str) -> dict[str, Any]:
        """Return the last message of each key of a topic; not those that are gone."""
        consumer = Consumer({"bootstrap.servers": self.kafka.bootstrap, "group.id": "test"})
        latest: dict[str, Any] = {}
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
                    latest[(record.key() or b"").decode()] = None if value is None else json.loads(value)
        finally:
            consumer.close()
        return {key: body for key, body in latest.items() if body is not None}

    def told(self, topic: str) -> dict[str, Any]:
        """Return the messages of a topic that count."""
        first = self.latest("provider.status.v1")[self.name]["first_revision"]
        return {key: body for key, body in self.latest(topic).items() if body["revision"] >= first}

    def require_whole_after_faults(self, is_equal: Callable[["ContentSite"], bool], *faults: str) -> None:
        """Arm faults and kill the adapter while events go on; afterwards all is the provider's again.

        The next process has what the one before it kept, and both end well when they are asked to.
        """
        eventually(lambda: self.health().get("complete"), "what is known is complete")
        for fault in faults:
            self.control(f"/faults/{self.name}/{fault}")
        self.kill_adapter()
        self.start_adapter()
        eventually(lambda: self.health().get("complete"), "it is complete again")
        self.control("/moving/off")
        eventually(lambda: self._is_whole(is_equal), f"all is told: {self.health()}")
        self.adapter.send_signal(signal.SIGTERM)
        assert self.adapter.wait(20) == 0, self.programs.logs()

    def _is_whole(self, is_equal: Callable[["ContentSite"], bool]) -> bool:
        health = self.health()
        return bool(health.get("complete")) and not health["state_trouble"] and is_equal(self)

    def _asked(self, port: str, path: str) -> dict[str, Any]:
        try:
            answer = httpx.get(f"http://127.0.0.1:{self.ports[port]}{path}", timeout=5)
        except httpx.HTTPError:
            return {}
        assert answer.status_code == httpx.codes.OK
        return dict(answer.json())


@contextmanager
def content_site(
    folder: Path,
    name: str,
    topics: tuple[str, ...],
    servers: tuple[PrivateKafka, PrivateValkey],
    free_port: Callable[[], int],
) -> Iterator[ContentSite]:
    """Run the simulated providers and one adapter while the block runs."""
    kafka, valkey = servers
    kafka.create_topics([*topics, "provider.status.v1"], partitions=PARTITIONS)
    ports = {part: free_port() for part in ("content", "health", "webhooks")}
    prefix = f"FURLONG_{name.upper()}"
    environment = {
        "FURLONG_KAFKA_BOOTSTRAP": kafka.bootstrap,
        "FURLONG_REDIS_URL": valkey.url,
        "FURLONG_PROVIDERS_SECRET_FOLDER": str(write_secrets(folder / "secrets")),
        "FURLONG_PROVIDERS_LONGEST_PAUSE_SECONDS": "1",
        "FURLONG_PROVIDERS_STATUS_SECONDS": "0.5",
        f"{prefix}_URL": f"http://127.0.0.1:{ports['content']}/{name}",
        f"{prefix}_POLL_SECONDS": "0.3",
        f"{prefix}_ANSWER_SECONDS": "2",
        "FURLONG_VIDEO_FIXTURES_OF": "stats",
        "FURLONG_VIRTUAL_LISTEN": f"127.0.0.1:{ports['webhooks']}",
        "FURLONG_VIRTUAL_SILENCE_SECONDS": "3",
    }
    with programs_in(folder, environment) as programs:
        programs.start(
            *("simulator", "content", f"--port={ports['content']}", "--rate=20", "--heartbeat=0.5"),
            f"--webhooks=http://127.0.0.1:{ports['webhooks']}/webhooks",
        )
        site = ContentSite(name, topics, programs, kafka, ports)
        eventually(site.state, "the providers are served")
        site.start_adapter()
        yield site
