"""Whatever is changed after a day was closed, in a close or in the ledger, is found."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from foundation.signatures.keys import SignatureKey
from foundation.storage.clock import ManualClock
from subgraphs.wallet.closes import DAYS, DailyClose
from subgraphs.wallet.closing.chain import NO_CLOSE, CloseHead
from subgraphs.wallet.closing.closer import ClosesChanged
from subgraphs.wallet.closing.verification import CloseFault, Verification, Verifier
from subgraphs.wallet.ledger.transfers import TransferFlags
from subgraphs.wallet.models import CLOSES
from subgraphs.wallet.opened import OpenedWallet
from tests.subgraphs.wallet.closing.closed_wallet import FIRST, HOUR, NORTH, SOUTH, ClosedWallet, signing_key
from tests.support.wallet.ledgers import FaultyDatabase, opened_database

F = CloseFault
EVERYTHING = "day_close SET content=REPLACE(content, '\"transfers\":5', '\"transfers\":4')"
CLOSE_CHANGES = {
    "a content": (f"UPDATE {EVERYTHING}", {(1, F.CHANGED), (1, F.NOT_SIGNED), (1, F.ROWS)}),
    "a content that is none": (
        "UPDATE day_close SET content='[]' WHERE sequence=2",
        {(2, F.CHANGED)},
    ),
    "the number of differences": ("UPDATE day_close SET differences=1 WHERE sequence=2", {(2, F.CHANGED)}),
    "a day": ("UPDATE day_close SET day='2026-12-24' WHERE sequence=3", {(3, F.CHANGED)}),
    "a hash": ("UPDATE day_close SET hash='0' WHERE sequence=2", {(2, F.CHANGED), (3, F.BROKEN)}),
    "what it continues": (
        "UPDATE day_close SET previous_hash='0' WHERE sequence=2",
        {(2, F.CHANGED), (2, F.BROKEN)},
    ),
    "a signature": ("UPDATE day_close SET signature='00' WHERE sequence=1", {(1, F.NOT_SIGNED)}),
    "no signature": ("UPDATE day_close SET signature='' WHERE sequence=1", {(1, F.NOT_SIGNED)}),
    "a close that is gone": ("DELETE FROM day_close WHERE sequence=2", {(2, F.MISSING), (3, F.BROKEN)}),
    "the last that is gone": ("DELETE FROM day_close WHERE sequence=3", {(3, F.CUT_OFF)}),
    "the head": ("UPDATE close_head SET sequence=2", {(3, F.CUT_OFF)}),
}
LEDGER_CHANGES = {
    "an amount": "transfer SET amount=amount+1 WHERE id='transfer 1'",
    "a code": "transfer SET code=2 WHERE id='transfer 1'",
    "what the caller wants to find again": "transfer SET user_data_128='x' WHERE id='transfer 1'",
    "a timestamp": "transfer SET timestamp=timestamp+1 WHERE id='transfer 3'",
    "an id": "transfer SET id='another' WHERE id='transfer 1'",
    "a failure": "transfer SET failure='exceeds_debits' WHERE id='refused'",
    "the kind of an account": "ledger_account SET code=102 WHERE code=101",
    "the rule of an account": "ledger_account SET flags=0 WHERE code=1",
    "what an account says of itself": "ledger_account SET user_data_64=1 WHERE code=1",
    "when something expired": "pending_transfer SET ended_at=ended_at+1 WHERE status='expired'",
    "when it may expire": "pending_transfer SET expires_at=expires_at-1 WHERE status='expired'",
    "a sum": "ledger_account SET credits_pending=1 WHERE code=101",
    "a balance": "account_balance SET debits_posted=debits_posted+1",
    "whose account it is": "customer_account SET brand_id='eastbet' WHERE brand_id='northbet'",
}


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[FaultyDatabase]:
    """A database of its own."""
    async with opened_database(database_url) as it:
        yield it


@pytest.fixture
def key() -> SignatureKey:
    """The key that signs."""
    return signing_key()


@pytest.fixture
async def wallet(database: FaultyDatabase, key: SignatureKey) -> AsyncIterator[ClosedWallet]:
    """A wallet whose three days are closed, signed and right."""
    async with ClosedWallet.opened(database, key) as it:
        await it.pay(NORTH, 1000)
        await it.pay(SOUTH, 500)
        await it.stake(NORTH, 100)
        await it.stake(NORTH, 50, flags=int(TransferFlags.PENDING), timeout=60)
        with pytest.raises(AssertionError):
            await it.stake(NORTH, 5000, id="refused")
        it.clock.now += HOUR
        assert len(await it.ledger.expire_pending()) == 1
        for _ in range(3):
            it.tomorrow()
        for day in await it.closer.due():
            await it.closer.close(day)
        yield it


async def close_due(wallet: ClosedWallet) -> None:
    """Close all days that are over."""
    for day in await wallet.closer.due():
        await wallet.closer.close(day)


def found(verification: Verification) -> set[tuple[int, CloseFault]]:
    """Return what is wrong."""
    return {(fault.sequence, fault.fault) for fault in verification.faults}


async def test_what_is_right_has_no_fault(wallet: ClosedWallet, key: SignatureKey) -> None:
    """All closes are read, and the last is told, so that it can be noted elsewhere."""
    verification = await wallet.verify(key)
    assert (verification.faults, verification.differences, verification.unknown_keys) == ((), (), ())
    assert (verification.closes, verification.unsigned) == (3, 0)
    assert (await wallet.verify()).unknown_keys == (key.key_id,)
    assert (await wallet.verify(signing_key(key.key_id))).faults != ()


@pytest.mark.parametrize("change", CLOSE_CHANGES)
async def test_a_changed_close_is_found(wallet: ClosedWallet, key: SignatureKey, change: str) -> None:
    """With its number and what is wrong."""
    statement, expected = CLOSE_CHANGES[change]
    await wallet.change(statement)
    assert found(await wallet.verify(key)) == expected


@pytest.mark.parametrize("change", LEDGER_CHANGES)
async def test_a_changed_row_of_the_ledger_is_found(
    wallet: ClosedWallet, key: SignatureKey, change: str
) -> None:
    """By the digest of its day, by the positions, or by the proof."""
    await wallet.change(f"UPDATE {LEDGER_CHANGES[change]}")
    verification = await wallet.verify(key)
    assert verification.faults or verification.differences
    assert found(verification) <= {(1, F.ROWS), (3, F.POSITIONS)}


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE day_close SET content='[]' WHERE sequence=3",
        "UPDATE day_close SET content=REPLACE(content, '\"opening\":', '\"opening\":1') WHERE sequence=3",
        "UPDATE day_close SET day='2026-12-24' WHERE sequence=3",
        "DELETE FROM day_close WHERE sequence=3",
        "UPDATE close_head SET hash='0'",
        "DELETE FROM close_head",
    ],
)
async def test_no_day_follows_a_last_close_that_was_changed(wallet: ClosedWallet, change: str) -> None:
    """Whoever closes is told where to look, and days wait, so that the alert comes."""
    await wallet.change(change)
    wallet.tomorrow()
    with pytest.raises(ClosesChanged, match=r"`furlong wallet verify` .* docs/runbooks/failed-close.md"):
        await close_due(wallet)
    opened = OpenedWallet.of(wallet.database, ManualClock(datetime(2026, 11, 28, tzinfo=UTC)))
    assert (await DailyClose(opened, wallet.closer).round())["close"] > 0


@pytest.mark.parametrize("change", ["DELETE FROM payout_hold", "UPDATE payout_hold SET lifted_at=held_at"])
async def test_a_stop_that_nobody_lifted_is_missed(
    wallet: ClosedWallet, key: SignatureKey, change: str
) -> None:
    """Payouts go on by the decision of two people, or somebody has changed rows."""
    broken = "UPDATE ledger_account SET credits_posted=credits_posted{} WHERE code=1 AND credits_posted>0"
    await wallet.change(broken.format("+1"))
    wallet.tomorrow()
    await close_due(wallet)
    await wallet.change(broken.format("-1"))
    assert found(await wallet.verify(key)) == set()
    await wallet.change(change)
    assert found(await wallet.verify(key)) == {(4, F.NOT_HELD)}


async def test_an_anchor_shows_a_chain_that_was_written_again(
    wallet: ClosedWallet, key: SignatureKey
) -> None:
    """Whoever has the database and the key can write other closes, but none with a hash that was noted."""
    verifier = Verifier(wallet.database, DAYS, CLOSES, {key.key_id: key})
    anchor = (await verifier.verify()).last
    await wallet.change("DELETE FROM day_close")
    await wallet.change("DELETE FROM close_head")
    assert (await verifier.verify(NO_CLOSE)).faults == ()
    await wallet.change("UPDATE transfer SET user_data_32=1 WHERE id='transfer 1'")
    for day in await wallet.closer.due():
        await wallet.closer.close(day)
    assert (await verifier.verify()).faults == ()
    assert found(await verifier.verify(anchor)) == {(anchor.sequence, F.REWRITTEN)}
    assert found(await verifier.verify(CloseHead(9, "0"))) == {(9, F.CUT_OFF)}


async def test_closes_without_a_key_say_so(database: FaultyDatabase) -> None:
    """An unsigned close is no fault; one to which a signature was added is."""
    async with ClosedWallet.opened(database) as wallet:
        await wallet.pay(NORTH, 1)
        wallet.tomorrow()
        close = await wallet.closer.close(FIRST)
        assert (close.signature, close.close.key) == ("", "")
        verification = await wallet.verify()
        assert (verification.faults, verification.unsigned) == ((), 1)
        await wallet.change("UPDATE day_close SET signature='00'")
        assert found(await wallet.verify()) == {(1, F.NOT_SIGNED)}
