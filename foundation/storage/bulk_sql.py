"""SQL statements with many rows, built as text: for these, compiling and binding values would cost the most.

Values are literals that mean the same under any `sql_mode`: a text with a quote, a backslash or a NUL is
written in hexadecimal. On SQLite values are bound by executemany, which is fast there.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final, Generic, TypeVar

import msgspec
from msgspec import Struct
from sqlalchemy import Boolean, Column, Integer, String, Table, Text
from sqlalchemy.dialects import mysql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.columns import Identifier, UtcDateTime, upsert
from foundation.storage.connections.joined_statements import execute_together

R = TypeVar("R")
Value = str | int | datetime | None
MAX_KEY_LENGTH: Final = 128
"""The characters of the longest `Identifier`."""

KEYS_PER_BATCH: Final = 999
"""Few enough for an index lookup, and for the 1 MiB that MariaDB allows in one aggregated value by default.

The longest row, of a bet with ids of 64 characters of four bytes each, has a little less than 1 KiB.
"""

_AS_TEXT: Final = {"no_parameters": True}


def quote(text: str, dialect: str) -> str:
    """Return a text as an SQL literal."""
    if not _awkward(text):
        return f"'{text}'"
    digits = text.encode().hex()
    return f"CAST(x'{digits}' AS TEXT)" if dialect == "sqlite" else f"_utf8mb4 x'{digits}'"


def _awkward(text: str) -> bool:
    """Return whether a text must be escaped. A regular expression would take longer."""
    return "'" in text or "\\" in text or "\x00" in text


def listed(texts: Iterable[str], dialect: str) -> str:
    """Return texts as literals separated by commas, for `IN (…)`."""
    several = list(texts)
    if several and not _awkward("".join(several)):
        together = "','".join(several)
        return f"'{together}'"
    return ",".join([quote(text, dialect) for text in several])


def with_keys(dialect: str, tables: str, column: str, texts: Sequence[str]) -> str:
    """Return `tables WHERE …` for the rows whose column is among texts, in the order of the texts.

    A list of hundreds of literals costs MySQL and MariaDB more than the rows do: each literal is parsed, and
    becomes a range for every index that might serve. A table made of one JSON text joins key by key instead.

    Args:
        dialect: `mysql`, `mariadb` or `sqlite`.
        tables: A table, or several that are joined to it.
        column: A column of keys of that table.
        texts: At most `KEYS_PER_BATCH`. A longer one than any key is no row's: the database would cut it.
    """
    if dialect == "sqlite":
        return f"{tables} WHERE {column} IN ({listed(texts, dialect)})"
    possible = [text for text in texts if len(text) <= MAX_KEY_LENGTH]
    keys = quote(msgspec.json.encode(possible).decode(), dialect)
    ids = f"COLUMNS(id VARCHAR({MAX_KEY_LENGTH}) CHARACTER SET utf8mb4 PATH '$')"
    # Named in the comment: traces show the first table, and only the beginning of a long statement.
    source = f"/* {tables.partition(' ')[0]} */ JSON_TABLE({keys}, '$[*]' {ids}) wanted"
    return f"{source} STRAIGHT_JOIN {tables} WHERE {column}=wanted.id"


def few_at_once(pairs: Iterable[tuple[str, str]]) -> Iterator[tuple[str, list[str]]]:
    """Group sorted pairs by their first text, in chunks small enough for an index lookup.

    MariaDB scans the whole table for a list of a thousand values or more, and may do so for pairs in an OR.
    """
    grouped: defaultdict[str, list[str]] = defaultdict(list)
    for first, second in pairs:
        grouped[first].append(second)
    for first in sorted(grouped):
        seconds = sorted(grouped[first])
        for start in range(0, len(seconds), KEYS_PER_BATCH):
            yield first, seconds[start : start + KEYS_PER_BATCH]


def in_portions(keys: Sequence[R]) -> Iterator[Sequence[R]]:
    """Yield keys in chunks small enough for an index lookup; nothing if there are no keys."""
    for start in range(0, len(keys), KEYS_PER_BATCH):
        yield keys[start : start + KEYS_PER_BATCH]


def json_array(dialect: str, columns: Iterable[str], instants: Collection[str] = ()) -> str:
    """Return an expression for a JSON array of columns, which may be such expressions themselves.

    Args:
        dialect: `mysql`, `mariadb` or `sqlite`.
        columns: In the order of the array.
        instants: Which of the columns are instants in UTC.
    """
    lite = dialect == "sqlite"
    marked = {name: f"{name}||'Z'" if lite else f"CONCAT({name},'Z')" for name in instants}
    values = ",".join(marked.get(column, column) for column in columns)
    return f"{'json_array' if lite else 'JSON_ARRAY'}({values})"


class JsonRows(Struct, Generic[R], frozen=True):
    """Reads rows as JSON that the database builds: drivers written in Python parse rows slowly.

    Attributes:
        row: The expression for one row.
        together: The expression for all rows in one array.
    """

    row: str
    together: str
    decode: Callable[[str], R]
    decode_all: Callable[[str], list[R]]

    @classmethod
    def of(cls, dialect: str, type_: type[R], row: str) -> "JsonRows[R]":
        """Return a reader of rows.

        Args:
            dialect: `mysql`, `mariadb` or `sqlite`.
            type_: What a row becomes: a Struct with `array_like`.
            row: A `json_array` in the order of its fields.
        """
        all_rows: Any = list[type_]  # type: ignore[valid-type] # it is known when this runs
        return cls(
            row=row,
            together=f"{'json_group_array' if dialect == 'sqlite' else 'JSON_ARRAYAGG'}({row})",
            decode=msgspec.json.Decoder(type_).decode,
            decode_all=msgspec.json.Decoder(all_rows).decode,
        )

    async def few(self, connection: AsyncConnection, source: str) -> list[R]:
        """Return the rows of `SELECT … {source}`, at most `KEYS_PER_BATCH`, in any order."""
        result = await connection.exec_driver_sql(
            f"SELECT {self.together} {source}",
            execution_options=_AS_TEXT,
        )
        value = result.scalar()
        return self.decode_all(value) if value else []

    async def many(self, connection: AsyncConnection, source: str) -> list[R]:
        """Return the rows of `SELECT … {source}`, however many there are."""
        rows = await fetch(connection, f"SELECT {self.row} {source}")
        return [self.decode(row[0]) for row in rows]


async def fetch(connection: AsyncConnection, statement: str) -> Sequence[Any]:
    """Return the rows of a statement without bound values, as the driver returns them."""
    result = await connection.exec_driver_sql(statement, execution_options=_AS_TEXT)
    return result.fetchall()


async def write_together(
    connection: AsyncConnection, writes: Iterable[tuple["MultiRow", Sequence[Sequence[Value]]]]
) -> None:
    """Write rows of several tables, in order, on MySQL and MariaDB in one round trip.

    Raises:
        sqlalchemy.exc.DBAPIError: One was refused; those after it were not executed.
    """
    wanted = [(statement, rows) for statement, rows in writes if rows]
    if len(wanted) < 2 or connection.dialect.name == "sqlite":  # noqa: PLR2004 - there is nothing to join
        for statement, rows in wanted:
            await statement.execute(connection, rows)
        return
    await execute_together(connection, [statement.text(rows) for statement, rows in wanted])


@dataclass(frozen=True, slots=True)
class MultiRow:
    """One INSERT of many rows, with a fixed rule for rows that exist already.

    Attributes:
        head: The statement before its values.
        group: One row: placeholders for executemany, or a format for text.
        tail: What happens if the primary key exists.
        prepared: The columns, by position, whose values must be converted, and the function that converts
            each.
        quoted: The positions of texts that the format quotes; None for executemany.
    """

    head: str
    group: str
    tail: str
    prepared: tuple[tuple[int, Callable[[Any], Any]], ...]
    quoted: tuple[int, ...] | None
    dialect: str

    @classmethod
    @cache
    def into(
        cls,
        dialect: str,
        table: Table,
        *,
        order: tuple[str, ...] = (),
        update: tuple[str, ...] = (),
        add: tuple[str, ...] = (),
        greatest: tuple[str, ...] = (),
        plain: bool = False,
    ) -> "MultiRow":
        """Return a statement that inserts all columns of a table: the same one for the same arguments.

        Args:
            dialect: `mysql`, `mariadb` or `sqlite`.
            table: The table.
            order: The order of the columns in rows, if it is not the table's.
            update: As for `upsert`.
            add: As for `upsert`.
            greatest: As for `upsert`.
            plain: Whether to make an INSERT that fails if a row exists.
        """
        columns = [table.columns[name] for name in order] or list(table.columns)
        row = dict.fromkeys((column.name for column in columns), "")
        rules = sqlite.dialect(paramstyle="qmark") if dialect == "sqlite" else mysql.dialect()
        made: Any = table.insert().values([row])
        if not plain:
            made = upsert(dialect, table, [row], update=update, add=add, greatest=greatest)
        _, _, rest = str(made.compile(dialect=rules)).partition(" VALUES (")
        placeholders, _, tail = rest.partition(")")
        names = rules.identifier_preparer
        into = ", ".join(names.format_column(column) for column in columns)
        head = f"INSERT INTO {names.format_table(table)} ({into})"
        if dialect == "sqlite":
            instants = [
                (at, _bound) for at, column in enumerate(columns) if isinstance(column.type, UtcDateTime)
            ]
            return cls(f"{head} VALUES ", f"({placeholders})", tail, tuple(instants), None, dialect)
        quoted = tuple(at for at, column in enumerate(columns) if _is_text(column) and not column.nullable)
        group = ",".join("'%s'" if at in quoted else "%s" for at in range(len(columns)))
        prepared = [(at, _literal(column, dialect)) for at, column in enumerate(columns) if at not in quoted]
        kept = tuple((at, write) for at, write in prepared if write is not None)
        return cls(f"{head} VALUES ", f"({group})", tail, kept, quoted, dialect)

    async def execute(self, connection: AsyncConnection, rows: Sequence[Sequence[Value]]) -> None:
        """Write rows, each with all columns in the statement's order; sort them by key."""
        if not rows:
            return
        if self.quoted is not None:
            await connection.exec_driver_sql(self.text(rows), execution_options=_AS_TEXT)
            return
        bound = list(zip(*self._columns(rows), strict=True))
        await connection.exec_driver_sql(f"{self.head}{self.group}{self.tail}", bound)

    def text(self, rows: Sequence[Sequence[Value]]) -> str:
        """Return the statement with its rows as literals, where they are not bound."""
        quoted = self.quoted or ()
        columns, group = self._columns(rows), self.group
        if any(_awkward("".join(columns[at])) for at in quoted):
            group = group.replace("'%s'", "%s")
            for at in quoted:
                columns[at] = [quote(text, self.dialect) for text in columns[at]]
        values = ",".join([group % row for row in zip(*columns, strict=True)])
        return f"{self.head}{values}{self.tail}"

    def _columns(self, rows: Sequence[Sequence[Value]]) -> list[Sequence[Any]]:
        """Return the values by column, which takes less time than row by row, converted where needed."""
        columns: list[Sequence[Any]] = list(zip(*rows, strict=True))
        for at, write in self.prepared:
            columns[at] = [write(value) for value in columns[at]]
        return columns


