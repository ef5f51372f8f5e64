"""The lobby as a brand shows it somewhere on a device: sections of games that are allowed there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import cached_property
from typing import Final, NamedTuple

from subgraphs.lobby.catalogue.catalogue import EMPTY, Catalogue
from subgraphs.lobby.catalogue.games import Game, Permissions, Place
from subgraphs.lobby.catalogue.lobbies import Group, Lobby, Rule, Section
from subgraphs.lobby.configuration import LobbyFile

MAX_VIEWS: Final = 1_000
"""How many views are kept: visitors come from many countries."""

MAX_SHOWN: Final = 500
"""How many games a section has at most."""

LASTS: Final = timedelta(seconds=60)
"""How long a view is kept at most, as games are new until an instant; certificates end with a day in UTC."""


class ShownSection(NamedTuple):
    """A section with its games, of which there is at least one."""

    section: Section
    games: Sequence[Game]


@dataclass(frozen=True, eq=False)
class LobbyView:
    """All that a brand shows somewhere on a device; on any if it is None.

    Attributes:
        allows: Whether a game is allowed there.
        at: An instant at which this is so.
    """

    brand: str
    catalogue: Catalogue
    lobby: Lobby
    place: Place
    device: str | None
    allows: Callable[[Game], bool]
    at: datetime

    @cached_property
    def sections(self) -> Sequence[ShownSection]:
        """Return the sections that have a game, in order."""
        listed = (
            ShownSection(section, self._chosen(section))
            for section in self.lobby.sections
            if section.is_for(self.place.jurisdiction, self.device, self.at)
        )
        return [shown for shown in listed if shown.games]

    def find(self, own_id: str) -> Game | None:
        """Return a game that may be shown; None if there is none of this id."""
        game = self.catalogue.games.get(own_id)
        return game if game is not None and self._shows(game) else None

    def group(self, group_id: str) -> tuple[Group, Sequence[Game]] | None:
        """Return a group with its games that may be shown; None if there is none of this id."""
        group = next((one for one in self.lobby.groups if one.id == group_id), None)
        return None if group is None else (group, self._chosen(group))

    @cached_property
    def _shown(self) -> Sequence[Game]:
        return [game for game in self.catalogue.in_order if self._shows(game)]

    def _shows(self, game: Game) -> bool:
        return (self.device is None or self.device in game.devices) and self.allows(game)

    def _chosen(self, of: Section | Group) -> Sequence[Game]:
        if of.rule is not None:
            return self._by_rule(of.rule)[:MAX_SHOWN]
        found = (self.find(own_id) for own_id in of.games)
        return [game for game in found if game is not None][:MAX_SHOWN]

    def _by_rule(self, rule: Rule) -> Sequence[Game]:
        match rule.by:
            case "new":
                return self._newest(timedelta(days=rule.days))
            case "popular":
                return self._most_played(rule.days)
            case "tag":
                return [game for game in self._shown if rule.value.lower() in game.tags]
            case "provider":
                return [game for game in self._shown if rule.value in {game.provider, game.studio}]
            case "all":
                return self._shown

    def _newest(self, within: timedelta) -> Sequence[Game]:
        new = [game for game in self._shown if game.first_seen > self.at - within]
        return sorted(new, key=lambda game: game.first_seen, reverse=True)

    def _most_played(self, days: int) -> Sequence[Game]:
        launches = self.catalogue.popular.get(days, {})
        played = [game for game in self._shown if (self.brand, game.own_id) in launches]
        return sorted(played, key=lambda game: -launches[self.brand, game.own_id])


class _Kept(NamedTuple):
    view: LobbyView
    until: datetime


class _Key(NamedTuple):
    brand: str
    jurisdiction: str | None
    country: str | None
    device: str | None


@dataclass(slots=True)
class LobbyViews:
    """Makes views, and keeps each until something has changed.

    Attributes:
        file: Which providers there are, for which brands, and where games are certified.
    """

    file: LobbyFile
    _permissions: Permissions = field(init=False)
    _kept: dict[_Key, _Kept] = field(default_factory=dict)
    _of: Catalogue = EMPTY

    def __post_init__(self) -> None:
        self._permissions = Permissions.of(self.file)

    def of(
        self, catalogue: Catalogue, brand: str, place: Place, device: str | None, now: datetime
    ) -> LobbyView:
        """Return the lobby as a brand shows it somewhere on a device at an instant."""
        if self._of is not catalogue or len(self._kept) >= MAX_VIEWS:
            self._kept.clear()  # views of former games would keep all of them in memory
            self._of = catalogue
        country = place.country if place.country in catalogue.blocking else None
        key = _Key(brand, place.jurisdiction, country, device)
        kept = self._kept.get(key)
        if kept is None or not kept.view.at <= now < kept.until:
            kept = self._made(catalogue, key, now)
            self._kept[key] = kept
        return kept.view

    def _made(self, catalogue: Catalogue, key: _Key, now: datetime) -> _Kept:
        lobby, place = catalogue.lobby(key.brand), Place(key.jurisdiction, key.country)
        providers = frozenset(provider.name for provider in self.file.providers if provider.serves(key.brand))

        def allows(game: Game) -> bool:
            return game.provider in providers and self._permissions.allows(game, place, now)

        view = LobbyView(key.brand, catalogue, lobby, place, key.device, allows, now)
        midnight = datetime.combine(now.date() + timedelta(days=1), time(), now.tzinfo)
        return _Kept(view, min(lobby.next_change(now) or midnight, midnight, now + LASTS))
