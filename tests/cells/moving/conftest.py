"""Two MariaDB servers and a cell on one of them."""

import asyncio
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from getpass import getuser
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pymysql
import pytest
from pydantic import SecretStr
from sqlalchemy import make_url

from cells.claim import claim
from cells.moving.journal import Step
from cells.moving.settings import MoveSettings
from cells.routing.cell_map import CellMap
from cells.routing.haproxy import write_files
from foundation.storage.settings import CellSettings, DatabaseSettings
from furlong.databases import METADATA
from furlong.topic_plans import KEYED_TOPICS
from subgraphs.block_list import SUBGRAPHS
from tests.support.database_probe import migrate
from tests.support.processes.forked_programs import Program, start_forked
from tests.support.processes.running_furlong import without_settings
from tools import server_process
from tools.cell_servers.haproxy import start_haproxy
from tools.private_mariadb import PrivateMariadb, start_mariadb

ROOM_BYTES = 4 * 2**30
PREFIX, CELL = "furlong_c1", CellSettings(cell="c1", cell_partitions="0-1", cell_of=4)


@dataclass
class CellServer:
    """A private server with an administrator's account, which its user furlong does not have."""

    server: PrivateMariadb
    folder: Path

    @property
    def admin_url(self) -> str:
        """The URL of the administrator's account."""
        return f"mysql+aiomysql://mover:{self.server.password}@127.0.0.1:{self.server.port}/{PREFIX}"

    @property
    def settings(self) -> DatabaseSettings:
        """The settings of the cell's processes."""
        url = make_url(self.server.url).set(database=PREFIX).render_as_string(hide_password=False)
        return DatabaseSettings(url=url, cell=CELL)

    def as_root(self, *statements: str) -> list[tuple[Any, ...]]:
        """Execute statements, and return the rows of the last."""
        connection = pymysql.connect(
            unix_socket=str(self.folder / "data" / "mariadb.sock"), user=getuser(), autocommit=True
        )
        try:
            with connection.cursor() as cursor:
                for statement in statements:
                    cursor.execute(statement)
                return list(cursor.fetchall())
        finally:
            connection.close()

    def empty(self) -> None:
        """Forget cells, replication and binary logs, and what a test did to the processes' account."""
        with suppress(pymysql.err.OperationalError):
            self.as_root("STOP SLAVE 'furlong'", "RESET SLAVE 'furlong' ALL")
        for name in SUBGRAPHS:
            self.as_root(f"DROP DATABASE IF EXISTS {PREFIX}_{name}")
        self.as_root(
            f"ALTER USER 'furlong'@'127.0.0.1' IDENTIFIED BY '{self.server.password}' ACCOUNT UNLOCK",
            "RESET MASTER",
            "SET GLOBAL gtid_slave_pos = ''",
        )


def start(folder: Path, number: int) -> CellServer:
    """Start a server that can be moved from and to."""
    folder.mkdir()
    options = (
        "--innodb-flush-method=nosync",
        "--debug-no-sync",
        "--log-bin=binlog",
        "--binlog-format=ROW",
        f"--server-id={number}",
    )
    server = CellServer(start_mariadb(folder, options=options), folder)
    password = server.server.password
    server.as_root(
        f"CREATE OR REPLACE USER 'mover'@'127.0.0.1' IDENTIFIED BY '{password}'",
        "GRANT ALL PRIVILEGES ON *.* TO 'mover'@'127.0.0.1' WITH GRANT OPTION",
    )
    return server


@contextmanager
def started(
    numbers: tuple[int, int], disk: pytest.TempPathFactory
) -> Iterator[tuple[CellServer, CellServer]]:
    """Start two servers, each with a binary log, for the duration of the block."""
    # In memory, if there is room: moves create and drop hundreds of tables, and slow disks are no subject.
    memory = Path("/dev/shm")  # noqa: S108 - a folder of our own below it
    has_room = memory.is_dir() and shutil.disk_usage(memory).free > ROOM_BYTES
    folder = Path(mkdtemp(prefix="fr", dir=memory)) if has_room else disk.mktemp("cells")
    cell_servers: list[CellServer] = []
    try:
        for number in numbers:
            cell_servers += [start(folder / f"m{number}", number)]
        yield cell_servers[0], cell_servers[1]
    finally:
        for server in cell_servers:
            server.server.stop()
        shutil.rmtree(folder)


@pytest.fixture(scope="package")
def servers(
    processes: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[CellServer, CellServer]]:
    """Provide two servers, of some 600 MB with their data, while tests of this folder run."""
    with started((1, 2), tmp_path_factory) as both:
        yield both


@pytest.fixture(scope="package")
def more_servers(
    processes: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[CellServer, CellServer]]:
    """Provide two more, for a cell whose databases are on several."""
    with started((3, 4), tmp_path_factory) as both:
        yield both


