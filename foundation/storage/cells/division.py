"""What becomes of a table's rows if a cell is divided, or two are united: each table says it once.

These are plain values: what divides cells knows tables by nothing else.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final, NamedTuple, TypeAlias


class Rows(Enum):
    """What becomes of rows that belong to no customer.

    BY_KEY: messages on the outbox: those of topics that are keyed by customer go with the key's partition,
        the others stay where they are.
    BY_PARTITION: what was read of partitions: that of topics that are keyed by customer goes with them.
    ERASURES: both halves have them, and united cells have those of both.
    UNITED: both halves have them, and united cells have those of both; where both have a row, the one that
        goes on has its own.
    COPIED: both halves have them; of united cells, the one that goes on has its own.
    BOOKMARK: as COPIED, although they name a customer: the position from which a worker continues.
    OF_DATABASE: they are about the database, and stay in it.
    """

    BY_KEY = "by key"
    BY_PARTITION = "by partition"
    ERASURES = "erasures"
    UNITED = "united"
    COPIED = "copied"
    BOOKMARK = "bookmark"
    OF_DATABASE = "of the database"


class Parent(NamedTuple):
    """A row that another row names.

    Attributes:
        table: The parent's table.
        columns: The columns that name it, each with the parent's own, which has no null and is not numbered
            by the database.
    """

    table: str
    columns: tuple[tuple[str, str], ...]


class Count(NamedTuple):
    """A number that a row has for all customers of a cell.

    Attributes:
        column: The column. Several counts of one column are added up.
        of: The table whose rows are counted again in each half. Empty if nothing can be counted again: then
            the number stays where it is, and united cells have the sum.
        by: The row's columns, each with that of the counted table which must be equal to it.
        value: What a counted row adds, in SQL. It is `counted` there.
        beside: A row of another table that a counted row names, if `value` needs it: `beside` there.
    """

    column: str
    of: str = ""
    by: tuple[tuple[str, str], ...] = ()
    value: str = "1"
    beside: Parent | None = None


class Common(NamedTuple):
    """Rows of a table that belong to no customer, and that both halves have under the same primary key.

    Attributes:
        where: Which rows, as a condition in SQL that is never null; the row is `{row}` there.
        counts: What such a row counts.
        greatest: The columns of which a row of united cells has the greater number.
    """

    where: str
    counts: tuple[Count, ...] = ()
    greatest: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ByCustomer:
    """Each row goes with the customer whom its columns `brand_id` and `customer_id` name.

    Attributes:
        house: None if each row names a customer. If not, a row whose `customer_id` is null belongs to the
            house: both halves have it, under the same primary key, and this is what it counts.
    """

    house: tuple[Count, ...] | None = None


@dataclass(frozen=True, slots=True)
class ByParent:
    """Each row goes with the first of its parents that belongs to a customer.

    A row without such a parent stays where it is. Parents that are named by the same columns are
    alternatives: one of them must be there. If a row names several by different columns, all must be there,
    unless the columns are null.

    Attributes:
        parents: In the order in which they are asked.
        common: Rows without a parent that both halves have; None if there are none.
    """

    parents: tuple[Parent, ...]
    common: Common | None = None

    @property
    def alternatives(self) -> list[tuple[Parent, ...]]:
        """Return the parents, together if the same columns name them."""
        names = dict.fromkeys(tuple(own for own, _ in parent.columns) for parent in self.parents)
        return [
            tuple(parent for parent in self.parents if tuple(own for own, _ in parent.columns) == columns)
            for columns in names
        ]


@dataclass(frozen=True, slots=True)
class Counted:
    """Each row only counts what the cell's customers have done: all its columns are its key and counts."""

    counts: tuple[Count, ...]


RowRule: TypeAlias = Rows | ByCustomer | ByParent | Counted
TableRows: TypeAlias = Mapping[str, RowRule]
"""The rules of a database's tables, by their names."""

BY_CUSTOMER: Final = ByCustomer()


def parents_first(tables: TableRows) -> list[str]:
    """Return the names of the tables whose rows belong to customers, each behind those of its parents."""
    return sorted(
        (name for name, rule in tables.items() if isinstance(rule, ByCustomer | ByParent)),
        key=lambda name: (_depth(tables, name), name),
    )


def _depth(tables: TableRows, name: str) -> int:
    rule = tables.get(name)
    return (
        1 + max(_depth(tables, parent.table) for parent in rule.parents) if isinstance(rule, ByParent) else 0
    )


def counts_of(rule: RowRule) -> tuple[Count, ...]:
    """Return what rows count for all customers of a cell."""
    match rule:
        case Counted(counts):
            return counts
        case ByCustomer(house):
            return house or ()
        case ByParent(_, Common(_, counts)):
            return counts
    return ()


def greatest_of(rule: RowRule) -> tuple[str, ...]:
    """Return the columns of which a row of united cells has the greater number."""
    match rule:
        case ByParent(_, Common(_, _, greatest)):
            return greatest
    return ()


def added(counts: Iterable[Count]) -> list[str]:
    """Return the columns whose numbers cannot be counted again."""
    return [count.column for count in counts if not count.of]
