"""Gives what the club credits as free spins to the providers of games, where customers play them.

The game platform of the demo's rewards keeps what it has credited, so that spins are given also after the
demo was killed between the two. Their ids follow from the credit, so that they are given once.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from furlong.demo.casino.lobbies import SPINS_TAG
from simulator.casino.catalogue import Slot
from simulator.casino.records import FreeRounds
from simulator.casino.rounds import Rounds
from simulator.casino.serve import ServedCasino
from simulator.providers.ledger import Entry, Ledger

LOOK_SECONDS: Final = 0.5
STAKE: Final = Decimal("0.1")
"""What a spin stakes, as the terms of the demo's rewards say."""


@asynccontextmanager
async def giving_free_spins(awards: Ledger, casino: ServedCasino) -> AsyncIterator[None]:
    """Give free spins as they are credited, while the block runs."""
    giver = FreeSpins(awards, casino)

    async def look() -> None:
        while True:
            giver.give_new()
            await asyncio.sleep(LOOK_SECONDS)

    task = asyncio.create_task(look(), name="free spins")
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@dataclass(slots=True)
class FreeSpins:
    """Follows the credits of the game platform.

    Attributes:
        awards: What it has credited.
        casino: Where the games are.
        after: The number of the credit up to which all are settled.
    """

    awards: Ledger
    casino: ServedCasino
    after: int = 0

    def give_new(self) -> None:
        """Give what was credited since the last time; a pending credit is looked at again."""
        has_pending = False
        for number, entry in self.awards.credits_after(self.after):
            if entry.status == "credited":
                self._give(entry)
            has_pending = has_pending or entry.status == "pending"
            if not has_pending:
                self.after = number

    def _give(self, entry: Entry) -> None:
        """Divide the spins of a credit among the games of the group."""
        body, slots = entry.body, list(self._slots())
        currency, spins = str(body["currency"]), int(body["rounds"] or 0)
        share, more = divmod(spins, len(slots))
        for index, (rounds, slot) in enumerate(slots):
            count = share + (index < more)
            if count and currency in rounds.catalogue.currencies:
                stake = rounds.catalogue.units(STAKE, currency)
                rounds.give(
                    FreeRounds(
                        id=f"{entry.key}:{slot.code}",
                        provider=rounds.provider.name,
                        game=slot.code,
                        user=str(body["player"]),
                        currency=currency,
                        stake=stake,
                        given=count,
                        left=count,
                    )
                )

    def _slots(self) -> Iterator[tuple[Rounds, Slot]]:
        for rounds in self.casino.rounds.values():
            for game in rounds.provider.games:
                if isinstance(game, Slot) and SPINS_TAG in game.tags:
                    yield rounds, game
