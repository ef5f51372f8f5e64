"""What blocks know of customers' money, compared with our ledger: nothing is changed."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import datetime

from foundation.storage.clock import Clock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from subgraphs.bets.models import BETS
from subgraphs.bets.records.known_money import KnownMoney
from subgraphs.kit.known_reservations import Known
from subgraphs.wallet.closing.days import timestamp_of
from subgraphs.wallet.funds.codes import AccountCode
from subgraphs.wallet.funds.house_side import HouseSide
from subgraphs.wallet.funds.ledger_funds import LedgerFunds
from subgraphs.wallet.funds.reconciliation import Lack, lacks
from subgraphs.wallet.funds.written_reservations import ReservationReader
from subgraphs.wallet.models import LEDGER, REFERENCE
from subgraphs.wallet.opened import OpenedWallet


@asynccontextmanager
async def _house_side(
    settings: DatabaseSettings, clock: Clock, elsewhere: frozenset[str] = frozenset()
) -> AsyncIterator[HouseSide]:
    database = Database.open(settings, "wallet")
    wallet = OpenedWallet.of(database, clock)
    reader = ReservationReader(database)
    funds = LedgerFunds(wallet.ledger, wallet.accounts, reader, clock)
    try:
        yield HouseSide(database, funds, wallet.ledger, reader, LEDGER, REFERENCE.brand, elsewhere)
    finally:
        await wallet.close()


async def compared_with(known: Iterable[Known], settings: DatabaseSettings, clock: Clock) -> list[Lack]:
    """Return what the ledger lacks of what a block knows."""
    async with _house_side(settings, clock) as side:
        return await lacks(side.funds, side.ledger, known)


async def bets_and_ledger(
    settings: DatabaseSettings, clock: Clock, since: datetime, elsewhere: frozenset[str]
) -> list[Lack]:
    """Return where our bets and the ledger differ, of what either has since an instant.

    Args:
        settings: Where the databases are.
        clock: Product time.
        since: That of the backup; all that was moved or learnt from then on is compared.
        elsewhere: Brands whose bets or money another process has.
    """
    bets = Database.open(settings, "bets")
    known_money = KnownMoney(bets, BETS)
    try:
        async with _house_side(settings, clock, elsewhere) as side:
            found = await side.differences(AccountCode.BETS, timestamp_of(since), known_money.of)
            ids = {lack.id for lack in found}
            async for page in known_money.since(since):
                ours = [known for known in page if known.reservation.owner.brand not in elsewhere]
                more = await lacks(side.funds, side.ledger, ours)
                found.extend(lack for lack in more if lack.id not in ids)
    finally:
        await bets.close()
    return found
