"""The sports events of the markets that are followed, and what is told of them on `provider.fixture.v1`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from providers.exchange.book import MarketBook
from providers.exchange.catalogue import MarketNames
from providers.exchange.protocol import MarketDefinition
from providers.exchange.translation import RACES, competitors_of, sport_of
from providers.messages import FixtureMessage


@dataclass(slots=True)
class Fixtures:
    """The sports events of a provider's markets.

    Attributes:
        known_since: When each was first heard of.
        markets: The markets of each that has any.
        touched: The events that changed, came or may have gone, and were not taken yet.
    """

    known_since: dict[str, datetime] = field(default_factory=dict)
    markets: dict[str, set[str]] = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)
    _definitions: dict[str, MarketDefinition] = field(default_factory=dict)
    _told: dict[str, dict[str, Any]] = field(default_factory=dict)

    def restore(self, entries: Mapping[str, bytes]) -> None:
        """Begin with what was kept of when events were first heard of."""
        for event, entry in entries.items():
            try:
                self.known_since[event] = datetime.fromisoformat(entry.decode())
            except ValueError:
                continue  # of another release: it is heard of anew
        self.touched |= self.known_since.keys()

    def follow(self, markets: Iterable[str], books: Mapping[str, MarketBook], now: datetime) -> None:
        """Note that markets came, went, or have another definition; prices alone touch no event."""
        for market in markets:
            book, before = books.get(market), self._definitions.get(market)
            definition = None if book is None else book.definition
            if definition is before:
                continue
            if before is not None:
                del self._definitions[market]
                self.markets[before.event_id].discard(market)
                self.touched.add(before.event_id)
            if definition is not None:
                self._definitions[market] = definition
                self.markets.setdefault(definition.event_id, set()).add(market)
                self.touched.add(definition.event_id)
                self.known_since.setdefault(definition.event_id, now)

    def rename(self, markets: Iterable[str]) -> None:
        """Note that markets have other names."""
        self.touched |= {self._definitions[name].event_id for name in markets if name in self._definitions}

    def take(self) -> set[str]:
        """Return the events that were touched, and take them; those without markets stay."""
        taken = {event for event in self.touched if self.markets.get(event)}
        self.touched -= taken
        return taken

    def drop_gone(self) -> set[str]:
        """Forget the events that have no markets left; return them."""
        gone = {event for event in self.touched if not self.markets.get(event)}
        for event in gone:
            del self.known_since[event]
            self.markets.pop(event, None)
            self._told.pop(event, None)
        self.touched -= gone
        return gone

    def message(
        self, event: str, names: Mapping[str, MarketNames], message: Mapping[str, Any], *, again: bool
    ) -> bytes | None:
        """Return the message of an event; None if nothing changed.

        Args:
            event: The event, which has markets.
            names: The names of markets.
            message: What the message says of itself: provider, revision and occurred_at.
            again: Whether it is told also if nothing changed.
        """
        facts = self._facts(event, names)
        if facts == self._told.get(event) and not again:
            return None
        self._told[event] = facts
        return msgspec.json.encode(FixtureMessage(**message, **facts))

    def _facts(self, event: str, names: Mapping[str, MarketNames]) -> dict[str, Any]:
        markets = sorted(self.markets[event])
        definitions = [self._definitions[market] for market in markets]
        known = [names[market] for market in markets if market in names]
        sport = sport_of(definitions[0].event_type_id)
        name = next((named.event for named in known if named.event), "")
        competitions = (named.venue if sport in RACES else named.competition for named in known)
        return {
            "sports_event_id": event,
            "sport": sport,
            "competition": next(filter(None, competitions), ""),
            "name": name,
            "competitors": competitors_of(name, sport),
            "starts_at": min(definition.open_date or definition.market_time for definition in definitions),
            "status": _status(definitions),
            "known_since": self.known_since[event],
        }


def _status(markets: Iterable[MarketDefinition]) -> str:
    """Return how far an event is, by its markets that are not closed."""
    left = [market for market in markets if market.status != "CLOSED"]
    if not left:
        return "finished"
    if all(market.status == "SUSPENDED" for market in left):
        return "suspended"
    return "live" if any(market.in_play for market in left) else "scheduled"
