"""Two MariaDB servers between which cells move, and HAProxy before them, for `make services ARGS=--cells`."""

import contextlib
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

import pymysql

from cells.routing.cell_map import CellMap
from cells.routing.haproxy import write_files
from tools.cell_servers.haproxy import PrivateHaproxy, start_haproxy
from tools.private_mariadb import PrivateMariadb, start_mariadb
from tools.server_process import free_port

CELLS: Final = {"c0": "0-1", "c1": "2-3"}
"""The cells and their partitions, as `furlong demo --cells 2` has them."""

OF: Final = 4
_OPTIONS: Final = ("--log-bin=binlog", "--binlog-format=ROW")


@dataclass(frozen=True, slots=True)
class CellServices:
    """The running servers.

    Attributes:
        password: Of the administrator and of the cells' accounts, on both servers.
        listeners: Where each cell's processes find their database, by the cell's name.
        homes: The number of the server that has each cell.
        socket: HAProxy's runtime API.
    """

    servers: tuple[PrivateMariadb, ...]
    haproxy: PrivateHaproxy
    password: str
    listeners: dict[str, int]
    homes: dict[str, int]
    socket: str

    def is_running(self) -> bool:
        """Return whether all of them run."""
        processes = [self.haproxy.process, *(server.process for server in self.servers)]
        return all(process.is_running() for process in processes)

    def stop(self) -> None:
        """Stop all of them."""
        self.haproxy.stop()
        for server in self.servers:
            server.stop()
        shutil.rmtree(Path(self.socket).parent, ignore_errors=True)

    def shell_lines(self) -> str:
        """Return what a shell needs for the demo and for moving the cell c1 to the other server."""
        databases = [f"--database {cell}={self._url(cell, cell, self.listeners[cell])}" for cell in CELLS]
        here = self.homes["c1"]
        ports = [self.servers[number].port for number in (here, 1 - here)]
        source, target = (self._url("mover", "c1", port) for port in ports)
        return (
            f'export CELL_DATABASES="{" ".join(databases)}"\n'
            f"export FURLONG_CELL_MOVE_SOURCE_URL={source}\n"
            f"export FURLONG_CELL_MOVE_TARGET_URL={target}\n"
            "export FURLONG_CELL_MOVE_ACCOUNT=furlong_c1\n"
            f"export FURLONG_CELL_MOVE_ROUTER_SOCKET={self.socket}\n"
        )

    def _url(self, account: str, cell: str, port: int) -> str:
        user = account if account == "mover" else f"furlong_{cell}"
        return f"mysql+aiomysql://{user}:{self.password}@127.0.0.1:{port}/furlong_{cell}"


def start_cell_services(folder: Path) -> CellServices:
    """Start the servers on the data in a folder; each cell is where it was last.

    Raises:
        ServiceMissingError: MariaDB or HAProxy is not installed.
        ServiceFailedError: A server does not start.
    """
    password = secrets.token_hex(12)
    servers: list[PrivateMariadb] = []
    try:
        for number in (1, 2):
            options = (*_OPTIONS, f"--server-id={number}")
            servers.append(
                start_mariadb(
                    folder / f"mariadb{number}", tied=False, options=options, statements=_accounts(password)
                )
            )
        homes = {cell: _home_of(cell, servers, password, at) for at, cell in enumerate(CELLS)}
        listeners = {cell: free_port() for cell in CELLS}
        # The folder of a checkout may be too deep for the path of a socket.
        public, runtime = free_port(), f"{mkdtemp(prefix='furlong-cells-')}/admin.sock"
        entries = [
            {
                "name": cell,
                "partitions": partitions,
                "gateways": [f"127.0.0.1:{free_port()}"],
                "database": f"127.0.0.1:{servers[homes[cell]].port}",
                "database_listen": f"127.0.0.1:{listeners[cell]}",
            }
            for cell, partitions in CELLS.items()
        ]
        found = {"of": OF, "listen": f"127.0.0.1:{public}", "admin_socket": runtime, "cells": entries}
        write_files(CellMap.model_validate(found), folder / "haproxy")
        haproxy = start_haproxy(folder / "haproxy" / "haproxy.cfg", public, {}, tied=False)
    except BaseException:
        for server in servers:
            server.stop()
        raise
    return CellServices(tuple(servers), haproxy, password, listeners, homes, runtime)


def _accounts(password: str) -> list[str]:
    """Return the statements that make the accounts; one that is locked stays so."""
    found = []
    for user, databases in {
        "mover": "*",
        **{f"furlong_{cell}": f"`furlong\\_{cell}\\_%`" for cell in CELLS},
    }.items():
        account = f"'{user}'@'127.0.0.1'"
        found += [
            f"CREATE USER IF NOT EXISTS {account}",
            f"ALTER USER {account} IDENTIFIED BY '{password}'",
            f"GRANT ALL PRIVILEGES ON {databases}.* TO {account}",
        ]
    return [*found, "GRANT ALL PRIVILEGES ON *.* TO 'mover'@'127.0.0.1' WITH GRANT OPTION"]


def _home_of(cell: str, servers: list[PrivateMariadb], password: str, otherwise: int) -> int:
    """Return the number of the server where a cell is open."""
    for number, server in enumerate(servers):
        with (
            contextlib.closing(
                pymysql.connect(host="127.0.0.1", port=server.port, user="mover", password=password)
            ) as connection,
            connection.cursor() as cursor,
            contextlib.suppress(pymysql.err.MySQLError),
        ):
            cursor.execute(f"SELECT state FROM furlong_{cell}_club.cell")  # noqa: S608 - a name of ours
            if cursor.fetchall() == (("open",),):
                return number
    return otherwise
