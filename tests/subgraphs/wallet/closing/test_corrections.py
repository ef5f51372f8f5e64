"""A decided correction moves money once, never below zero, and waits while payouts are stopped."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from consumers.stream.records import Record
from consumers.stream.topics import Message
from consumers.wallet.messages import decode_check, decode_correction, decode_release
from consumers.wallet.reducers import FinanceReducer
from foundation.storage.clock import ManualClock, SystemClock
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.durable_steps.postponed import PostponedItems
from subgraphs.kit.records.erasure import Pseudonyms
from subgraphs.wallet.closing.holds import is_held
from subgraphs.wallet.corrections import (
    IMPOSSIBLE,
    NO_ACCOUNT,
    Correction,
    CorrectionState,
    CorrectionWork,
    corrections_of_brand,
)
from subgraphs.wallet.customer_data import erasure_of
from subgraphs.wallet.funds.codes import AccountCode, house_account
from subgraphs.wallet.funds.customer_accounts import CustomerAccounts
from subgraphs.wallet.limits.checks import open_checks
from subgraphs.wallet.models import CLOSES, CORRECTION, CUSTOMER_ACCOUNT, LIMITS, PAYMENTS, POSTPONED
from subgraphs.wallet.payments.records.store import PaymentStore
from tests.subgraphs.wallet.closing.closed_wallet import FIRST, NORTH, ClosedWallet
from tests.support.wallet.ledgers import FaultyDatabase, opened_database

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
DECIDED: dict[str, Any] = {
    "brand_id": NORTH,
    "customer_id": "ann",
    "correction_id": "p-1",
    "currency": "GBP",
    "amount_minor": 250,
    "reason": "a fee was taken twice",
    "proposed_by": "Fay",
    "approved_by": "Finn",
    "decided_at": "2026-11-28T11:00:00Z",
}
RELEASE = {
    name: DECIDED[name] for name in ("currency", "reason", "proposed_by", "approved_by", "decided_at")
} | {"release_id": "p-9", "days": [str(FIRST)]}


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[FaultyDatabase]:
    """A database of its own."""
    async with opened_database(database_url) as it:
        yield it


@pytest.fixture
async def wallet(database: FaultyDatabase) -> AsyncIterator[ClosedWallet]:
    """A wallet whose customer has £10."""
    async with ClosedWallet.opened(database) as it:
        await it.pay(NORTH, 1000)
        yield it


def record(topic: str, key: str, body: dict[str, Any]) -> Record:
    """Return a record of one of finance's topics."""
    head = {
        "schema": topic.replace(".v1", "/1"),
        "event_id": "2b1f3a52-4a7e-4f0a-8c2e-6d1c8a0f4b02",
    }
    return Record(topic, 0, 0, key.encode(), json.dumps(head | body).encode())


async def consume(wallet: ClosedWallet, topic: str, body: dict[str, Any]) -> None:
    """Let the consumer apply a message."""
    erasure = erasure_of(wallet.database.dialect, Pseudonyms(b"k" * 32, 1))
    store = PaymentStore(wallet.database, PAYMENTS)
    reducer = FinanceReducer(ManualClock(NOW), erasure, store)
    decode, apply, key = {
        "wallet.correction.v1": (decode_correction, reducer.corrections, f"{NORTH}:ann"),
        "wallet.check.v1": (decode_check, reducer.checks, f"{NORTH}:ann"),
        "wallet.release.v1": (decode_release, reducer.releases, "GBP"),
    }[topic]
    got = record(topic, key, body)
    async with wallet.database.write() as connection:
        outcome = await apply(connection, [Message(got, decode(got))])  # type: ignore[operator]
    assert not outcome.refused
    assert not outcome.conflicts


async def decide(wallet: ClosedWallet, **values: Any) -> None:
    """Let two people decide a correction."""
    await consume(wallet, "wallet.correction.v1", DECIDED | values)


