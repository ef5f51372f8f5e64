"""Closes the days of the wallet's ledger that are over, and tells what stops payouts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import structlog

from foundation.storage.database import Database
from subgraphs.kit.rounds import WorkerParts
from subgraphs.wallet.closing.closer import Closer, NotClosable
from subgraphs.wallet.closing.holds import open_holds
from subgraphs.wallet.closing.reading import DayTables
from subgraphs.wallet.closing.settings import CloseSettings
from subgraphs.wallet.closing.verification import Verifier
from subgraphs.wallet.models import CLOSES, CUSTOMER_ACCOUNT, LEDGER, REFERENCE

log = structlog.get_logger(__name__)
DAYS: Final = DayTables(LEDGER, CUSTOMER_ACCOUNT, REFERENCE.brand)


def closer_of(database: Database, settings: CloseSettings) -> Closer:
    """Return what closes the days of a wallet's database."""
    return Closer(database, DAYS, CLOSES, settings.keys.signing)


def verifier_of(database: Database, settings: CloseSettings) -> Verifier:
    """Return what verifies the closes of a wallet's database."""
    return Verifier(database, DAYS, CLOSES, settings.known)


@dataclass(frozen=True, slots=True)
class DailyClose:
    """Closes one day in each round; several processes may do so at the same time."""

    database: Database
    closer: Closer

    async def round(self) -> Mapping[str, int]:
        """Close the earliest day that is over; tell how many wait, and how many holds stop payouts."""
        due = await self.closer.due()
        if due:
            try:
                await self.closer.close(due[0])
            except NotClosable as reason:
                log.info("day_not_closed_yet", day=str(due[0]), why=str(reason))
                return {"close": len(due)}
        async with self.database.read() as connection:
            holds = len(await open_holds(connection, CLOSES))
        return {"close": len(due[1:]), "payouts": holds}

    async def close(self) -> None:
        """Close all connections."""
        await self.database.close()


def create_rounds(parts: WorkerParts) -> DailyClose:
    """Return the daily close of the wallet's database."""
    database = Database.open(parts.database, "wallet")
    return DailyClose(database, closer_of(database, CloseSettings()))