def _is_text(column: Column[Any]) -> bool:
    return isinstance(column.type, Identifier | String | Text)


def _literal(column: Column[Any], dialect: str) -> Callable[[Any], Any] | None:
    """Return the function that writes a column's values as literals; None if `str` does."""
    match column.type:
        case UtcDateTime() if column.nullable:
            return lambda value: "NULL" if value is None else _instant(value)
        case UtcDateTime():
            return _instant
        case Boolean():
            return int
        case Integer() if column.nullable:
            return lambda value: "NULL" if value is None else value
        case Integer():
            return None
        case Identifier() | String() | Text():
            return lambda value: "NULL" if value is None else quote(value, dialect)
        case _:
            raise TypeError(f"no literal for {column.type!r}")


def _bound(value: datetime | None) -> str | None:
    return None if value is None else _naive(value)


def _instant(value: datetime) -> str:
    """Return the literal of an instant; fast, because every row has several."""
    utc = value if value.tzinfo is UTC else value.astimezone(UTC)
    return f"'{utc.isoformat(' ', 'microseconds')[:26]}'"


def _naive(value: datetime) -> str:
    """Return an instant as both databases store it: in UTC, without an offset."""
    utc = value if value.tzinfo is UTC else value.astimezone(UTC)
    return utc.isoformat(" ", "microseconds")[:26]
