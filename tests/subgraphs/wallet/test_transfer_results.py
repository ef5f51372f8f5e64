"""Each result of a transfer and of an account, by the smallest request that has it, on both engines."""

from collections.abc import AsyncIterator
from typing import Any, TypeAlias

import pytest
from msgspec.structs import replace
from sqlalchemy import update

from subgraphs.wallet.ledger.accounts import Account, AccountFlags, CreateAccountStatus
from subgraphs.wallet.ledger.ledger import Ledger
from subgraphs.wallet.ledger.limits import AMOUNT_MAX, BALANCE_MAX
from subgraphs.wallet.ledger.transfers import TRANSIENT, CreateTransferStatus, Transfer, TransferFlags
from subgraphs.wallet.models import LEDGER
from tests.support.wallet.ledgers import (
    EURO,
    STERLING,
    StoppedClock,
    account,
    limited,
    opened_database,
    opened_ledger,
)

S: TypeAlias = CreateTransferStatus
F, A = TransferFlags, AccountFlags
NEW = "new"


def move(
    id_: str = NEW, debit: str = "house", credit: str = "ann", amount: int = 5, **values: Any
) -> Transfer:
    """Return a transfer in sterling."""
    given = {"ledger": STERLING, "code": 1, "flags": 0} | values
    return Transfer(id=id_, debit_account_id=debit, credit_account_id=credit, amount=amount, **given)


def hold(
    id_: str = NEW, debit: str = "ann", credit: str = "house", amount: int = 5, **values: Any
) -> Transfer:
    """Return a pending transfer in sterling."""
    return move(id_, debit, credit, amount, **({"flags": F.PENDING} | values))


def post(id_: str = NEW, pending_id: str = "held", amount: int = AMOUNT_MAX, **values: Any) -> Transfer:
    """Return a post of a pending transfer."""
    given = {"flags": F.POST_PENDING_TRANSFER} | values
    return Transfer(id=id_, pending_id=pending_id, amount=amount, **given)


def void(id_: str = NEW, pending_id: str = "held", amount: int = 0, **values: Any) -> Transfer:
    """Return a void of a pending transfer."""
    return post(id_, pending_id, amount, **({"flags": F.VOID_PENDING_TRANSFER} | values))


