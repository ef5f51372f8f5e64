"""What a scheme's scope names: sports, competitions and events, as people know them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import Any, Final, TypeAlias

import msgspec

from backoffice.audit.canonical_json import Json
from subgraphs.club_kit.domain.event_scopes import EventScope
from subgraphs.kit.domain.sports import sport_name


class ScopeKind(Enum):
    """What something in a scope is."""

    SPORT = "sport"
    COMPETITION = "competition"
    EVENT = "event"


ScopeKey: TypeAlias = tuple[ScopeKind, str]
"""What something in a scope is, and its id."""


class ScopeItem(msgspec.Struct, frozen=True, gc=False):
    """A sport, a competition or an event.

    Attributes:
        name: Empty if no provider tells of it any more.
        sport: The sport's name, as that of the competition empty where it says nothing more.
        starts_at: Of an event; None for others.
    """

    kind: ScopeKind
    id: str
    name: str
    sport: str = ""
    competition: str = ""
    starts_at: datetime | None = None

    @property
    def key(self) -> ScopeKey:
        """Return what it is, and its id."""
        return self.kind, self.id


_KINDS: Final = {
    ScopeKind.SPORT: "sports",
    ScopeKind.COMPETITION: "competitions",
    ScopeKind.EVENT: "events",
}


def scope_keys(scope: EventScope) -> Iterator[ScopeKey]:
    """Return what a scope names: sports first, then competitions and events."""
    for kind, name in _KINDS.items():
        for own_id in getattr(scope, name):
            yield kind, own_id


def field_of(kind: ScopeKind) -> str:
    """Return the field of forms and messages that names things of a kind."""
    return _KINDS[kind]


def named_in(scope: EventScope, known: Mapping[ScopeKey, ScopeItem]) -> tuple[ScopeItem, ...]:
    """Return what a scope names, with the names that are known; what is not known has none."""
    found = (
        known.get(key) or (sport_item(key[1]) if key[0] is ScopeKind.SPORT else ScopeItem(*key, ""))
        for key in scope_keys(scope)
    )
    return tuple(sorted(found, key=lambda item: (list(ScopeKind).index(item.kind), item.name, item.id)))


def sport_item(sport: str) -> ScopeItem:
    """Return a sport."""
    return ScopeItem(ScopeKind.SPORT, sport, sport_name(sport))


def items_to_json(items: Iterable[ScopeItem]) -> Json:
    """Return items as a proposal keeps them: providers' names are forgotten, and an approver has to read."""
    kept: Json = msgspec.to_builtins(list(items))
    return kept


def items_from_json(kept: Any) -> Sequence[ScopeItem]:
    """Return the items that a proposal has kept."""
    return msgspec.convert([] if kept is None else kept, list[ScopeItem])
