"""Start a private Kafka cluster of several brokers, each in its own folder, for tests."""

import os
import signal
import time
from dataclasses import dataclass, replace
from pathlib import Path

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from deploy.kafka_jars import MISSING, java_command, kafka_installed
from deploy.private_kafka import PrivateKafka, format_data, new_id
from deploy.server_process import (
    ServerProcess,
    ServiceMissingError,
    accepts,
    free_port,
    start_process,
    wait_until_ready,
)

_CONTROLLER = 100
"""The number of the node that is no broker."""

# A controller of its own: brokers may die without its ceasing to know who leads which partition.
_COMMON = """\
node.id={node}
log.dirs={data}
controller.quorum.voters={controller_node}@127.0.0.1:{controller}
controller.listener.names=CONTROLLER
"""
_CONTROLLERS = """\
process.roles=controller
listeners=CONTROLLER://127.0.0.1:{controller}
listener.security.protocol.map=CONTROLLER:PLAINTEXT
"""
# As brokers in production: three copies, of which two must have a message. Other settings are Kafka's own.
_BROKERS = """\
process.roles=broker
listeners=PLAINTEXT://127.0.0.1:{port}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
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
    """A controller and its brokers, whose addresses outlive their processes.

    Attributes:
        controller: The process that decides who leads which partition.
        brokers: The brokers; broker 1 is the first one.
    """

    controller: ServerProcess
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
        self.controller.stop()

    def _admin(self) -> AdminClient:
        return AdminClient({"bootstrap.servers": self.bootstrap, "log_level": 0})


def start_kafka_cluster(folder: Path, brokers: int = 3) -> KafkaCluster:
    """Start a new cluster in a folder, and wait until every broker has joined it.

    Raises:
        ServiceMissingError: Java 17 or Kafka's jars are not installed.
        ServiceFailedError: A process does not start.
    """
    if not kafka_installed():
        raise ServiceMissingError(MISSING)
    cluster_id, controller = new_id(), free_port()
    ports = [free_port() for _ in range(brokers)]
    common = {"controller": controller, "controller_node": _CONTROLLER}
    of_controller = _node(folder / "controller", cluster_id, _CONTROLLERS, node=_CONTROLLER, **common)
    folders = [
        _node(folder / f"broker{number}", cluster_id, _BROKERS, node=number, port=port, **common)
        for number, port in enumerate(ports, 1)
    ]
    process = _start_node(of_controller)
    found = [PrivateKafka(_start_node(each), port) for each, port in zip(folders, ports, strict=True)]
    cluster = KafkaCluster(process, found)
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


def _node(folder: Path, cluster_id: str, roles: str, **values: int) -> Path:
    """Write the settings of a node, and format its data; return its folder."""
    folder = folder.resolve()
    format_data(folder / "data", cluster=cluster_id, node=values["node"])
    text = (_COMMON + roles).format(data=folder / "data", **values)
    (folder / "server.properties").write_text(text)
    return folder


def _start_node(folder: Path) -> ServerProcess:
    command = java_command("kafka.Kafka", str(folder / "server.properties"))
    return start_process(command, folder, folder / "kafka.log", tied=True)
