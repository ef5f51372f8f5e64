"""Private MariaDB servers are separate from each other, from the network, and from other databases."""

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pymysql
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from tools.private_mariadb import PrivateMariadb, start_mariadb
from tools.server_process import ServiceFailedError

pytestmark = pytest.mark.usefixtures("mariadb_installed")


def query(server: PrivateMariadb, statement: str) -> tuple[tuple[Any, ...], ...]:
    """Run one statement as user furlong."""
    with contextlib.closing(server.connect()) as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def databases(server: PrivateMariadb) -> set[str]:
    """Name the databases that user furlong sees."""
    return {name for (name,) in query(server, "SHOW DATABASES")}


def prefix(url: str) -> str:
    """Give the database prefix of a URL."""
    return url.rpartition("/")[2]


@pytest.fixture
def other(processes: None, tmp_path: Path) -> Iterator[PrivateMariadb]:
    """Provide a second server beside the session's."""
    server = start_mariadb(tmp_path / "other")
    yield server
    server.stop()


async def test_the_url_works_with_the_driver(mariadb: PrivateMariadb) -> None:
    """SQLAlchemy's async engine connects with the URL as it is."""
    engine = create_async_engine(mariadb.url)
    async with engine.connect() as connection:
        assert await connection.scalar(text("SELECT @@character_set_server")) == "utf8mb4"
    await engine.dispose()


def test_databases_with_the_prefix_may_be_created(mariadb: PrivateMariadb) -> None:
    """User furlong can create a subgraph's database."""
    url = mariadb.fresh_url()
    query(mariadb, f"CREATE DATABASE {prefix(url)}_club")
    assert f"{prefix(url)}_club" in databases(mariadb)
    mariadb.drop(url)


def test_other_databases_are_out_of_reach(mariadb: PrivateMariadb) -> None:
    """User furlong cannot create a database without the prefix."""
    with pytest.raises(pymysql.err.OperationalError, match="Access denied"):
        query(mariadb, "CREATE DATABASE furlongs")


def test_root_does_not_log_in_over_the_network(mariadb: PrivateMariadb) -> None:
    """Root cannot log in over TCP."""
    with pytest.raises(pymysql.err.OperationalError, match="Access denied"):
        pymysql.connect(host="127.0.0.1", port=mariadb.port, user="root")


def test_dropping_takes_one_prefix_only(mariadb: PrivateMariadb) -> None:
    """A test's databases are dropped, another test's stay."""
    mine, neighbours = mariadb.fresh_url(), mariadb.fresh_url()
    for url in (mine, neighbours):
        query(mariadb, f"CREATE DATABASE {prefix(url)}_club")
    mariadb.drop(mine)
    assert f"{prefix(mine)}_club" not in databases(mariadb)
    assert f"{prefix(neighbours)}_club" in databases(mariadb)
    mariadb.drop(neighbours)


def test_two_servers_hold_different_data(mariadb: PrivateMariadb, other: PrivateMariadb) -> None:
    """The same database name on two servers is two databases."""
    query(other, "CREATE DATABASE furlong_only_here")
    assert "furlong_only_here" in databases(other)
    assert "furlong_only_here" not in databases(mariadb)


def test_data_stay_over_a_restart(tmp_path: Path) -> None:
    """Committed data are there when a server restarts in the same folder."""
    first = start_mariadb(tmp_path)
    query(first, "CREATE DATABASE furlong_kept")
    first.stop()
    assert not first.answers()
    second = start_mariadb(tmp_path)
    assert "furlong_kept" in databases(second)
    second.stop()


def test_further_options_reach_the_server(tmp_path: Path) -> None:
    """A suite can run on a server with other options."""
    server = start_mariadb(tmp_path, options=["--innodb-snapshot-isolation=ON"])
    assert query(server, "SELECT @@innodb_snapshot_isolation") == ((1,),)
    server.stop()


@pytest.fixture
def failing_installer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Makes the installer of system tables fail a number of times, leaving half of its work behind."""
    real = shutil.which("mariadb-install-db")

    def fail(times: int) -> None:
        folder = tmp_path / "programs"
        folder.mkdir()
        installer = folder / "mariadb-install-db"
        installer.write_text(
            "#!/bin/sh\n"
            f"echo run >> {folder}/runs\n"
            f'[ $(wc -l < {folder}/runs) -gt {times} ] && exec {real} "$@"\n'
            'for word; do case $word in --datadir=*) mkdir "${word#--datadir=}/mysql";; esac; done\n'
            "echo the tables cannot be written; exit 7\n"
        )
        installer.chmod(0o700)
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")

    return fail


def test_an_installation_that_fails_once_is_repeated(
    tmp_path: Path, failing_installer: Callable[[int], None]
) -> None:
    """Nothing of the first attempt is mistaken for a server's data."""
    failing_installer(1)
    server = start_mariadb(tmp_path / "anew")
    assert server.answers()
    server.stop()


def test_an_installation_that_cannot_succeed_says_what_the_installer_said(
    tmp_path: Path, failing_installer: Callable[[int], None]
) -> None:
    """It leaves nothing behind that a next start would mistake for a server's data."""
    failing_installer(99)
    for _ in range(2):
        with pytest.raises(ServiceFailedError, match=r"ended with 7, 2 times"):
            start_mariadb(tmp_path / "never")
    assert not (tmp_path / "never" / "data").exists()
