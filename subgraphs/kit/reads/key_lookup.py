"""SELECTs that find rows by key: written in SQLAlchemy, compiled once for some numbers of keys."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from operator import itemgetter
from typing import Any, Final, Generic, TypeAlias, TypeVar

from sqlalchemy import (
    Column,
    Dialect,
    Select,
    Table,
    bindparam,
    literal_column,
    null,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.sql.elements import ColumnElement

from foundation.dependencies import uncover
from foundation.storage.connections.pinned_connections import PinnedConnections
from foundation.storage.database import Database
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.reads.batching import Batches, BatchLimits, Failed, PendingRead, TracedBatches

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
T = TypeVar("T")
Row: TypeAlias = tuple[Any, ...]
Observe: TypeAlias = Callable[[tuple[str, ...], int], None]
KeyOf: TypeAlias = Callable[[K], Row]
RowsOf: TypeAlias = dict[Row, list[Row]]
_no_rows: Callable[[Any], RowsOf] = defaultdict
KEYS: Final = "keys"
PRIMARY_ONLY: Final = "FORCE INDEX (PRIMARY)"
"""Keeps MariaDB from weighing other indexes: for a hundred keys, that takes ten times as long as the read."""
NUMBERS: Final = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128)
"""For how many keys there are statements: few of them, because each connection prepares each of them."""

INVALID_ROW: Final = (ValueError, LookupError, TypeError)
"""The exceptions raised for stored values that the code does not know."""


@dataclass(frozen=True, slots=True)
class KeyLookup(Generic[K, V]):
    """A lookup of rows of a table by key.

    Attributes:
        key: The columns of a key, in its order.
        columns: The columns to read.
        build: Builds a key's value from its rows, which have `columns`, in any order; there may be none. Keys
            may share a value.
        where: An additional condition for the rows.
        joined: A table whose columns may be read, too; None for no other.
        on: Which row of that one belongs to a row; without any, the row is left out.
    """

    table: Table
    key: tuple[str, ...]
    columns: tuple[str, ...]
    build: Callable[[Sequence[Row]], V]
    where: ColumnElement[bool] | None = None
    joined: Table | None = None
    on: ColumnElement[bool] | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Return all columns, those of the key first."""
        return self.key + self.columns

    @property
    def is_by_primary_key(self) -> bool:
        """Whether the key consists of the first columns of the table's primary key, in any order."""
        return set(self.key) == {column.name for column in list(self.table.primary_key)[: len(self.key)]}

    def column(self, name: str) -> Column[Any]:
        """Return a column by its name; the table's own comes before that of the joined one."""
        own: Column[Any] | None = self.table.c.get(name)
        if own is not None or self.joined is None:
            return self.table.c[name]
        return self.joined.c[name]

    def select(self, number: int, columns: Iterable[ColumnElement[Any]]) -> Select[Any]:
        """Return a SELECT of the rows with one of the keys.

        Args:
            number: The part's number, which begins each row and is part of the name of the keys' parameter.
            columns: Columns of the table, or constants.
        """
        key = tuple_(*(self.table.c[name] for name in self.key))
        wanted = key.in_(bindparam(f"{KEYS}{number}", expanding=True))
        query = select(literal_column(str(number)), *columns).where(wanted)
        if self.joined is not None:
            query = query.select_from(self.table.join(self.joined, self.on))
        if self.is_by_primary_key:
            for dialect in ("mysql", "mariadb"):
                query = query.with_hint(self.table, PRIMARY_ONLY, dialect)
        return query if self.where is None else query.where(self.where)


@dataclass(frozen=True, slots=True)
class LookupPart(Generic[K]):
    """A lookup as part of a batched one.

    Attributes:
        key_of: Derives its key from that of the whole; None if they are the same.
    """

    point: KeyLookup[Any, Any]
    key_of: KeyOf[K] | None = None


@dataclass(frozen=True, slots=True)
class _RowLayout:
    """The positions of a part's columns in its rows.

    Attributes:
        key: Returns a row's key.
        values: Returns the columns to read, converted from the driver's values.
    """

    part: LookupPart[Any]
    key: Callable[[Row], Row]
    values: Callable[[Row], Row]


