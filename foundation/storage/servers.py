"""Which SQL server has been met, and whether Furlong promises to run on it (`docs/deployment.md`)."""

import re
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from sqlalchemy import URL, event, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from foundation.storage.database import database_url
from foundation.storage.errors import DatabaseAway
from foundation.storage.settings import DatabaseSettings

Verdict: TypeAlias = Literal["promised", "untested", "refused"]

DOCUMENTED: Final = "docs/deployment.md, Which SQL engines"
CONNECT_SECONDS: Final = 5
PORT: Final = 3306

_MARKS: Final = {
    "tidb": "TiDB",
    "planetscale": "PlanetScale",
    "vitess": "Vitess",
    "singlestore": "SingleStore",
    "memsql": "SingleStore",
    "oceanbase": "OceanBase",
    "polardb": "PolarDB",
    "tddl": "PolarDB-X",
    "xpand": "Xpand",
    "clustrix": "Xpand",
    "starrocks": "StarRocks",
    "doris": "Doris",
    "proxysql": "ProxySQL",
    "mariadb": "MariaDB",
    "percona": "Percona Server",
}
"""What servers have in their version or its comment, first of all what says another name, too: PlanetScale is
a Vitess. A server that says none of them is MySQL, of which every distribution has another comment."""

_FLOORS: Final[Mapping[str, tuple[Verdict, tuple[int, int]]]] = {
    "MariaDB": ("promised", (10, 11)),
    "MySQL": ("untested", (8, 0)),
    "Percona Server": ("untested", (8, 0)),
}
"""What may be used, and from which version."""

_TRANSACTIONAL: Final = "innodb"


@dataclass(frozen=True, slots=True)
class Server:
    """An SQL server.

    Attributes:
        name: Of the product, such as `MariaDB`.
        version: As numbers, or all that it reports if it has none.
        verdict: Whether Furlong promises to run there; `untested` ones are used, and said to be so.
        remark: Why it is refused, what a promise depends on, or what to read; "" if there is nothing to say.
    """

    name: str
    version: str
    verdict: Verdict
    remark: str = ""

    def __str__(self) -> str:
        return f"{self.name} {self.version}"

    @property
    def says(self) -> str:
        """Return server and verdict as one clause, for people."""
        return f"{self}: {self.verdict}" + (f" ({self.remark})" if self.remark else "")


ADVICE: Final = f"use MariaDB 10.11 or later ({DOCUMENTED})"


class ServerRefused(ValueError):
    """The database URL leads to a server on which Furlong is not known to be correct; nothing was written."""

    def __init__(self, server: Server) -> None:
        super().__init__(f"the database server is {server.says}: {ADVICE}")
        self.server = server


def server_named(version: str, comment: str, variables: Mapping[str, str] | None = None) -> Server:
    """Return the server that reports a version, its comment and some of its variables.

    Args:
        version: `@@version`, such as `8.0.11-TiDB-v7.5.0`.
        comment: `@@version_comment`.
        variables: Of those that are asked for, those that it has.
    """
    own, words = variables or {}, f"{version} {comment}".lower()
    name = next((name for mark, name in _MARKS.items() if mark in words), "MySQL")
    number = _number(version, name)
    if aurora := own.get("aurora_version"):
        name, number = "Amazon Aurora", aurora
    if refusal := _refusal(name, number, own.get("default_storage_engine", _TRANSACTIONAL)):
        return Server(name, number or version, "refused", refusal)
    verdict, remark = _FLOORS[name][0], ""
    if verdict == "untested":
        remark = f"see {DOCUMENTED}"
    elif own.get("wsrep_on") == "ON":
        name, remark = f"{name} with Galera", "if all processes write to one node"
    return Server(name, number or version, verdict, remark)


