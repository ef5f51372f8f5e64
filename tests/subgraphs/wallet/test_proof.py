"""The proof finds what contradicts itself, by account, on both engines."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from subgraphs.wallet.ledger.accounts import AccountFlags
from subgraphs.wallet.ledger.ledger import Ledger
from subgraphs.wallet.ledger.proof import MAX_DIFFERENCES, prove
from subgraphs.wallet.ledger.transfers import Transfer, TransferFlags
from tests.support.wallet.ledgers import (
    STERLING,
    FaultyDatabase,
    StoppedClock,
    account,
    opened_database,
    opened_ledger,
)

F = TransferFlags
BROKEN = {
    "a sum of an account": (
        "UPDATE ledger_account SET debits_posted=debits_posted+1 WHERE id='house'",
        {("", "826"), ("house", "")},
    ),
    "both sides of one": (
        "UPDATE ledger_account SET credits_pending=9, debits_pending=9 WHERE id='ann'",
        {("ann", "")},
    ),
    "an amount": ("UPDATE transfer SET amount=amount+1 WHERE id='paid'", {("house", ""), ("ann", "")}),
    "a transfer that is gone": ("DELETE FROM transfer WHERE id='paid'", {("house", ""), ("ann", "")}),
    "an end of another kind": (
        "UPDATE pending_transfer SET status='voided' WHERE id='kept'",
        {("ann", "post")},
    ),
    "a second end": (
        "UPDATE transfer SET pending_id='freed' WHERE id='post'",
        {("ann", "post"), ("ann", "kept")},
    ),
    "an end that nobody made": (
        "UPDATE pending_transfer SET ended_by='nobody' WHERE id='freed'",
        {("ann", "void"), ("ann", "freed")},
    ),
    "an end before its time": (
        "UPDATE pending_transfer SET expires_at=expires_at+60000000 WHERE id='late'",
        {("ann", "late")},
    ),
    "no standing": ("DELETE FROM pending_transfer WHERE id='kept'", {("ann", "kept"), ("ann", "post")}),
    "a standing of nothing": (
        "UPDATE pending_transfer SET id='other' WHERE id='late'",
        {("", "other"), ("ann", "late")},
    ),
    "an open one": (
        "UPDATE pending_transfer SET status='pending' WHERE id='late'",
        {("ann", ""), ("house", "")},
    ),
    "an account that does not exist": (
        "UPDATE transfer SET credit_account_id='nobody' WHERE id='paid'",
        {("", "paid"), ("ann", "")},
    ),
}
HISTORY = {
    "a balance": "UPDATE account_balance SET credits_posted=credits_posted+1 WHERE account_id='house'",
    "a missing balance": "DELETE FROM account_balance WHERE account_id='house' AND credits_posted=0",
    "a balance without a transfer": "UPDATE account_balance SET timestamp=timestamp-900",
}


def move(id_: str, debit: str, credit: str, amount: int, **values: Any) -> Transfer:
    """Return a transfer in sterling."""
    return Transfer(
        id=id_,
        debit_account_id=debit,
        credit_account_id=credit,
        amount=amount,
        ledger=STERLING,
        code=1,
        **values,
    )


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[FaultyDatabase]:
    """A ledger with transfers of each kind, which is right."""
    async with opened_database(database_url) as it, opened_ledger(it, clock := StoppedClock()) as ledger:
        await ledger.create_accounts([account("house", AccountFlags.HISTORY), account("ann")])
        await _fill(ledger)
        clock.now += 5_000_000
        assert len(await ledger.expire_pending()) == 1
        assert await prove(it) == []
        yield it


async def _fill(ledger: Ledger) -> None:
    results = await ledger.create_transfers(
        [
            move("paid", "house", "ann", 50),
            move("kept", "ann", "house", 5, flags=F.PENDING),
            move("freed", "ann", "house", 6, flags=F.PENDING),
            move("late", "ann", "house", 7, flags=F.PENDING, timeout=1),
            move("open", "ann", "house", 8, flags=F.PENDING),
            Transfer(id="post", pending_id="kept", amount=4, flags=F.POST_PENDING_TRANSFER),
            Transfer(id="void", pending_id="freed", flags=F.VOID_PENDING_TRANSFER),
            move("refused", "ann", "nobody", 1),
        ]
    )
    assert [result.status.value for result in results] == ["created"] * 7 + ["credit_account_not_found"]


@pytest.mark.parametrize("broken", BROKEN)
async def test_what_was_changed_is_told(database: FaultyDatabase, broken: str) -> None:
    """With the account and the row that it is about; history is another matter."""
    statement, expected = BROKEN[broken]
    async with database.write() as connection:
        await connection.exec_driver_sql(statement)
    found = {(one.account_id, one.about) for one in await prove(database) if "of history" not in one.what}
    assert expected <= {
        (account_id, "" if about.isdigit() and account_id else about) for account_id, about in found
    }


@pytest.mark.parametrize("broken", HISTORY)
async def test_a_wrong_history_is_told(database: FaultyDatabase, broken: str) -> None:
    """A balance after a transfer is the sum up to then, and there is one for each transfer."""
    async with database.write() as connection:
        await connection.exec_driver_sql(HISTORY[broken])
    found = await prove(database)
    assert found
    assert {one.account_id for one in found} == {"house"}


async def test_the_report_is_bounded(database: FaultyDatabase) -> None:
    """A ledger with more differences than anybody reads tells the first."""
    async with database.write() as connection:
        for number in range(MAX_DIFFERENCES + 5):
            await connection.exec_driver_sql(
                f"INSERT INTO pending_transfer (id, status, ended_by) VALUES ('stray{number}', 'pending', '')"  # noqa: S608 - ours
            )
    assert len(await prove(database)) == MAX_DIFFERENCES
