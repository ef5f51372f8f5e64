"""The servers of a move as an administrator sees them, and where the databases of a cell are on them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import pymysql
from pymysql.cursors import Cursor, DictCursor, SSCursor
from sqlalchemy import URL

from cells.regions import BoundRegion
from cells.tables import CellTables
from foundation.storage.cells.division import TableRows
from foundation.storage.database import SQL_MODE

CONNECT_SECONDS: Final = 10
K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Server:
    """A server, with an administrator's account, and the prefix of the cell's databases."""

    url: URL

    def __str__(self) -> str:
        return f"{self.host}:{self.port}/{self.prefix}"

    @property
    def host(self) -> str:
        """Return the host name."""
        return self.url.host or "127.0.0.1"

    @property
    def port(self) -> int:
        """Return the port."""
        return self.url.port or 3306

    @property
    def prefix(self) -> str:
        """Return the prefix of the databases' names."""
        return self.url.database or ""

    @contextmanager
    def session(self, *, dicts: bool = False, streams: bool = False) -> Iterator[Cursor]:
        """Yield a cursor of a new session in autocommit mode.

        Args:
            dicts: Whether rows are dicts.
            streams: Whether rows are fetched as they are read, rather than all at once.

        Raises:
            pymysql.err.MySQLError: The server cannot be reached, or refuses.
        """
        connection = pymysql.connect(
            host=self.host,
            port=self.port,
            user=self.url.username,
            password=self.url.password or "",
            connect_timeout=CONNECT_SECONDS,
            charset="utf8mb4",
            sql_mode=SQL_MODE,
            autocommit=True,
            cursorclass=DictCursor if dicts else SSCursor if streams else Cursor,
        )
        try:
            with connection.cursor() as cursor:
                yield cursor
        finally:
            connection.close()

    def execute(self, *statements: str) -> None:
        """Execute statements in one session."""
        with self.session() as cursor:
            for statement in statements:
                cursor.execute(statement)

    def value(self, query: str, arguments: Sequence[object] = ()) -> Any:
        """Return the first column of the first row; None without a row."""
        with self.session() as cursor:
            cursor.execute(query, arguments)
            row = cursor.fetchone()
        return None if row is None else row[0]

    def rows(self, query: str, arguments: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return all rows."""
        with self.session() as cursor:
            cursor.execute(query, arguments)
            return list(cursor.fetchall())


@dataclass(frozen=True, slots=True)
class CellDatabase:
    """A database of a cell: the server that has it, and the rules of its tables."""

    name: str
    server: Server
    tables: TableRows

    def __str__(self) -> str:
        return f"{self.schema} at {self.server}"

    @property
    def schema(self) -> str:
        """Return its name on the server."""
        return f"{self.server.prefix}_{self.name}"


@dataclass(frozen=True, slots=True)
class Place:
    """What a cell has on one server.

    Attributes:
        schemas: The names of its databases there.
        account: The user name of the cell's processes.
    """

    server: Server
    schemas: tuple[str, ...]
    account: str

    @property
    def accounts(self) -> list[str]:
        """Return the account with each host that it may come from, as SQL writes it."""
        hosts = self.server.rows(
            "SELECT Host FROM mysql.global_priv WHERE User = %s ORDER BY Host", (self.account,)
        )
        return [f"{literal(self.account)}@{literal(host)}" for (host,) in hosts]


@dataclass(frozen=True, slots=True)
class Location:
    """Where a cell is, or will be: on one server, or on several.

    Attributes:
        databases: In the same order for every location.
        account: The user name of the cell's processes, on each server.
        region: The region that it is in; None if customers are bound to none.
    """

    databases: tuple[CellDatabase, ...]
    account: str
    region: BoundRegion | None = None

    @classmethod
    def of(
        cls,
        server: Server,
        tables: CellTables,
        account: str,
        region: BoundRegion | None = None,
        *,
        apart: Mapping[str, Server] | None = None,
    ) -> "Location":
        """Return the location of a cell's databases: `apart` has the servers of those that are elsewhere."""
        servers = apart or {}
        databases = (
            CellDatabase(name, servers.get(name, server), rules) for name, rules in tables.databases.items()
        )
        return cls(tuple(databases), account, region)

    def __str__(self) -> str:
        """Return its servers; of all but the first with the names of their databases.

        Journals know the location by it.
        """
        first, *others = by_key((database.server, database.name) for database in self.databases).items()
        return "; ".join([str(first[0]), *(f"{', '.join(names)} at {server}" for server, names in others)])

    @property
    def places(self) -> list[Place]:
        """Return what the cell has on each server."""
        schemas = by_key((database.server, database.schema) for database in self.databases)
        return [Place(server, names, self.account) for server, names in schemas.items()]


def pairs(source: Location, target: Location) -> list[tuple[Place, Place]]:
    """Return what each server of the source has for each of the target, on both sides."""
    found = by_key(
        ((ours.server, theirs.server), (ours.schema, theirs.schema))
        for ours, theirs in zip(source.databases, target.databases, strict=True)
    )
    return [
        (
            Place(old, tuple(schema for schema, _ in schemas), source.account),
            Place(new, tuple(schema for _, schema in schemas), target.account),
        )
        for (old, new), schemas in found.items()
    ]


def by_key(items: Iterable[tuple[K, V]]) -> dict[K, tuple[V, ...]]:
    """Return values by their keys, in the order in which both appear."""
    found: dict[K, tuple[V, ...]] = {}
    for key, value in items:
        found[key] = (*found.get(key, ()), value)
    return found


def quoted(name: str) -> str:
    """Return a name as SQL writes it."""
    return "`" + name.replace("`", "``") + "`"


def literal(text: str) -> str:
    """Return a text as SQL writes it."""
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"
