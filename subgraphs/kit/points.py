"""SELECTs that find rows by key: written in SQLAlchemy, compiled once for each number of keys."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any, Final, Generic, TypeAlias, TypeVar

from sqlalchemy import Dialect, Table, bindparam, select, tuple_
from sqlalchemy.sql.elements import ColumnElement

from subgraphs.kit.batching import Answer, Batches, BatchLimits, Failed
from subgraphs.kit.database import Database, Shard
from subgraphs.kit.owners import ClubKey, Owner

K = TypeVar("K", Owner, ClubKey)
V = TypeVar("V")
Row: TypeAlias = tuple[Any, ...]
Observe: TypeAlias = Callable[[str, int], None]
KeyOf: TypeAlias = Callable[[K], Row]
KEYS: Final = "keys"


@dataclass(frozen=True, slots=True)
class PointRead(Generic[K, V]):
    """What is read of a table by key.

    Attributes:
        key: names of the columns that a key gives, in its order.
        columns: names of the columns that are read.
        build: makes the value of a key's rows, which have `columns` and no order; there may be none.
        where: a condition that the rows must meet besides.
    """

    table: Table
    key: tuple[str, ...]
    columns: tuple[str, ...]
    build: Callable[[Sequence[Row]], V]
    where: ColumnElement[bool] | None = None


class PointStatement(Generic[K, V]):
    """A point read as SQL of one dialect.

    Attributes:
        table: its name.
    """

    def __init__(self, point: PointRead[K, V], dialect: Dialect) -> None:
        self._point: PointRead[K, V] = point
        self.table = point.table.name
        table = point.table
        keys = tuple_(*(table.c[name] for name in point.key)).in_(bindparam(KEYS, expanding=True))
        query = select(*(table.c[name] for name in (*point.key, *point.columns))).where(keys)
        if point.where is not None:
            query = query.where(point.where)
        self._compiled = query.compile(dialect=dialect)
        self._texts: dict[int, str] = {}
        processors = [_from_driver(table.c[name].type, dialect) for name in point.columns]
        self._processors = [(at, process) for at, process in enumerate(processors) if process is not None]

    def text(self, keys: int) -> str:
        """The SQL for a number of keys."""
        text = self._texts.get(keys)
        if text is None:
            anything = [("",) * len(self._point.key)] * keys
            text = self._texts[keys] = self._compiled.construct_expanded_state({KEYS: anything}).statement
        return text

    def outcomes(self, keys: Iterable[K], rows: Iterable[Row]) -> list[V | Failed]:
        """What each key comes to."""
        width, processors = len(self._point.key), self._processors
        found: dict[Row, list[Row]] = {}
        for row in rows:
            values = row[width:]
            if processors:
                changed = list(values)
                for at, process in processors:
                    changed[at] = process(changed[at])
                values = tuple(changed)
            found.setdefault(row[:width], []).append(values)
        return [self._outcome(found.get(key, ())) for key in keys]

    def _outcome(self, rows: Sequence[Row]) -> V | Failed:
        try:
            return self._point.build(rows)
        except (
            ValueError,
            LookupError,
            TypeError,
        ) as error:  # senseless rows harm their owner alone
            return Failed(error)


def _from_driver(type_: Any, dialect: Dialect) -> Callable[[Any], Any] | None:
    """How a driver's value becomes a column's; None where it is one already."""
    processor: Callable[[Any], Any] | None = type_.dialect_impl(dialect).result_processor(dialect, None)
    return processor


class PointReader(Generic[K, V]):
    """Point reads over a subgraph's databases, in batches that all requests share."""

    def __init__(
        self,
        database: Database,
        points: "Sequence[Part[K]]",
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
        self._database = database
        self._parts: list[tuple[PointStatement[Any, Any], KeyOf[K] | None]] = [
            (PointStatement(part.point, database.sql), part.key_of) for part in points
        ]
        self._make = make
        self._observe = observe
        self._limits = limits or BatchLimits()
        self._batches: dict[int, Batches[K, V]] = {}

    @classmethod
    def of(
        cls, database: Database, point: PointRead[K, V], observe: Observe | None = None
    ) -> "PointReader[K, V]":
        """Reads one thing."""
        return cls(database, (Part(point),), _itself, observe)

    def load(self, key: K) -> Answer[K, V]:
        """What is stored under a key; the caller has seen to it that the viewer may know it."""
        shard = self._database.shard(key.owner)
        batches = self._batches.get(id(shard))
        if batches is None:
            batches = self._batches[id(shard)] = Batches(partial(self._read, shard), self._limits)
        return batches.load(key)

    async def _read(self, shard: Shard, keys: Sequence[K]) -> list[V | Failed]:
        readings = [self._read_part(shard, statement, key_of, keys) for statement, key_of in self._parts]
        found = [await readings[0]] if len(readings) == 1 else await asyncio.gather(*readings)
        return [self._joined(values) for values in zip(*found, strict=True)]

    async def _read_part(
        self, shard: Shard, statement: PointStatement[Any, Any], key_of: KeyOf[K] | None, keys: Sequence[K]
    ) -> list[Any]:
        places = keys if key_of is None else [key_of(key) for key in keys]
        if self._observe is not None:
            self._observe(statement.table, len(places))
        rows = await shard.points.fetch(statement.text(len(places)), list(chain.from_iterable(places)))
        return statement.outcomes(places, rows)

    def _joined(self, values: tuple[Any, ...]) -> V | Failed:
        for value in values:
            if value.__class__ is Failed:
                return value
        return self._make(*values)


@dataclass(frozen=True, slots=True)
class Part(Generic[K]):
    """A point read as part of a reader.

    Attributes:
        key_of: gives its key from the reader's; None where they are the same.
    """

    point: PointRead[Any, Any]
    key_of: KeyOf[K] | None = None


def _itself(value: V) -> V:
    return value
