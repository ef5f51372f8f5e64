"""SQL put together as text, for statements of many rows: there a compiler and bound values cost the most.

Values are written as literals that mean the same under any `sql_mode`: what has a quote, a backslash or a
NUL in it goes as hexadecimal. SQLite gets its values bound, by executemany, which is quick there.
"""

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Boolean, Integer, String, Table, Text
from sqlalchemy.dialects import mysql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.kit.columns import Identifier, UtcDateTime, upsert

Value = str | int | datetime | None
_AWKWARD: Final = re.compile(r"['\\\x00]").search
_AS_TEXT: Final = {"no_parameters": True}


def quote(text: str, dialect: str) -> str:
    """A text as a literal."""
    if not _AWKWARD(text):
        return f"'{text}'"
    digits = text.encode().hex()
    return f"CAST(x'{digits}' AS TEXT)" if dialect == "sqlite" else f"_utf8mb4 x'{digits}'"


def listed(texts: Iterable[str], dialect: str) -> str:
    """Texts as literals, with commas between: for `IN (…)`."""
    return ",".join([quote(text, dialect) for text in texts])


def pairs_in(first: str, second: str, pairs: Collection[tuple[str, str]], dialect: str) -> str:
    """A condition that holds for pairs of two columns, in a form that every optimizer finds the index for.

    Args:
        first: the column with few different values.
        second: the column with many.
        pairs: at least one.
        dialect: whose literals.
    """
    grouped: dict[str, list[str]] = {}
    for one, other in sorted(pairs):
        grouped.setdefault(one, []).append(other)
    return " OR ".join(
        f"({first}={quote(one, dialect)} AND {second} IN ({listed(others, dialect)}))"
        for one, others in grouped.items()
    )


def instant(raw: datetime | str) -> datetime:
    """An instant as a driver gives it."""
    return (datetime.fromisoformat(raw) if isinstance(raw, str) else raw).replace(tzinfo=UTC)


async def fetch(connection: AsyncConnection, statement: str) -> Sequence[Any]:
    """The rows of a statement whose values stand in its text, as the driver gives them."""
    result = await connection.exec_driver_sql(statement, execution_options=_AS_TEXT)
    return result.fetchall()


@dataclass(frozen=True, slots=True)
class MultiRow:
    """One INSERT of many rows; what is said of a row that is there already is fixed when it is made.

    Attributes:
        head: the statement up to its values.
        group: the placeholders of one row, for executemany; empty where values go into the text.
        tail: what is done when the primary key is there.
        writers: of each column, what makes a literal (or, for executemany, a value) of it.
    """

    head: str
    group: str
    tail: str
    writers: tuple[Callable[[Any], Any], ...]

    @classmethod
    def into(
        cls,
        dialect: str,
        table: Table,
        *,
        update: Iterable[str] = (),
        add: Iterable[str] = (),
        greatest: Iterable[str] = (),
        plain: bool = False,
    ) -> "MultiRow":
        """A statement over all columns of a table, in their order.

        Args:
            dialect: `mysql`, `mariadb` or `sqlite`.
            table: where to.
            update: as of `upsert`.
            add: as of `upsert`.
            greatest: as of `upsert`.
            plain: an INSERT that fails where a row is there.
        """
        row = dict.fromkeys((column.name for column in table.columns), "")
        rules = sqlite.dialect(paramstyle="qmark") if dialect == "sqlite" else mysql.dialect()
        made: Any = table.insert().values([row])
        if not plain:
            made = upsert(dialect, table, [row], update=update, add=add, greatest=greatest)
        text = str(made.compile(dialect=rules))
        head, _, rest = text.partition(" VALUES (")
        group, _, tail = rest.partition(")")
        as_values = dialect == "sqlite"
        writers = tuple(_writer(column.type, dialect, as_values=as_values) for column in table.columns)
        return cls(f"{head} VALUES ", f"({group})" if as_values else "", tail, writers)

    async def execute(self, connection: AsyncConnection, rows: Sequence[Sequence[Value]]) -> None:
        """Writes rows, each with the table's columns in order; sort them by key."""
        if not rows:
            return
        writers = self.writers
        if self.group:
            bound = [tuple([write(value) for write, value in zip(writers, row, strict=True)]) for row in rows]
            await connection.exec_driver_sql(f"{self.head}{self.group}{self.tail}", bound)
            return
        groups = [",".join([write(value) for write, value in zip(writers, row, strict=True)]) for row in rows]
        statement = f"{self.head}({'),('.join(groups)}){self.tail}"
        await connection.exec_driver_sql(statement, execution_options=_AS_TEXT)


def _writer(type_: object, dialect: str, *, as_values: bool) -> Callable[[Any], Any]:
    match type_:
        case UtcDateTime():
            return _naive if as_values else lambda value: f"'{_naive(value)}'"
        case _ if as_values:
            return _as_it_is
        case Boolean():
            return lambda value: str(int(value))
        case Integer():
            return lambda value: "NULL" if value is None else int.__repr__(value)
        case Identifier() | String() | Text():
            return lambda value: _text(value, dialect)
        case _:
            raise TypeError(f"no literal for {type_!r}")


def _naive(value: datetime) -> str:
    """As both databases keep instants: UTC, without saying so."""
    utc = value if value.tzinfo is UTC else value.astimezone(UTC)
    return utc.isoformat(" ", "microseconds")[:26]


def _text(value: str | None, dialect: str) -> str:
    if value is None:
        return "NULL"
    return f"'{value}'" if not _AWKWARD(value) else quote(value, dialect)


def _as_it_is(value: object) -> object:
    return value
