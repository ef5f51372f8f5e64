"""Closes the days of the wallet's ledger that are over, and applies corrections that payouts permit."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import structlog

from foundation.storage.clock import Clock, database_time
from foundation.storage.database import Database
from subgraphs.kit.durable_steps.loop import Loop, LoopName
from subgraphs.kit.rounds import WorkerParts
from subgraphs.wallet.closing.closer import Closer, ClosesChanged, NotClosable
from subgraphs.wallet.closing.holds import open_holds
from subgraphs.wallet.closing.reading import DayTables
from subgraphs.wallet.closing.settings import CloseSettings
from subgraphs.wallet.closing.verification import Verifier
from subgraphs.wallet.corrections import CorrectionWork
from subgraphs.wallet.models import CLOSES, CORRECTION, CUSTOMER_ACCOUNT, LEDGER, REFERENCE
from subgraphs.wallet.opened import OpenedWallet

BATCH: Final = 100
"""How many corrections a round applies at most."""

DAYS_TO_CLOSE: Final = LoopName("wallet-closes", "days")
log = structlog.get_logger(__name__)
DAYS: Final = DayTables(LEDGER, CUSTOMER_ACCOUNT, REFERENCE.brand)


def closer_of(database: Database, settings: CloseSettings) -> Closer:
    """Return what closes the days of a wallet's database.

    Raises:
        SettingsError: The keys' file has no private key.
    """
    return Closer(database, DAYS, CLOSES, settings.signing)


async def require_right_clock(database: Database, clock: Clock) -> None:
    """Check, before a day is closed by the database's clock, that this node's agrees with it.

    Raises:
        ClockDiffers: One of them is wrong.
    """
    async with database.read() as connection:
        await database_time(clock.machine, connection)


def verifier_of(database: Database, settings: CloseSettings) -> Verifier:
    """Return what verifies the closes of a wallet's database."""
    return Verifier(database, DAYS, CLOSES, settings.known)


@dataclass(frozen=True, slots=True)
class DailyClose:
    """Closes one day in each round, and applies corrections; several processes may do so at the same time."""

    wallet: OpenedWallet
    closer: Closer

    async def round(self) -> Mapping[str, int]:
        """Close the earliest day that is over; tell what waits, and how many holds stop payouts.

        Raises:
            ClockDiffers: The database's clock or this node's is wrong: a day that is not over would be
                closed, and nothing could be moved before its end.
        """
        await require_right_clock(self.wallet.database, self.wallet.clock)
        waiting = await self._close_earliest()
        database = self.wallet.database
        async with database.read() as connection:
            holds = len(await open_holds(connection, CLOSES))
            at = await self.wallet.clock.at(connection)
        wallet = self.wallet
        work = CorrectionWork(
            database,
            CORRECTION,
            CLOSES,
            wallet.ledger,
            wallet.accounts,
            wallet.postponed,
            wallet.clock.machine,
            wallet.changed,
        )
        corrections = await work.apply(at, BATCH)
        failing = await wallet.postponed.counts("wallet-closes", wallet.clock.machine)
        return {"close": waiting, "payouts": holds, "correction": corrections, **failing}

    async def _close_earliest(self) -> int:
        """Close the earliest day that is over; return how many days wait, at least one if none can be."""
        due: list[date] = []
        try:
            due = await self.closer.due()
            closed = await self._loop.each(due[:1], self._close)
        except ClosesChanged as fault:
            log.error("closes_changed", why=str(fault))  # noqa: TRY400 - the reason says it all
            return max(1, len(due))
        return len(due) - sum(closed)

    async def _close(self, day: date) -> bool:
        """Close a day; return False if it cannot be closed yet."""
        try:
            await self.closer.close(day)
        except ClosesChanged as fault:
            log.error("closes_changed", why=str(fault))  # noqa: TRY400 - the reason says it all
            return False
        except NotClosable as reason:
            log.info("day_not_closed_yet", day=str(day), why=str(reason))
            return False
        return True

    @property
    def _loop(self) -> Loop[date]:
        machine = self.wallet.clock.machine
        return Loop(name=DAYS_TO_CLOSE, postponed=self.wallet.postponed, clock=machine, named=str)

    async def close(self) -> None:
        """Close all connections."""
        await self.wallet.close()


def create_rounds(parts: WorkerParts) -> DailyClose:
    """Return the daily close of the wallet's database.

    Raises:
        ValueError: The keys' file cannot be used.
        SettingsError: It has no private key.
    """
    wallet = OpenedWallet.of(Database.open(parts.database, "wallet"), parts.clock, parts.changed)
    return DailyClose(wallet, closer_of(wallet.database, CloseSettings()))
