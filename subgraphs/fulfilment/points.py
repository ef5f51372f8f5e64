"""Point reads over the fulfilment subgraph's own tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Table

from subgraphs.fulfilment.state.state_machine import FulfilmentState
from subgraphs.kit.domain.keys import ClubKey
from subgraphs.kit.reads.key_lookup import KeyLookup, Row


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a reward stands, as far as the graph shows it."""

    state: FulfilmentState
    credited_at: datetime | None
    expires_at: datetime | None
    reference: str | None


def standing_lookup(table: Table) -> KeyLookup[ClubKey, Standing | None]:
    """Where a club's reward stands; None before the week is confirmed."""
    columns = ("state", "credited_at", "expires_at", "reference")  # in the order of a Standing
    return KeyLookup(table, ("brand_id", "iso_week", "customer_id"), columns, _standing)


def _standing(rows: Sequence[Row]) -> Standing | None:
    if not rows:
        return None
    state, *rest = rows[0]
    return Standing(FulfilmentState(state), *rest)
