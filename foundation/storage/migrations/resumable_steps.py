"""Makes migration steps resumable: a step whose work an interrupted upgrade has already done is skipped.

MariaDB and MySQL commit each DDL statement on its own, so an upgrade that is killed leaves a migration half
done and its revision unrecorded. These classes replace Alembic's own for each dialect, which is how Alembic
is meant to be extended. They look at the live schema before each step, so migrations keep Alembic's style.
"""

from typing import TYPE_CHECKING, Any

from alembic.ddl.mysql import MariaDBImpl, MySQLImpl
from alembic.ddl.sqlite import SQLiteImpl
from sqlalchemy import Column, Index, Inspector, Table, UniqueConstraint, inspect

if TYPE_CHECKING:
    from alembic.ddl.impl import DefaultImpl as _Base
else:
    _Base = object


class HalfDoneMigration(RuntimeError):
    """Something that a migration creates exists already, with another definition."""

    def __init__(self, present: str, wanted: str) -> None:
        super().__init__(
            f"{present}, but the migration creates {wanted}. Furlong did not make this change and does not "
            "overwrite it: rename or drop what is in the way, or restore a backup, then run "
            "`furlong db upgrade` again"
        )


class _Resumable(_Base):
    """Skips what is already done; refuses what was done differently.

    Raises:
        HalfDoneMigration: From the `create` and `add` methods, where the live definition differs.
    """

    def create_table(self, table: Table, **kw: Any) -> None:
        """Create a table, or the indexes that it lacks if it exists."""
        inspector = self._inspect()
        if not inspector.has_table(table.name):
            super().create_table(table, **kw)
            return
        _check_columns(inspector, table)
        _check_keys(inspector, table)
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            self.create_index(index)

    def drop_table(self, table: Table, **kw: Any) -> None:
        """Drop a table if it exists."""
        if self._inspect().has_table(table.name):
            super().drop_table(table, **kw)

    def add_column(self, table_name: str, column: Column[Any], **kw: Any) -> None:
        """Add a column if it does not exist."""
        present = {column["name"]: column for column in self._inspect().get_columns(table_name)}
        if column.name not in present:
            super().add_column(table_name, column, **kw)
        elif bool(present[column.name]["nullable"]) != bool(column.nullable):
            raise HalfDoneMigration(
                f"column {table_name}.{column.name} is {_null(present[column.name]['nullable'])}",
                f"it {_null(column.nullable)}",
            )

    def drop_column(self, table_name: str, column: Column[Any], **kw: Any) -> None:
        """Drop a column if it exists."""
        if column.name in {column["name"] for column in self._inspect().get_columns(table_name)}:
            super().drop_column(table_name, column, **kw)

    def create_index(self, index: Index, **kw: Any) -> None:
        """Create an index if it does not exist."""
        table = index.table
        assert table is not None  # noqa: S101 - Alembic builds indexes on tables
        present = {index["name"]: index for index in self._inspect().get_indexes(table.name)}
        if index.name not in present:
            super().create_index(index, **kw)
            return
        wanted = [column.name for column in index.columns]
        if present[str(index.name)]["column_names"] != wanted:
            raise HalfDoneMigration(
                f"index {index.name} of {table.name} is on {present[str(index.name)]['column_names']}",
                f"it on {wanted}",
            )

    def drop_index(self, index: Index, **kw: Any) -> None:
        """Drop an index if it exists."""
        table = index.table
        if table is not None and index.name in {
            index["name"] for index in self._inspect().get_indexes(table.name)
        }:
            super().drop_index(index, **kw)

    def _inspect(self) -> Inspector:
        connection = self.connection
        assert connection is not None  # noqa: S101 - migrations always run on a connection
        return inspect(connection)


class ResumableMariaDB(_Resumable, MariaDBImpl):
    """Alembic's implementation for MariaDB, resumable."""

    __dialect__ = "mariadb"


class ResumableMySQL(_Resumable, MySQLImpl):
    """Alembic's implementation for MySQL, and for MariaDB under a `mysql` URL, resumable."""

    __dialect__ = "mysql"


class ResumableSQLite(_Resumable, SQLiteImpl):
    """Alembic's implementation for SQLite, resumable; its upgrades are also one transaction."""

    __dialect__ = "sqlite"


def _check_columns(inspector: Inspector, table: Table) -> None:
    present = {column["name"]: column for column in inspector.get_columns(table.name)}
    # A later migration, or a newer version, may have added columns to it.
    missing = sorted(column.name for column in table.columns if column.name not in present)
    if missing:
        raise HalfDoneMigration(
            f"table {table.name} has no column {', '.join(missing)}", "the table with all its columns"
        )


def _check_keys(inspector: Inspector, table: Table) -> None:
    present = list(inspector.get_pk_constraint(table.name)["constrained_columns"])
    wanted = [column.name for column in table.primary_key.columns]
    if present != wanted:
        raise HalfDoneMigration(f"table {table.name} has the primary key {present}", f"it with {wanted}")
    names = {constraint["name"] for constraint in inspector.get_unique_constraints(table.name)}
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint) and constraint.name and constraint.name not in names:
            raise HalfDoneMigration(
                f"table {table.name} lacks the unique key {constraint.name}", "the table with it"
            )


def _null(nullable: object) -> str:
    return "nullable" if nullable else "not nullable"
