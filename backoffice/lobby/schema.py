"""Casino lobbies' part of the graph."""

from typing import Annotated, Final

import strawberry
from strawberry import ID

from backoffice.access import Permission
from backoffice.graph.area import OfficeInfo, permitted
from backoffice.graph.pages import Name, Page, page_of, page_size, read_cursor
from backoffice.lobby.area import LobbyArea
from backoffice.lobby.reading import GameFilter, Looked, place_of
from backoffice.lobby.types import (
    LobbyContentInfo,
    LobbyGameInfo,
    LobbyPreview,
    LobbyProviderInfo,
    ProposeLobbyInput,
    TryLobbyInput,
    content_to_graphql,
    preview_to_graphql,
    provider_to_graphql,
)
from subgraphs.kit.graphql.descriptions import fields_described

First = Annotated[int, strawberry.argument(description="How many rows: 1 to 100.")]
PLACE: Final = tuple[Name, Name]
_READ, _EDIT = Permission.LOBBY_READ, Permission.LOBBY_EDIT


@fields_described
@strawberry.type
class Query:
    """Reads of lobbies."""

    @strawberry.field(directives=[permitted(_READ, "brand")])
    async def lobby_content(self, info: OfficeInfo, brand: str) -> LobbyContentInfo:
        """The sections and groups of games of a brand."""
        context = info.context
        return content_to_graphql(await context.area(LobbyArea).reading.find(context.actor, brand))

    @strawberry.field(directives=[permitted(_READ, "brand")])
    async def lobby_providers(self, info: OfficeInfo, brand: str) -> list[LobbyProviderInfo]:
        """How the providers are whose games a brand shows."""
        context = info.context
        found = await context.area(LobbyArea).reading.providers(context.actor, brand)
        return [provider_to_graphql(health) for health in found]

    @strawberry.field(directives=[permitted(_READ, "brand")])
    async def lobby_games(  # noqa: PLR0917 - filters, which are given by name
        self,
        info: OfficeInfo,
        brand: str,
        search: str = "",
        provider: str = "",
        jurisdiction: str = "",
        first: First = 25,
        after: str | None = None,
    ) -> Page[LobbyGameInfo]:
        """Games that a brand may show somewhere, by name."""
        context, wanted = info.context, GameFilter(search, provider, jurisdiction)
        games = await context.area(LobbyArea).reading.games(
            context.actor, brand, wanted, page_size(first), read_cursor(after, PLACE)
        )
        return page_of(games, first, LobbyGameInfo.of, place_of)

    @strawberry.field(directives=[permitted(_READ, "input.brand")])
    async def try_lobby(self, info: OfficeInfo, input: TryLobbyInput) -> LobbyPreview:  # noqa: A002
        """A lobby as customers see it, before and after a proposal; nothing of it is kept."""
        context = info.context
        tried = await context.area(LobbyArea).reading.try_lobby(
            context.actor,
            input.brand,
            input.proposal or input.typed(),
            Looked(input.jurisdiction, input.device, input.at),
        )
        return preview_to_graphql(tried, input.locale)


@fields_described
@strawberry.type
class Mutation:
    """Changes of lobbies, each approved by another person."""

    @strawberry.mutation(directives=[permitted(_EDIT, "input.brand")])
    async def propose_lobby(self, info: OfficeInfo, input: ProposeLobbyInput) -> ID:  # noqa: A002
        """Propose all sections and groups of a brand; another person approves it."""
        context = info.context
        return ID(
            await context.area(LobbyArea).editing.propose(
                context.actor, input.brand, input.typed(), seen=input.revision, reason=input.reason
            )
        )