DONE = move("done", amount=100, user_data_128="week", user_data_64=64, user_data_32=32)
HELD = hold("held", timeout=60)
CASES: dict[S, list[Transfer]] = {
    S.CREATED: [move()],
    S.LINKED_EVENT_FAILED: [move("first", flags=F.LINKED), move("second", code=0, flags=F.LINKED), move()],
    S.LINKED_EVENT_CHAIN_OPEN: [move(flags=F.LINKED)],
    S.TIMESTAMP_MUST_BE_ZERO: [move("done", timestamp=1)],
    S.RESERVED_FLAG: [move("", flags=1 << 8)],
    S.ID_MUST_NOT_BE_ZERO: [move("", code=0)],
    S.EXISTS_WITH_DIFFERENT_FLAGS: [replace(DONE, flags=int(F.PENDING), timeout=1)],
    S.EXISTS_WITH_DIFFERENT_PENDING_ID: [replace(DONE, pending_id="held", timeout=1)],
    S.EXISTS_WITH_DIFFERENT_TIMEOUT: [replace(HELD, timeout=61, debit_account_id="house")],
    S.EXISTS_WITH_DIFFERENT_DEBIT_ACCOUNT_ID: [
        replace(DONE, debit_account_id="bob", credit_account_id="bob")
    ],
    S.EXISTS_WITH_DIFFERENT_CREDIT_ACCOUNT_ID: [replace(DONE, credit_account_id="bob", amount=1)],
    S.EXISTS_WITH_DIFFERENT_AMOUNT: [replace(DONE, amount=101, user_data_128="")],
    S.EXISTS_WITH_DIFFERENT_USER_DATA_128: [replace(DONE, user_data_128="", user_data_64=0)],
    S.EXISTS_WITH_DIFFERENT_USER_DATA_64: [replace(DONE, user_data_64=0, user_data_32=0)],
    S.EXISTS_WITH_DIFFERENT_USER_DATA_32: [replace(DONE, user_data_32=0, ledger=EURO)],
    S.EXISTS_WITH_DIFFERENT_LEDGER: [replace(DONE, ledger=EURO, code=2)],
    S.EXISTS_WITH_DIFFERENT_CODE: [replace(DONE, code=2)],
    S.EXISTS: [DONE],
    S.ID_ALREADY_FAILED: [move("failed", debit="nobody"), move("failed")],
    S.FLAGS_ARE_MUTUALLY_EXCLUSIVE: [post(flags=F.POST_PENDING_TRANSFER | F.BALANCING_DEBIT, pending_id="")],
    S.DEBIT_ACCOUNT_ID_MUST_NOT_BE_ZERO: [move(debit="", credit="")],
    S.CREDIT_ACCOUNT_ID_MUST_NOT_BE_ZERO: [move(credit="", pending_id="held")],
    S.ACCOUNTS_MUST_BE_DIFFERENT: [move(credit="house", pending_id="held")],
    S.PENDING_ID_MUST_BE_ZERO: [move(pending_id="held", timeout=1)],
    S.PENDING_ID_MUST_NOT_BE_ZERO: [post(pending_id="", timeout=1)],
    S.PENDING_ID_MUST_BE_DIFFERENT: [post(pending_id=NEW, timeout=1)],
    S.TIMEOUT_RESERVED_FOR_PENDING_TRANSFER: [move(timeout=1, flags=F.CLOSING_DEBIT)],
    S.CLOSING_TRANSFER_MUST_BE_PENDING: [move(flags=F.CLOSING_CREDIT, ledger=0)],
    S.LEDGER_MUST_NOT_BE_ZERO: [move(ledger=0, code=0)],
    S.CODE_MUST_NOT_BE_ZERO: [move(code=0, debit="nobody")],
    S.DEBIT_ACCOUNT_NOT_FOUND: [move(debit="nobody", credit="nobody else")],
    S.CREDIT_ACCOUNT_NOT_FOUND: [move(credit="nobody", ledger=EURO)],
    S.ACCOUNTS_MUST_HAVE_THE_SAME_LEDGER: [move(credit="euros", ledger=EURO)],
    S.TRANSFER_MUST_HAVE_THE_SAME_LEDGER_AS_ACCOUNTS: [move(debit="shut", ledger=EURO)],
    S.PENDING_TRANSFER_NOT_FOUND: [post(pending_id="none")],
    S.PENDING_TRANSFER_NOT_PENDING: [post(pending_id="done", debit_account_id="bob")],
    S.PENDING_TRANSFER_HAS_DIFFERENT_DEBIT_ACCOUNT_ID: [
        post(debit_account_id="bob", credit_account_id="bob")
    ],
    S.PENDING_TRANSFER_HAS_DIFFERENT_CREDIT_ACCOUNT_ID: [post(credit_account_id="bob", ledger=EURO)],
    S.PENDING_TRANSFER_HAS_DIFFERENT_LEDGER: [post(ledger=EURO, code=2)],
    S.PENDING_TRANSFER_HAS_DIFFERENT_CODE: [post(code=2, amount=6)],
    S.EXCEEDS_PENDING_TRANSFER_AMOUNT: [void(amount=6)],
    S.PENDING_TRANSFER_HAS_DIFFERENT_AMOUNT: [void("end"), void(amount=4)],
    S.PENDING_TRANSFER_ALREADY_POSTED: [post("end"), void()],
    S.PENDING_TRANSFER_ALREADY_VOIDED: [void("end"), post()],
    S.PENDING_TRANSFER_EXPIRED: [post(pending_id="late")],
    S.DEBIT_ACCOUNT_ALREADY_CLOSED: [move(debit="shut", credit="shut too")],
    S.CREDIT_ACCOUNT_ALREADY_CLOSED: [move(debit="ann", credit="shut", amount=101)],
    S.OVERFLOWS_DEBITS_PENDING: [hold(debit="reserved", credit="reserved too")],
    S.OVERFLOWS_CREDITS_PENDING: [hold(debit="house", credit="reserved too")],
    S.OVERFLOWS_DEBITS_POSTED: [move(debit="full", credit="full too")],
    S.OVERFLOWS_CREDITS_POSTED: [move(debit="reserved", credit="full too")],
    S.OVERFLOWS_DEBITS: [move(debit="reserved", credit="reserved too")],
    S.OVERFLOWS_CREDITS: [move(debit="ann", credit="reserved too", amount=101)],
    S.EXCEEDS_CREDITS: [move(debit="ann", credit="bob", amount=101)],
    S.EXCEEDS_DEBITS: [move(debit="house", credit="bob", amount=1)],
}
"""By result: a request whose last transfer has it; what would have come later often applies as well."""

