"""SELECTs that find rows by key: written in SQLAlchemy, compiled once for each number of keys."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
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

from storage.database import Database, Shard
from subgraphs.kit.domain.keys import ClubKey, Owner
from subgraphs.kit.reads.batching import Batches, BatchLimits, Failed, PendingRead

K = TypeVar("K", Owner, ClubKey)
V = TypeVar("V")
Row: TypeAlias = tuple[Any, ...]
Observe: TypeAlias = Callable[[str, int], None]
KeyOf: TypeAlias = Callable[[K], Row]
RowsOf: TypeAlias = dict[Row, list[Row]]
KEYS: Final = "keys"
SENSELESS: Final = (ValueError, LookupError, TypeError)
"""What is raised where stored values are none that the code knows."""


@dataclass(frozen=True, slots=True)
class KeyLookup(Generic[K, V]):
    """What is read of a table by key.

    Attributes:
        key: names of the columns that a key gives, in its order.
        columns: names of the columns that are read.
        build: makes the value of a key's rows, which have `columns` and no order; there may be none. Keys may
            share a value.
        where: a condition that the rows must meet besides.
    """

    table: Table
    key: tuple[str, ...]
    columns: tuple[str, ...]
    build: Callable[[Sequence[Row]], V]
    where: ColumnElement[bool] | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Of all columns, those of the key first."""
        return self.key + self.columns

    def select(self, number: int, columns: Iterable[ColumnElement[Any]]) -> Select[Any]:
        """Reads columns of the rows that have one of so many keys.

        Args:
            number: stands at the beginning of each row, and in the name of the keys' parameter.
            columns: of the table, or constants.
        """
        key = tuple_(*(self.table.c[name] for name in self.key))
        wanted = key.in_(bindparam(f"{KEYS}{number}", expanding=True))
        query = select(literal_column(str(number)), *columns).where(wanted)
        return query if self.where is None else query.where(self.where)


@dataclass(frozen=True, slots=True)
class LookupPart(Generic[K]):
    """A point read as part of a reader.

    Attributes:
        key_of: gives its key from the reader's; None where they are the same.
    """

    point: KeyLookup[Any, Any]
    key_of: KeyOf[K] | None = None


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the rows of a part have what belongs to it.

    Attributes:
        key: takes a row's key.
        values: takes the columns that are read, and makes their values of what the driver gives.
    """

    part: LookupPart[Any]
    key: Callable[[Row], Row]
    values: Callable[[Row], Row]

    def keys(self, keys: Sequence[Any]) -> Sequence[Row]:
        """The part's keys, by those of the reader."""
        key_of = self.part.key_of
        return keys if key_of is None else list(map(key_of, keys))

    def outcomes(self, keys: Sequence[Any], rows_of: RowsOf) -> list[Any]:
        """What the rows of each key come to."""
        build, values, rows = self.part.point.build, self.values, rows_of.get
        if not rows_of:  # as mostly for changes under way
            return [build(())] * len(keys)
        return [build([*map(values, rows(key, ()))]) for key in self.keys(keys)]


class LookupStatement(Generic[K]):
    """All parts of a reader as one statement of one dialect: what is sent costs more than what is read.

    A row begins with its part's number. Columns of one name and type are shared; the rest of a row is null.
    """

    def __init__(self, parts: Sequence[LookupPart[K]], dialect: Dialect) -> None:
        """Writes the statement.

        Args:
            parts: at least one.
            dialect: with which it is compiled.
        """
        columns = [[part.point.table.c[name] for name in part.point.names] for part in parts]
        shared = {_kind(column, dialect): column for each in columns for column in each}
        index = {kind: at for at, kind in enumerate(shared, 1)}
        selects = []
        self._places: list[_Place] = []
        for number, (part, own) in enumerate(zip(parts, columns, strict=True)):
            found = {_kind(column, dialect): column for column in own}
            selects.append(part.point.select(number, [found.get(kind, null()) for kind in shared]))
            at, width = [index[_kind(column, dialect)] for column in own], len(part.point.key)
            values = _processed(_taking(at[width:]), own[width:], dialect)
            self._places.append(_Place(part, _taking(at[:width]), values))
        self._compiled = union_all(*selects).compile(dialect=dialect)
        self._texts: dict[int, str] = {}
        self.tables = [part.point.table.name for part in parts]

    def text(self, keys: int) -> str:
        """The SQL for a number of keys."""
        text = self._texts.get(keys)
        if text is None:
            anything = {
                f"{KEYS}{number}": [("",) * len(place.part.point.key)] * keys
                for number, place in enumerate(self._places)
            }
            text = self._texts[keys] = self._compiled.construct_expanded_state(anything).statement
        return text

    def parameters(self, keys: Sequence[K]) -> list[Any]:
        """What stands for the placeholders."""
        return [*chain.from_iterable(chain.from_iterable(place.keys(keys) for place in self._places))]

    def by_key(self, rows: Iterable[Row]) -> list[RowsOf]:
        """The rows of each part by their keys."""
        keys = [place.key for place in self._places]
        found: list[RowsOf] = [defaultdict(list) for _ in keys]
        for row in rows:
            number = row[0]
            found[number][keys[number](row)].append(row)
        return found

    def outcomes(self, keys: Sequence[K], found: Iterable[RowsOf]) -> list[list[Any]]:
        """For each part, what each key comes to.

        Raises:
            Exception: one of `SENSELESS`, if a row makes no sense.
        """
        return [place.outcomes(keys, rows_of) for place, rows_of in zip(self._places, found, strict=True)]


