"""The context of a request to fulfilment, and its batched read of a club's reward."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Table

from subgraphs.club_kit.context import RulesContext
from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.fulfilment.state.state_machine import FulfilmentState
from subgraphs.kit.reads.batching import PendingRead
from subgraphs.kit.reads.key_lookup import BatchedLookup, KeyLookup, Row


@dataclass(frozen=True, slots=True)
class FulfilmentView:
    """The columns of a fulfilment that the graph shows."""

    state: FulfilmentState
    credited_at: datetime | None
    expires_at: datetime | None
    reference: str | None


class FulfilmentContext(RulesContext, kw_only=True, eq=False):
    """The context of one request."""

    fulfilments: BatchedLookup[ClubKey, FulfilmentView | None]

    def fulfilment(self, key: ClubKey) -> PendingRead[ClubKey, FulfilmentView | None]:
        """Return a club's reward; None before the week is confirmed."""
        return self.read(self.fulfilments, key)


def fulfilment_lookup(table: Table) -> KeyLookup[ClubKey, FulfilmentView | None]:
    """Return the lookup of a club's reward; it finds None before the week is confirmed."""
    columns = ("state", "credited_at", "expires_at", "reference")  # in the order of FulfilmentView
    return KeyLookup(table, ("brand_id", "iso_week", "customer_id"), columns, _fulfilment_view)


def _fulfilment_view(rows: Sequence[Row]) -> FulfilmentView | None:
    if not rows:
        return None
    state, *rest = rows[0]
    return FulfilmentView(FulfilmentState(state), *rest)