def _refusal(name: str, number: str | None, engine: str) -> str | None:
    if number is None or name not in _FLOORS:
        return "it is not promised"
    floor = _FLOORS[name][1]
    if tuple(map(int, number.split(".")[:2])) < floor:
        return f"it is older than {floor[0]}.{floor[1]}"
    if engine.lower() != _TRANSACTIONAL:
        return f"default_storage_engine is {engine} and must be InnoDB"
    return None


_VERSION: Final = "SELECT @@version, @@version_comment"
"""Both at once: proxies answer for themselves if the version is all that is asked for."""

_VARIABLES: Final = (
    "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('aurora_version', 'default_storage_engine', 'wsrep_on')"
)


def by_server(settings: DatabaseSettings, names: Iterable[str]) -> dict[URL, tuple[str, ...]]:
    """Return the databases of each server, by its URL, without a database; all files of SQLite are one.

    Raises:
        ValueError: A URL is wrong.
    """
    servers: dict[URL, tuple[str, ...]] = {}
    for name in names:
        url = database_url(settings, name)
        server = make_url("sqlite://") if url.get_backend_name() == "sqlite" else url.set(database="")
        servers[server] = (*servers.get(server, ()), name)
    return servers


def address_of(url: URL) -> str:
    """Return the address of a server, for people."""
    return f"{url.host}:{url.port or PORT}"


def place_of(settings: DatabaseSettings, name: str) -> str:
    """Return where a database is, for people: its server and its name there, or its file."""
    url = database_url(settings, name)
    return str(url.database) if url.get_backend_name() == "sqlite" else f"{address_of(url)}/{url.database}"


async def server_at(url: URL) -> Server | None:
    """Return the server at a URL, whose databases need not exist; None for files of SQLite.

    Raises:
        ServerRefused: Furlong does not run there.
        DatabaseAway: The server does not answer.
        sqlalchemy.exc.SQLAlchemyError: The server cannot be reached.
    """
    if url.get_backend_name() == "sqlite":
        return None
    async with connected(url) as (_, server):
        return server


@asynccontextmanager
async def connected(url: URL) -> AsyncIterator[tuple[AsyncConnection, Server]]:
    """Yield a connection to a URL's server, not to its database, and say which server it is.

    Raises:
        ServerRefused: Furlong does not run there.
        DatabaseAway: The server does not answer.
        sqlalchemy.exc.SQLAlchemyError: The server cannot be reached.
    """
    engine = create_async_engine(
        url.set(database=""), poolclass=NullPool, connect_args={"connect_timeout": CONNECT_SECONDS}
    )
    servers: list[Server] = []

    def ask(connection: Any, _record: Any) -> None:
        try:
            servers.append(_ask(connection))
        except engine.dialect.loaded_dbapi.Error as error:
            raise DatabaseAway(f"the database server does not say what it is: {error}") from error
        if servers[-1].verdict == "refused":
            connection.close()
            raise ServerRefused(servers[-1])

    # Before SQLAlchemy, which asks what such a server may not know, because its version says MySQL.
    event.listen(engine.sync_engine, "connect", ask, insert=True)
    try:
        async with engine.connect() as connection:
            yield connection, servers[-1]
    finally:
        await engine.dispose()


def _ask(connection: Any) -> Server:
    cursor = connection.cursor()
    try:
        cursor.execute(_VERSION)
        version, comment = cursor.fetchone()
        server = server_named(version, comment)
        if server.verdict == "refused":  # others may not know the rest
            return server
        cursor.execute(_VARIABLES)
        return server_named(version, comment, {name.lower(): str(value) for name, value in cursor.fetchall()})
    finally:
        cursor.close()


def _number(version: str, name: str) -> str | None:
    """Return the numbers of a version: the product's own if its name is before them, otherwise the first."""
    own = re.search(rf"{re.escape(name)}[-_]v?(\d+\.\d[\d.]*)", version, re.IGNORECASE)
    first = re.match(r"(?:5\.5\.5-(?=\d))?(\d+\.\d+(?:\.\d+)*)", version)
    return own[1] if own else first and first[1]
