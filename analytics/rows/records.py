"""Messages as rows of the record tables: what is kept of each, with customers and ids as pseudonyms.

Texts of people (explanations, names of staff) and references of providers are not kept.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from analytics import record_tables
from analytics.pseudonyms import Owner, Pseudonyms
from analytics.rows.bet_columns import plain_bets
from analytics.rows.record_facts import DECODERS, EPOCH, Fact
from consumers.stream.errors import Poison
from consumers.stream.records import Record

if TYPE_CHECKING:
    import pyarrow as pa

MAX_REASON: Final = 200
_QUOTED: Final = re.compile(r"'[^']*'|\"[^\"]*\"")


@dataclass(frozen=True, slots=True)
class Origin:
    """Which records a block is made of.

    Attributes:
        first: The position before the records.
        last: The offset of the last record.
    """

    partition: int
    generation: str
    first: int
    last: int
    arrived_at: datetime


@dataclass(frozen=True, slots=True)
class Block:
    """The rows of an insert.

    Attributes:
        erased: The customers whose secrets are destroyed once the block is stored, and when they were erased.
        zones: The time zones of brands in the block.
    """

    rows: pa.Table
    refused: int
    erased: Sequence[tuple[Owner, datetime]]
    zones: frozenset[str]


def end_of_block(table: record_tables.RecordTable, records: Sequence[Record], limit: int) -> int:
    """Return how many records the next block may have: an erasure ends one, so that none of it is later."""
    if table is not record_tables.ACCOUNTS:
        return min(limit, len(records))
    erasures = (number for number, record in enumerate(records[:limit], 1) if record.value is None)
    return next(erasures, min(limit, len(records)))


def block_of(
    table: record_tables.RecordTable, records: Sequence[Record], origin: Origin, pseudonyms: Pseudonyms
) -> Block:
    """Return the rows of records of one partition, one row a record, in their order."""
    plain = plain_bets(records, pseudonyms) if table is record_tables.BETS else None
    if plain is not None:
        rows = _arrow(table, plain | _origins(records, origin) | {"refused": [""] * len(records)})
        return Block(rows, 0, (), frozenset())
    facts = [_fact(table, record, pseudonyms) for record in records]
    understood = [fact for fact in facts if isinstance(fact, Fact)]
    columns = {name: [] for name in table.columns} | _origins(records, origin)
    columns["refused"] = ["" if isinstance(fact, Fact) else fact for fact in facts]
    columns["brand"] = [fact.brand if isinstance(fact, Fact) else "" for fact in facts]
    columns["occurred_at"] = [fact.occurred_at if isinstance(fact, Fact) else EPOCH for fact in facts]
    for name, kind in table.own.items():
        empty = _empty(kind)
        columns[name] = [fact.columns.get(name, empty) if isinstance(fact, Fact) else empty for fact in facts]
    if table.keyed:
        columns["customer"] = _customers(facts, pseudonyms)
    return Block(
        _arrow(table, columns),
        len(facts) - len(understood),
        [(fact.owner, fact.occurred_at) for fact in understood if fact.erases and fact.owner is not None],
        frozenset(fact.columns["time_zone"] for fact in understood if "time_zone" in fact.columns),
    )


def _customers(facts: Sequence[Fact | str], pseudonyms: Pseudonyms) -> list[int]:
    about = [fact for fact in facts if isinstance(fact, Fact) and fact.owner and not fact.erases]
    numbers = iter(pseudonyms.at([(fact.owner, fact.occurred_at) for fact in about if fact.owner]))
    found = []
    for fact in facts:
        if not isinstance(fact, Fact) or fact.owner is None:
            found.append(0)
        elif fact.erases:
            found.append(pseudonyms.of_erased(fact.owner, fact.occurred_at))
        else:
            found.append(next(numbers))
    return found


def _fact(table: record_tables.RecordTable, record: Record, pseudonyms: Pseudonyms) -> Fact | str:
    """Return what a record says, or why it is no fact."""
    try:
        return DECODERS[table.topic](record, pseudonyms)
    except Poison as fault:
        return _QUOTED.sub("…", fault.reason)[:MAX_REASON] or "not understood"


def _origins(records: Sequence[Record], origin: Origin) -> dict[str, Any]:
    import pyarrow as pa

    def same(value: Any, kind: pa.DataType) -> pa.Array:
        return pa.repeat(pa.scalar(value, kind), len(records))

    return {
        "generation": same(origin.generation, pa.string()),
        "topic_partition": same(origin.partition, pa.uint32()),
        "topic_offset": [record.offset for record in records],
        "range_first": same(origin.first, pa.uint64()),
        "range_last": same(origin.last, pa.uint64()),
        "produced_at": [record.timestamp for record in records],
        "arrived_at": same(origin.arrived_at, pa.timestamp("us", tz="UTC")),
    }


def _empty(kind: str) -> Any:
    """Return the value of a column that a record does not fill, by the column's type."""
    if kind.startswith("Nullable"):
        return None
    if "DateTime" in kind:
        return EPOCH
    if kind.startswith("Array"):
        return []
    if "String" in kind:
        return ""
    return False if kind == "Bool" else 0


def _arrow(table: record_tables.RecordTable, columns: Mapping[str, Sequence[Any]]) -> pa.Table:
    import pyarrow as pa

    types = {
        "UInt64": pa.uint64(),
        "UInt32": pa.uint32(),
        "Int64": pa.int64(),
        "Float64": pa.float64(),
        "Bool": pa.bool_(),
        "String": pa.string(),
        "Array(String)": pa.list_(pa.string()),
        "Array(Int64)": pa.list_(pa.int64()),
        record_tables.INSTANT: pa.timestamp("us", tz="UTC"),
    }
    wrapped = re.compile(r"(?:Nullable|LowCardinality)\((.*)\)")
    return pa.table(
        {
            name: column
            if isinstance(column := columns[name], pa.Array)
            else pa.array(column, types[found[1] if (found := wrapped.fullmatch(kind)) else kind])
            for name, kind in table.columns.items()
        }
    )
