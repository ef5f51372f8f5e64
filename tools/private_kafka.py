"""Start a private Kafka broker in its own folder, or a MirrorMaker between two, for tests and one machine."""

import base64
import fcntl
import shutil
import subprocess
import time
import uuid
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from confluent_kafka import Consumer, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from tools.kafka_jars import ARCHIVE, LIBS, MISSING, java_command, kafka_installed, prepared_folder
from tools.server_process import (
    ServerProcess,
    ServiceFailedError,
    ServiceMissingError,
    accepts,
    free_port,
    start_process,
    wait_until_ready,
)

_PORT_ATTEMPTS = 3
_CHECKPOINT = "bootstrap.checkpoint"
"""The file of a formatted folder with the features of a new cluster, which are the same for all."""

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
    if not (folder / "data" / "meta.properties").exists():
        format_data(folder / "data")
    return _start(folder, tied=tied, properties=properties)


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


def _start(
    folder: Path, *, tied: bool, properties: Sequence[str], archive: Path | None = None
) -> PrivateKafka:
    """Start a broker in a formatted folder; at its end it leaves its classes in an archive that is given."""
    for attempt in range(1, _PORT_ATTEMPTS + 1):
        port = free_port()
        settings = folder / "server.properties"
        _write_settings(settings, port, properties)
        command = java_command("kafka.Kafka", str(settings), archive=archive)
        process = start_process(command, folder, folder / "kafka.log", tied=tied)
        broker = PrivateKafka(process=process, port=port)
        try:
            wait_until_ready(broker.process, broker.answers)
        except ServiceFailedError:
            # Another process may have taken a port between its choice and its use.
            if attempt == _PORT_ATTEMPTS:
                raise
        else:
            return broker
    raise AssertionError


def _write_settings(settings: Path, port: int, properties: Sequence[str]) -> None:
    text = _PROPERTIES.format(port=port, controller=free_port(), data=settings.parent / "data")
    settings.write_text(text + "".join(f"{line}\n" for line in properties))


def format_data(data: Path, *, cluster: str | None = None, node: int = 1) -> None:
    """Prepare the data folder of a node with ids of its own, as Kafka's tool would in a second.

    Args:
        data: The folder.
        cluster: The id of the node's cluster; by default a new one.
        node: The number of the node within its cluster.
    """
    data.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(_prepared() / _CHECKPOINT, data / _CHECKPOINT)
    ids = f"cluster.id={cluster or new_id()}\ndirectory.id={new_id()}\n"
    (data / "meta.properties").write_text(f"version=1\nnode.id={node}\n{ids}")


def new_id() -> str:
    """Return a new id, as Kafka writes them."""
    return base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")


def _prepared() -> Path:
    """Return what new brokers begin with; the first broker makes it, while those of other processes wait."""
    wanted = prepared_folder()
    with (LIBS.parent / "prepared.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not wanted.exists():
            for former in LIBS.parent.glob("prepared-*"):
                shutil.rmtree(former)
            with TemporaryDirectory(prefix="prepared-new-", dir=LIBS.parent) as scratch:
                _prepare(Path(scratch)).rename(wanted)
    return wanted


def _prepare(scratch: Path) -> Path:
    """Make a folder with the checkpoint of Kafka's storage tool, and the classes of a broker with a topic."""
    made, settings, log = scratch / "made", scratch / "server.properties", scratch / "kafka.log"
    made.mkdir()
    _write_settings(settings, free_port(), ())
    command = java_command(
        "kafka.tools.StorageTool", "format", f"--cluster-id={new_id()}", f"--config={settings}"
    )
    with log.open("ab") as output:
        ended = subprocess.run(command, stdout=output, stderr=subprocess.STDOUT, check=False)
    if ended.returncode != 0:
        raise ServiceFailedError(f"Kafka's storage tool failed:\n{log.read_text(errors='replace')}")
    shutil.copyfile(scratch / "data" / _CHECKPOINT, made / _CHECKPOINT)
    broker = _start(scratch, tied=True, properties=(), archive=made / ARCHIVE)
    try:
        broker.create_topics(["any"])
    finally:
        broker.stop()
    return made
