"""The fulfilment part of the graph."""

from datetime import datetime
from typing import Any

import strawberry
from strawberry import ID, Info

from subgraphs.fulfilment.loaders import FulfilmentContext
from subgraphs.fulfilment.points import Standing
from subgraphs.fulfilment.state.state_machine import FulfilmentStatus, status
from subgraphs.kit.domain.keys import ClubKey
from subgraphs.kit.graphql.schema_building import SubgraphSchema, build_schema

FulfilmentInfo = Info[FulfilmentContext, None]

strawberry.enum(FulfilmentStatus, description="REVIEW: failed or in doubt at the provider; a person decides.")


@strawberry.type
class Fulfilment:
    """The reward of a confirmed week, and how far it is."""

    status: FulfilmentStatus
    credited_at: datetime | None
    expires_at: datetime | None
    reference: str | None


@strawberry.federation.type(keys=["id"])
class Club:
    """The fulfilment side of a club."""

    id: ID

    @strawberry.field(description="Null until the week is confirmed, and where nothing will be paid.")
    async def fulfilment(self, info: FulfilmentInfo) -> Fulfilment | None:
        """The fulfilment."""
        return _shown(await info.context.standing(ClubKey.decode(self.id)))

    @classmethod
    def resolve_reference(cls, info: FulfilmentInfo, **representation: Any) -> "Club":
        """The club that another subgraph refers to."""
        return cls(id=ID(info.context.owned(representation.get("id")).encode()))


@strawberry.type
class Query:
    """Fulfilment has no entry point of its own: it hangs on the club."""


def _shown(standing: Standing | None) -> Fulfilment | None:
    shown = status(standing.state) if standing else None
    if standing is None or shown is None:
        return None
    return Fulfilment(
        status=shown,
        credited_at=standing.credited_at,
        expires_at=standing.expires_at,
        reference=standing.reference,
    )


def create_schema() -> SubgraphSchema:
    """The fulfilment schema."""
    return build_schema(Query, types=(Club,))
