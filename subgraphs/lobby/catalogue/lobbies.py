"""The lobby of a brand, as the back office decided it: sections and groups of games."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Literal

import msgspec


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """Which games a section or group has that nobody lists by hand, and in which order.

    Attributes:
        by: `new`: first seen in the last `days`, the newest first; `popular`: launched in the last `days`,
            the most often first; `tag` or `provider`: those with `value`, by name; `all`: by name.
    """

    by: Literal["new", "popular", "tag", "provider", "all"]
    days: int = 30
    value: str = ""


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """A row of games.

    Attributes:
        id: Its own, without the brand.
        names: By locale.
        games: The own ids of games in order; empty if a rule says which.
        jurisdictions, devices: For whom it is; empty for everybody.
        since, until: From this instant, and before that one; None is without an end there.
    """

    id: str
    names: Mapping[str, str]
    games: tuple[str, ...] = ()
    rule: Rule | None = None
    jurisdictions: frozenset[str] = frozenset()
    devices: frozenset[str] = frozenset()
    since: datetime | None = None
    until: datetime | None = None

    def is_for(self, jurisdiction: str | None, device: str | None, at: datetime) -> bool:
        """Return whether it is shown to somebody at an instant; any device may be meant."""
        return (
            (not self.jurisdictions or jurisdiction in self.jurisdictions)
            and (not self.devices or device is None or device in self.devices)
            and (self.since is None or self.since <= at)
            and (self.until is None or at < self.until)
        )


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Games that rewards name: free spins may be played on them."""

    id: str
    names: Mapping[str, str]
    games: tuple[str, ...] = ()
    rule: Rule | None = None


class Lobby(msgspec.Struct, frozen=True, kw_only=True):
    """What a brand shows, in order."""

    sections: tuple[Section, ...] = ()
    groups: tuple[Group, ...] = ()

    @classmethod
    def read(cls, state: Mapping[str, Any]) -> Lobby:
        """Return the lobby of a global message's state, as it is stored.

        Raises:
            ValidationError: This version cannot read it.
        """
        return msgspec.convert(state, cls)

    def next_change(self, at: datetime) -> datetime | None:
        """Return the next instant at which a section begins or ends; None if none does."""
        instants = (
            instant
            for section in self.sections
            for instant in (section.since, section.until)
            if instant is not None and instant > at
        )
        return min(instants, default=None)

    @property
    def popular_days(self) -> frozenset[int]:
        """Return for how many days launches have to be counted."""
        rules = [*(section.rule for section in self.sections), *(group.rule for group in self.groups)]
        return frozenset(rule.days for rule in rules if rule is not None and rule.by == "popular")


USUAL: Final = Lobby(
    sections=(
        Section(
            id="popular",
            names={"en": "Popular", "de": "Beliebt", "da": "Populære", "it": "Popolari"},
            rule=Rule(by="popular", days=7),
        ),
        Section(
            id="new",
            names={"en": "New", "de": "Neu", "da": "Nye", "it": "Novità"},
            rule=Rule(by="new", days=30),
        ),
        Section(
            id="all",
            names={"en": "All games", "de": "Alle Spiele", "da": "Alle spil", "it": "Tutti i giochi"},
            rule=Rule(by="all"),
        ),
    )
)
"""The lobby of a brand that has none of its own."""
