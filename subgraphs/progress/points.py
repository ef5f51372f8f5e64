"""Point reads over the progress subgraph's own tables."""

from collections.abc import Sequence

from sqlalchemy import Table

from subgraphs.kit.domain.keys import ClubKey
from subgraphs.kit.reads.key_lookup import KeyLookup, Row
from subgraphs.progress.repository import Total


def total_lookup(table: Table) -> KeyLookup[ClubKey, Total | None]:
    """What a club's bets come to; None before the first."""
    columns = ("total_minor", "counted_bets", "as_of")  # in the order of a Total
    return KeyLookup(table, ("brand_id", "iso_week", "customer_id"), columns, _total)


def _total(rows: Sequence[Row]) -> Total | None:
    return Total(*rows[0]) if rows else None
