"""Start a private Kafka cluster of several brokers, each in its own folder, for tests."""

import os
import signal
import time
from dataclasses import dataclass, replace
from pathlib import Path

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from tools.kafka_jars import MISSING, java_command, kafka_installed
from tools.private_kafka import PrivateKafka, format_data, new_id
from tools.server_process import (
    ServerProcess,
    ServiceMissingError,
    accepts,
    free_port,
    start_process,
    wait_until_ready,
)

_CONTROLLER = 100
"""The number of the node that is no broker."""

_COMMON = """\
node.id={node}
log.dirs={data}
controller.quorum.voters={voters}
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
"""
_CONTROLLER_ONLY = """\
process.roles=controller
listeners=CONTROLLER://127.0.0.1:{controller}
"""
_BROKER_ONLY = """\
process.roles=broker
listeners=PLAINTEXT://127.0.0.1:{port}
"""
_BOTH = """\
process.roles=broker,controller
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
"""
# As brokers in production: three copies, of which two must have a message. Other settings are Kafka's own.
_BROKER = """\
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
auto.create.topics.enable=false
num.network.threads=2
num.io.threads=4
min.insync.replicas=2
offsets.topic.num.partitions=4
offsets.topic.replication.factor=3
transaction.state.log.num.partitions=4
transaction.state.log.replication.factor=3
transaction.state.log.min.isr=2
log.retention.ms=-1
log.cleaner.dedupe.buffer.size=16777216
"""


@dataclass
class KafkaCluster:
    """Brokers and who decides which of them leads a partition; their addresses outlive their processes.

    Attributes:
        controller: The controller's process; None if the brokers decide by majority.
        brokers: The brokers; broker 1 is the first one.
    """

    controller: ServerProcess | None
    brokers: list[PrivateKafka]

    @property
    def bootstrap(self) -> str:
        """The addresses of all brokers, for `FURLONG_KAFKA_BOOTSTRAP`."""
        return ",".join(broker.bootstrap for broker in self.brokers)

    def leader(self, topic: str, partition: int = 0) -> int:
        """Return the number of the broker that leads a partition.

        Raises:
            KafkaException: No broker answers.
        """
        found = self._admin().list_topics(topic, timeout=30).topics[topic].partitions[partition].leader
        return int(found)

    def in_sync(self, topic: str) -> list[int]:
        """Return how many copies of each partition of a topic are in sync, as far as the brokers know.

        Raises:
            KafkaException: No broker answers.
        """
        partitions = self._admin().list_topics(topic, timeout=30).topics[topic].partitions
        return [len(partition.isrs) for _, partition in sorted(partitions.items())]

    def kill(self, number: int) -> None:
        """Kill a broker as a power cut would."""
        process = self.brokers[number - 1].process
        os.kill(process.pid, signal.SIGKILL)
        while process.is_running():
            time.sleep(0.01)

    def restart(self, number: int) -> None:
        """Start a broker again, at its address and with its data, and wait until it answers."""
        broker = self.brokers[number - 1]
        process = _start_node(broker.process.log.parent)
        self.brokers[number - 1] = replace(broker, process=process)
        wait_until_ready(process, lambda: accepts(broker.port))

    def stop(self) -> None:
        """Shut everything down, the controller last."""
        for broker in self.brokers:
            if broker.process.is_running():
                os.kill(broker.process.pid, signal.SIGTERM)
        for broker in self.brokers:
            broker.stop()
        if self.controller is not None:
            self.controller.stop()

    def _admin(self) -> AdminClient:
        return AdminClient({"bootstrap.servers": self.bootstrap, "log_level": 0})


def start_kafka_cluster(folder: Path, brokers: int = 3, *, combined: bool = False) -> KafkaCluster:
    """Start a new cluster in a folder, and wait until every broker has joined it.

    Args:
        folder: Contains a folder for each node.
        brokers: The number of brokers.
        combined: Whether each broker is also a controller, so that most of them must live for anything to be
            decided. Otherwise a controller of its own decides, which no test kills.

    Raises:
        ServiceMissingError: Java 17 or Kafka's jars are not installed.
        ServiceFailedError: A process does not start.
    """
    if not kafka_installed():
        raise ServiceMissingError(MISSING)
    numbers = range(1, brokers + 1)
    controllers = {number: free_port() for number in (numbers if combined else [_CONTROLLER])}
    voters = ",".join(f"{number}@127.0.0.1:{port}" for number, port in controllers.items())
    nodes = _Nodes(folder.resolve(), new_id(), voters)
    controller = None
    if not combined:
        settings = nodes.write(_CONTROLLER, _CONTROLLER_ONLY, controller=controllers[_CONTROLLER])
        controller = _start_node(settings)
    ports = {number: free_port() for number in numbers}
    roles = (_BOTH if combined else _BROKER_ONLY) + _BROKER
    folders = [
        nodes.write(number, roles, port=port, controller=controllers.get(number, 0))
        for number, port in ports.items()
    ]
    found = [
        PrivateKafka(_start_node(each), port) for each, port in zip(folders, ports.values(), strict=True)
    ]
    cluster = KafkaCluster(controller, found)
    for broker in found:
        wait_until_ready(broker.process, lambda: _has_all(cluster))
    return cluster


def _has_all(cluster: KafkaCluster) -> bool:
    """Return whether the brokers know each other."""
    if not all(accepts(broker.port) for broker in cluster.brokers):
        return False
    try:
        return len(cluster._admin().list_topics(timeout=2).brokers) == len(cluster.brokers)  # noqa: SLF001
    except KafkaException:
        return False


@dataclass(frozen=True, slots=True)
class _Nodes:
    """What the nodes of a cluster have in common."""

    folder: Path
    cluster: str
    voters: str

    def write(self, node: int, roles: str, **ports: int) -> Path:
        """Write the settings of a node, and format its data; return its folder."""
        folder = self.folder / f"node{node}"
        format_data(folder / "data", cluster=self.cluster, node=node)
        text = (_COMMON + roles).format(node=node, data=folder / "data", voters=self.voters, **ports)
        (folder / "server.properties").write_text(text)
        return folder


def _start_node(folder: Path) -> ServerProcess:
    command = java_command("kafka.Kafka", str(folder / "server.properties"))
    return start_process(command, folder, folder / "kafka.log", tied=True)