ACCOUNTS: dict[CreateAccountStatus, list[Account]] = {
    CreateAccountStatus.CREATED: [account(NEW)],
    CreateAccountStatus.LINKED_EVENT_FAILED: [
        account("first", A.LINKED),
        account("", A.LINKED),
        account(NEW),
    ],
    CreateAccountStatus.LINKED_EVENT_CHAIN_OPEN: [account(NEW, A.LINKED)],
    CreateAccountStatus.TIMESTAMP_MUST_BE_ZERO: [account(NEW, 1 << 4, timestamp=1)],
    CreateAccountStatus.RESERVED_FLAG: [account("", 1 << 4)],
    CreateAccountStatus.ID_MUST_NOT_BE_ZERO: [account("", code=0)],
    CreateAccountStatus.EXISTS_WITH_DIFFERENT_FLAGS: [account("house", A.HISTORY, user_data_128="x")],
    CreateAccountStatus.EXISTS_WITH_DIFFERENT_USER_DATA_128: [
        account("house", user_data_128="x", user_data_64=1)
    ],
    CreateAccountStatus.EXISTS_WITH_DIFFERENT_USER_DATA_64: [
        account("house", user_data_64=1, user_data_32=1)
    ],
    CreateAccountStatus.EXISTS_WITH_DIFFERENT_USER_DATA_32: [account("house", user_data_32=1, ledger=EURO)],
    CreateAccountStatus.EXISTS_WITH_DIFFERENT_LEDGER: [account("house", ledger=EURO, code=2)],
    CreateAccountStatus.EXISTS_WITH_DIFFERENT_CODE: [account("house", code=2, debits_posted=1)],
    CreateAccountStatus.EXISTS: [account("house", debits_posted=1)],
    CreateAccountStatus.FLAGS_ARE_MUTUALLY_EXCLUSIVE: [account(NEW, 6, debits_pending=1)],
    CreateAccountStatus.DEBITS_PENDING_MUST_BE_ZERO: [account(NEW, debits_pending=1, debits_posted=1)],
    CreateAccountStatus.DEBITS_POSTED_MUST_BE_ZERO: [account(NEW, debits_posted=1, credits_pending=1)],
    CreateAccountStatus.CREDITS_PENDING_MUST_BE_ZERO: [account(NEW, credits_pending=1, credits_posted=1)],
    CreateAccountStatus.CREDITS_POSTED_MUST_BE_ZERO: [account(NEW, credits_posted=1, ledger=0)],
    CreateAccountStatus.LEDGER_MUST_NOT_BE_ZERO: [account(NEW, ledger=0, code=0)],
    CreateAccountStatus.CODE_MUST_NOT_BE_ZERO: [account(NEW, code=0)],
}


