"""The selections of a market as they are stored with it."""

from datetime import datetime
from typing import Final

import msgspec

from subgraphs.kit.domain.selections import selection_id


class StoredRunner(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A selection as it is stored.

    Attributes:
        id: The provider's.
        status: As in the message.
        odds_milli: The best that a backer is offered; None if nothing is offered.
        changed_at: When these odds last changed.
    """

    id: str
    handicap_milli: int = 0
    name: str = ""
    status: str
    position: int
    odds_milli: int | None
    dead_heat_milli: int | None = None
    deduction_milli: int | None = None
    void_milli: int | None = None
    changed_at: datetime

    @property
    def key(self) -> tuple[str, int]:
        """Return what names it in its market."""
        return self.id, self.handicap_milli

    def own_id(self, market: str) -> str:
        """Return the platform's own id of it, in the market of an own id."""
        return selection_id(market, *self.key)


RUNNERS: Final = msgspec.json.Decoder(tuple[StoredRunner, ...])
