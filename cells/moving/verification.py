"""Compares what a cell has on two servers table by table as of one moment, while the source is written."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pymysql.cursors import Cursor

from cells.errors import MoveError
from cells.moving import replication
from cells.moving.server import Place, Server, quoted


def compare(source: Place, target: Place) -> int:
    """Compare the checksums of all tables, and return how many there are.

    The target applies everything up to the moment of a consistent snapshot of the source, and waits there
    until its tables are read.

    Raises:
        MoveError: A table differs; the message names it.
    """
    replication.pause(target.server)
    try:
        with _snapshot(source.server) as (cursor, gtid):
            replication.run_until(target.server, gtid)
            ours = checksums(cursor, source.schemas)
        with target.server.session() as cursor:
            theirs = checksums(cursor, target.schemas)
    finally:
        replication.resume(target.server)
    differing = sorted(name for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name))
    if differing:
        raise MoveError(f"{', '.join(differing)} differ on {target.server}: give the move up with --back")
    return len(ours)


def checksums(cursor: Cursor, schemas: tuple[str, ...]) -> dict[str, Any]:
    """Return the checksum of each table, by its name with the database's."""
    names = ", ".join(["%s"] * len(schemas))
    cursor.execute(
        "SELECT table_schema, table_name FROM information_schema.tables "  # noqa: S608
        f"WHERE table_schema IN ({names}) AND table_type = 'BASE TABLE' ORDER BY 1, 2",
        schemas,
    )
    tables = [(str(schema), str(table)) for schema, table in cursor.fetchall()]
    cursor.execute(
        "SELECT DISTINCT table_schema, table_name FROM information_schema.columns "  # noqa: S608
        f"WHERE table_schema IN ({names}) AND extra LIKE '%%VIRTUAL%%'",
        schemas,
    )
    computed = {(str(schema), str(table)) for schema, table in cursor.fetchall()}
    sums = {f"{schema}.{table}": _sum_of_rows(cursor, schema, table) for schema, table in computed}
    if plain := [f"{quoted(s)}.{quoted(t)}" for s, t in tables if (s, t) not in computed]:
        cursor.execute(f"CHECKSUM TABLE {', '.join(plain)} EXTENDED")
        sums |= dict(cursor.fetchall())
    return sums


def _sum_of_rows(cursor: Cursor, schema: str, table: str) -> tuple[Any, ...]:
    """Return the number of rows and a sum over all columns that are stored.

    CHECKSUM TABLE would read stale memory in place of a column that is computed when it is read.
    """
    cursor.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = %s AND table_name = %s "
        "AND extra NOT LIKE '%%GENERATED%%' ORDER BY ordinal_position",
        (schema, table),
    )
    columns = ", ',', ".join(f"QUOTE({quoted(str(name))})" for (name,) in cursor.fetchall())
    cursor.execute(
        f"SELECT COUNT(*), BIT_XOR(CONV(LEFT(MD5(CONCAT({columns})), 15), 16, 10)) "  # noqa: S608
        f"FROM {quoted(schema)}.{quoted(table)}"
    )
    row: Any = cursor.fetchone()
    return tuple(row)


@contextmanager
def _snapshot(server: Server) -> Iterator[tuple[Cursor, str]]:
    """Yield a session that sees one moment, and that moment's GTID."""
    with server.session() as cursor:
        cursor.execute("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT")
        cursor.execute("SHOW STATUS LIKE 'binlog_snapshot_%'")
        where = {str(name).lower(): value for name, value in cursor.fetchall()}
        cursor.execute(
            "SELECT BINLOG_GTID_POS(%s, %s)",
            (where["binlog_snapshot_file"], int(where["binlog_snapshot_position"])),
        )
        row: Any = cursor.fetchone()
        yield cursor, str(row[0])
        cursor.execute("ROLLBACK")