def _kind(column: Column[Any], dialect: Dialect) -> tuple[str, str]:
    """What columns must have in common to share a place: a union has one type for each."""
    return column.name, column.type.compile(dialect)


def _taking(at: Sequence[int]) -> Callable[[Row], Row]:
    """Takes some of a row's values."""
    match at:
        case []:
            return lambda _row: ()
        case [only]:
            return lambda row: (row[only],)
        case _:
            return itemgetter(*at)


def _processed(
    taking: Callable[[Row], Row], columns: Sequence[Column[Any]], dialect: Dialect
) -> Callable[[Row], Row]:
    """Takes a row's values and makes the columns' of those that are not yet."""
    found = (each.type.dialect_impl(dialect).result_processor(dialect, None) for each in columns)
    processors = [(at, process) for at, process in enumerate(found) if process is not None]
    match processors:
        case []:
            return taking
        case [(only, process_only)]:

            def values(row: Row) -> Row:
                made = list(taking(row))
                made[only] = process_only(made[only])
                return tuple(made)

        case _:

            def values(row: Row) -> Row:
                made = list(taking(row))
                for at, process in processors:
                    made[at] = process(made[at])
                return tuple(made)

    return values


class BatchedLookup(Generic[K, V]):
    """Point reads over a subgraph's databases, in batches that all requests share.

    Attributes:
        load: gives what is stored under a key; the caller has seen to it that the viewer may know it.
    """

    def __init__(
        self,
        database: Database,
        points: Sequence[LookupPart[K]],
        make: Callable[..., V],
        observe: Observe | None = None,
        limits: BatchLimits | None = None,
    ) -> None:
        """Reads nothing yet.

        Args:
            database: the subgraph's.
            points: what is read for a key, all at the same time.
            make: makes the value of a key of what the points gave, in their order.
            observe: is told the table and the number of keys of each batch.
            limits: how batches are cut.
        """
        self._shard_of = database.shard
        self._statement: LookupStatement[K] = LookupStatement(points, database.sql)
        self._make = make
        self._observe = observe
        limits = limits or BatchLimits()
        self._batches: dict[int, Batches[K, V]] = {
            id(shard): Batches(partial(self._read, shard), limits) for shard in database.shards
        }
        lone = next(iter(self._batches.values())) if len(self._batches) == 1 else None
        self.load: Callable[[K], PendingRead[K, V]] = lone.load if lone else self._load_from_its_shard

    @classmethod
    def of(
        cls, database: Database, point: KeyLookup[K, V], observe: Observe | None = None
    ) -> "BatchedLookup[K, V]":
        """Reads one thing."""
        return cls(database, (LookupPart(point),), _itself, observe)

    def _load_from_its_shard(self, key: K) -> PendingRead[K, V]:
        return self._batches[id(self._shard_of(key))].load(key)

    async def _read(self, shard: Shard, keys: Sequence[K]) -> Sequence[V | Failed]:
        statement = self._statement
        if self._observe is not None:
            for table in statement.tables:
                self._observe(table, len(keys))
        rows = await shard.pinned.fetch(statement.text(len(keys)), statement.parameters(keys))
        found = statement.by_key(rows)
        try:
            return self._made(keys, found)
        except SENSELESS:
            return [self._made_alone(key, found) for key in keys]

    def _made(self, keys: Sequence[K], found: Sequence[RowsOf]) -> list[V]:
        return list(map(self._make, *self._statement.outcomes(keys, found)))

    def _made_alone(self, key: K, found: Sequence[RowsOf]) -> V | Failed:
        """Senseless rows harm their owner alone."""
        try:
            return self._made([key], found)[0]
        except SENSELESS as error:
            return Failed(error)


def _itself(value: V) -> V:
    return value
