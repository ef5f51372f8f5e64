"""Upkeep: ends what has expired, tells customers what is due, and forgets what is needed no longer.

What a reservation held is its customer's again, and what is left of a credit is the house's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Final

from foundation.storage.database import Database
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.durable_steps.loop import Loop, LoopName, by_customer, by_name, call
from subgraphs.kit.records.erasure import Pseudonyms
from subgraphs.kit.records.outbox import Outbox
from subgraphs.kit.rounds import WorkerParts
from subgraphs.wallet.aggregator.retention import OldGames
from subgraphs.wallet.customer_data import erasure_of
from subgraphs.wallet.limits.looks import Looks, due_looks
from subgraphs.wallet.models import LIMITS, OUTBOX, SEAMLESS
from subgraphs.wallet.opened import OpenedWallet
from subgraphs.wallet.retention.forgetting import Forgetting
from subgraphs.wallet.retention.unmatched import UnmatchedMoney

PARTS: Final = LoopName("wallet-upkeep", "parts")
CUSTOMERS: Final = LoopName("wallet-upkeep", "customers")
BATCH: Final = 500
"""How many reservations a round ends at most."""

LOOKS: Final = 100
"""How many customers a round looks at at most."""

SECONDS_BETWEEN: Final = 3_600
"""How often it looks for what is to be forgotten."""


@dataclass(slots=True)
class Upkeep:
    """Does what is due, some in each round; several processes may do so at the same time."""

    wallet: OpenedWallet
    forgetting: Forgetting
    _forgets_at: float = 0
    _after: Owner | None = None

    async def round(self) -> Mapping[str, int]:
        """End what has expired, tell customers what is due, and forget.

        Returns:
            Whether there may be more, and how many credits are still reserved.
        """
        told = {"expiry": 0, "credits": 0, "forgetting": 0, "notices": 0}

        async def expiry() -> None:
            ended = await self.wallet.ledger.expire_pending(BATCH)
            told["expiry"] = len(ended) == BATCH
            if self.wallet.changed is not None:
                self.wallet.announce(*await self.wallet.accounts.of_transfers(ended))

        async def credits_() -> None:
            told["credits"] = await self.wallet.expired.end()

        async def forgetting() -> None:
            told["forgetting"] = await self._forget()

        async def notices() -> None:
            told["notices"] = await self._look() == LOOKS

        postponed, machine = self.wallet.postponed, self.wallet.clock.machine
        parts = Loop(name=PARTS, postponed=postponed, clock=machine, named=by_name)
        await parts.each([expiry, credits_, forgetting, notices], call)
        return {**told, **await postponed.counts("wallet-upkeep", machine)}

    async def _forget(self) -> bool:
        """Forget some of what is due, if it is time to look; return whether there may be more."""
        if monotonic() < self._forgets_at:
            return False
        is_more = await self.forgetting.some()
        old_games = OldGames(self.wallet.database, SEAMLESS, self.wallet.clock.machine)
        is_more = await old_games.forget() or is_more
        unmatched = UnmatchedMoney(self.wallet.database, self.wallet.clock.machine)
        is_more = await unmatched.forget() or is_more
        self._after = await self.forgetting.ended_breaks(self._after)
        if is_more or self._after is not None:
            return True
        self._forgets_at = monotonic() + SECONDS_BETWEEN
        return False

    async def _look(self) -> int:
        """Look at the customers for whom something may be due; return how many there were."""
        wallet = self.wallet
        looks = Looks(wallet.database, wallet.claims, Outbox(OUTBOX))
        async with wallet.database.read() as connection:
            at = await wallet.clock.at(connection)
            owners = await due_looks(connection, LIMITS, at, LOOKS)

        async def look(owner: Owner) -> None:
            standing = await wallet.standing_of(owner)
            async with wallet.database.write() as connection:
                at = await wallet.clock.at(connection)
                notices = await looks.look(connection, owner, standing, at)
            if notices:  # what the page shows of limits, breaks and prompts is not as it was
                wallet.announce(owner)

        async def put_off(owner: Owner, until: datetime) -> None:
            async with wallet.database.write() as connection:
                await looks.postpone(connection, owner, until)

        loop = Loop(
            name=CUSTOMERS,
            postponed=wallet.postponed,
            clock=wallet.clock,
            named=by_customer,
            put_off=put_off,
        )
        await loop.each(owners, look)
        return len(owners)

    async def close(self) -> None:
        """Close all connections."""
        await self.wallet.close()


def create_rounds(parts: WorkerParts) -> Upkeep:
    """Return the upkeep of the wallet's database."""
    database = Database.open(parts.database, "wallet")
    wallet = OpenedWallet.of(database, parts.clock, parts.changed)
    erasure = erasure_of(database.dialect, Pseudonyms.from_settings(parts.database))
    return Upkeep(wallet, Forgetting(database, wallet.accounts, parts.clock.machine, erasure))
