"""All games that readers know, with the lobbies of brands: immutable, made again when something changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property
from typing import Any, Final

from subgraphs.kit.reads.stale_cache import Freshness
from subgraphs.lobby.catalogue.games import Game
from subgraphs.lobby.catalogue.lobbies import USUAL, Lobby
from subgraphs.lobby.records.launches import Launches

FRESHNESS: Final = Freshness(
    renew=timedelta(seconds=1), stale=timedelta(seconds=5), away=timedelta(minutes=15)
)
"""How stale the games may be: one that is withdrawn is shown and played for some seconds at most."""


@dataclass(frozen=True, eq=False)
class Catalogue:
    """Games and lobbies.

    Attributes:
        version: Up to which version it has what changed.
        games: By their own ids, also those of providers that are not configured any more.
        lobbies: By brand; of one that has none, it is the usual one.
        popular: Launches in the last days, by the number of days.
    """

    version: int = 0
    games: Mapping[str, Game] = field(default_factory=dict)
    lobbies: Mapping[str, Lobby] = field(default_factory=dict)
    popular: Mapping[int, Launches] = field(default_factory=dict)

    def with_changes(self, version: int, rows: Iterable[Mapping[Any, Any]]) -> Catalogue:
        """Return the catalogue with rows that have changed."""
        games = dict(self.games)
        for row in rows:
            if row["is_gone"]:
                games.pop(row["own_id"], None)
            else:
                games[row["own_id"]] = Game.of(row)
        return replace(self, version=version, games=games)

    def lobby(self, brand: str) -> Lobby:
        """Return the lobby of a brand."""
        return self.lobbies.get(brand, USUAL)

    @cached_property
    def in_order(self) -> tuple[Game, ...]:
        """Return all games by name."""
        return tuple(sorted(self.games.values(), key=lambda game: (game.name.casefold(), game.own_id)))

    @cached_property
    def by_code(self) -> Mapping[str, tuple[Game, ...]]:
        """Return games by the codes that their providers give them."""
        found: defaultdict[str, tuple[Game, ...]] = defaultdict(tuple)
        for game in self.games.values():
            found[game.code] += (game,)
        return dict(found)

    @cached_property
    def blocking(self) -> frozenset[str]:
        """Return the countries in which any game may not be played: only of these it matters who is there."""
        return frozenset(country for game in self.games.values() for country in game.blocked)


EMPTY: Final = Catalogue()
