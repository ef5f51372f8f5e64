"""The lobby's part of the graph: what may be played, and how a game is opened."""

from datetime import datetime
from functools import cache
from typing import Final

import strawberry
from strawberry import ID
from strawberry.federation.schema_directives import Cost

from subgraphs.kit.domain.bounds import check
from subgraphs.kit.domain.graph_ids import GraphId
from subgraphs.kit.graphql.descriptions import fields_described
from subgraphs.kit.graphql.platform_errors import PlatformError
from subgraphs.kit.graphql.schema_building import CUSTOMER, SubgraphSchema, assumed_size, build_schema
from subgraphs.kit.mutations.refusals import Refusal
from subgraphs.kit.settings import Execution
from subgraphs.lobby.launching import NOT_HERE, SIGN_IN, Opened, Opening
from subgraphs.lobby.loaders import LobbyContext
from subgraphs.lobby.lobby_types import Device, GameGroup, Lobby, LobbyInfo

LAUNCH_COST: Final = 25
"""What a launch costs of a request's points: it waits for another company, and for the disk."""


@fields_described
@strawberry.type
class Query:
    """Reads of the lobby."""

    @strawberry.field
    async def lobby(self, info: LobbyInfo, brand: ID, device: Device = Device.DESKTOP) -> Lobby | None:
        """Games that this brand may show to this visitor: by jurisdiction, device and language."""
        visitor = await info.context.visitor(brand)
        return Lobby(view=await info.context.view(visitor, device.value), visitor=visitor)


@strawberry.input
class LaunchGameInput:
    """A game to open; `demo` plays without money. Without a device, it is one that the game has."""

    brand: ID
    game_id: ID
    demo: bool = False
    device: Device | None = None


@fields_described
@strawberry.type
class LaunchPayload:
    """Where a game is opened, in an iframe; null with the reason in `errors`.

    Attributes:
        expires_at: Until when the address can be opened.
    """

    url: str | None
    expires_at: datetime | None
    refusal: strawberry.Private[Refusal | None]

    @strawberry.field(directives=[assumed_size(1)])
    def errors(self) -> list[PlatformError]:
        """Return why it was not opened."""
        return PlatformError.of(self.refusal)


@fields_described
@strawberry.type
class Mutation:
    """What can be asked of the lobby."""

    @strawberry.federation.mutation(directives=[Cost(weight=LAUNCH_COST)], tags=[CUSTOMER])
    async def launch_game(self, info: LobbyInfo, input: LaunchGameInput) -> LaunchPayload:  # noqa: A002 - the contract's name
        """A signed address for an iframe, valid for some seconds."""
        opened = await _launched(info.context, input)
        if isinstance(opened, Refusal):
            return LaunchPayload(url=None, expires_at=None, refusal=opened)
        return LaunchPayload(url=opened.url, expires_at=opened.expires_at, refusal=None)


async def _launched(context: LobbyContext, asked: LaunchGameInput) -> Opened | Refusal:
    check(asked)
    own_id = GraphId.of_brand(asked.brand, asked.game_id) or ""
    if not asked.demo and context.identity.viewer is None:
        return SIGN_IN
    visitor = await context.visitor(asked.brand)
    device, place, account = asked.device and asked.device.value, visitor.place, visitor.account
    game = (await context.view(visitor, device)).find(own_id)
    if game is None or place.jurisdiction is None:
        return NOT_HERE
    return await context.launcher.open(
        Opening(
            brand=visitor.brand.id,
            game=game,
            device=device or min(game.devices),
            demo=asked.demo,
            locale=visitor.locale,
            country=place.jurisdiction[:2],
            owner=None if visitor.viewer is None else visitor.viewer.owner,
            account=account,
            jurisdiction=place.jurisdiction,
        )
    )


@cache
def create_schema(execution: Execution = "compiled") -> SubgraphSchema:
    """Return the lobby's schema, which the apps of this process share."""
    return build_schema(Query, Mutation, types=(GameGroup,), execution=execution)
