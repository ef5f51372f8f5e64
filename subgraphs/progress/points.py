"""Point reads over the progress subgraph's own tables."""

from collections.abc import Sequence

from sqlalchemy import Table

from subgraphs.kit.owners import ClubKey
from subgraphs.kit.points import PointRead, Row
from subgraphs.progress.repository import Total


def total_point(table: Table) -> PointRead[ClubKey, Total | None]:
    """What a club's bets come to; None before the first."""
    columns = ("total_minor", "counted_bets", "as_of")  # in the order of a Total
    return PointRead(table, ("brand_id", "iso_week", "customer_id"), columns, _total)


def _total(rows: Sequence[Row]) -> Total | None:
    return Total(*rows[0]) if rows else None
