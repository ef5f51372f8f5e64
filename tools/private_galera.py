"""Start a private Galera cluster of MariaDB servers, each in its own folder, for tests."""

import os
import shutil
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pymysql

from tools.private_mariadb import mariadb_installed, mariadbd_command, start_mariadb
from tools.server_process import (
    ServerProcess,
    ServiceMissingError,
    free_port,
    start_process,
    wait_until_ready,
)

PROGRAMS = Path(__file__).resolve().parent.parent / ".services" / "galera"
"""Where `install-services.sh galera` puts the library, and the programs that copy a node's data."""

_LIBRARY = PROGRAMS / "lib" / "libgalera_smm.so"
_READY_SECONDS = 240.0


@dataclass
class GaleraNode:
    """A server of the cluster.

    Attributes:
        folder: Contains its data and its log.
        port: Its port for clients, on 127.0.0.1; it outlives the process.
        password: The password of user `furlong`, which is the same at every node.
        command: Its command line.
        process: Its process; None while it does not run.
    """

    folder: Path
    port: int
    password: str
    command: list[str]
    process: ServerProcess | None = None

    def start(self, *options: str, wait: bool = True) -> None:
        """Start the server; if `wait`, return when it has joined the cluster and takes requests."""
        self.process = start_process(
            [*_environment(), *self.command, *options], self.folder, self.folder / "mariadb.log", tied=True
        )
        if wait:
            self.wait_until_synced()

    def wait_until_synced(self) -> None:
        """Return when the server has joined the cluster and takes requests."""
        wait_until_ready(self.running(), self.is_synced, _READY_SECONDS)

    def running(self) -> ServerProcess:
        """Return the server's process.

        Raises:
            ServiceMissingError: It was never started.
        """
        if self.process is None:
            raise ServiceMissingError(f"{self.folder.name} was never started")
        return self.process

    def is_synced(self) -> bool:
        """Return whether the server has everything that the cluster has, and takes requests."""
        try:
            return self.status("wsrep_ready", "wsrep_local_state_comment") == ["ON", "Synced"]
        except pymysql.err.OperationalError:
            return False

    def takes_requests(self) -> bool:
        """Return whether the server runs and belongs to the cluster's majority."""
        try:
            return self.status("wsrep_ready") == ["ON"]
        except pymysql.err.OperationalError:
            return False

    def status(self, *names: str) -> list[str]:
        """Return what the server says about itself, by the names of `SHOW STATUS`."""
        connection = pymysql.connect(
            host="127.0.0.1",
            port=self.port,
            user="furlong",
            password=self.password,
            connect_timeout=5,
            read_timeout=5,
        )
        with connection, connection.cursor() as cursor:
            cursor.execute("SHOW GLOBAL STATUS LIKE 'wsrep_%'")
            values: dict[str, str] = dict(cursor.fetchall())
        return [values[name] for name in names]

    def kill(self) -> None:
        """End the server by SIGKILL."""
        process = self.running()
        os.kill(process.pid, signal.SIGKILL)
        while process.is_running():
            time.sleep(0.01)

    def stop(self) -> None:
        """Shut the server down."""
        if self.process is not None:
            self.process.stop()


@dataclass
class PrivateGalera:
    """A cluster of nodes."""

    password: str
    nodes: list[GaleraNode] = field(default_factory=list)

    def stop(self) -> None:
        """Shut all nodes down."""
        for node in reversed(self.nodes):
            node.stop()


def galera_installed() -> bool:
    """Return whether this machine has MariaDB, and this checkout what a Galera cluster needs besides."""
    return mariadb_installed() and _LIBRARY.exists()


def start_galera(
    folder: Path, size: int = 3, *, options: Sequence[str] = (), statements: Sequence[str] = ()
) -> PrivateGalera:
    """Start a new cluster: the first node, then the others, to which a node that has everything copies it.

    Args:
        folder: Contains a folder for each node.
        size: The number of nodes.
        options: More options of mariadbd, for each node.
        statements: SQL that is executed once, each in one line.

    Raises:
        ServiceMissingError: MariaDB or Galera is not installed.
        ServiceFailedError: A node does not start.
    """
    if not galera_installed():
        raise ServiceMissingError("Galera is not installed: run bash tools/install-services.sh galera")
    alone = start_mariadb(folder / "alone", statements=statements)
    alone.stop()
    between = [free_port() for _ in range(size)]
    members = ",".join(f"127.0.0.1:{port}" for port in between)
    cluster = PrivateGalera(alone.password)
    for number in range(size):
        name, port = f"node{number + 1}", free_port()
        shutil.copytree(folder / "alone" / "data", folder / name / "data")
        command = mariadbd_command(folder / name, port, [*_options(name, between[number], members), *options])
        cluster.nodes.append(GaleraNode(folder / name, port, alone.password, command))
    for number, node in enumerate(cluster.nodes):
        node.start(*(() if number else ("--wsrep-new-cluster",)))
    return cluster


def _options(name: str, port: int, members: str) -> list[str]:
    """Return the options that make a server a node, as MariaDB's documentation has them."""
    provider = {
        "gmcast.listen_addr": f"tcp://127.0.0.1:{port}",
        "base_port": str(port),
        "ist.recv_addr": f"127.0.0.1:{free_port()}",
        "gcache.size": "32M",
    }
    return [
        "--wsrep-on=ON",
        f"--wsrep-provider={_LIBRARY}",
        "--wsrep-cluster-name=furlong",
        f"--wsrep-cluster-address=gcomm://{members}",
        f"--wsrep-node-name={name}",
        f"--wsrep-node-address=127.0.0.1:{port}",
        f"--wsrep-provider-options={';'.join(f'{key}={value}' for key, value in provider.items())}",
        "--wsrep-sst-method=rsync",
        f"--wsrep-sst-receive-address=127.0.0.1:{free_port()}",
        "--wsrep-slave-threads=2",
        "--binlog-format=ROW",
        "--default-storage-engine=InnoDB",
        "--innodb-autoinc-lock-mode=2",
    ]


def _environment() -> list[str]:
    """Return the command by which a server finds the programs that copy its data."""
    path = f"PATH={PROGRAMS / 'bin'}:/usr/sbin:{os.environ.get('PATH', '')}"
    return ["env", path, f"LD_LIBRARY_PATH={PROGRAMS / 'lib'}"]
