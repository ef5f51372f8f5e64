"""A day is closed while others write: nothing is added to it afterwards, and no batch is lost."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from subgraphs.wallet.closes import DAYS
from subgraphs.wallet.closing.closer import Closer
from subgraphs.wallet.closing.days import ONE_DAY, span_of
from subgraphs.wallet.closing.verification import Verifier
from subgraphs.wallet.ledger.ledger import Ledger
from subgraphs.wallet.ledger.transfers import CreateTransferStatus, Transfer
from subgraphs.wallet.models import CLOSES, LEDGER
from tests.subgraphs.wallet.closing.closed_wallet import FIRST, HOUR, NORTH, ClosedWallet
from tests.support.wallet.ledgers import STERLING, FaultyDatabase, StoppedClock, account, opened_database

PROCESSES, CALLERS, DAYS_PLAYED, PATIENCE_SECONDS = 3, 3, 4, 60
LAST = FIRST + DAYS_PLAYED * ONE_DAY


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[FaultyDatabase]:
    """A database of its own."""
    async with opened_database(database_url) as it:
        yield it


@pytest.fixture
async def mariadb_database(mariadb_url: str) -> AsyncIterator[FaultyDatabase]:
    """A database of its own on MariaDB."""
    async with opened_database(mariadb_url) as it:
        yield it


class Writers:
    """Processes that write, each with a clock that may be behind the others'."""

    def __init__(self, clock: StoppedClock) -> None:
        self.clock, self.made, self._number, self.stop = clock, 0, 0, False

    async def write(self, ledger: Ledger, name: str) -> None:
        """Move money until it is enough."""
        while not self.stop:
            self._number += 1
            transfer = Transfer(
                id=f"{name} {self._number}",
                debit_account_id="house",
                credit_account_id=name,
                amount=1,
                ledger=STERLING,
                code=1,
            )
            result = await ledger.create_transfer(transfer)
            assert result.status is CreateTransferStatus.CREATED
            self.made += 1
            await asyncio.sleep(0)

    async def begin_pair(self, ledger: Ledger, name: str) -> None:
        """Open two accounts, and move money between them once."""
        pair = [account(f"{name} {side}") for side in ("payer", "payee")]
        await ledger.create_accounts(pair)
        transfer = Transfer(
            id=name,
            debit_account_id=pair[0].id,
            credit_account_id=pair[1].id,
            amount=1,
            ledger=STERLING,
            code=1,
        )
        assert (await ledger.create_transfer(transfer)).status is CreateTransferStatus.CREATED
        self.made += 1


async def test_a_day_is_closed_beside_writers(database: FaultyDatabase, database_url: str) -> None:
    """What a close says stays so: each day has the transfers that it was closed with, and all are in one.

    The clock goes over midnight, and back behind it, while batches of several processes are running.
    """
    clock = StoppedClock(span_of(FIRST).start + 23 * HOUR)
    writers = Writers(clock)
    async with AsyncExitStack() as stack:
        ledgers = []
        for _ in range(PROCESSES):
            mine = Database(DatabaseSettings(url=database_url), "wallet")
            stack.push_async_callback(mine.close)
            ledger = Ledger(mine, LEDGER, clock)
            stack.push_async_callback(ledger.close)
            ledgers.append(ledger)
        names = [f"c{number}" for number in range(PROCESSES * CALLERS)]
        await ledgers[0].create_accounts([account("house"), *map(account, names)])
        closer = Closer(database, DAYS, CLOSES, None, clock)
        async with asyncio.TaskGroup() as tasks:
            for number, name in enumerate(names):
                tasks.create_task(writers.write(ledgers[number % PROCESSES], name))
            for day in [FIRST + number * ONE_DAY for number in range(DAYS_PLAYED)]:
                await _until_more(writers)
                clock.now = span_of(day).end + 1
                await _closed(closer)
                clock.now = span_of(day).end - HOUR  # a server whose clock goes back
                await writers.begin_pair(ledgers[1], str(day))  # accounts that never were behind midnight
                await _until_more(writers)
                clock.now = span_of(day).end + 12 * HOUR
            writers.stop = True
    clock.now = span_of(LAST).end
    await _closed(closer)
    verification = await Verifier(database, DAYS, CLOSES, {}).verify()
    assert (verification.faults, verification.differences) == ((), ())
    async with database.read() as connection:
        transfers = await connection.scalar(text("SELECT COUNT(*) FROM transfer"))
        closes = list(await connection.scalars(text("SELECT content FROM day_close ORDER BY sequence")))
    assert transfers == writers.made
    assert sum(_transfers_of(content) for content in closes) == transfers


def _transfers_of(content: str) -> int:
    return int(content.partition('"transfers":')[2].partition(",")[0])


async def _until_more(writers: Writers) -> None:
    enough = writers.made + 20
    async with asyncio.timeout(PATIENCE_SECONDS):
        while writers.made < enough:  # noqa: ASYNC110 - several write
            await asyncio.sleep(0.01)


async def _closed(closer: Closer) -> None:
    """Close what is over; whoever writes may be in the way for a moment."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        for day in await closer.due():
            while True:
                try:
                    await closer.close(day)
                except OperationalError:  # a lock was not given in time
                    await asyncio.sleep(0.01)
                else:
                    break


@pytest.mark.mariadb
async def test_a_batch_that_stands_still_keeps_its_day_open(mariadb_database: FaultyDatabase) -> None:
    """A process that stops in the middle of a batch, for however long, has its transfer in the right day."""
    async with ClosedWallet.opened(mariadb_database) as wallet:
        await wallet.pay(NORTH, 5)
        await wallet.closer.due()
        frontier = f"SELECT closed_until FROM {LEDGER.frontier.name} LOCK IN SHARE MODE"  # noqa: S608 - ours
        wallet.tomorrow()
        async with mariadb_database.write() as batch:
            await batch.execute(text(frontier))  # as each batch does
            with pytest.raises(OperationalError, match="Lock wait"):
                await wallet.closer.close(FIRST)
        # The first time it waits for accounts instead; from then on for the frontier.
        assert (await wallet.closer.close(FIRST)).differences == 0
        wallet.tomorrow()
        async with mariadb_database.write() as batch:
            await batch.execute(text(frontier))
            with pytest.raises(OperationalError, match="Lock wait"):
                await wallet.closer.close(FIRST + ONE_DAY)
        assert (await wallet.closer.close(FIRST + ONE_DAY)).differences == 0
