"""Start a private Kafka broker in its own folder, or a MirrorMaker between two, for tests and one machine."""

import base64
import re
import shutil
import subprocess
import time
import uuid
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from confluent_kafka import Consumer, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from deploy.server_process import (
    ServerProcess,
    ServiceFailedError,
    ServiceMissingError,
    accepts,
    free_port,
    start_process,
    wait_until_ready,
)

OLDEST_JAVA = 17
LIBS = Path(__file__).resolve().parent.parent / ".services" / "kafka" / "libs"
"""Where `install-services.sh` puts the jars."""

MISSING = "Java 17 or newer, or Apache Kafka's jars, are missing: run make services"
_PORT_ATTEMPTS = 3
_JVM = ("-Xms64m", "-Xmx320m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.awt.headless=true")
_LOGGING = "-Dorg.apache.logging.log4j.level=WARN"

# One process is broker and controller; everything has one replica. Topics are not created automatically, so
# that a misspelt name fails. Groups form at once, because they have few members. The controller does not tell
# other brokers twice a second that it is there: a broker that does nothing costs half without that.
_PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={data}
auto.create.topics.enable=false
num.network.threads=2
num.io.threads=4
offsets.topic.num.partitions=4
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
log.retention.ms=-1
log.cleaner.dedupe.buffer.size=16777216
metadata.max.idle.interval.ms=0
"""


@dataclass(frozen=True, slots=True)
class PrivateKafka:
    """A running broker that this machine can reach.

    Attributes:
        process: The broker's Java process.
        port: Its port on 127.0.0.1.
    """

    process: ServerProcess
    port: int

    @property
    def bootstrap(self) -> str:
        """The address for `FURLONG_KAFKA_BOOTSTRAP`, `127.0.0.1:PORT`."""
        return f"127.0.0.1:{self.port}"

    def create_topics(
        self, names: Iterable[str], *, partitions: int = 4, config: Mapping[str, str] | None = None
    ) -> None:
        """Create topics, and return when each partition has a leader that answers.

        Args:
            names: Their names.
            partitions: The number of partitions of each.
            config: Settings of each, by Kafka's names, such as `max.message.bytes`.

        Raises:
            KafkaException: The broker refuses one, for instance because it exists.
            TimeoutError: A partition has no leader after half a minute.
        """
        client = AdminClient({"bootstrap.servers": self.bootstrap})
        wanted = [
            NewTopic(name, num_partitions=partitions, replication_factor=1, config=dict(config or {}))
            for name in names
        ]
        for made in client.create_topics(wanted).values():
            made.result(timeout=30)
        self._wait_for_leaders(
            [TopicPartition(topic.topic, number) for topic in wanted for number in range(partitions)]
        )

    def _wait_for_leaders(self, partitions: Iterable[TopicPartition]) -> None:
        """Wait for the broker, which leads partitions a moment after the controller has created them."""
        consumer = Consumer({"bootstrap.servers": self.bootstrap, "group.id": "leaders"})
        deadline = time.monotonic() + 30
        try:
            for partition in partitions:
                while not _has_leader(consumer, partition):
                    if time.monotonic() > deadline:
                        raise TimeoutError(f"partition {partition} has no leader")
                    time.sleep(0.05)
        finally:
            consumer.close()

    def clear(self) -> None:
        """Delete all topics with their groups' positions, and return when they are gone.

        Raises:
            KafkaException: The broker does not respond.
            TimeoutError: A topic is still listed after half a minute.
        """
        client = AdminClient({"bootstrap.servers": self.bootstrap})
        deadline = time.monotonic() + 30
        while names := [name for name in client.list_topics(timeout=30).topics if not name.startswith("__")]:
            if time.monotonic() > deadline:
                raise TimeoutError(f"topics that are still there: {', '.join(names)}")
            for deleted in client.delete_topics(names).values():
                with suppress(KafkaException):  # it is being deleted already
                    deleted.result(timeout=30)

    def answers(self) -> bool:
        """Return whether the broker answers and has joined its cluster."""
        if not accepts(self.port):
            return False
        client = AdminClient({"bootstrap.servers": self.bootstrap, "log_level": 0})
        try:
            return len(client.list_topics(timeout=2).brokers) > 0
        except KafkaException:
            return False

    def stop(self) -> None:
        """Shut the broker down."""
        self.process.stop()


def _has_leader(consumer: Consumer, partition: TopicPartition) -> bool:
    """Return whether a broker answers for a partition as its leader."""
    try:
        return consumer.get_watermark_offsets(partition, timeout=10) is not None
    except KafkaException:
        return False


def kafka_installed() -> bool:
    """Return whether this checkout has the jars of Kafka and MirrorMaker, and this machine a fitting Java."""
    return _java() is not None and all(
        any(LIBS.glob(f"{jar}-*.jar")) for jar in ("kafka_2.13", "connect-mirror")
    )


def start_kafka(folder: Path, *, tied: bool = True, properties: Sequence[str] = ()) -> PrivateKafka:
    """Start a broker on the data in a folder, which is created if missing, and wait until it answers.

    Args:
        folder: Contains the data, the settings and the log; for one broker at a time.
        tied: Whether the broker ends with this process.
        properties: More lines `name=value` for its settings.

    Raises:
        ServiceMissingError: Java 17 or Kafka's jars are not installed.
        ServiceFailedError: The broker does not start.
    """
    if not kafka_installed():
        raise ServiceMissingError(MISSING)
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for attempt in range(1, _PORT_ATTEMPTS + 1):
        broker = _launch(folder, tied=tied, properties=properties)
        try:
            wait_until_ready(broker.process, broker.answers)
        except ServiceFailedError:
            # Another process may have taken a port between its choice and its use.
            if attempt == _PORT_ATTEMPTS:
                raise
        else:
            return broker
    raise AssertionError


def start_mirror(folder: Path, properties: str, clusters: Sequence[str]) -> ServerProcess:
    """Start MirrorMaker 2; it copies topics as soon as it can, and ends with this process.

    Args:
        folder: Contains its settings and its log.
        properties: The settings.
        clusters: The clusters to copy to.

    Raises:
        ServiceMissingError: Java 17 or Kafka's jars are not installed.
    """
    if not kafka_installed():
        raise ServiceMissingError(MISSING)
    folder.mkdir(parents=True, exist_ok=True)
    settings = folder / "mirror.properties"
    settings.write_text(properties, encoding="utf-8")
    main = "org.apache.kafka.connect.mirror.MirrorMaker"
    command = java_command(main, str(settings), "--clusters", *clusters)
    return start_process(command, folder, folder / "mirror.log", tied=True)


def _launch(folder: Path, *, tied: bool, properties: Sequence[str]) -> PrivateKafka:
    port, data = free_port(), folder / "data"
    settings = folder / "server.properties"
    text = _PROPERTIES.format(port=port, controller=free_port(), data=data)
    settings.write_text(text + "".join(f"{line}\n" for line in properties))
    log = folder / "kafka.log"
    if not (data / "meta.properties").exists():
        _format(settings, log)
    process = start_process(java_command("kafka.Kafka", str(settings)), folder, log, tied=tied)
    return PrivateKafka(process=process, port=port)


def _format(settings: Path, log: Path) -> None:
    """Prepare the data folder of a new cluster with an id of its own."""
    cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    command = java_command(
        "kafka.tools.StorageTool", "format", f"--cluster-id={cluster}", f"--config={settings}"
    )
    with log.open("ab") as output:
        ended = subprocess.run(command, stdout=output, stderr=subprocess.STDOUT, check=False)
    if ended.returncode != 0:
        raise ServiceFailedError(f"Kafka's storage tool failed, see {log}")


def java_command(main_class: str, *arguments: str) -> list[str]:
    """Return the command line of a program in Kafka's jars."""
    return [_java() or "java", *_JVM, _LOGGING, "-cp", f"{LIBS}/*", main_class, *arguments]


def _java() -> str | None:
    """Return the path of a Java that is new enough."""
    path = shutil.which("java")
    if path is None:
        return None
    told = subprocess.run([path, "-version"], capture_output=True, text=True, check=False).stderr
    version = re.search(r'version "(\d+)', told)
    return path if version is not None and int(version[1]) >= OLDEST_JAVA else None
