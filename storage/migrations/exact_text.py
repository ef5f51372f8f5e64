"""Makes a database compare texts exactly that was created with a collation that pads them or ignores case."""

from itertools import groupby

from alembic import op
from sqlalchemy import Row, text

from storage.columns import exact_collation

_INEXACT = text(
    "SELECT c.table_name AS of_table, c.column_name AS name, c.column_type AS type, "
    "c.is_nullable AS nullable, c.column_default AS initial "
    "FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name) "
    "WHERE c.table_schema = DATABASE() AND t.table_type = 'BASE TABLE' AND c.data_type = 'varchar' "
    "AND c.is_generated = 'NEVER' AND c.collation_name <> :exact ORDER BY c.table_name, c.ordinal_position"
)


def compare_texts_exactly() -> None:
    """Give all VARCHAR columns of a MariaDB database the exact collation, and those that are added later.

    What has it already is left alone, so an interrupted migration can be repeated. SQLite compares exactly.
    """
    connection = op.get_bind()
    if not getattr(connection.dialect, "is_mariadb", False):
        return
    exact = exact_collation(connection.dialect)
    if connection.scalar(text("SELECT @@collation_database")) != exact:
        op.execute(f"ALTER DATABASE COLLATE {exact}")
    inexact = connection.execute(_INEXACT, {"exact": exact}).all()
    for table, columns in groupby(inexact, lambda column: column.of_table):
        op.execute(f"ALTER TABLE `{table}` {', '.join(_changed(column, exact) for column in columns)}")


def _changed(column: Row[tuple[str, ...]], exact: str) -> str:
    null = "NULL" if column.nullable == "YES" else "NOT NULL"
    initial = "" if column.initial is None else f" DEFAULT {column.initial}"
    return f"MODIFY `{column.name}` {column.type} CHARACTER SET utf8mb4 COLLATE {exact} {null}{initial}"
