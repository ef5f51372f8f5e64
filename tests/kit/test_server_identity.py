"""Which SQL server the databases are on is told, and one on which Furlong does not run is refused by name."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pymysql
import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from foundation.storage.database import SQL_MODE, Database
from foundation.storage.migrations.upgrade import create_database
from foundation.storage.servers import server_named
from foundation.storage.settings import DatabaseSettings
from furlong.cli import app
from tools.private_mariadb import PrivateMariadb, start_mariadb


@pytest.mark.parametrize(
    ("version", "comment", "says"),
    [
        ("10.11.19-MariaDB-0+deb12u1", "Debian n/a", "MariaDB 10.11.19: promised"),
        ("5.5.5-11.4.2-MariaDB-ubu2404-log", "mariadb.org binary distribution", "MariaDB 11.4.2: promised"),
        ("10.6.17-13-MariaDB-enterprise", "MariaDB", "MariaDB 10.6.17: refused (it is older than 10.11)"),
        ("8.4.3", "MySQL Community Server - GPL", "MySQL 8.4.3: untested (see docs/deployment.md, "),
        ("8.0.36-0ubuntu0.22.04.1", "(Ubuntu)", "MySQL 8.0.36: untested (see"),
        ("8.0.31-google", "(Google)", "MySQL 8.0.31: untested (see"),
        ("5.7.44-log", "Source distribution", "MySQL 5.7.44: refused (it is older than 8.0)"),
        ("8.0.36-28", "Percona Server (GPL), Release 28", "Percona Server 8.0.36: untested (see"),
        ("8.0.11-TiDB-v7.5.0", "TiDB Server", "TiDB 7.5.0: refused (it is not promised)"),
        (
            "8.0.99",
            "TiDB Server (Apache License 2.0), MySQL 8.0 compatible",
            "TiDB 8.0.99: refused (it is not",
        ),
        ("8.0.30-Vitess", "Version: 21.0.0", "Vitess 8.0.30: refused (it is not promised)"),
        ("8.0.21-Vitess", "PlanetScale", "PlanetScale 8.0.21: refused (it is not promised)"),
        (
            "5.7.32",
            "SingleStoreDB source distribution (compatible; MySQL Enterprise)",
            "SingleStore 5.7.32: ref",
        ),
        (
            "5.7.25-OceanBase-v4.2.1.0",
            "OceanBase_CE 4.2.1.0",
            "OceanBase 4.2.1.0: refused (it is not promised)",
        ),
        ("8.0.11", "(ProxySQL)", "ProxySQL 8.0.11: refused (it is not promised)"),
        ("5.0.45-Xpand-6.1", "MariaDB Xpand", "Xpand 6.1: refused (it is not promised)"),
        ("unheard of", "", "MySQL unheard of: refused (it is not promised)"),
    ],
)
def test_a_server_is_named_by_its_version_and_its_comment(version: str, comment: str, says: str) -> None:
    """What says another name as well is called by its own; distributions of MySQL are MySQL."""
    assert server_named(version, comment).says.startswith(says)


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        ({"wsrep_on": "ON"}, "MariaDB with Galera 10.11.19: promised (if all processes write to one node)"),
        ({"wsrep_on": "OFF", "default_storage_engine": "InnoDB"}, "MariaDB 10.11.19: promised"),
        (
            {"default_storage_engine": "SPIDER"},
            "MariaDB 10.11.19: refused (default_storage_engine is SPIDER and must be InnoDB)",
        ),
        ({"aurora_version": "3.08.0"}, "Amazon Aurora 3.08.0: refused (it is not promised)"),
    ],
)
def test_variables_say_what_versions_do_not(variables: dict[str, str], says: str) -> None:
    """Clusters, other storage engines, and Aurora, which reports the version of a MySQL."""
    assert server_named("10.11.19-MariaDB", "Debian", variables).says == says


def furlong(url: str, *arguments: str) -> Result:
    """Run `furlong ARGUMENTS` with the databases at a URL."""
    return CliRunner().invoke(app, arguments, env={"FURLONG_DATABASE_URL": url})


def server_line(ended: Result) -> str:
    """Return what `furlong check` says of the server, and the advice below it."""
    lines = ended.stdout.splitlines()
    (at,) = (number for number, line in enumerate(lines) if " database server " in line)
    return " ".join(" ".join(lines[at : at + 2]).split())


def test_mariadb_is_promised(mariadb: PrivateMariadb) -> None:
    """`furlong check` says so before there are databases, and `furlong db upgrade` when it creates them."""
    url = mariadb.fresh_url()
    try:
        assert server_line(furlong(url, "check", "--seconds", "30")).startswith(
            "ok database server MariaDB 1"
        )
        ended = furlong(url, "db", "upgrade")
        assert ended.exit_code == 0, ended.output
        assert ended.stdout.startswith("The database server is MariaDB 1")
        assert ": promised.\nThe databases are up to date." in ended.stdout
    finally:
        mariadb.drop(url)


@contextlib.contextmanager
def mariadb_that_says(folder: Path, *options: str) -> Iterator[PrivateMariadb]:
    """Run a MariaDB with other options, which may be the version of another server."""
    server = start_mariadb(folder, options=options)
    try:
        yield server
    finally:
        server.stop()


@pytest.mark.usefixtures("mariadb_installed")
@pytest.mark.parametrize(
    ("option", "says"),
    [
        ("--version=8.0.11-TiDB-v7.5.0", "TiDB 7.5.0: refused (it is not promised)"),
        ("--version=10.6.17-MariaDB", "MariaDB 10.6.17: refused (it is older than 10.11)"),
        ("--default-storage-engine=Aria", "refused (default_storage_engine is Aria and must be InnoDB)"),
    ],
)
def test_a_server_that_is_not_promised_is_refused_before_anything_is_written(
    tmp_path: Path, option: str, says: str
) -> None:
    """By its name, with the page that says what to use; nothing is created by any command."""
    with mariadb_that_says(tmp_path, option) as server:
        url = server.fresh_url()
        told = server_line(furlong(url, "check", "--seconds", "30"))
        refused = [furlong(url, "db", "upgrade"), furlong(url, "db", "close", "club")]
        connection = pymysql.connect(
            host="127.0.0.1", port=server.port, user="furlong", password=server.password
        )
        with contextlib.closing(connection), connection.cursor() as cursor:
            cursor.execute("SHOW DATABASES LIKE 'furlong_t%'")
            assert cursor.fetchall() == ()
    assert told.startswith("WRONG database server ")
    for text_ in (told, *(ended.output for ended in refused)):
        assert says in text_
        assert "use MariaDB 10.11 or later (docs/deployment.md, Which SQL engines)" in text_
    assert [ended.exit_code for ended in refused] == [1, 1]


@pytest.mark.usefixtures("mariadb_installed")
async def test_every_session_has_the_same_sql_mode(tmp_path: Path) -> None:
    """Whatever the server's own is: what a column cannot hold is refused, and so is half a GROUP BY."""
    with mariadb_that_says(tmp_path, "--sql-mode=ANSI,PAD_CHAR_TO_FULL_LENGTH") as server:
        settings = DatabaseSettings(url=server.fresh_url())
        await create_database(settings, "club")
        database = Database.open(settings, "club")
        try:
            async with database.read() as reading, database.write() as writing:
                modes = [await one.scalar(text("SELECT @@sql_mode")) for one in (reading, writing)]
            ((pinned,),) = await database.pinned.fetch("SELECT @@sql_mode", ())
        finally:
            await database.close()
    assert [set(mode.split(",")) for mode in (*modes, pinned)] == [set(SQL_MODE.split(","))] * 3