class LookupStatement(Generic[K]):
    """All parts of a lookup as one statement: sending a statement costs more than reading rows.

    A row begins with the number of its part. Parts share columns of one name and type; others are null.
    """

    def __init__(self, parts: Sequence[LookupPart[K]], dialect: Dialect) -> None:
        """Compile the statement.

        Args:
            parts: At least one.
            dialect: To compile for.
        """
        columns = [[part.point.column(name) for name in part.point.names] for part in parts]
        shared = {_kind(column, dialect): column for each in columns for column in each}
        index = {kind: at for at, kind in enumerate(shared, 1)}
        selects = []
        self._layouts: list[_RowLayout] = []
        for number, (part, own) in enumerate(zip(parts, columns, strict=True)):
            columns_by_kind = {_kind(column, dialect): column for column in own}
            selects.append(part.point.select(number, [columns_by_kind.get(kind, null()) for kind in shared]))
            at, width = [index[_kind(column, dialect)] for column in own], len(part.point.key)
            values = _processed(at[width:], own[width:], dialect)
            self._layouts.append(_RowLayout(part, _taking(at[:width]), values))
        self._keys = [layout.key for layout in self._layouts]
        self._lists = [list] * len(parts)
        self._compiled = union_all(*selects).compile(dialect=dialect)
        self._texts: dict[int, str] = {}
        self.tables = tuple(part.point.table.name for part in parts)

    def text(self, keys: int) -> str:
        """Return the SQL for a number of keys."""
        text = self._texts.get(keys)
        if text is None:
            anything = {
                f"{KEYS}{number}": [("",) * len(layout.part.point.key)] * keys
                for number, layout in enumerate(self._layouts)
            }
            text = self._texts[keys] = self._compiled.construct_expanded_state(anything).statement
        return text

    def parameters(self, keys: Sequence[K]) -> list[Any]:
        """Return the values of the placeholders."""
        values: list[Any] = []
        for layout in self._layouts:
            key_of: KeyOf[Any] | None = layout.part.key_of
            own: Iterable[Any] = keys if key_of is None else map(key_of, keys)
            for key in own:
                values += key
        return values

    def by_key(self, rows: Iterable[Row]) -> list[RowsOf]:
        """Return the rows of each part by key."""
        keys = self._keys
        rows_of_keys: list[RowsOf] = list(map(_no_rows, self._lists))
        for row in rows:
            number = row[0]
            rows_of_keys[number][keys[number](row)].append(row)
        return rows_of_keys

    def outcomes(self, keys: Sequence[K], rows_of_keys: Iterable[RowsOf]) -> list[list[Any]]:
        """Return, for each part, the value of each key.

        Raises:
            Exception: One of `INVALID_ROW`, if a stored row is not valid.
        """
        outcomes: list[list[Any]] = []
        for layout, rows_of in zip(self._layouts, rows_of_keys, strict=True):
            build: Callable[[Sequence[Row]], Any] = layout.part.point.build
            key_of: KeyOf[Any] | None = layout.part.key_of
            if not rows_of:  # the usual case for pending changes
                outcomes.append([build(())] * len(keys))
                continue
            built, values, rows = [], layout.values, rows_of.get
            own: Iterable[Any] = keys if key_of is None else map(key_of, keys)
            for key in own:
                built.append(build([*map(values, rows(key, ()))]))  # noqa: PERF401 - saves a call
            outcomes.append(built)
        return outcomes


def padded(keys: Sequence[T]) -> Sequence[T]:
    """Return keys in one of the numbers that there are statements for, the last one several times."""
    given = len(keys)
    if given in NUMBERS or given > NUMBERS[-1]:
        return keys
    missing = NUMBERS[bisect_left(NUMBERS, given)] - given
    return [*keys, *[keys[-1]] * missing]


def _kind(column: Column[Any], dialect: Dialect) -> tuple[str, str]:
    """Return what columns must have in common to be shared: a column of a union has one type."""
    return column.name, column.type.compile(dialect)


