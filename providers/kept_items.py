"""What an adapter knows, item by item: told when it changes, kept, and found again by the next process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID, uuid4

import msgspec

from providers.delivery import Batch, Item, Wanted
from providers.messages import FixtureMessage, MarketMessage, ProviderMessage, StatsMessage, VideoMessage
from providers.status import ProviderStatus
from providers.topics import FIXTURES, MARKETS, STATS, VIDEO

DECODERS: Final[Mapping[str, msgspec.json.Decoder[Any]]] = {
    FIXTURES.name: msgspec.json.Decoder(FixtureMessage),
    MARKETS.name: msgspec.json.Decoder(MarketMessage),
    STATS.name: msgspec.json.Decoder(StatsMessage),
    VIDEO.name: msgspec.json.Decoder(VideoMessage),
}
HEARD_AT: Final = "heard-at"
"""The note with the time at which the provider was last heard."""

SOURCE: Final = "source"
"""The note that says what is followed; what was kept of another one is not used."""

UNTOLD: Final[Mapping[str, Any]] = {
    "event_id": UUID(int=0),
    "revision": 0,
    "occurred_at": datetime(1970, 1, 1, tzinfo=UTC),
}
"""The members that a message gets when it is told."""


@dataclass(slots=True)
class KeptItems:
    """The items of one provider, and the adapter's notes about them.

    Attributes:
        source: What is followed, such as an address.
        items: The messages, which are told with a revision of their own.
        notes: What the adapter needs to go on, by names without a space.
    """

    source: str
    items: dict[Item, ProviderMessage] = field(default_factory=dict)
    notes: dict[str, bytes] = field(default_factory=dict)
    _changed: set[Item] = field(default_factory=set)
    _noted: set[str] = field(default_factory=set)

    def put(self, item: Item, message: ProviderMessage) -> None:
        """Know an item by its message; one that says nothing else is not told again."""
        former, present = self.items.get(item), msgspec.structs.replace(message, **UNTOLD)
        if isinstance(former, FixtureMessage) and isinstance(present, FixtureMessage):
            present = msgspec.structs.replace(present, known_since=former.known_since)
        if present != former:
            self.items[item] = present
            self._changed.add(item)

    def drop(self, item: Item) -> None:
        """Know that an item is gone."""
        if self.items.pop(item, None) is not None:
            self._changed.add(item)

    def replace(self, topic: str, messages: Mapping[Item, ProviderMessage]) -> None:
        """Know these items of a topic, and no others."""
        for item in [item for item in self.items if item.topic == topic and item not in messages]:
            self.drop(item)
        for item, message in messages.items():
            self.put(item, message)

    def note(self, name: str, value: bytes | None) -> None:
        """Note something, or that it is no longer needed."""
        if value is None:
            self.notes.pop(name, None)
        else:
            self.notes[name] = value
        self._noted.add(name)

    def restore(self, entries: Mapping[str, bytes], status: ProviderStatus) -> None:
        """Begin with the state that was kept; if it cannot be used, it is told that its items are gone."""
        entries = dict(entries)
        status.heard_before(entries.pop(HEARD_AT, b"").decode(errors="replace"))
        kept = {item: value for name, value in entries.items() if (item := _item(name))}
        self._changed |= kept.keys()
        self._noted |= entries.keys()
        if entries.get(SOURCE) != self.source.encode():
            return
        try:
            self.items = {item: DECODERS[item.topic].decode(value) for item, value in kept.items()}
        except msgspec.DecodeError:
            return
        self.notes = {name: value for name, value in entries.items() if _item(name) is None}

    def take(self, wanted: Wanted, status: ProviderStatus) -> Batch:
        """Return what is to be told and kept."""
        changed, noted, self._changed, self._noted = self._changed, self._noted, set(), set()
        told = changed | self.items.keys() if wanted.everything else changed
        messages = {item: self._message(item, wanted.revision, status.now()) for item in told}
        entries = {SOURCE: self.source.encode()}
        if status.heard_at is not None:
            entries[HEARD_AT] = status.heard_at.isoformat().encode()
        for item in self.items if wanted.all_entries else changed & self.items.keys():
            entries[_name(item)] = msgspec.json.encode(self.items[item])
        for name in self.notes if wanted.all_entries else noted & self.notes.keys():
            entries[name] = self.notes[name]
        gone = {_name(item) for item in changed - self.items.keys()} | (noted - entries.keys())
        return Batch(messages, entries, frozenset(gone), wanted.all_entries)

    def of(self, topic: str) -> Iterator[Item]:
        """Yield the items of a topic."""
        return (item for item in self.items if item.topic == topic)

    def _message(self, item: Item, revision: int, now: datetime) -> bytes | None:
        message = self.items.get(item)
        if message is None:
            return None
        told = msgspec.structs.replace(message, event_id=uuid4(), revision=revision, occurred_at=now)
        return msgspec.json.encode(told)


def _name(item: Item) -> str:
    return f"{item.topic} {item.key}"


def _item(name: str) -> Item | None:
    """Return the item that an entry of the state is of; None for a note."""
    topic, space, key = name.partition(" ")
    return Item(topic, key) if space and topic in DECODERS else None
