"""Point reads over the rewards' own tables."""

from collections.abc import Sequence

from sqlalchemy import Table

from subgraphs.kit.domain.keys import ClubKey
from subgraphs.kit.reads.key_lookup import KeyLookup, Row
from subgraphs.rewards.options import StoredChoice


def choice_lookup(table: Table) -> KeyLookup[ClubKey, StoredChoice | None]:
    """The choice of a club; None where none was made."""
    columns = ("reward_id", "config_version", "version", "chosen_at")  # in the order of a StoredChoice
    return KeyLookup(table, ("brand_id", "iso_week", "customer_id"), columns, _choice)


def _choice(rows: Sequence[Row]) -> StoredChoice | None:
    return StoredChoice(*rows[0]) if rows else None
