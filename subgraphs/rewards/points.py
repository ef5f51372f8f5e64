"""Point reads over the rewards' own tables."""

from collections.abc import Sequence

from sqlalchemy import Table

from subgraphs.kit.owners import ClubKey
from subgraphs.kit.points import PointRead, Row
from subgraphs.rewards.options import StoredChoice


def choice_point(table: Table) -> PointRead[ClubKey, StoredChoice | None]:
    """The choice of a club; None where none was made."""
    columns = ("reward_id", "config_version", "version", "chosen_at")  # in the order of a StoredChoice
    return PointRead(table, ("brand_id", "iso_week", "customer_id"), columns, _choice)


def _choice(rows: Sequence[Row]) -> StoredChoice | None:
    return StoredChoice(*rows[0]) if rows else None
