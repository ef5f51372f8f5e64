"""A game as readers know it, and where it may be played."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from subgraphs.lobby.configuration import Certificate, LobbyFile


class Game(msgspec.Struct, frozen=True, kw_only=True):
    """A game; see `ListedGame`.

    Attributes:
        first_seen: When it was first in its provider's list.
    """

    own_id: str
    provider: str
    code: str
    name: str
    studio: str
    image_url: str | None
    tags: tuple[str, ...]
    devices: frozenset[str]
    jurisdictions: frozenset[str]
    blocked: frozenset[str]
    has_demo: bool
    first_seen: datetime

    @classmethod
    def of(cls, row: Mapping[Any, Any]) -> Game:
        """Return the game of a row."""
        values = {name: row[name] for name in cls.__struct_fields__}
        sets = {name: frozenset(values[name]) for name in ("devices", "jurisdictions", "blocked")}
        return cls(**values | sets | {"tags": tuple(values["tags"])})


class Place(msgspec.Struct, frozen=True):
    """Where somebody plays.

    Attributes:
        jurisdiction: Whose rules hold; None if the brand may not show games there at all.
        country: Where the visitor is, as a code of ISO 3166-1; None if that is not known.
    """

    jurisdiction: str | None
    country: str | None = None


@dataclass(frozen=True)
class Permissions:
    """Where games may be played: as their providers say, and as the installation's file does."""

    certificates: Mapping[tuple[str, str], tuple[Certificate, ...]]
    withdrawn: frozenset[tuple[str, str, str]]

    @classmethod
    def of(cls, file: LobbyFile) -> Permissions:
        """Return what the file says."""
        certificates: defaultdict[tuple[str, str], tuple[Certificate, ...]] = defaultdict(tuple)
        for certificate in file.certificates:
            for code in certificate.games:
                certificates[certificate.provider, code] += (certificate,)
        withdrawn = frozenset(
            (withdrawal.provider, code, withdrawal.jurisdiction)
            for withdrawal in file.withdrawals
            for code in withdrawal.games
        )
        return cls(dict(certificates), withdrawn)

    def allows(self, game: Game, place: Place, at: datetime) -> bool:
        """Return whether a game may be shown and played somewhere at an instant."""
        jurisdiction = place.jurisdiction
        if jurisdiction is None or (game.provider, game.code, jurisdiction) in self.withdrawn:
            return False
        if jurisdiction[:2] in game.blocked or place.country in game.blocked:
            return False
        return jurisdiction in game.jurisdictions or any(
            one.jurisdiction == jurisdiction and one.holds(at)
            for one in self.certificates.get((game.provider, game.code), ())
        )
