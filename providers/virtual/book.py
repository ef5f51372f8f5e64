"""The events of a webhook provider, in the order of their sequences.

Pure: it is given messages and whole states as they come, and knows no connection.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto
from itertools import chain
from typing import Final

from providers.delivery import Item
from providers.kept_items import KeptItems
from providers.messages import MarketMessage, ProviderMessage, item_key
from providers.topics import FIXTURES, MARKETS
from providers.virtual.protocol import EventChange, Fixture, Heartbeat, Market, WholeEvent

EPOCH: Final = "epoch"
SEQUENCE: Final = "sequence-"
"""The notes with the provider's epoch, and with the last sequence of each event."""

MAX_GONE: Final = 1_000
"""How many events that are gone are known, so that late messages do not bring them back."""


class TooMany(Exception):
    """The provider has more events and markets than an adapter keeps."""


class Place(Enum):
    """Where a message stands in the order of its event."""

    NEXT = auto()
    OLD = auto()
    AFTER_A_GAP = auto()
    OTHER_EPOCH = auto()


@dataclass(slots=True)
class EventBook:
    """The events of one provider.

    Attributes:
        sequences: The last sequence of each event.
        epoch: Which of the provider's countings these are of; empty before anything came.
    """

    provider: str
    currency: str
    max_items: int
    items: KeptItems
    sequences: dict[str, int] = field(default_factory=dict)
    epoch: str = ""
    _gone: dict[str, int] = field(default_factory=dict)

    def restore(self) -> None:
        """Begin with what the notes say."""
        notes = self.items.notes
        self.epoch = notes.get(EPOCH, b"").decode()
        self.sequences = {
            name.removeprefix(SEQUENCE): int(value)
            for name, value in notes.items()
            if name.startswith(SEQUENCE) and value.isdigit()
        }

    def apply(self, change: EventChange, now: datetime) -> Place:
        """Apply a message if it is the next one of its event; return where it stands.

        Raises:
            TooMany: There is no room for what is new.
        """
        if change.epoch != self.epoch:
            return Place.OTHER_EPOCH
        known = self.sequences.get(change.event)
        if change.sequence <= (known or self._gone.get(change.event, 0)):
            return Place.OLD
        if change.gone and known is None:
            return Place.OLD
        begins = known is None and change.event not in self._gone and change.fixture is not None
        if change.sequence != (known or 0) + 1 or not (begins or known is not None):
            return Place.AFTER_A_GAP
        if change.gone:
            self._forget(change.event, change.sequence)
            return Place.NEXT
        self._put(self._messages(change.event, change.fixture, change.markets, now))
        self._note(change.event, change.sequence)
        return Place.NEXT

    def replace_event(self, whole: WholeEvent, epoch: str, now: datetime) -> None:
        """Know an event by its whole state, unless what is known is newer.

        Raises:
            TooMany: There is no room for what is new.
        """
        if epoch != self.epoch or whole.sequence < self.sequences.get(whole.event, 0):
            return
        messages = dict(self._messages(whole.event, whole.fixture, whole.markets, now))
        self._put(messages.items())
        for item in self._of(whole.event):
            if item not in messages:
                self.items.drop(item)
        self._gone.pop(whole.event, None)
        self._note(whole.event, whole.sequence)

    def replace_all(
        self, events: Iterable[WholeEvent], epoch: str, before: Collection[str], now: datetime
    ) -> None:
        """Know these events; those that were known before they were asked for, and are not here, are gone.

        Raises:
            TooMany: There is no room for them.
        """
        if epoch != self.epoch:
            self.sequences.clear()
            self._gone.clear()
            for name in [name for name in self.items.notes if name.startswith(SEQUENCE)]:
                self.items.note(name, None)
            self.epoch = epoch
            self.items.note(EPOCH, epoch.encode())
        by_id = {event.event: event for event in events}
        for name in self._events() - by_id.keys():
            if name in before or name not in self.sequences:
                self._forget(name, self.sequences.get(name, 0))
        for event in by_id.values():
            self.replace_event(event, epoch, now)

    def is_behind(self, heartbeat: Heartbeat) -> bool:
        """Return whether the provider has said more than what came here, or has fewer events."""
        if heartbeat.epoch != self.epoch or self.sequences.keys() - heartbeat.sequences.keys():
            return True
        return any(
            sequence > self.sequences.get(event, self._gone.get(event, 0))
            for event, sequence in heartbeat.sequences.items()
        )

    def _messages(
        self, event: str, fixture: Fixture | None, markets: Iterable[Market], now: datetime
    ) -> list[tuple[Item, ProviderMessage]]:
        told: list[tuple[Item, ProviderMessage]] = []
        if fixture is not None:
            item = Item(FIXTURES.name, item_key(self.provider, event))
            told.append((item, fixture.message(self.provider, event, now)))
        for market in markets:
            item = Item(MARKETS.name, item_key(self.provider, market.id))
            told.append((item, market.message(self.provider, event, self.currency, now)))
        return told

    def _put(self, messages: Iterable[tuple[Item, ProviderMessage]]) -> None:
        messages = list(messages)
        fresh = {item for item, _ in messages} - self.items.items.keys()
        if len(self.items.items) + len(fresh) > self.max_items:
            raise TooMany(f"the provider has more than {self.max_items} events and markets")
        for item, message in messages:
            self.items.put(item, message)

    def _events(self) -> set[str]:
        """Return all events of which anything is known, also what an earlier epoch or process left."""
        fixtures = (item.key.partition(":")[2] for item in self.items.of(FIXTURES.name))
        return set(chain(self.sequences, fixtures))

    def _of(self, event: str) -> list[Item]:
        fixture = Item(FIXTURES.name, item_key(self.provider, event))
        return [
            item
            for item, message in self.items.items.items()
            if item == fixture or (isinstance(message, MarketMessage) and message.sports_event_id == event)
        ]

    def _note(self, event: str, sequence: int) -> None:
        self.sequences[event] = sequence
        self.items.note(SEQUENCE + event, str(sequence).encode())

    def _forget(self, event: str, sequence: int) -> None:
        for item in self._of(event):
            self.items.drop(item)
        self.sequences.pop(event, None)
        self.items.note(SEQUENCE + event, None)
        self._gone[event] = sequence
        while len(self._gone) > MAX_GONE:
            del self._gone[next(iter(self._gone))]
