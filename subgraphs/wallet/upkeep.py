"""Upkeep: ends reservations whose time has passed, so that the money is their customers' again."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from foundation.storage.database import Database
from subgraphs.kit.rounds import WorkerParts
from subgraphs.wallet.opened import OpenedWallet

BATCH: Final = 500
"""How many reservations a round ends at most."""


@dataclass(frozen=True, slots=True)
class Upkeep:
    """Does what is due, some in each round; several processes may do so at the same time."""

    wallet: OpenedWallet

    async def round(self) -> Mapping[str, int]:
        """End what has expired, and tell its customers' pages; tell whether there may be more."""
        follows = self.wallet.changed is not None
        owners = await self.wallet.accounts.of_expired(BATCH) if follows else ()
        ended = await self.wallet.ledger.expire_pending(BATCH)
        self.wallet.announce(*owners)
        return {"expiry": ended == BATCH}

    async def close(self) -> None:
        """Close all connections."""
        await self.wallet.close()


def create_rounds(parts: WorkerParts) -> Upkeep:
    """Return the upkeep of the wallet's database."""
    database = Database.open(parts.database, "wallet")
    return Upkeep(OpenedWallet.of(database, parts.clock, parts.changed))
