"""The fulfilment part of the graph: `Club.fulfilment`."""

from datetime import datetime
from functools import cache
from typing import Any

import strawberry
from strawberry import ID, Info

from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.fulfilment.loaders import FulfilmentContext, FulfilmentView
from subgraphs.fulfilment.state.state_machine import FulfilmentStatus, fulfilment_status
from subgraphs.kit.graphql.descriptions import fields_described
from subgraphs.kit.graphql.schema_building import SubgraphSchema, build_schema
from subgraphs.kit.settings import Execution

FulfilmentInfo = Info[FulfilmentContext, None]

strawberry.enum(
    FulfilmentStatus, description="REVIEW: the credit failed or is in doubt, and a person decides."
)


@strawberry.type
class Fulfilment:
    """The reward of a confirmed week."""

    status: FulfilmentStatus
    credited_at: datetime | None
    expires_at: datetime | None
    reference: str | None


@fields_described
@strawberry.federation.type(keys=["id"])
class Club:
    """The fields that fulfilment adds to a club."""

    id: ID

    @strawberry.field
    async def fulfilment(self, info: FulfilmentInfo) -> Fulfilment | None:
        """Null until the week is confirmed, or if nothing will be paid."""
        return _fulfilment(await info.context.fulfilment(ClubKey.decode(self.id)))

    @classmethod
    def resolve_reference(cls, info: FulfilmentInfo, **representation: Any) -> "Club":
        """Return the club that another subgraph refers to."""
        return cls(id=ID(info.context.owned(representation.get("id")).encode()))


@strawberry.type
class Query:
    """Empty: fulfilment is only reached through a club."""


def _fulfilment(view: FulfilmentView | None) -> Fulfilment | None:
    status = fulfilment_status(view.state) if view else None
    if view is None or status is None:
        return None
    return Fulfilment(
        status=status,
        credited_at=view.credited_at,
        expires_at=view.expires_at,
        reference=view.reference,
    )


@cache
def create_schema(execution: Execution = "compiled") -> SubgraphSchema:
    """Return the fulfilment schema, which the apps of this process share."""
    return build_schema(Query, types=(Club,), execution=execution)
