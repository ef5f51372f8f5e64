"""Reads lobbies: as they were decided, the games that there are, and what customers would see."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, NamedTuple

import msgspec
from msgspec import structs

from backoffice.access import Actor, Permission, require
from backoffice.approvals import repository as proposals
from backoffice.content.workflow.local_time import InvalidLocalTime, Occurrence, instant_of
from backoffice.errors import Invalid, NotFound, Problem
from backoffice.lobby.checks import LobbyBrand, checked_lobby
from backoffice.lobby.editing import KIND, proposed_lobby
from backoffice.lobby.sources import LobbySources
from backoffice.lobby.typed import TypedLobby
from consumers.messages.global_events.lobby_states import LobbyState
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.kit.graphql.context import choose_locale
from subgraphs.lobby.catalogue.catalogue import Catalogue
from subgraphs.lobby.catalogue.games import Game, Place
from subgraphs.lobby.catalogue.lobbies import USUAL, Lobby, Section
from subgraphs.lobby.catalogue.views import ShownSection
from subgraphs.lobby.records.providers import ProviderHealth

MAX_SEARCH: Final = 100


class DecidedLobby(NamedTuple):
    """A brand's lobby; the usual one has the revision 0.

    Attributes:
        games: All games by their own ids, for the names of those that are listed.
    """

    brand: LobbyBrand
    revision: int
    lobby: Lobby
    catalogue: Catalogue


class GameFilter(NamedTuple):
    """Which games are listed; empty for all."""

    search: str = ""
    provider: str = ""
    jurisdiction: str = ""


class Looked(NamedTuple):
    """Where, on what and when somebody looks at a lobby.

    Attributes:
        at: In the brand's time; empty for now.
    """

    jurisdiction: str
    device: str
    at: str = ""


class Tried(NamedTuple):
    """A lobby as customers see it before and after a proposal; with problems, it is as before."""

    before: Sequence[ShownSection]
    after: Sequence[ShownSection]
    problems: Sequence[Problem]


@dataclass(frozen=True, slots=True)
class LobbyReading:
    """Reads; nothing is changed here.

    Attributes:
        database: The back office's.
    """

    database: Database
    sources: LobbySources
    clock: Clock

    async def find(self, actor: Actor, brand: str) -> DecidedLobby:
        """Return a brand's lobby.

        Raises:
            Forbidden: The actor may not see it.
            NotFound: There is no such brand.
        """
        require(actor, Permission.LOBBY_READ, brand)
        known, catalogue = await self.sources.brand(brand), await self.sources.catalogue()
        async with self.database.read() as connection:
            state = await self.sources.present(connection, brand)
        lobby = _usual(known) if state is None else _lobby(state)
        return DecidedLobby(known, 0 if state is None else state.revision, lobby, catalogue)

    async def providers(self, actor: Actor, brand: str) -> Sequence[ProviderHealth]:
        """Return how the providers are whose games a brand shows.

        Raises:
            Forbidden: The actor may not see the brand's lobby.
        """
        require(actor, Permission.LOBBY_READ, brand)
        health = await self.sources.health()
        served = [provider.name for provider in self.sources.file.providers if provider.serves(brand)]
        return [health[name] for name in served if name in health]

    async def games(
        self, actor: Actor, brand: str, wanted: GameFilter, first: int, after: tuple[str, str] | None
    ) -> Sequence[Game]:
        """Return games that a brand may show somewhere, by name, behind a place.

        Raises:
            Forbidden: The actor may not see the brand's lobby.
            NotFound: There is no such brand.
            Invalid: The search is too long.
        """
        require(actor, Permission.LOBBY_READ, brand)
        if len(wanted.search) > MAX_SEARCH:
            raise Invalid([Problem("search", f"A search has at most {MAX_SEARCH} characters.")])
        known, catalogue = await self.sources.brand(brand), await self.sources.catalogue()
        places = [wanted.jurisdiction] if wanted.jurisdiction else known.jurisdictions
        views, now = self.sources.views(), self.clock.now()
        shown = [views.of(catalogue, brand, Place(place), None, now) for place in places]
        words = wanted.search.casefold().split()
        found: list[Game] = []
        for game in catalogue.in_order:
            if len(found) == first:
                break
            if (
                (after is None or place_of(game) > after)
                and wanted.provider in {"", game.provider}
                and all(word in game.name.casefold() for word in words)
                and any(view.find(game.own_id) is not None for view in shown)
            ):
                found.append(game)
        return found

    async def try_lobby(self, actor: Actor, brand: str, given: TypedLobby | str, looked: Looked) -> Tried:
        """Return what customers see before and after a proposal; nothing of it is kept.

        Args:
            actor: Who asks.
            brand: The brand's id.
            given: What was typed, or the id of a proposal.
            looked: Where, on what and when.

        Raises:
            Forbidden: The actor may not see the brand's lobby.
            NotFound: There is no such brand or proposal.
            Invalid: The instant is none.
        """
        present = await self.find(actor, brand)
        at = _instant(looked.at, present.brand.time_zone) if looked.at else self.clock.now()
        before = self._shown(present, present.lobby, looked, at)
        if isinstance(given, str):
            state = await self._proposed(brand, given)
        else:
            try:
                state = checked_lobby(given, present.brand, present.catalogue.games.keys(), 1)
            except Invalid as refusal:
                return Tried(before, before, refusal.problems)
        return Tried(before, self._shown(present, _lobby(state), looked, at), ())

    def _shown(
        self, present: DecidedLobby, lobby: Lobby, looked: Looked, at: datetime
    ) -> Sequence[ShownSection]:
        brand = present.brand
        catalogue = replace(present.catalogue, lobbies={brand.id: lobby})
        where = looked.jurisdiction if looked.jurisdiction in brand.jurisdictions else None
        return self.sources.views().of(catalogue, brand.id, Place(where), looked.device, at).sections

    async def _proposed(self, brand: str, proposal_id: str) -> LobbyState:
        async with self.database.read() as connection:
            proposal = await proposals.find(connection, proposal_id)
        if proposal is None or proposal.kind != KIND or proposal.brand != brand:
            raise NotFound("There is no such proposal.")
        return proposed_lobby(proposal)


def place_of(game: Game) -> tuple[str, str]:
    """Return the place of a game among others."""
    return game.name.casefold(), game.own_id


def _lobby(state: LobbyState) -> Lobby:
    return Lobby.read(msgspec.to_builtins(state))


def _usual(brand: LobbyBrand) -> Lobby:
    """Return the lobby of a brand that has none of its own, under names in the brand's languages."""

    def named(section: Section) -> Section:
        names = section.names
        shown = {locale: names[choose_locale(locale, tuple(names), "en")] for locale in brand.locales}
        return structs.replace(section, names=shown)

    return Lobby(sections=tuple(map(named, USUAL.sections)))


def _instant(local: str, zone: str) -> datetime:
    try:
        return instant_of(datetime.fromisoformat(local), zone, Occurrence.EARLIER)
    except InvalidLocalTime as error:
        raise Invalid([Problem("at", str(error))]) from error
    except (ValueError, OverflowError):
        raise Invalid([Problem("at", "Write the time as 2026-03-29T09:00.")]) from None
