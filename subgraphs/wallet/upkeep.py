"""Upkeep: ends reservations and credits whose time has passed, and forgets what is kept of nobody any longer.

What a reservation held is its customer's again, and what is left of a credit is the house's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Final

from foundation.storage.database import Database
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.records.erasure import Pseudonyms
from subgraphs.kit.rounds import WorkerParts
from subgraphs.wallet.customer_data import erasure_of
from subgraphs.wallet.opened import OpenedWallet
from subgraphs.wallet.retention.forgetting import Forgetting

BATCH: Final = 500
"""How many reservations a round ends at most."""


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
        """End what has expired, tell its customers' pages, and forget.

        Returns:
            Whether there may be more, and how many credits are still reserved.
        """
        follows = self.wallet.changed is not None
        owners = await self.wallet.accounts.of_expired(BATCH) if follows else ()
        ended = await self.wallet.ledger.expire_pending(BATCH)
        self.wallet.announce(*owners)
        return {
            "expiry": ended == BATCH,
            "credits": await self.wallet.expired.end(),
            "forgetting": await self._forget(),
        }

    async def _forget(self) -> bool:
        """Forget some of what is due, if it is time to look; return whether there may be more."""
        if monotonic() < self._forgets_at:
            return False
        is_more = await self.forgetting.some()
        self._after = await self.forgetting.ended_breaks(self._after)
        if is_more or self._after is not None:
            return True
        self._forgets_at = monotonic() + SECONDS_BETWEEN
        return False

    async def close(self) -> None:
        """Close all connections."""
        await self.wallet.close()


def create_rounds(parts: WorkerParts) -> Upkeep:
    """Return the upkeep of the wallet's database."""
    database = Database.open(parts.database, "wallet")
    wallet = OpenedWallet.of(database, parts.clock, parts.changed)
    erasure = erasure_of(database.dialect, Pseudonyms.from_settings(parts.database))
    return Upkeep(wallet, Forgetting(database, wallet.accounts, parts.clock.machine, erasure))
