"""The servers of a move as an administrator sees them, and the location of a cell's databases on each."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import pymysql
from pymysql.cursors import Cursor, DictCursor, SSCursor
from sqlalchemy import URL

from cells.regions import BoundRegion
from cells.tables import CellTables
from foundation.storage.cells.division import TableRows
from foundation.storage.database import SQL_MODE

CONNECT_SECONDS: Final = 10


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
class Location:
    """Where a cell is, or will be.

    Attributes:
        tables: The rules of the tables of each of the cell's databases, by its name.
        account: The user name of the cell's processes.
        region: The region that it is in; None if customers are bound to none.
    """

    server: Server
    tables: Mapping[str, TableRows]
    account: str
    region: BoundRegion | None = None

    @classmethod
    def of(
        cls, server: Server, tables: CellTables, account: str, region: BoundRegion | None = None
    ) -> "Location":
        """Return the location of the databases with the server's prefix."""
        databases = {f"{server.prefix}_{name}": rules for name, rules in tables.databases.items()}
        return cls(server, databases, account, region)

    @property
    def schemas(self) -> tuple[str, ...]:
        """Return the names of the cell's databases."""
        return tuple(self.tables)

    @property
    def accounts(self) -> list[str]:
        """Return the account with each host that it may come from, as SQL writes it."""
        hosts = self.server.rows(
            "SELECT Host FROM mysql.global_priv WHERE User = %s ORDER BY Host", (self.account,)
        )
        return [f"{literal(self.account)}@{literal(host)}" for (host,) in hosts]


def quoted(name: str) -> str:
    """Return a name as SQL writes it."""
    return "`" + name.replace("`", "``") + "`"


def literal(text: str) -> str:
    """Return a text as SQL writes it."""
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"
