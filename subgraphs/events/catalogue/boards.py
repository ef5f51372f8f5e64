"""The board of a brand, as the back office decided it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Final, Literal, TypeAlias

import msgspec

from subgraphs.kit.graphql.context import choose_locale

Scope: TypeAlias = Literal["sport", "competition", "event"]


class Placement(msgspec.Struct, frozen=True, kw_only=True):
    """How something is shown in some territories for some time.

    Attributes:
        territories: Codes of ISO 3166-1; empty for all, also for visitors of whom it is not known.
        since, until: From this instant, and before that one; None is without an end there.
        position: Its place among its like, the lowest first; those without one come behind.
        names: By locale; in other languages it has its provider's name.
    """

    territories: frozenset[str] = frozenset()
    since: datetime | None = None
    until: datetime | None = None
    hidden: bool = False
    position: int | None = None
    names: Mapping[str, str] = {}
    image_url: str | None = None

    def is_in_force(self, territory: str | None, at: datetime) -> bool:
        """Return whether it says how something is shown, to a visitor in a territory at an instant."""
        return (
            (not self.territories or territory in self.territories)
            and (self.since is None or self.since <= at)
            and (self.until is None or at < self.until)
        )


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """How a sport, a competition or an event is shown: the first placement that is in force says it.

    Attributes:
        id: The platform's own, without the brand; of an event, that of any of its offers.
    """

    scope: Scope
    id: str
    placements: tuple[Placement, ...]

    def in_force(self, territory: str | None, at: datetime) -> Placement | None:
        """Return the placement that is in force; None if none is."""
        placements = self.placements
        return next((placement for placement in placements if placement.is_in_force(territory, at)), None)


@dataclass(frozen=True, eq=False)
class Board:
    """What a brand shows, and how; what has no entry is shown as its providers tell it.

    Attributes:
        territories: Those of which it says something of their own.
    """

    entries: tuple[Entry, ...] = ()
    territories: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        placements = (placement for entry in self.entries for placement in entry.placements)
        territories = frozenset(code for placement in placements for code in placement.territories)
        object.__setattr__(self, "territories", territories)

    @classmethod
    def read(cls, state: Mapping[str, Any]) -> Board:
        """Return the board of a global message's state, as it is stored.

        Raises:
            ValidationError: This version cannot read it.
        """
        return cls(msgspec.convert(state["entries"], tuple[Entry, ...]))

    @cached_property
    def has_names(self) -> bool:
        """Return whether something is shown under names that depend on a visitor's languages."""
        return any(placement.names for entry in self.entries for placement in entry.placements)

    def in_force(self, territory: str | None, at: datetime) -> Mapping[tuple[Scope, str], Placement]:
        """Return what is in force for a visitor in a territory at an instant."""
        found = {(entry.scope, entry.id): entry.in_force(territory, at) for entry in self.entries}
        return {key: placement for key, placement in found.items() if placement is not None}

    def next_change(self, at: datetime) -> datetime | None:
        """Return the next instant at which a placement begins or ends; None if none does."""
        instants = (
            instant
            for entry in self.entries
            for placement in entry.placements
            for instant in (placement.since, placement.until)
            if instant is not None and instant > at
        )
        return min(instants, default=None)


EMPTY_BOARD: Final = Board()
AS_TOLD: Final = Placement()
"""How something is shown of which the board says nothing."""


def shown_name(placement: Placement, languages: str | None, usual: str) -> str:
    """Return the name that editors chose for a visitor's languages, or else the usual one.

    Args:
        placement: How it is shown.
        languages: As in `Accept-Language`.
        usual: Its name as its provider tells it.
    """
    names = placement.names
    return names.get(choose_locale(languages, tuple(names), ""), usual) if names else usual