@dataclass
class MovingHarness:
    """A cell on the first server, and where it may go.

    Attributes:
        folder: Where moves keep their journal.
    """

    here: CellServer
    there: CellServer
    folder: Path
    more: dict[str, Any] = field(default_factory=dict)

    def settings(self, **changes: Any) -> MoveSettings:
        """Return the settings of a move from the first server to the second."""
        usual: dict[str, Any] = {
            "source_url": SecretStr(self.here.admin_url),
            "target_url": SecretStr(self.there.admin_url),
            "folder": self.folder,
        }
        return MoveSettings(**(usual | self.more | changes))

    def environment(self, **changes: str) -> dict[str, str]:
        """Return the environment of `furlong cell move`."""
        return without_settings() | {
            "FURLONG_CELL_MOVE_SOURCE_URL": self.here.admin_url,
            "FURLONG_CELL_MOVE_TARGET_URL": self.there.admin_url,
            "FURLONG_CELL_MOVE_FOLDER": str(self.folder),
            **changes,
        }


def behind_haproxy(
    moving: MovingHarness,
    folder: Path,
    stack: ExitStack,
    apart: Mapping[str, tuple[CellServer, CellServer]] | None = None,
) -> tuple[DatabaseSettings, str]:
    """Put HAProxy before the cell's databases; return the settings of the cell's processes, and its socket.

    Args:
        moving: Where the cell is, and where it goes.
        folder: Of HAProxy.
        stack: Ends it.
        apart: The databases that have a listener of their own, with the servers where they are and will be.
    """
    port, public, socket = server_process.free_port(), server_process.free_port(), str(folder / "admin.sock")
    where = {"database": f"127.0.0.1:{moving.here.server.port}", "database_listen": f"127.0.0.1:{port}"}
    own = {name: server_process.free_port() for name in apart or {}}
    listeners = {
        name: {"server": f"127.0.0.1:{here.server.port}", "listen": f"127.0.0.1:{own[name]}"}
        for name, (here, _) in (apart or {}).items()
    }
    cells = [
        {"name": "c1", "partitions": "0-1", "gateways": ["127.0.0.1:9"], "databases": listeners, **where},
        {"name": "c2", "partitions": "2-3", "gateways": ["127.0.0.1:9"]},
    ]
    listen = {"of": 4, "listen": f"127.0.0.1:{public}", "admin_socket": socket}
    write_files(CellMap.model_validate(listen | {"cells": cells}), folder)
    stack.callback(start_haproxy(folder / "haproxy.cfg", public, {}).stop)
    password = moving.here.server.password
    for server in (moving.here, moving.there, *(each for both in (apart or {}).values() for each in both)):
        server.as_root(f"ALTER USER 'furlong'@'127.0.0.1' IDENTIFIED BY '{password}'")
    url = make_url(moving.here.settings.url)
    common, *others = (
        url.set(port=number).render_as_string(hide_password=False) for number in (port, *own.values())
    )
    return DatabaseSettings(url=common, urls=dict(zip(own, others, strict=True)), cell=CELL), socket


@dataclass
class Mover:
    """`furlong cell move`, or a command like it, as a process that may be killed, and called again."""

    moving: MovingHarness
    words: tuple[str, ...] = ("move",)
    changes: dict[str, str] = field(default_factory=dict)

    @property
    def log(self) -> Path:
        """The file with all that it has said."""
        return self.moving.folder.with_suffix(".log")

    def start(self, *words: str) -> Program:
        """Start it."""
        self.log.touch()
        with self.log.open("ab") as output:
            return start_forked(
                "furlong",
                "cell",
                *(words or self.words),
                environment=self.moving.environment(**self.changes),
                folder=self.moving.folder.parent,
                log=output,
            )

    def kill_in(self, step: Step) -> Step | None:
        """Kill it when it says that it has begun a step; return that step, unless the move is over before."""
        self.log.unlink(missing_ok=True)
        mover = self.start()
        try:
            while mover.poll() is None:
                if f"{step.value} " in self.log.read_text():
                    return step
                time.sleep(0.005)
        finally:
            mover.kill()
            mover.wait(60)
        return None

    def finish(self) -> None:
        """Start it again, and wait until the move is over."""
        assert self.start().wait(600) == 0, self.log.read_text()


@pytest.fixture
def moving(servers: tuple[CellServer, CellServer], tmp_path: Path) -> MovingHarness:
    """Provide a cell on the first of two servers, and nothing on the second."""
    here, there = servers
    here.empty()
    there.empty()

    async def prepare() -> None:
        for name in SUBGRAPHS:
            await migrate(DatabaseSettings(url=here.settings.url), name, METADATA[name])
        await claim(here.settings, SUBGRAPHS, KEYED_TOPICS)

    asyncio.run(prepare())
    return MovingHarness(here, there, tmp_path / "moves")