@pytest.fixture
async def ledger(database_url: str) -> AsyncIterator[Ledger]:
    """A ledger with a transfer, a pending one and an expired one; some accounts are nearly full."""
    async with (
        opened_database(database_url) as database,
        opened_ledger(database, clock := StoppedClock()) as it,
    ):
        await it.create_accounts(
            [
                account("house"),
                limited("ann"),
                account("bob", A.CREDITS_MUST_NOT_EXCEED_DEBITS),
                account("euros", ledger=EURO),
                account("shut", A.CLOSED),
                account("shut too", A.CLOSED),
                *map(account, ("full", "full too", "reserved", "reserved too")),
            ]
        )
        async with database.write() as connection:
            for id_, column in (
                *(("full", "debits_posted"), ("full too", "credits_posted")),
                *(("reserved", "debits_pending"), ("reserved too", "credits_pending")),
            ):
                change = update(LEDGER.account).where(LEDGER.account.c.id == id_)
                await connection.execute(change.values({column: BALANCE_MAX}))
        results = await it.create_transfers([DONE, HELD, hold("late", amount=1, timeout=1)])
        assert {result.status for result in results} == {S.CREATED}
        clock.now += 2_000_000
        yield it


def test_each_result_has_a_request() -> None:
    """No result is beyond reach."""
    assert list(CASES) == list(S)
    assert list(ACCOUNTS) == list(CreateAccountStatus)


@pytest.mark.parametrize("status", S)
async def test_a_transfer_has_its_result(ledger: Ledger, status: S) -> None:
    """The first of those that apply; it changes nothing unless it is created, or fails for ever."""
    before = await ledger.lookup_transfers([NEW])
    results = await ledger.create_transfers(CASES[status])
    assert results[-1].status is status
    assert before == []
    assert len(await ledger.lookup_transfers([NEW])) == (status is S.CREATED)
    again = await ledger.create_transfers([replace(CASES[status][-1], flags=CASES[status][-1].flags & ~1)])
    if status in TRANSIENT:
        assert again[0].status is S.ID_ALREADY_FAILED
    else:
        assert again[0].status is not S.ID_ALREADY_FAILED or status is S.ID_ALREADY_FAILED


async def test_an_account_may_use_all_that_it_has(ledger: Ledger) -> None:
    """The last unit is in, the next one is not; what is reserved counts."""
    results = await ledger.create_transfers(
        [
            hold("some", "ann", "house", 90),  # 100, of which 6 are reserved
            move("rest", "ann", "house", 4),
            move("too much", "ann", "house", 1),
            move("paid", "bob", "house", 10),
            hold("owed", "house", "bob", 7),
            move("settled", "house", "bob", 3),
            move("too much again", "house", "bob", 1),
        ]
    )
    assert [result.status for result in results] == [
        *[S.CREATED, S.CREATED, S.EXCEEDS_CREDITS],
        *[S.CREATED, S.CREATED, S.CREATED, S.EXCEEDS_DEBITS],
    ]


async def test_a_balancing_transfer_may_be_sent_again(ledger: Ledger) -> None:
    """What it asks for is a limit: it exists if it moved no more than that."""
    asked = move(debit="ann", credit="house", amount=1_000, flags=F.BALANCING_DEBIT)
    await ledger.create_transfer(asked)
    (moved,) = await ledger.lookup_transfers([NEW])
    assert moved.amount == 94  # of 100, of which 6 are reserved
    for amount, status in (
        (1_000, S.EXISTS),
        (94, S.EXISTS),
        (2_000, S.EXISTS),
        (93, S.EXISTS_WITH_DIFFERENT_AMOUNT),
    ):
        assert (await ledger.create_transfer(replace(asked, amount=amount))).status is status


@pytest.mark.parametrize("status", CreateAccountStatus)
async def test_an_account_has_its_result(ledger: Ledger, status: CreateAccountStatus) -> None:
    """The first of those that apply; it exists only if it was created."""
    results = await ledger.create_accounts(ACCOUNTS[status])
    assert results[-1].status is status
    assert len(await ledger.lookup_accounts([NEW])) == (status is CreateAccountStatus.CREATED)
