"""Column types that mean the same in MySQL and SQLite, and the upsert, which differs."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import JSON, Column, DateTime, Dialect, LargeBinary, String, Table, Text, TypeDecorator, func
from sqlalchemy.dialects import mysql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import Insert
from sqlalchemy.sql.elements import BindParameter, ColumnElement
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine

SECRET: Final = MappingProxyType({"secret": True})
"""`info` of a column by which something can be done in a customer's name: no export has it."""


def shown_columns(table: Table) -> list[Column[Any]]:
    """Return the columns of a table but its secrets."""
    return [column for column in table.columns if not column.info.get("secret")]


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, stored in UTC with microseconds."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Use DATETIME(6) on MySQL, which otherwise drops the fraction."""
        if dialect.name in {"mysql", "mariadb"}:
            return dialect.type_descriptor(mysql.DATETIME(fsp=6))
        return dialect.type_descriptor(DateTime())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Convert an aware instant to naive UTC for the driver."""
        del dialect
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Convert naive UTC from the driver to an aware instant."""
        del dialect
        return _aware(value)

    def result_processor(
        self, dialect: Dialect, coltype: object
    ) -> Callable[[datetime | None], datetime | None] | None:
        """Return the same conversion, without SQLAlchemy's own step where that does nothing."""
        if self.impl_instance.result_processor(dialect, coltype) is None:
            return _aware
        return super().result_processor(dialect, coltype)


def _aware(value: datetime | None) -> datetime | None:
    return None if value is None else value.replace(tzinfo=UTC)


def exact_collation(dialect: Dialect) -> str:
    """Return the collation of MySQL or MariaDB that compares texts byte by byte.

    `utf8mb4_bin` does not: it pads the shorter text with spaces, so that `a` and `a ` are one key.
    """
    return "utf8mb4_nopad_bin" if getattr(dialect, "is_mariadb", False) else "utf8mb4_0900_bin"


class Identifier(TypeDecorator[str]):
    """A key's text: compared byte by byte, as Kafka keys and JSON ids are, and as SQLite does."""

    impl = String
    cache_ok = True

    def __init__(self, length: int = 64) -> None:
        super().__init__(length)
        self.length = length

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Use an exact collation on MySQL, whose default treats `A` and `a` as equal."""
        if dialect.name in {"mysql", "mariadb"}:
            exact = mysql.VARCHAR(self.length, charset="utf8mb4", collation=exact_collation(dialect))
            return dialect.type_descriptor(exact)
        return dialect.type_descriptor(String(self.length))


class Blob(TypeDecorator[bytes]):
    """Bytes, unchanged, up to 16 MiB."""

    impl = LargeBinary
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Use MEDIUMBLOB on MySQL, whose BLOB is limited to 64 KiB."""
        if dialect.name in {"mysql", "mariadb"}:
            return dialect.type_descriptor(mysql.MEDIUMBLOB())
        return dialect.type_descriptor(LargeBinary())

    def bind_processor(self, dialect: Dialect) -> Callable[[bytes | None], object] | None:
        """Send hexadecimal on MySQL: aiomysql cannot send bytes with PyMySQL 1.2 or newer."""
        if dialect.name in {"mysql", "mariadb"}:
            return lambda value: None if value is None else value.hex()
        return super().bind_processor(dialect)

    def bind_expression(self, bindvalue: BindParameter[bytes]) -> ColumnElement[bytes]:
        """Decode the hexadecimal in the database."""
        return _Bytes(bindvalue)


class _Bytes(FunctionElement[bytes]):
    """A bound value for a `Blob`."""

    type = Blob()
    inherit_cache = True


@compiles(_Bytes)
def _bytes_as_bound(element: _Bytes, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.clauses, **options)


@compiles(_Bytes, "mysql", "mariadb")
def _bytes_from_hex(element: _Bytes, compiler: SQLCompiler, **options: Any) -> str:
    return f"UNHEX({compiler.process(element.clauses, **options)})"


JSON_LIST = JSON(none_as_null=True)
LONG_TEXT = Text().with_variant(mysql.MEDIUMTEXT(), "mysql", "mariadb")
"""Text of up to 16 MiB; plain TEXT is limited to 64 KiB on MySQL."""


def upsert(
    dialect: str,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    *,
    update: Iterable[str] = (),
    add: Iterable[str] = (),
    greatest: Iterable[str] = (),
) -> Insert:
    """Return one multi-row INSERT that updates the rows whose primary key exists.

    Args:
        dialect: `mysql`, `mariadb` or `sqlite`.
        table: The table.
        rows: The rows, all with the same columns; sort them by key, so that all writers lock in one order.
        update: Columns that take the new value.
        add: Columns to which the new value is added.
        greatest: Columns that keep the greater of both values (never null).

    With none of the three, an existing row stays as it is.
    """
    kept = next(iter(table.primary_key.columns)).name
    if dialect == "sqlite":
        statement = sqlite.insert(table).values(list(rows))
        changes = _changes(table, statement.excluded, update=update, add=add, greatest=greatest, pick="max")
        if not changes:
            return statement.on_conflict_do_nothing()
        return statement.on_conflict_do_update(index_elements=list(table.primary_key.columns), set_=changes)
    statement_mysql = mysql.insert(table).values(list(rows))
    changes = _changes(
        table, statement_mysql.inserted, update=update, add=add, greatest=greatest, pick="greatest"
    )
    return statement_mysql.on_duplicate_key_update(**(changes or {kept: table.c[kept]}))


def _changes(
    table: Table,
    new: Any,
    *,
    update: Iterable[str],
    add: Iterable[str],
    greatest: Iterable[str],
    pick: str,
) -> dict[str, ColumnElement[Any]]:
    changes: dict[str, ColumnElement[Any]] = {name: new[name] for name in update}
    changes |= {name: table.c[name] + new[name] for name in add}
    changes |= {name: getattr(func, pick)(table.c[name], new[name]) for name in greatest}
    return changes