def _taking(at: Sequence[int]) -> Callable[[Row], Row]:
    """Return a function that picks some of a row's values."""
    match at:
        case []:
            return lambda _row: ()
        case [only]:
            return lambda row: (row[only],)
        case _:
            return itemgetter(*at)


def _processed(at: Sequence[int], columns: Sequence[Column[Any]], dialect: Dialect) -> Callable[[Row], Row]:
    """Return a function that picks some of a row's values, and converts those that need it."""
    found = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
    processors = {f"process_{place}": process for place, process in zip(at, found, strict=True) if process}
    if not processors:
        return _taking(at)
    values = [
        f"process_{place}(row[{place}])" if f"process_{place}" in processors else f"row[{place}]"
        for place in at
    ]
    # Written for these columns, because it is called for each row.
    values_of: Callable[[Row], Row] = eval(f"lambda row: ({', '.join(values)},)", processors)  # noqa: S307
    return values_of


class BatchedLookup(Generic[K, V]):
    """Lookups by key over a subgraph's database, in batches that all requests share.

    Attributes:
        start: Starts to read the data of a key. The caller has checked that the viewer may see it, and
            records the key among what the answer depends on, as `RequestContext.read` does.
    """

    def __init__(
        self,
        database: Database,
        parts: Sequence[LookupPart[K]],
        make: Callable[..., V],
        observe: Observe | None = None,
        limits: BatchLimits | None = None,
    ) -> None:
        """Create it; nothing is read yet.

        Args:
            database: The subgraph's database.
            parts: The lookups for a key, which run as one statement.
            make: Builds the value of a key from the values of its parts, in order.
            observe: Called with the tables and the number of keys of each batch.
            limits: The size of batches.
        """
        self._statement: LookupStatement[K] = LookupStatement(parts, database.sql)
        self._make = make
        self._observe = observe
        limits = limits or BatchLimits()
        make_batches: Callable[..., Batches[K, V]] = Batches
        if database.tracer is not None:
            make_batches = partial(TracedBatches, database.tracer, self._statement.tables)
        batches: Batches[K, V] = make_batches(partial(self._read, database.pinned), limits)
        self.start: Callable[[K], PendingRead[K, V]] = batches.load

    @classmethod
    def of(
        cls, database: Database, point: KeyLookup[K, V], observe: Observe | None = None
    ) -> "BatchedLookup[K, V]":
        """Return a batched lookup with one part."""
        return cls(database, (LookupPart(point),), _itself, observe)

    def load(self, key: K) -> PendingRead[K, V]:
        """Start to read without recording the key: an answer that depends on it cannot be given again."""
        uncover()
        return self.start(key)

    async def _read(self, pinned: PinnedConnections, keys: Sequence[K]) -> Sequence[V | Failed]:
        statement = self._statement
        number = len(keys)
        if self._observe is not None:
            self._observe(statement.tables, number)
        sent = keys if number in NUMBERS else padded(keys)
        rows = await pinned.fetch(statement.text(len(sent)), statement.parameters(sent))
        rows_by_key = statement.by_key(rows)
        try:
            return [*map(self._make, *statement.outcomes(keys, rows_by_key))]
        except INVALID_ROW:
            return [self._build_value(key, rows_by_key) for key in keys]

    def _build_value(self, key: K, rows_of_keys: Sequence[RowsOf]) -> V | Failed:
        """Build the value of one key, so that an invalid row affects only its owner."""
        try:
            return self._make(*(outcome for (outcome,) in self._statement.outcomes([key], rows_of_keys)))
        except INVALID_ROW as error:
            return Failed(error)


def _itself(value: V) -> V:
    return value


OWNER: Final = ("brand_id", "customer_id")


def pending_lookup(intents: Table) -> KeyLookup[Owner, bool]:
    """Return the lookup of whether a customer has a pending change."""
    return KeyLookup(intents, OWNER, (), bool, where=intents.c.slot.is_not(None))
