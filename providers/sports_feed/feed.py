"""What is known of the feed: producers, books, fixtures and names; whether all is complete; and what is kept.

Pure: it is given messages in the order in which they came, and documents of the API, with the moment.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import msgspec

from providers.sports_feed.book import Books, EventBook, MarketBook
from providers.sports_feed.documents import Fixture, MarketDescription, ProducerEntry
from providers.sports_feed.protocol import (
    Alive,
    EventMessage,
    FixtureChange,
    Message,
    SnapshotComplete,
)
from providers.sports_feed.recovery import MAX_AHEAD_MS, Moment, Producer, Recovery, RecoveryLimits

COMPLETE_TO: Final = "complete-to"
"""The entry of the state with the moment of each producer; events and markets have entries of their own."""

EVENT: Final = "event:"
MARKET: Final = "market:"
MATCH: Final = ":match:"
"""What the ids of covered events have in the middle: seasons, stages and tournaments are others."""


class KeptEvent(msgspec.Struct, frozen=True):
    """An event as the state has it."""

    book: EventBook
    fixture: Fixture | None


class KeptMoments(msgspec.Struct, frozen=True):
    """As of when everything was known, by producer, for one set of producers and sports."""

    followed: str
    complete_to: dict[int, int]


@dataclass(slots=True)
class Feed:
    """The state of one adapter.

    Attributes:
        followed: What is followed, as text; what was kept of anything else is not resumed.
        producers: Those that are followed, by their ids; none before the API has named them.
        unknown: Events whose facts the API has to be asked for.
        unanswered: Those of them for which it gave no answer.
        nameless: Events that the API does not know.
        names_trouble: Why names and schedule are not the feed's; empty if they are.
        names_due: Whether they have to be asked for: a gap may have lost word of their changes.
        ignored: How many messages were of other producers, or of events that are not covered.
    """

    followed: str
    limits: RecoveryLimits
    books: Books
    producers: dict[int, Producer] = field(default_factory=dict)
    fixtures: dict[str, Fixture] = field(default_factory=dict)
    descriptions: dict[int, MarketDescription] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)
    unanswered: set[str] = field(default_factory=set)
    nameless: set[str] = field(default_factory=set)
    names_trouble: str = ""
    names_due: bool = True
    ignored: int = 0
    _moments: dict[int, int] = field(default_factory=dict)
    _up: frozenset[int] = frozenset()
    _seen: dict[int, set[str]] = field(default_factory=dict)
    _requests: int = 0

    @property
    def trouble(self) -> str:
        """Why what is known is not what the feed knows; empty if it is."""
        found = [
            f"producer {producer.id} ({producer.name}) is down: {producer.trouble}"
            for producer in self.producers.values()
            if producer.trouble
        ]
        if self.books.left_out:
            found.append(f"there are more than {self.books.limit} markets: set FURLONG_FEED_SPORTS")
        if self.names_trouble:
            found.append(self.names_trouble)
        if self.unanswered:
            found.append(f"the API did not tell the facts of {len(self.unanswered)} events")
        return "; ".join(found)

    def is_up(self, producer: int) -> bool:
        """Return whether the markets of a producer are its own."""
        return producer in self._up

    def connected(self, entries: Iterable[ProducerEntry]) -> None:
        """Begin with the messages of a connection, of these producers."""
        self._need_names()
        former, self.producers = self.producers, {}
        for entry in entries:
            producer = former.get(entry.id)
            if producer is None:
                producer = Producer(entry.id, entry.name, entry.path, 0, self.limits)
                producer.complete_to = self._moments.get(entry.id)
            producer.path = entry.path
            producer.window_ms = entry.stateful_recovery_window_in_minutes * 60_000
            self.producers[entry.id] = producer
        self._note_up()

    def disconnected(self) -> None:
        """Note that messages may be lost."""
        for producer in self.producers.values():
            producer.disconnected()
        self._note_up()

    def receive(self, message: Message | None, at: Moment) -> None:
        """Apply a message."""
        producer = None if message is None else self.producers.get(message.product)
        if message is None or producer is None:
            self.ignored += 1
            return
        is_ahead = message.timestamp > at.wall_ms + MAX_AHEAD_MS
        if is_ahead and (isinstance(message, Alive) or message.request_id is None):
            producer.runs_ahead(message.timestamp, at)
        match message:
            case Alive() if is_ahead:
                pass
            case Alive():
                producer.alive(message.timestamp, subscribed=bool(message.subscribed), at=at)
            case SnapshotComplete():
                recovery = producer.completed(message.request_id, at)
                if recovery is not None:
                    self._recovered(producer.id, recovery)
            case _ if MATCH not in message.event_id:
                self.ignored += 1
            case _ if is_ahead:  # what is told at the right time later must not count for older
                self._apply(msgspec.structs.replace(message, timestamp=at.wall_ms), producer, at)
            case _:
                self._apply(message, producer, at)
                if message.request_id is None:  # what a recovery repeats is as old as it is
                    producer.messaged(message.timestamp, at)
        self._note_up()

    def _apply(self, message: EventMessage, producer: Producer, at: Moment) -> None:
        named = self.books.apply(message, at.wall_ms)
        for seen in self._seen.values():
            seen.update(named)
        is_after_gap = message.request_id is not None and producer.is_filling_gap
        is_named = message.event_id in self.fixtures or message.event_id in self.nameless
        if isinstance(message, FixtureChange) or is_after_gap or not is_named:
            self.unknown.add(message.event_id)

    def check(self, at: Moment) -> list[tuple[Producer, Recovery]]:
        """Note what is overdue; return the recoveries that have to be asked for now."""
        due = []
        for producer in self.producers.values():
            producer.check(at)
            recovery = producer.due(max(self._requests + 1, at.wall_ms // 1000), at)
            if recovery is not None:
                self._requests = recovery.number
                if producer.reason:
                    self._need_names()
                if recovery.part == "results":
                    self._seen[producer.id] = set()
                due.append((producer, recovery))
        self._note_up()
        return due

    def describe(self, descriptions: dict[int, MarketDescription]) -> None:
        """Use these names of markets."""
        if descriptions != self.descriptions:
            self.descriptions = descriptions
            self.books.groups = {
                number: frozenset(description.groups.split("|"))
                for number, description in descriptions.items()
            }
            self.books.touched |= self.books.markets.keys()

    def learn(self, fixtures: Iterable[Fixture], now_ms: int) -> None:
        """Use these facts of events, which are known from now on."""
        for fixture in fixtures:
            if MATCH not in fixture.id:
                continue
            self.books.event(fixture.id, now_ms)
            self.unknown.discard(fixture.id)
            self.unanswered.discard(fixture.id)
            self.nameless.discard(fixture.id)
            if self.fixtures.get(fixture.id) != fixture:
                self.fixtures[fixture.id] = fixture
                self.books.touched_events.add(fixture.id)
                self.books.touched |= self.books.of_event.get(fixture.id, set())

    def retire(self, before_ms: int) -> None:
        """Forget the events of which nothing was heard since then."""
        self.books.retire(before_ms)
        gone = self.fixtures.keys() - self.books.events.keys()
        for urn in gone:
            del self.fixtures[urn]
        self.unknown &= self.books.events.keys()
        self.unanswered &= self.books.events.keys()
        self.nameless &= self.books.events.keys()

    def entries(self, events: Iterable[str], markets: Iterable[str]) -> dict[str, bytes]:
        """Return the entries of the state for these events and markets, and for the moments."""
        known, books = {}, self.books
        for urn in events:
            kept = KeptEvent(books.events[urn], self.fixtures.get(urn))
            known[EVENT + urn] = msgspec.json.encode(kept)
        for name in markets:
            known[MARKET + name] = msgspec.json.encode(books.markets[name])
        moments = {
            producer.id: producer.complete_to
            for producer in self.producers.values()
            if producer.complete_to is not None
        }
        kept_moments = KeptMoments(self.followed, self._moments | moments)
        return {**known, COMPLETE_TO: msgspec.json.encode(kept_moments)}

    def restore(self, entries: Mapping[str, bytes]) -> None:
        """Begin with the state that was kept; it is dropped if it is not of what is followed.

        Everything is touched: all that is there is told anew, and that what was dropped has gone.
        """
        for name in entries:
            if name.startswith(EVENT):
                self.books.touched_events.add(name.removeprefix(EVENT))
            elif name.startswith(MARKET):
                self.books.touched.add(name.removeprefix(MARKET))
        try:
            moments = msgspec.json.decode(entries[COMPLETE_TO], type=KeptMoments)
            if moments.followed != self.followed:
                return
            events = [
                msgspec.json.decode(value, type=KeptEvent)
                for name, value in entries.items()
                if name.startswith(EVENT)
            ]
            markets = [
                msgspec.json.decode(value, type=MarketBook)
                for name, value in entries.items()
                if name.startswith(MARKET)
            ]
        except (KeyError, msgspec.DecodeError):
            return
        self._moments = moments.complete_to
        for event in events:
            self.books.events[event.book.id] = event.book
            if event.fixture is not None:
                self.fixtures[event.book.id] = event.fixture
        for market in markets:
            self.books.restore(market)
        self.unknown |= self.books.events.keys() - self.fixtures.keys()

    def _need_names(self) -> None:
        self.names_due, self.names_trouble = True, "the API did not tell names and schedule yet"

    def _recovered(self, producer: int, recovery: Recovery) -> None:
        """Take what two halves of everything did not mention for gone."""
        if recovery.part == "odds":
            self.books.lack(self.books.of_producer(producer) - self._seen.pop(producer, set()))

    def _note_up(self) -> None:
        """Let the markets of a producer be told again if it went down, or came back."""
        up = frozenset(producer.id for producer in self.producers.values() if not producer.trouble)
        for producer in up ^ self._up:
            self.books.touched |= self.books.of_producer(producer)
        self._up = up
