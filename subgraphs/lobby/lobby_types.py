"""The lobby's types of the graph: sections, games, and the groups of games that rewards name."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

import strawberry
from strawberry import ID, Info, Private

from subgraphs.kit.domain.errors import BadInput
from subgraphs.kit.domain.graph_ids import GraphId
from subgraphs.kit.graphql.descriptions import described, fields_described
from subgraphs.kit.graphql.schema_building import assumed_size, sliced_by
from subgraphs.lobby.catalogue.games import Game as StoredGame
from subgraphs.lobby.catalogue.views import LobbyView, ShownSection
from subgraphs.lobby.loaders import LobbyContext, Visitor

LobbyInfo = Info[LobbyContext, None]
MAX_PAGE: Final = 100
USUAL_SECTIONS: Final = 8
USUAL_TAGS: Final = 5


@described
@strawberry.enum
class Device(StrEnum):
    """What a visitor plays on."""

    DESKTOP = "DESKTOP"
    MOBILE = "MOBILE"


@fields_described
@strawberry.type
class Game:
    """A game of a provider.

    Attributes:
        provider: Who made it.
    """

    id: ID
    name: str
    provider: str
    image_url: str | None
    shown_tags: Private[Sequence[str]]

    @strawberry.field(directives=[assumed_size(USUAL_TAGS)])
    def tags(self) -> list[str]:
        """Return the words under which its provider files it."""
        return list(self.shown_tags)

    @classmethod
    def of(cls, brand: str, stored: StoredGame) -> "Game":
        """Return a game as a brand shows it."""
        return cls(
            id=ID(str(GraphId(brand, stored.own_id))),
            name=stored.name,
            provider=stored.studio,
            image_url=stored.image_url,
            shown_tags=stored.tags,
        )


@fields_described
@strawberry.type
class LobbySection:
    """A row of games, all of which may be played where the visitor is."""

    shown: Private[ShownSection]
    visitor: Private[Visitor]

    @strawberry.field
    def id(self) -> ID:
        """Return its id."""
        return ID(str(GraphId(self.visitor.brand.id, self.shown.section.id)))

    @strawberry.field
    def name(self, info: LobbyInfo) -> str:
        """In the visitor's language, or else in the brand's."""
        return info.context.name(self.shown.section, self.visitor.brand)

    @strawberry.field(directives=[sliced_by("first")])
    def games(self, first: int = 20) -> list[Game]:
        """Return its first games, up to 100."""
        return _first(self.visitor.brand.id, self.shown.games, first)


@fields_described
@strawberry.type
class Lobby:
    """The games that a brand may show to a visitor."""

    view: Private[LobbyView]
    visitor: Private[Visitor]

    @strawberry.field(directives=[assumed_size(USUAL_SECTIONS)])
    def sections(self) -> list[LobbySection]:
        """Return the sections that have a game, in the editors' order."""
        return [LobbySection(shown=shown, visitor=self.visitor) for shown in self.view.sections]


@fields_described
@strawberry.federation.type(keys=["id"])
class GameGroup:
    """Games that a reward names: free spins may be played on them."""

    id: ID

    @strawberry.field
    async def name(self, info: LobbyInfo) -> str | None:
        """In the visitor's language; null if the brand has no such group."""
        visitor = await info.context.visitor(GraphId.parse(self.id).brand)
        found = (await info.context.view(visitor)).group(GraphId.parse(self.id).own)
        return None if found is None else info.context.name(found[0], visitor.brand)

    @strawberry.field(directives=[sliced_by("first")])
    async def games(self, info: LobbyInfo, first: int = 20) -> list[Game] | None:
        """Those that may be played where the visitor is, up to 100; null if the brand has no such group."""
        visitor = await info.context.visitor(GraphId.parse(self.id).brand)
        found = (await info.context.view(visitor)).group(GraphId.parse(self.id).own)
        return None if found is None else _first(visitor.brand.id, found[1], first)

    @classmethod
    async def resolve_reference(cls, id: ID) -> "GameGroup":  # noqa: A002 - the key
        """Return a group by its id, whether the brand has it or not."""
        GraphId.parse(id)
        return cls(id=id)


def _first(brand: str, games: Sequence[StoredGame], number: int) -> list[Game]:
    """Return the first games.

    Raises:
        BadInput: It is no number of games that can be asked for.
    """
    if not 1 <= number <= MAX_PAGE:
        raise BadInput(f"`first` must be 1 to {MAX_PAGE}")
    return [Game.of(brand, game) for game in games[:number]]
