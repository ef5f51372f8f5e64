"""Processes of `furlong` over a database server and a broker of their own, each of which can be killed."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

import httpx

from tests.support.processes.forked_programs import Program
from tests.support.processes.killed_servers import kafka_after_kill, mariadb_after_kill
from tests.support.processes.running_furlong import Programs, eventually
from tools.private_kafka import PrivateKafka
from tools.private_mariadb import PrivateMariadb


@dataclass
class KilledParts(ABC):
    """The running parts, each of which can be killed.

    Attributes:
        ports: Where processes are reached, by name.
        running: The processes, by name.
    """

    mariadb: PrivateMariadb
    kafka: PrivateKafka
    programs: Programs
    ports: Mapping[str, int]
    running: dict[str, Program] = field(default_factory=dict, kw_only=True)

    @property
    @abstractmethod
    def commands(self) -> Mapping[str, tuple[str, ...]]:
        """The commands of the processes."""

    @property
    def kills(self) -> dict[str, Callable[[], None]]:
        """What can be killed, and how: each is started again at once."""
        return {
            "MariaDB": self._kill_mariadb,
            "Kafka": self._kill_kafka,
            **{name: partial(self.start, name) for name in self.commands},
        }

    def begin(self) -> None:
        """Create the topics, and start all processes."""
        self.programs.run("topics", "create", "--partitions", "2")
        for name in self.commands:
            self.start(name)
        for port in self.ports.values():
            eventually(partial(_listens, port), f"port {port} is open")

    def start(self, name: str) -> None:
        """Start a process; kill it first if it runs."""
        if name in self.running:
            self.running[name].kill()
            self.running[name].wait()
        self.running[name] = self.programs.start(*self.commands[name])

    def still_runs(self) -> bool:
        """Tell whether no process has ended by itself."""
        return all(program.poll() is None for program in self.running.values())

    def graph(self, name: str) -> str:
        """Return the address of a graph."""
        return f"http://127.0.0.1:{self.ports[name]}/graphql"

    def stop(self) -> None:
        """Stop everything."""
        self.programs.stop()
        self.mariadb.stop()
        self.kafka.stop()

    def _kill_mariadb(self) -> None:
        self.mariadb = mariadb_after_kill(self.mariadb)

    def _kill_kafka(self) -> None:
        self.kafka = kafka_after_kill(self.kafka)


def _listens(port: int) -> bool:
    with suppress(httpx.HTTPError):
        httpx.get(f"http://127.0.0.1:{port}/", timeout=5)
        return True
    return False
