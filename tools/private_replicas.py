"""Start a MariaDB primary with a replica that has each transaction before it is confirmed, for tests."""

import getpass
import os
import signal
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pymysql

from tools.private_mariadb import mariadbd_command, start_mariadb
from tools.server_process import ServerProcess, accepts, free_port, start_process, wait_until_ready

_OPTIONS: Final = (
    "--log-bin=binlog",
    "--log-slave-updates=ON",
    "--binlog-format=ROW",
    "--gtid-strict-mode=ON",
    # Who promotes a server makes it writable; one that comes back is never taken for the primary.
    "--read-only=ON",
    # A transaction is in the replica's log before anybody sees it.
    "--rpl-semi-sync-slave-enabled=ON",
    "--rpl-semi-sync-master-wait-point=AFTER_SYNC",
    "--rpl-semi-sync-master-timeout=3600000",
)
_REPLICATION: Final = "SHOW SLAVE STATUS"
_PAUSE_SECONDS: Final = 0.05


@dataclass
class ReplicaServer:
    """A server that is a primary or a replica; its port outlives its process.

    Attributes:
        folder: Contains its data and its log.
        number: Another one for each server.
        port: On 127.0.0.1.
        password: That of user `furlong`.
        process: The server's process.
    """

    folder: Path
    number: int
    port: int
    password: str
    process: ServerProcess = field(init=False)

    def start(self) -> None:
        """Start the server, which takes no changes but replicated ones."""
        command = mariadbd_command(self.folder, self.port, [*_OPTIONS, f"--server-id={self.number}"])
        self.process = start_process(command, self.folder, self.folder / "mariadb.log", tied=True)
        wait_until_ready(self.process, lambda: accepts(self.port))

    def as_root(self, *statements: str) -> list[dict[str, Any]]:
        """Execute statements, and return the rows of the last."""
        connection = pymysql.connect(
            unix_socket=str(self.folder / "data" / "mariadb.sock"),
            user=getpass.getuser(),
            autocommit=True,
            cursorclass=pymysql.cursors.DictCursor,
        )
        with closing(connection), connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return list(cursor.fetchall())

    def follow(self, primary: "ReplicaServer") -> None:
        """Become a replica of another server, from its first transaction on; nothing was written here."""
        self.as_root(
            "RESET MASTER",
            "SET GLOBAL gtid_slave_pos = ''",
            f"CHANGE MASTER TO master_host = '127.0.0.1', master_port = {primary.port}, "
            f"master_user = 'replica', master_password = '{primary.password}', master_use_gtid = slave_pos",
            "START SLAVE",
        )
        self.password = primary.password  # accounts are replicated, too

    def has_applied_all(self) -> bool:
        """Return whether everything that was received is applied."""
        found = self.as_root(_REPLICATION)[0]
        applied = self.as_root("SELECT @@gtid_slave_pos AS position")[0]["position"]
        return bool(found["Gtid_IO_Pos"] == applied)

    def promote(self) -> None:
        """Apply what was received, and become the primary."""
        while not self.has_applied_all():
            time.sleep(_PAUSE_SECONDS)
        self.as_root("STOP SLAVE", "RESET SLAVE ALL", "SET GLOBAL read_only = OFF")

    def wait_for_replica(self) -> None:
        """Confirm no transaction from now on that no replica has."""
        self.as_root("SET GLOBAL rpl_semi_sync_master_enabled = ON")

    def kill(self) -> None:
        """End the server by SIGKILL."""
        os.kill(self.process.pid, signal.SIGKILL)
        while self.process.is_running():
            time.sleep(_PAUSE_SECONDS)


def replica_server(folder: Path, number: int, statements: Sequence[str] = ()) -> ReplicaServer:
    """Return a server that is started, and read-only.

    Args:
        folder: Contains its data, its log and its socket.
        number: Another one for each server.
        statements: SQL that is executed once, each in one line.
    """
    alone = start_mariadb(folder, statements=statements)
    alone.stop()
    found = ReplicaServer(folder, number, free_port(), alone.password)
    found.start()
    return found


def make_primary(server: ReplicaServer) -> None:
    """Begin with a server as the primary of others."""
    password = server.password
    server.as_root(
        "RESET MASTER",
        "SET GLOBAL read_only = OFF",
        f"CREATE OR REPLACE USER 'furlong'@'127.0.0.1' IDENTIFIED BY '{password}'",
        "GRANT ALL PRIVILEGES ON `furlong`.* TO 'furlong'@'127.0.0.1'",
        r"GRANT ALL PRIVILEGES ON `furlong\_%`.* TO 'furlong'@'127.0.0.1'",
        f"CREATE OR REPLACE USER 'replica'@'127.0.0.1' IDENTIFIED BY '{password}'",
        "GRANT REPLICATION SLAVE ON *.* TO 'replica'@'127.0.0.1'",
    )
