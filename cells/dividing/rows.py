"""Which rows of a cell's databases belong to which customers."""

from collections.abc import Callable, Collection
from typing import Any, Final

from pymysql.cursors import Cursor

from cells.moving.server import Location, quoted
from foundation.storage.cells.cell import Cell, partition_of

BOOKMARKS: Final = frozenset({"comparison"})
"""Tables that name a customer only as the position from which a worker continues."""

NUMBERED: Final = ("outbox", "dead_letter", "attempt")
"""Tables of numbered rows, whose customer follows from a key or a partition."""

ASKED: Final = "reward_asked"
"""How often a reward was refused because the cell's share was used up."""

_BATCH_SIZE: Final = 1000


def customer_tables(cursor: Cursor, schema: str) -> list[str]:
    """Return the tables of a database in which each row belongs to one customer."""
    cursor.execute(
        "SELECT table_name FROM information_schema.columns WHERE table_schema = %s "
        "AND column_name IN ('brand_id', 'customer_id') GROUP BY table_name HAVING COUNT(*) = 2 ORDER BY 1",
        (schema,),
    )
    return [str(name) for (name,) in cursor.fetchall() if name not in BOOKMARKS]


def has_table(cursor: Cursor, schema: str, table: str) -> bool:
    """Return whether a database has a table."""
    cursor.execute(
        "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = %s AND table_name = %s",
        (schema, table),
    )
    return bool(cursor.fetchone() != (0,))


def strangers(location: Location, cell: Cell) -> list[str]:
    """Return a sentence for each database that has rows of customers whom its cell does not have."""
    found = []
    for schema in location.schemas:
        with location.server.session() as cursor:
            others = _strangers_in(cursor, schema, cell)
        if others:
            brand, customer = min(others)
            found.append(
                f"{schema} at {location.server} has rows of {len(others)} customers of other cells, such as "
                f"{customer} of {brand}"
            )
    return found


def trim(location: Location, keeps: Cell, keyed: Collection[str], *, is_copy: bool) -> int:
    """Delete the rows of all customers whom a cell does not have; return how many were deleted.

    It can be repeated: what was deleted before is not found again. Other data, such as schemes, stays. The
    number of refused requests for rewards stays with the original, so that it counts once.

    Args:
        location: Databases that nobody else writes.
        keeps: The cell.
        keyed: The topics that are keyed by customer.
        is_copy: Whether other databases publish the outbox's facts that concern no single customer.
    """
    deleted = 0
    for schema in location.schemas:
        with location.server.session() as cursor:
            cursor.execute(f"USE {quoted(schema)}")  # deletions by a join need a current database
            deleted += _trim_customers(cursor, schema, keeps)
            deleted += _trim_positions(cursor, schema, keeps, keyed)
            deleted += _trim_numbered(cursor, schema, keeps, keyed, is_copy=is_copy)
            if is_copy and has_table(cursor, schema, ASKED):
                cursor.execute(f"DELETE FROM {quoted(schema)}.{ASKED}")  # noqa: S608 - a name of ours
            recount(cursor, schema)
    return deleted


def recount(cursor: Cursor, schema: str) -> None:
    """Count the chosen rewards again: they are counted over all customers of a cell."""
    if not has_table(cursor, schema, "reward_taken"):
        return
    taken, choice = f"{quoted(schema)}.reward_taken", f"{quoted(schema)}.reward_choice"
    cursor.execute(f"UPDATE {taken} SET taken = 0")  # noqa: S608 - a name of ours
    cursor.execute(
        f"INSERT INTO {taken} (brand_id, iso_week, reward_id, taken) "  # noqa: S608 - a name of ours
        f"SELECT brand_id, iso_week, reward_id, COUNT(*) FROM {choice} GROUP BY 1, 2, 3 "
        "ON DUPLICATE KEY UPDATE taken = VALUES(taken)"
    )


def _strangers_in(cursor: Cursor, schema: str, cell: Cell) -> list[tuple[str, str]]:
    """Return brand and name of all customers in a database whom a cell does not have."""
    tables = customer_tables(cursor, schema)
    if not tables:
        return []
    names = [f"{quoted(schema)}.{quoted(table)}" for table in tables]
    cursor.execute(" UNION ".join(f"SELECT brand_id, customer_id FROM {name}" for name in names))  # noqa: S608
    return [(brand, customer) for brand, customer in cursor.fetchall() if not cell.has(brand, customer)]


def _trim_customers(cursor: Cursor, schema: str, keeps: Cell) -> int:
    foreign = _strangers_in(cursor, schema, keeps)
    others = f"{quoted(schema)}.furlong_trim"
    cursor.execute(
        f"CREATE TEMPORARY TABLE {others} (brand_id VARCHAR(255), customer_id VARCHAR(255), "
        "PRIMARY KEY (brand_id, customer_id)) CHARSET utf8mb4 COLLATE utf8mb4_nopad_bin"
    )
    for at in range(0, len(foreign), _BATCH_SIZE):
        cursor.executemany(f"INSERT INTO {others} VALUES (%s, %s)", foreign[at : at + _BATCH_SIZE])  # noqa: S608
    return sum(
        cursor.execute(
            f"DELETE t FROM {quoted(schema)}.{quoted(table)} t JOIN {others} o "
            "ON o.brand_id = t.brand_id AND o.customer_id = t.customer_id"
        )
        for table in customer_tables(cursor, schema)
    )


def _trim_positions(cursor: Cursor, schema: str, keeps: Cell, keyed: Collection[str]) -> int:
    """Delete positions and dead letters of other partitions."""
    return sum(
        cursor.execute(
            f"DELETE FROM {quoted(schema)}.{table} WHERE topic IN %s "  # noqa: S608
            "AND `partition` NOT BETWEEN %s AND %s",
            (sorted(keyed), keeps.first, keeps.last),
        )
        for table in ("position", "dead_letter")
    )


def _trim_numbered(cursor: Cursor, schema: str, keeps: Cell, keyed: Collection[str], *, is_copy: bool) -> int:
    """Delete other customers' facts from the outbox, and the attempts of deleted rewards."""
    deleted = _delete_where(
        cursor,
        f"{quoted(schema)}.outbox",
        lambda topic, key: (
            not keeps.owns(partition_of(str(key).encode(), keeps.of)) if topic in keyed else is_copy
        ),
    )
    if has_table(cursor, schema, "attempt"):
        rewards = ("fulfilment", "goodwill_credit")
        joins = " ".join(f"LEFT JOIN {quoted(schema)}.{table} USING (`key`)" for table in rewards)
        unknown = " AND ".join(f"{table}.customer_id IS NULL" for table in rewards)
        deleted += cursor.execute(f"DELETE attempt FROM {quoted(schema)}.attempt {joins} WHERE {unknown}")
    return deleted


def _delete_where(cursor: Cursor, table: str, is_foreign: Callable[[str, Any], bool]) -> int:
    cursor.execute(f"SELECT id, topic, `key` FROM {table}")  # noqa: S608 - a name of ours
    numbers = [number for number, topic, key in cursor.fetchall() if is_foreign(str(topic), key)]
    for at in range(0, len(numbers), _BATCH_SIZE):
        cursor.execute(f"DELETE FROM {table} WHERE id IN %s", (numbers[at : at + _BATCH_SIZE],))  # noqa: S608
    return len(numbers)
