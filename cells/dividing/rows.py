"""Which rows of a cell's databases belong to which customers."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Final

from pymysql.cursors import Cursor

from cells.moving.server import Location, quoted
from foundation.storage.cells.cell import Cell, customer_key, partition_of
from foundation.storage.cells.pseudonym import is_pseudonym

BOOKMARKS: Final = frozenset({"comparison"})
"""Tables that name a customer only as the position from which a worker continues."""

NUMBERED: Final = ("outbox", "dead_letter", "attempt")
"""Tables of numbered rows, whose customer follows from a key or a partition."""

ASKED: Final = "reward_asked"
"""How often a reward was refused because the cell's share was used up."""

BATCH_SIZE: Final = 1000

CUSTOMERS_KEY: Final = "PRIMARY KEY (brand_id, customer_id)) CHARSET utf8mb4 COLLATE utf8mb4_nopad_bin"
"""The end of a temporary table of customers, which compares ids as the tables do."""


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
    """Return a sentence for each database that has rows of customers whom its cell does not have.

    Erased customers are not counted: release 1.0 kept their rows under pseudonyms of any partition.
    """
    found = []
    for schema in location.schemas:
        with location.server.session() as cursor:
            others = [one for one in customers_of_others(cursor, schema, cell) if not is_pseudonym(one[1])]
        if others:
            brand, customer = min(others)
            found.append(
                f"{schema} at {location.server} has rows of {len(others)} customers of other cells, such as "
                f"{customer} of {brand}"
            )
    return found


def trim(location: Location, new: Cell, keyed: Collection[str], *, is_copy: bool) -> int:
    """Delete from one half of a split cell what the other half has; return how many rows were deleted.

    The copy keeps what is the new cell's, and the original everything else, so that no row is deleted from
    both: neither one under a pseudonym of any partition, nor one that is there by mistake. It can be
    repeated: what was deleted before is not found again. Other data, such as schemes, stays. The number of
    refused requests for rewards stays with the original, so that it counts once.

    Args:
        location: Databases that nobody else writes.
        new: The cell that is split off, which the copy becomes.
        keyed: The topics that are keyed by customer.
        is_copy: Whether this is the copy, or the original, which also publishes the outbox's facts that
            concern no single customer.
    """
    deleted = 0
    half = _Half(new, is_copy=is_copy)
    for schema in location.schemas:
        with location.server.session() as cursor:
            cursor.execute(f"USE {quoted(schema)}")  # deletions by a join need a current database
            deleted += _trim_customers(cursor, schema, half)
            deleted += _trim_positions(cursor, schema, half, keyed)
            deleted += _trim_numbered(cursor, schema, half, keyed)
            if is_copy and has_table(cursor, schema, ASKED):
                cursor.execute(f"DELETE FROM {quoted(schema)}.{ASKED}")  # noqa: S608 - a name of ours
            recount(cursor, schema)
    return deleted


@dataclass(frozen=True, slots=True)
class _Half:
    """A half of a split cell: the copy, which becomes the new cell, or the original."""

    new: Cell
    is_copy: bool

    def lacks(self, key: bytes) -> bool:
        """Return whether the other half has the customer with a key."""
        return self.new.owns(partition_of(key, self.new.of)) is not self.is_copy


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


def customers_of_others(cursor: Cursor, schema: str, cell: Cell) -> list[tuple[str, str]]:
    """Return brand and id of all customers in a database whom a cell does not have."""
    return [one for one in _customers_in(cursor, schema) if not cell.has(*one)]


def _customers_in(cursor: Cursor, schema: str) -> list[tuple[str, str]]:
    tables = customer_tables(cursor, schema)
    if not tables:
        return []
    names = [f"{quoted(schema)}.{quoted(table)}" for table in tables]
    cursor.execute(" UNION ".join(f"SELECT brand_id, customer_id FROM {name}" for name in names))  # noqa: S608
    return [(str(brand), str(customer)) for brand, customer in cursor.fetchall()]


def _trim_customers(cursor: Cursor, schema: str, half: _Half) -> int:
    lacked = [one for one in _customers_in(cursor, schema) if half.lacks(customer_key(*one))]
    others = f"{quoted(schema)}.furlong_trim"
    cursor.execute(
        f"CREATE TEMPORARY TABLE {others} (brand_id VARCHAR(255), customer_id VARCHAR(255), {CUSTOMERS_KEY}"
    )
    for at in range(0, len(lacked), BATCH_SIZE):
        cursor.executemany(f"INSERT INTO {others} VALUES (%s, %s)", lacked[at : at + BATCH_SIZE])  # noqa: S608
    return sum(
        cursor.execute(
            f"DELETE t FROM {quoted(schema)}.{quoted(table)} t JOIN {others} o "
            "ON o.brand_id = t.brand_id AND o.customer_id = t.customer_id"
        )
        for table in customer_tables(cursor, schema)
    )


def _trim_positions(cursor: Cursor, schema: str, half: _Half, keyed: Collection[str]) -> int:
    """Delete positions and dead letters of the other half's partitions."""
    among = "NOT BETWEEN" if half.is_copy else "BETWEEN"
    return sum(
        cursor.execute(
            f"DELETE FROM {quoted(schema)}.{table} WHERE topic IN %s "  # noqa: S608
            f"AND `partition` {among} %s AND %s",
            (sorted(keyed), half.new.first, half.new.last),
        )
        for table in ("position", "dead_letter")
    )


def _trim_numbered(cursor: Cursor, schema: str, half: _Half, keyed: Collection[str]) -> int:
    """Delete other customers' facts from the outbox, and the attempts of deleted rewards."""
    deleted = _delete_where(
        cursor,
        f"{quoted(schema)}.outbox",
        lambda topic, key: half.lacks(str(key).encode()) if topic in keyed else half.is_copy,
    )
    if has_table(cursor, schema, "attempt"):
        rewards = ("fulfilment", "goodwill_credit")
        joins = " ".join(f"LEFT JOIN {quoted(schema)}.{table} USING (`key`)" for table in rewards)
        unknown = " AND ".join(f"{table}.customer_id IS NULL" for table in rewards)
        deleted += cursor.execute(f"DELETE attempt FROM {quoted(schema)}.attempt {joins} WHERE {unknown}")
    return deleted


def _delete_where(cursor: Cursor, table: str, is_lacked: Callable[[str, Any], bool]) -> int:
    cursor.execute(f"SELECT id, topic, `key` FROM {table}")  # noqa: S608 - a name of ours
    numbers = [number for number, topic, key in cursor.fetchall() if is_lacked(str(topic), key)]
    for at in range(0, len(numbers), BATCH_SIZE):
        cursor.execute(f"DELETE FROM {table} WHERE id IN %s", (numbers[at : at + BATCH_SIZE],))  # noqa: S608
    return len(numbers)
