"""The exchange's catalogue: which names it gave, and which markets it has to be asked for. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import msgspec

from providers.exchange.protocol import MarketId

MAX_NAME: Final = 200
"""How many characters of a name are kept; contracts allow no more."""


class CatalogueEvent(msgspec.Struct, frozen=True, rename="camel"):
    """The sports event of a market; `venue` is the course of a race."""

    name: str | None = None
    venue: str | None = None


class Competition(msgspec.Struct, frozen=True, rename="camel"):
    """The competition of a market."""

    name: str | None = None


class CatalogueRunner(msgspec.Struct, frozen=True, rename="camel"):
    """A runner of a market."""

    selection_id: int
    runner_name: str | None = None


class CatalogueMarket(msgspec.Struct, frozen=True, rename="camel"):
    """A market of the answer to `listMarketCatalogue`; what was not asked for is left out."""

    market_id: MarketId
    market_name: str | None = None
    event: CatalogueEvent | None = None
    competition: Competition | None = None
    runners: tuple[CatalogueRunner, ...] = ()


class MarketNames(msgspec.Struct, frozen=True, omit_defaults=True):
    """The names of a market, as the state keeps them.

    Attributes:
        runners: By the id of the selection, which is the same for each handicap.
    """

    market: str = ""
    event: str = ""
    competition: str = ""
    venue: str = ""
    runners: dict[str, str] = msgspec.field(default_factory=dict)


_KEPT: Final = msgspec.json.Decoder(MarketNames)


class Due(NamedTuple):
    """When a market is asked for again, in seconds of a clock, and the pause that this makes."""

    at: float
    pause: float


@dataclass(slots=True)
class Names:
    """The names that are known, and when each market is asked for.

    Attributes:
        refresh_seconds: How often a market is asked for whose names are known.
        first_pause_seconds: When one is asked for again that the catalogue lacks; it doubles each time.
        known: The names of markets, by id.
        touched: The markets whose names changed, and were not taken yet.
    """

    refresh_seconds: float
    first_pause_seconds: float
    known: dict[str, MarketNames] = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)
    _due: dict[str, Due] = field(default_factory=dict)

    def restore(self, entries: Mapping[str, bytes]) -> None:
        """Begin with the names that were kept; all are asked for again."""
        for market, entry in entries.items():
            try:
                self.known[market] = _KEPT.decode(entry)
            except msgspec.DecodeError:
                continue  # of another release: the catalogue is asked

    def due(self, markets: Iterable[str], now: float, most: int) -> list[str]:
        """Return which of the markets are to be asked for now, at most so many; new ones are first."""
        never = Due(0.0, 0.0)
        waited = sorted((self._due.get(market, never).at, market) for market in markets)
        return [market for at, market in waited[:most] if at <= now]

    def receive(self, asked: Iterable[str], answer: Iterable[CatalogueMarket], now: float) -> None:
        """Keep the names of an answer; what it lacks keeps its names, and is asked for again before long."""
        told = {market.market_id: _named(market) for market in answer}
        for market in asked:
            if (names := told.get(market)) is None:
                self.postpone(market, now)
                continue
            self._due[market] = Due(now + self.refresh_seconds, 0.0)
            if self.known.get(market) != names:
                self.known[market] = names
                self.touched.add(market)

    def postpone(self, market: str, now: float) -> None:
        """Ask for a market after a pause that grows each time."""
        before = self._due.get(market, Due(0.0, 0.0)).pause
        pause = min(2 * before or self.first_pause_seconds, self.refresh_seconds)
        self._due[market] = Due(now + pause, pause)

    def retain(self, markets: AbstractSet[str]) -> set[str]:
        """Forget all other markets; return those whose names were known."""
        if self.known.keys() <= markets and self._due.keys() <= markets:
            return set()
        gone = self.known.keys() - markets
        for market in gone:
            del self.known[market]
        self._due = {market: due for market, due in self._due.items() if market in markets}
        return gone


def _named(market: CatalogueMarket) -> MarketNames:
    event, competition = market.event or CatalogueEvent(), market.competition or Competition()
    return MarketNames(
        market=_kept(market.market_name),
        event=_kept(event.name),
        competition=_kept(competition.name),
        venue=_kept(event.venue),
        runners={str(runner.selection_id): _kept(runner.runner_name) for runner in market.runners},
    )


def _kept(name: str | None) -> str:
    return (name or "").strip()[:MAX_NAME]
