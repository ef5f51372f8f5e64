"""What an adapter of the exchange delivers: messages of markets and events, and the entries of its state."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import msgspec

from providers.delivery import Batch, Item, Wanted
from providers.exchange.catalogue import MarketNames, Names
from providers.exchange.fixtures import Fixtures
from providers.exchange.messages import MarketTeller
from providers.exchange.subscription import CLOCKS, Subscription
from providers.messages import item_key
from providers.status import ProviderStatus
from providers.topics import FIXTURES, MARKETS

HEARD_AT: Final = "heard-at"
"""The entry of the state with the time of the exchange's last message."""

NAMES: Final = "names:"
"""What the entries with the names of a market begin with."""

EVENTS: Final = "event:"
"""What the entries with the time at which an event was first heard of begin with."""


_NAMELESS: Final = MarketNames()


@dataclass(slots=True)
class Outbound:
    """Takes what changed of books, names and events."""

    teller: MarketTeller
    subscription: Subscription
    names: Names
    fixtures: Fixtures = field(default_factory=Fixtures)

    def restore(self, kept: Mapping[str, bytes], status: ProviderStatus) -> None:
        """Begin with the state that was kept: names and events are of use also without the clocks."""
        entries = dict(kept)
        status.heard_before(entries.pop(HEARD_AT, b"").decode())
        self.names.restore(_taken(entries, NAMES))
        self.fixtures.restore(_taken(entries, EVENTS))
        self.subscription.restore(entries)

    def take(self, wanted: Wanted, status: ProviderStatus) -> Batch:
        """Return what is to be delivered."""
        books, now = self.subscription.books.markets, status.now()
        touched, self.subscription.touched = self.subscription.touched, set()
        renamed, self.names.touched = self.names.touched & books.keys(), set()
        self.fixtures.follow(touched, books, now)
        self.fixtures.rename(renamed)
        gone, unnamed = set[str](), set[str]()
        if self.subscription.complete:  # what an image has not brought yet is not gone
            gone, unnamed = self.fixtures.drop_gone(), self.names.retain(books.keys())
        events = self.fixtures.take()
        messages: dict[Item, bytes | None] = {self._event(event): None for event in gone}
        if wanted.everything:
            messages |= self._markets(touched | books.keys(), wanted, now)
            messages |= self._events(self.fixtures.markets.keys(), wanted, now)
        else:
            messages |= self._markets(touched | renamed, wanted, now)
            messages |= self._events(events, wanted, now)
        if wanted.all_entries:
            entries = self._entries(books.keys(), self.names.known.keys(), self.fixtures.known_since.keys())
        else:
            entries = self._entries(touched & books.keys(), renamed, events)
        removed = (touched - books.keys()) | _prefixed(NAMES, unnamed) | _prefixed(EVENTS, gone)
        if self.subscription.clocks is None:
            removed.add(CLOCKS)
        if status.heard_at is not None:
            entries[HEARD_AT] = status.heard_at.isoformat().encode()
        return Batch(messages, entries, frozenset(removed), wanted.all_entries)

    def _markets(
        self, markets: Iterable[str], wanted: Wanted, now: datetime
    ) -> Iterator[tuple[Item, bytes | None]]:
        for market in markets:
            book = self.subscription.books.markets.get(market)
            item = Item(MARKETS.name, item_key(self.teller.provider, market))
            if book is None:
                yield item, None
            elif book.definition is not None:
                names = self.names.known.get(market, _NAMELESS)
                yield item, self.teller.message(book, book.definition, names, wanted.revision, now)

    def _events(self, events: Iterable[str], wanted: Wanted, now: datetime) -> Iterator[tuple[Item, bytes]]:
        message = {"provider": self.teller.provider, "revision": wanted.revision, "occurred_at": now}
        for event in events:
            told = self.fixtures.message(event, self.names.known, message, again=wanted.everything)
            if told is not None:
                yield self._event(event), told

    def _entries(
        self, changed: Collection[str], renamed: Collection[str], events: Collection[str]
    ) -> dict[str, bytes]:
        """Return the entries of these markets, names and events, with the clocks."""
        books, names, since = self.subscription.books.markets, self.names.known, self.fixtures.known_since
        entries = {name: msgspec.json.encode(books[name].image()) for name in changed}
        entries |= {f"{NAMES}{market}": msgspec.json.encode(names[market]) for market in renamed}
        entries |= {f"{EVENTS}{event}": since[event].isoformat().encode() for event in events}
        if self.subscription.clocks is not None:
            entries[CLOCKS] = msgspec.json.encode(self.subscription.clocks)
        return entries

    def _event(self, event: str) -> Item:
        return Item(FIXTURES.name, item_key(self.teller.provider, event))


def _prefixed(prefix: str, names: Iterable[str]) -> set[str]:
    return {prefix + name for name in names}


def _taken(entries: dict[str, bytes], prefix: str) -> dict[str, bytes]:
    """Take the entries with a prefix out of others; return them without it."""
    names = [name for name in entries if name.startswith(prefix)]
    return {name.removeprefix(prefix): entries.pop(name) for name in names}
