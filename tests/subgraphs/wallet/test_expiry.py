"""Pending transfers end by the clock of the wallet's database, and by no other."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from subgraphs.wallet.ledger.accounts import AccountFlags
from subgraphs.wallet.ledger.ledger import Ledger
from subgraphs.wallet.ledger.limits import AMOUNT_MAX
from subgraphs.wallet.ledger.reading import AccountFilter
from subgraphs.wallet.ledger.transfers import CreateTransferStatus, Transfer, TransferFlags
from tests.support.wallet.ledgers import (
    STERLING,
    FaultyDatabase,
    StoppedClock,
    account,
    opened_database,
    opened_ledger,
)

F, S = TransferFlags, CreateTransferStatus
PATIENCE_SECONDS = 180


def hold(id_: str, timeout: int, flags: int = 0) -> Transfer:
    """Return a pending transfer."""
    return Transfer(
        id=id_,
        debit_account_id="ann",
        credit_account_id="house",
        amount=5,
        ledger=STERLING,
        code=1,
        timeout=timeout,
        flags=int(F.PENDING | flags),
    )


def post(pending_id: str) -> Transfer:
    """Return a post of all that is pending."""
    return Transfer(
        id=f"post {pending_id}", pending_id=pending_id, amount=AMOUNT_MAX, flags=F.POST_PENDING_TRANSFER
    )


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[FaultyDatabase]:
    """A database of its own."""
    async with opened_database(database_url) as it:
        yield it


async def begun(ledger: Ledger, *transfers: Transfer) -> None:
    """Open two accounts and reserve."""
    await ledger.create_accounts([account("ann"), account("house", AccountFlags.HISTORY)])
    results = await ledger.create_transfers(transfers)
    assert {result.status for result in results} == {S.CREATED}


@pytest.mark.parametrize("is_swept", [False, True])
async def test_a_post_at_the_instant_of_expiry_is_too_late(
    database: FaultyDatabase, *, is_swept: bool
) -> None:
    """A microsecond before, it is in time; whether anybody has recorded the end does not matter."""
    clock = StoppedClock()
    async with opened_ledger(database, clock) as ledger:
        await begun(ledger, hold("early", 1), hold("late", 1))
        held = await ledger.lookup_transfers(["early", "late"])
        clock.now = held[0].timestamp + 1_000_000 - 1
        assert (await ledger.create_transfer(post("early"))).status is S.CREATED
        clock.now = held[1].timestamp + 1_000_000
        if is_swept:
            assert len(await ledger.expire_pending()) == 1
        assert (await ledger.create_transfer(post("late"))).status is S.PENDING_TRANSFER_EXPIRED
        assert len(await ledger.expire_pending()) == (0 if is_swept else 1)
        (ann, house) = await ledger.lookup_accounts(["ann", "house"])
        assert (ann.debits_pending, ann.debits_posted, house.credits_pending) == (0, 5, 0)
        assert len(await ledger.get_account_balances(AccountFilter("house"))) == 3  # none of the end by time


async def test_the_real_clock_of_the_database_ends_them(database: FaultyDatabase) -> None:
    """Nothing tells the ledger what time it is."""
    async with opened_ledger(database) as ledger:
        await begun(ledger, hold("short", 1, F.CLOSING_DEBIT))
        assert (await ledger.create_transfer(hold("other", 0))).status is S.DEBIT_ACCOUNT_ALREADY_CLOSED
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not await ledger.expire_pending():  # noqa: ASYNC110 - the database tells nobody the time
                await asyncio.sleep(0.05)
        async with database.read() as connection:
            query = "SELECT status, expires_at, ended_at FROM pending_transfer"
            row = (await connection.execute(text(query))).one()
        assert row.status == "expired"
        assert row.ended_at >= row.expires_at
        assert (await ledger.create_transfer(hold("another", 0))).status is S.CREATED  # it is open again


async def test_several_sweep_at_once(database_url: str) -> None:
    """Each pending transfer is ended by one of them, the earliest first, and no more at once than asked."""
    clock = StoppedClock()
    async with opened_database(database_url) as database, opened_ledger(database, clock) as ledger:
        other = Database(DatabaseSettings(url=database_url), "wallet")
        async with opened_ledger(other, clock) as second:
            await begun(ledger, *(hold(f"t{number}", 30 - number) for number in range(10)))
            clock.now += 31_000_000
            assert len(await ledger.expire_pending(3)) == 3
            async with database.read() as connection:
                query = "SELECT id FROM pending_transfer WHERE ended_at>0 ORDER BY ended_at"
                ended = await connection.execute(text(query))
                assert [row[0] for row in ended] == ["t9", "t8", "t7"]
            swept = await asyncio.gather(*(one.expire_pending(5) for one in (ledger, second, ledger, second)))
            ids = [id_ for ended_together in swept for id_ in ended_together]
            assert 5 <= len(ids) <= 7
            while more := await second.expire_pending(5):
                ids += more
            assert sorted(ids) == [f"t{number}" for number in range(7)]
            (ann,) = await ledger.lookup_accounts(["ann"])
            assert ann.debits_pending == 0
        await other.close()


async def test_the_file_of_the_wallet_waits_for_the_disk(tmp_path: object) -> None:
    """SQLite writes each commit of it to the disk; others' last commits may be lost in a crash."""
    settings = DatabaseSettings(url=f"sqlite+aiosqlite:///{tmp_path}")
    found = {}
    for name in ("wallet", "club"):
        database = Database.open(settings, name)
        async with database.read() as connection:
            found[name] = await connection.scalar(text("PRAGMA synchronous"))
        await database.close()
    assert found == {"wallet": 2, "club": 1}
