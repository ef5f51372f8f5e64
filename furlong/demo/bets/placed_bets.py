"""The bets that pages have placed under an id of their own, so that a retry is not a second bet."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID, uuid4, uuid5

from foundation.storage.bounded_cache import BoundedCache
from furlong.demo.bets.offers import Refusal
from furlong.demo.bets.slips import Placed, PlacedSlip
from subgraphs.kit.domain.keys import Owner

MAX_REMEMBERED: Final = 1000


class AnotherBet(Exception):
    """The id of a slip is that of a bet with another stake or selection, or of one that was given up."""


@dataclass(frozen=True, slots=True)
class PlacedBets:
    """Remembers the last bets with their slips, by their ids."""

    _known: BoundedCache[UUID, tuple[PlacedSlip, Placed]] = field(
        default_factory=lambda: BoundedCache(MAX_REMEMBERED)
    )
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def once(
        self, owner: Owner, slip: PlacedSlip, place: Callable[[UUID], Awaitable[Placed | Refusal]]
    ) -> Placed | Refusal:
        """Return what became of a slip, which is placed unless it has been already.

        Args:
            owner: The customer; the same id of another customer's page is another bet.
            slip: With the id that the page made; without one, it is always another bet.
            place: Places it under an id.

        Raises:
            AnotherBet: The id is that of another bet.
        """
        if slip.bet_id is None:
            return await place(uuid4())
        bet_id = uuid5(slip.bet_id, f"{owner.brand}/{owner.customer}")
        async with self._one_at_a_time:
            if known := self._known.get(bet_id):
                before, placed = known
                if _bet(before) != _bet(slip):
                    raise AnotherBet("this bet id is that of another bet")
                return placed
            placed_now = await place(bet_id)
            if isinstance(placed_now, Placed):
                self._known.add(bet_id, (slip, placed_now))
            return placed_now


def _bet(slip: PlacedSlip) -> tuple[int, str | None, str]:
    """Return what tells one bet from another under its id."""
    return slip.stake_minor, slip.selection_id, slip.free_bet