async def apply(wallet: ClosedWallet) -> int:
    """Let the worker apply what waits."""
    accounts = CustomerAccounts(wallet.database, CUSTOMER_ACCOUNT, wallet.ledger)
    postponed = PostponedItems(wallet.database, POSTPONED)
    work = CorrectionWork(
        wallet.database, CORRECTION, CLOSES, wallet.ledger, accounts, postponed, SystemClock()
    )
    return await work.apply(NOW, 10)


async def corrections(wallet: ClosedWallet) -> list[Correction]:
    """Return all, newest first."""
    async with wallet.database.read() as connection:
        return await corrections_of_brand(connection, CORRECTION, NORTH, 10, None)


async def states(wallet: ClosedWallet) -> list[tuple[str, str | None]]:
    """Return how they stand."""
    return [(correction.state.value, correction.refusal) for correction in await corrections(wallet)]


async def balance(wallet: ClosedWallet, account: str) -> int:
    """Return what an account has."""
    [found] = await wallet.ledger.lookup_accounts([account])
    return found.credits_posted - found.debits_posted


async def test_a_correction_is_applied_once(wallet: ClosedWallet) -> None:
    """However often its message comes, and its worker is killed between moving money and saying so."""
    house = house_account(NORTH, "GBP", AccountCode.CORRECTIONS)
    for _ in range(2):
        await decide(wallet)
        assert await apply(wallet) == 0
    await wallet.change("UPDATE correction SET state='waiting', settled_at=NULL")
    assert await apply(wallet) == 0
    assert await balance(wallet, wallet.cash[NORTH]) == 1250
    assert await balance(wallet, house) == -250
    [correction] = await corrections(wallet)
    assert (correction.state, correction.settled_at) == (CorrectionState.APPLIED, NOW)


async def test_nothing_goes_below_zero(wallet: ClosedWallet) -> None:
    """What the customer has not is not taken, also not a part of it, and not later either."""
    await decide(wallet, amount_minor=-1001)
    assert await apply(wallet) == 0
    assert await states(wallet) == [("refused", "INSUFFICIENT_FUNDS")]
    await wallet.pay(NORTH, 1)
    await wallet.change("UPDATE correction SET state='waiting'")
    assert await apply(wallet) == 0
    assert await states(wallet) == [("refused", "INSUFFICIENT_FUNDS")]
    assert await balance(wallet, wallet.cash[NORTH]) == 1001
    await decide(wallet, amount_minor=-1001, correction_id="p-2", decided_at="2026-11-28T11:30:00Z")
    assert await apply(wallet) == 0
    assert await balance(wallet, wallet.cash[NORTH]) == 0


async def test_an_account_that_is_not_there_is_refused(wallet: ClosedWallet) -> None:
    """Only cash is opened, for what a customer gets."""
    await decide(wallet, credit="fb-5")
    await decide(wallet, correction_id="p-2", currency="EUR", amount_minor=-5)
    await decide(wallet, correction_id="p-3", currency="EUR", amount_minor=5)
    assert await apply(wallet) == 0
    found = {correction.correction_id: correction.refusal for correction in await corrections(wallet)}
    assert found == {"p-1": NO_ACCOUNT, "p-2": NO_ACCOUNT, "p-3": None}


async def test_one_in_a_currency_that_is_none_holds_up_no_other(wallet: ClosedWallet) -> None:
    """It is refused, and those after it are applied; yen and dinars are moved in their own minor units."""
    for number, currency in enumerate(("QQQ", "JPY", "KWD")):
        await decide(wallet, correction_id=f"p-{number}", currency=currency)
    assert await apply(wallet) == 0
    found = {correction.correction_id: correction.refusal for correction in await corrections(wallet)}
    assert found == {"p-0": NO_ACCOUNT, "p-1": None, "p-2": None}
    wallet.tomorrow()
    close = (await wallet.closer.close(FIRST)).close
    cash = {position.currency: position.closing for position in close.positions if position.account == "CASH"}
    assert (cash["JPY"], cash["KWD"]) == (250, 250)


