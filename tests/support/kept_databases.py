"""Databases on MariaDB that the tests of a worker use one after another, each as if they were new.

To make the tables of a subgraph and to drop them takes the server a tenth of a second of processor time.
"""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

from pymysql.cursors import Cursor

from tools.private_mariadb import PrivateMariadb

_DEFINITIONS = """\
SELECT SUM(variable_value) FROM information_schema.global_status
WHERE variable_name REGEXP '^Com_(create_(?!db|temporary)|alter_|drop_(?!temporary)|rename_)'"""
_CONNECTED = "SELECT id FROM information_schema.processlist WHERE db LIKE CONCAT(%s, '%%')"
_NUMBERED = """\
SELECT table_schema, table_name FROM information_schema.tables
WHERE table_schema IN %s AND auto_increment > 1"""


@dataclass(frozen=True, slots=True)
class Template:
    """A database that stays as migrations leave it.

    Attributes:
        name: Its name.
        tables: Each of its tables, and whether it is empty.
    """

    name: str
    tables: Mapping[str, bool]

    def differences(self, database: str) -> Iterator[str]:
        """Yield a query for each table, which finds nothing if a database has the template's rows there."""
        for table, is_empty in self.tables.items():
            rows = f"SELECT * FROM {database}.{table}"  # noqa: S608 - our own names
            original = f"SELECT * FROM {self.name}.{table}"  # noqa: S608
            differ = f"EXISTS ({rows})"
            if not is_empty:  # EXISTS itself does not look at columns, not even with EXCEPT
                both = f"({rows} EXCEPT {original}) UNION ALL ({original} EXCEPT {rows})"
                differ = f"EXISTS (SELECT 1 FROM ({both}) AS differing)"  # noqa: S608
            yield f"SELECT '{database}', '{table}' FROM dual WHERE {differ}"  # noqa: S608


@dataclass(slots=True)
class DatabaseSet:
    """The databases under one URL.

    Attributes:
        server: Where they are.
        url: The URL, as `FURLONG_DATABASE_URL`.
        templates: What each database is a copy of, by its name.
        unused: Names of databases that are as new, and that the test has not asked for.
        definitions: How many statements have defined anything on the server, those of the test left out.
    """

    server: PrivateMariadb
    url: str
    templates: dict[str, Template] = field(default_factory=dict)
    unused: set[str] = field(default_factory=set)
    definitions: int = 0

    def begin(self) -> None:
        """Begin a test."""
        self.unused = set(self.templates)
        with self._cursor() as cursor:
            self.definitions = _definitions(cursor)

    @contextlib.contextmanager
    def defining(self) -> Iterator[None]:
        """Do not count the definitions in a block as the test's."""
        with self._cursor() as cursor:
            before = _definitions(cursor)
            yield
            self.definitions += _definitions(cursor) - before

    def end(self) -> bool:
        """Make the databases as new after a test; False if it has changed a definition or is still connected.

        Raises:
            OperationalError: A connection still has a transaction open there.
        """
        with self._cursor() as cursor:
            cursor.execute(_CONNECTED, [self.url.rpartition("/")[2]])
            if cursor.fetchall() or _definitions(cursor) != self.definitions:
                return False
            for database, table in self._changed_tables(cursor) if self.templates else ():
                template = self.templates[database]
                cursor.execute(f"TRUNCATE TABLE {database}.{table}")
                if not template.tables[table]:
                    rows = f"SELECT * FROM {template.name}.{table}"  # noqa: S608 - our own names
                    cursor.execute(f"INSERT INTO {database}.{table} {rows}")
        return True

    def _changed_tables(self, cursor: Cursor) -> set[tuple[str, str]]:
        """Return the tables, with their databases, that have other rows or whose next number is another."""
        cursor.execute(_NUMBERED, [tuple(self.templates)])
        numbered = set(cursor.fetchall())
        queries = [query for name, template in self.templates.items() for query in template.differences(name)]
        cursor.execute(" UNION ALL ".join(queries))
        return numbered | set(cursor.fetchall())

    @contextlib.contextmanager
    def _cursor(self) -> Iterator[Cursor]:
        with contextlib.closing(self.server.connect()) as connection, connection.cursor() as cursor:
            connection.autocommit(True)
            cursor.execute("SET SESSION lock_wait_timeout = 30")
            yield cursor


@dataclass(frozen=True, slots=True)
class KeptDatabases:
    """The databases of a worker that no test uses now; where there are none, new ones are made."""

    server: PrivateMariadb
    idle: list[DatabaseSet] = field(default_factory=list)

    @contextlib.contextmanager
    def lent(self) -> Iterator[str]:
        """Lend databases to a test, and keep them for the next unless they cannot be made as new."""
        lent = self.idle.pop() if self.idle else DatabaseSet(self.server, self.server.fresh_url())
        lent.begin()
        lent_databases()[lent.url] = lent
        try:
            yield lent.url
        finally:
            del lent_databases()[lent.url]
            if lent.end():
                self.idle.append(lent)
            else:
                self.server.drop(lent.url)


@cache
def lent_databases() -> dict[str, DatabaseSet]:
    """Return the databases that tests of this process use now, by their URL."""
    return {}


def _definitions(cursor: Cursor) -> int:
    cursor.execute(_DEFINITIONS)
    ((count,),) = cursor.fetchall()
    return int(count)