async def test_one_that_the_ledger_never_permits_holds_up_no_other(wallet: ClosedWallet) -> None:
    """Its id is that of another transfer: it is refused, and those after it are applied."""
    taken = await wallet.pay(NORTH, 5, id="deposit-1")
    await decide(wallet, correction_id=taken)
    await decide(wallet, correction_id="p-2", decided_at="2026-11-28T11:30:00Z")
    assert await apply(wallet) == 0
    found = {correction.correction_id: correction.refusal for correction in await corrections(wallet)}
    assert found == {taken: IMPOSSIBLE, "p-2": None}
    assert await balance(wallet, wallet.cash[NORTH]) == 1255


async def test_what_pays_a_customer_waits_while_payouts_are_stopped(wallet: ClosedWallet) -> None:
    """What takes from one does not. A release lets it go on once a later close is right."""
    broken = "UPDATE ledger_account SET credits_posted=credits_posted{} WHERE code=1 AND credits_posted>0"
    wallet.tomorrow()
    await wallet.change(broken.format("+1"))
    await wallet.closer.close(FIRST)
    await wallet.change(broken.format("-1"))
    await decide(wallet)
    await decide(wallet, correction_id="p-2", amount_minor=-100, decided_at="2026-11-28T10:00:00Z")
    assert await apply(wallet) == 1
    assert await states(wallet) == [("waiting", None), ("applied", None)]

    await consume(wallet, "wallet.release.v1", RELEASE)
    assert await is_held_now(wallet)
    wallet.tomorrow()
    await wallet.closer.close(FIRST + timedelta(days=1))
    await consume(wallet, "wallet.release.v1", RELEASE)
    assert not await is_held_now(wallet)
    assert await apply(wallet) == 0
    assert await balance(wallet, wallet.cash[NORTH]) == 1150


async def test_a_release_that_comes_again_lifts_no_later_stop(wallet: ClosedWallet) -> None:
    """Two people looked at the days that it names, and at no other."""
    broken = "UPDATE ledger_account SET credits_posted=credits_posted{} WHERE code=1 AND credits_posted>0"
    for number in range(4):
        wallet.tomorrow()
        if number % 2 == 0:
            await wallet.change(broken.format("+1"))
        await wallet.closer.close(FIRST + timedelta(days=number))
        if number % 2 == 0:
            await wallet.change(broken.format("-1"))
        else:
            await consume(wallet, "wallet.release.v1", RELEASE)
            assert await is_held_now(wallet) is (number == 3)
    await decide(wallet)
    assert await apply(wallet) == 1
    await consume(wallet, "wallet.release.v1", RELEASE | {"days": [str(FIRST + timedelta(days=2))]})
    assert await apply(wallet) == 0


async def is_held_now(wallet: ClosedWallet) -> bool:
    """Return whether payouts are stopped."""
    async with wallet.database.read() as connection:
        return await is_held(connection, CLOSES, "GBP")


async def test_the_first_finding_of_a_check_is_kept(wallet: ClosedWallet) -> None:
    """A check is closed once, with who found what."""
    owner = Owner(NORTH, "ann")
    row = {"brand_id": NORTH, "customer_id": "ann", "due_at": NOW, "net_minor": 5, "currency": "GBP"}
    async with wallet.database.write() as connection:
        await connection.execute(LIMITS.check.insert().values(row))
        assert [check.owner for check in await open_checks(connection, LIMITS, NORTH, 5)] == [owner]
    body = {name: DECIDED[name] for name in ("brand_id", "customer_id", "decided_at")}
    body |= {"due_at": "2026-11-28T12:00:00Z", "closed_by": "Fay"}
    for finding in ("income is known", "another one"):
        await consume(wallet, "wallet.check.v1", body | {"finding": finding})
    async with wallet.database.read() as connection:
        assert await open_checks(connection, LIMITS, NORTH, 5) == []
        stored = (await connection.execute(select(LIMITS.check))).one()
    assert (stored.closed_by, stored.finding) == ("Fay", "income is known")
