"""What two people decide to send back of a deposit is sent once, and never more than there is."""

from typing import Any

import pytest
from msgspec.structs import replace

from consumers.stream.errors import Poison
from consumers.wallet.messages import decode_payment
from subgraphs.wallet.funds.codes import AccountCode
from subgraphs.wallet.models import CLOSES, PAYMENTS
from subgraphs.wallet.paying.answers import words_of
from subgraphs.wallet.payments.payment import is_decided
from subgraphs.wallet.payments.processor import PartKind, PartState
from tests.subgraphs.wallet.payments.conftest import ANN, paid_in
from tests.subgraphs.wallet.payments.payments_wallet import PaymentsWallet
from tests.subgraphs.wallet.payments.played_processor import PlayedProcessor
from tests.subgraphs.wallet.payments.test_decisions import decide, record
from tests.subgraphs.wallet.payments.test_payment_story import booked


async def deposited(wallet: PaymentsWallet, amount: int = 1_000, key: str = "d") -> str:
    """Let Ann deposit; return the payment."""
    await paid_in(wallet, key, amount)
    [payment] = [row for row in await wallet.rows(PAYMENTS.payment) if row.idempotency_key == key]
    return str(payment.payment_id)


async def refund(wallet: PaymentsWallet, payment: str, amount: int, decision: str = "p-1") -> bool:
    """Consume that two people decided it, and do what is due; return whether it was new."""
    wanted = {"charge_id": f"{payment}-c1", "amount_minor": amount, "currency": "GBP"}
    is_new = await decide(wallet, kind="refund", subject_id=payment, decision_id=decision, **wanted)
    await wallet.work()
    return is_new


async def ended(wallet: PaymentsWallet, state: PartState, *before: PartState) -> None:
    """Let the newest refund end, and say so."""
    first = wallet.played["first"]
    first.becomes(first.those(PartKind.REFUND, *(before or (PartState.PROCESSING,)))[-1], state)
    await wallet.payments.work.notice("first", first.said[-1])


async def booked_late(wallet: PaymentsWallet, kind: PartKind, state: PartState, key: str = "d") -> None:
    """Let the ledger be told of another state of the only part of a kind."""
    [row] = [row for row in await wallet.rows(PAYMENTS.payment) if row.idempotency_key == key]
    loaded = await wallet.payments.work.store.load(row.payment_id)
    assert loaded is not None
    payment, parts = loaded
    [part] = [part for part in parts if part.kind is kind]
    await wallet.payments.work.booking.book(payment, parts, replace(part, state=state))


def sent(first: PlayedProcessor) -> list[tuple[str, int]]:
    """Return the refunds that a processor has, with their amounts."""
    booked = [part for part in first.books.values() if part.kind is PartKind.REFUND]
    return [(part.part.rpartition("-")[2], part.amount) for part in booked]


async def refusals(wallet: PaymentsWallet) -> list[str]:
    """Return why each decision was refused, in order."""
    rows = await wallet.rows(PAYMENTS.refund)
    return [row.refusal for row in sorted(rows, key=lambda row: row.part_id)]


async def test_a_decided_refund_takes_the_money_first_and_is_sent_once(wallet: PaymentsWallet) -> None:
    """The same message again changes nothing; the customer reads where the money went."""
    payment = await deposited(wallet)
    assert await refund(wallet, payment, 400)
    assert await wallet.cash(ANN) == 590
    assert not await refund(wallet, payment, 400)
    first = wallet.played["first"]
    assert sent(first) == [("f1", 400)]
    assert words_of(await wallet.deposit(ANN, "d", 1_000)).endswith("on its way back to where it came from.")
    await ended(wallet, PartState.DONE)
    assert first.has == -await wallet.balance("northbet", AccountCode.PAYMENTS) == 600
    assert words_of(await wallet.deposit(ANN, "d", 1_000)).startswith("We sent money of this deposit back")
    [stored] = await wallet.rows(PAYMENTS.refund)
    assert (stored.decided_by, stored.reason, stored.refusal) == ("Fay, Finn", "the account is her own", "")


async def test_no_more_goes_back_than_the_charge_has_left(wallet: PaymentsWallet) -> None:
    """What was refunded, withdrawn to this source, or disputed, is gone."""
    payment = await deposited(wallet, 5_000)
    await wallet.withdraw(ANN, "w", 1_010)
    await refund(wallet, payment, 500, "p-1")
    first = wallet.played["first"]
    first.takes_back("first-1", PartKind.DISPUTE, 1_000)
    await wallet.payments.work.notice("first", first.said[-1])
    await refund(wallet, payment, 2_501, "p-2")
    await refund(wallet, payment, 2_480, "p-3")
    await refund(wallet, payment, 21, "p-4")
    assert await refusals(wallet) == ["", "NOT_LEFT", "", "NOT_LEFT"]
    assert sent(first) == [("r1", 1_000), ("f1", 500), ("f3", 2_480)]


async def test_money_that_is_not_there_is_not_refunded(wallet: PaymentsWallet) -> None:
    """The decision says so for ever, no processor is asked, and another decision may be made later."""
    payment = await deposited(wallet)
    await wallet.win(ANN, -500)
    await refund(wallet, payment, 600)
    assert await refusals(wallet) == ["INSUFFICIENT_FUNDS"]
    await deposited(wallet, key="e")
    await wallet.work()
    assert sent(wallet.played["first"]) == []
    await refund(wallet, payment, 600, "p-2")
    assert sent(wallet.played["first"]) == [("f2", 600)]


async def test_a_refund_that_fails_is_the_customers_again_and_a_case(wallet: PaymentsWallet) -> None:
    """Also if the bank sends it back after it had arrived; then it can be decided again."""
    payment = await deposited(wallet)
    await refund(wallet, payment, 1_000 - 10)
    await ended(wallet, PartState.DONE)
    assert await wallet.cash(ANN) == 0
    await ended(wallet, PartState.FAILED, PartState.DONE)
    assert await wallet.cash(ANN) == 990
    [case] = await wallet.rows(PAYMENTS.case)
    assert (case.kind, case.subject) == ("owed", f"{payment}-f1")
    assert await refund(wallet, payment, 990, "p-2")
    assert sent(wallet.played["first"]) == [("f1", 990), ("f2", 990)]


@pytest.mark.parametrize("has_arrived", [False, True])
async def test_what_has_to_go_back_and_could_not_is_sent_by_decision(
    wallet: PaymentsWallet, *, has_arrived: bool
) -> None:
    """It is kept all the time, the customer never has it, and goes only as a whole."""
    await wallet.deposit(ANN, "d", 1_000)
    await wallet.exclude(ANN, 6)
    first = wallet.played["first"]
    first.pays("first-1", 1_000)
    await wallet.payments.work.notice("first", first.said[-1])
    [row] = await wallet.rows(PAYMENTS.payment)
    for number in (1, 2):
        if has_arrived:
            await ended(wallet, PartState.DONE)
        await ended(wallet, PartState.FAILED, PartState.PROCESSING, PartState.DONE)
        await refund(wallet, row.payment_id, 400, f"part-{number}")
        await refund(wallet, row.payment_id, 1_000, f"p-{number}")
        assert await wallet.cash(ANN) == 0
    await ended(wallet, PartState.DONE)
    assert await refusals(wallet) == ["NOT_WHOLE", "", "NOT_WHOLE", ""]
    assert sent(first) == [("c1r", 1_000), ("f2", 1_000), ("f4", 1_000)]
    assert first.has == await wallet.balance("northbet", AccountCode.PAYMENTS) == await wallet.cash(ANN) == 0


async def test_a_refund_that_came_back_is_owed_though_its_arrival_is_booked_late(
    wallet: PaymentsWallet,
) -> None:
    """Another process, which has read that it arrived, does not take what is kept again."""
    await wallet.deposit(ANN, "d", 1_000)
    await wallet.exclude(ANN, 6)
    first = wallet.played["first"]
    first.pays("first-1", 1_000)
    await wallet.payments.work.notice("first", first.said[-1])
    await ended(wallet, PartState.FAILED)
    await booked_late(wallet, PartKind.REFUND, PartState.DONE)
    assert first.has == -await wallet.balance("northbet", AccountCode.PAYMENTS) == 1_000
    assert await wallet.cash(ANN) == 0


async def test_a_dispute_that_was_won_takes_nothing_though_it_is_booked_late(wallet: PaymentsWallet) -> None:
    """Another process, which has read that it is open, comes after the one that knows the end."""
    await deposited(wallet)
    first = wallet.played["first"]
    first.takes_back("first-1", PartKind.DISPUTE, 1_000)
    [dispute] = first.those(PartKind.DISPUTE, PartState.OPEN)
    first.becomes(dispute, PartState.FAILED)
    await wallet.payments.work.notice("first", first.said[-1])
    await booked_late(wallet, PartKind.DISPUTE, PartState.OPEN)
    assert await wallet.cash(ANN) == 990
    assert first.has == -await wallet.balance("northbet", AccountCode.PAYMENTS) == 1_000


async def paid_wrongly(wallet: PaymentsWallet) -> PlayedProcessor:
    """Let Ann have 990, and pay another deposit with 900 instead of 1,000."""
    await paid_in(wallet, "d", 1_000)
    await wallet.deposit(ANN, "e", 1_000)
    first = wallet.played["first"]
    first.pays("first-2", 900)
    await wallet.payments.work.notice("first", first.said[-1])
    return first


async def taken_back(wallet: PaymentsWallet, kind: PartKind, amount: int) -> str:
    """Let a bank or somebody at the processor take of the wrong charge; return its id there."""
    first = wallet.played["first"]
    first.takes_back("first-2", kind, amount)
    await wallet.payments.work.notice("first", first.said[-1])
    return list(first.books)[-1]


async def owed(wallet: PaymentsWallet) -> list[Any]:
    """Return the cases of money that could not go back, by part."""
    cases = [row for row in await wallet.rows(PAYMENTS.case) if row.kind == "owed"]
    return sorted(cases, key=lambda row: row.subject)


async def kept(wallet: PaymentsWallet) -> int:
    """Return what is kept of Ann's cash."""
    accounts = [account.id for account in await wallet.accounts.of(ANN)]
    return sum(account.debits_pending for account in await wallet.ledger.lookup_accounts(accounts))


@pytest.mark.parametrize("kind", [PartKind.DISPUTE, PartKind.REFUND])
async def test_what_a_bank_takes_of_money_that_is_owed_is_not_the_customers(
    wallet: PaymentsWallet, kind: PartKind
) -> None:
    """It is of what is kept; of a dispute that is won it is kept again, and can be taken once more."""
    first = await paid_wrongly(wallet)
    await ended(wallet, PartState.FAILED)
    taken = [await taken_back(wallet, kind, amount) for amount in (300, 200)]
    assert (await wallet.cash(ANN), await kept(wallet)) == (990, 400)
    if kind is PartKind.DISPUTE:
        first.becomes(taken[0], PartState.FAILED)
        await wallet.payments.work.notice("first", first.said[-1])
        assert (await wallet.cash(ANN), await kept(wallet)) == (990, 700)
    await taken_back(wallet, PartKind.REFUND, await kept(wallet))
    assert (await wallet.cash(ANN), await kept(wallet)) == (990, 0)
    assert await wallet.balance("northbet", AccountCode.CHARGEBACKS) == 0
    assert first.has == -await wallet.balance("northbet", AccountCode.PAYMENTS) == 1_000


@pytest.mark.parametrize("is_won", [False, True])
async def test_what_a_bank_has_left_of_money_that_is_owed_is_sent_by_decision(
    wallet: PaymentsWallet, *, is_won: bool
) -> None:
    """No more and no less; of a dispute that is won it is all, whatever the processor makes of it."""
    first = await paid_wrongly(wallet)
    await ended(wallet, PartState.FAILED)
    disputes = [await taken_back(wallet, PartKind.DISPUTE, amount) for amount in (200, 100)]
    left = 600
    if is_won:
        first.becomes(disputes[0], PartState.FAILED)
        await wallet.payments.work.notice("first", first.said[-1])
        left = 800
    [row] = [row for row in await wallet.rows(PAYMENTS.payment) if row.idempotency_key == "e"]
    for number, amount in enumerate((left - 1, left + 1, left, left)):
        await refund(wallet, row.payment_id, amount, f"p-{number}")
    assert (await wallet.cash(ANN), await kept(wallet)) == (990, left)
    if is_won:  # the processor has refused it
        assert await refusals(wallet) == ["NOT_WHOLE", "NOT_LEFT", "", ""]
        assert [case.subject.endswith("f3") for case in await owed(wallet)] == [False, True, False]
        return
    assert await refusals(wallet) == ["NOT_WHOLE", "NOT_LEFT", "", "NOT_LEFT"]
    await ended(wallet, PartState.DONE)
    assert (await wallet.cash(ANN), await kept(wallet)) == (990, 0)
    assert first.has == -await wallet.balance("northbet", AccountCode.PAYMENTS) == 1_000


async def test_what_a_refund_leaves_of_money_that_is_owed_is_kept(wallet: PaymentsWallet) -> None:
    """A dispute was won after the decision; the rest can be sent by another one."""
    first = await paid_wrongly(wallet)
    await ended(wallet, PartState.FAILED)
    dispute = await taken_back(wallet, PartKind.DISPUTE, 300)
    [row] = [row for row in await wallet.rows(PAYMENTS.payment) if row.idempotency_key == "e"]
    wanted = {"charge_id": f"{row.payment_id}-c1", "amount_minor": 600, "currency": "GBP"}
    assert await decide(wallet, kind="refund", subject_id=row.payment_id, **wanted)
    first.becomes(dispute, PartState.FAILED)
    won = first.said[-1]
    await booked_late(wallet, PartKind.DISPUTE, PartState.FAILED, "e")
    await wallet.work()
    await ended(wallet, PartState.DONE)
    await wallet.payments.work.notice("first", won)
    assert (await wallet.cash(ANN), await kept(wallet)) == (990, 300)
    assert (await booked(wallet, row.payment_id)).count(("refund", "kept", 300)) == 1
    await refund(wallet, row.payment_id, 300, "p-2")
    assert (await refusals(wallet), await kept(wallet)) == (["", ""], 300)
    assert first.has == -await wallet.balance("northbet", AccountCode.PAYMENTS) == 1_300


async def test_what_a_bank_took_meanwhile_is_not_sent_by_decision(wallet: PaymentsWallet) -> None:
    """Another process, which has not read the decision, takes what is kept before the refund can have it."""
    first = await paid_wrongly(wallet)
    await ended(wallet, PartState.FAILED)
    [row] = [row for row in await wallet.rows(PAYMENTS.payment) if row.idempotency_key == "e"]
    wanted = {"charge_id": f"{row.payment_id}-c1", "amount_minor": 900, "currency": "GBP"}
    assert await decide(wallet, kind="refund", subject_id=row.payment_id, **wanted)
    first.takes_back("first-2", PartKind.DISPUTE, 900)
    work = wallet.payments.work
    await work.store.merge("first", first.said[-1], wallet.time.now())
    loaded = await work.store.load(row.payment_id)
    assert loaded is not None
    payment, parts = loaded
    await work.booking.book(payment, [part for part in parts if not is_decided(part)], parts[-1])
    await wallet.work()
    assert await refusals(wallet) == ["INSUFFICIENT_FUNDS"]
    assert (await wallet.cash(ANN), await kept(wallet)) == (990, 0)
    assert first.has == -await wallet.balance("northbet", AccountCode.PAYMENTS) == 1_000


async def test_what_a_bank_takes_of_money_that_went_back_is_the_houses(wallet: PaymentsWallet) -> None:
    """While the refund is on its way, nobody knows; won, the house has it again."""
    first = await paid_wrongly(wallet)
    dispute = await taken_back(wallet, PartKind.DISPUTE, 900)
    assert (await wallet.cash(ANN), await kept(wallet)) == (990, 900)
    await ended(wallet, PartState.DONE)
    assert (await wallet.cash(ANN), await kept(wallet)) == (990, 0)
    assert await wallet.balance("northbet", AccountCode.CHARGEBACKS) == -900
    first.becomes(dispute, PartState.FAILED)
    await wallet.payments.work.notice("first", first.said[-1])
    assert await wallet.cash(ANN) == 990
    assert await wallet.balance("northbet", AccountCode.CHARGEBACKS) == 0


async def test_a_refund_waits_while_payouts_are_stopped(wallet: PaymentsWallet) -> None:
    """The money is kept meanwhile, and is sent when payouts go on."""
    payment = await deposited(wallet)
    held = {
        "currency": "GBP",
        "day": wallet.time.now().date(),
        "differences": 1,
        "held_at": wallet.time.now(),
    }
    async with wallet.database.write() as connection:
        await connection.execute(CLOSES.hold.insert().values(held))
    await refund(wallet, payment, 400)
    assert await wallet.cash(ANN) == 590
    assert sent(wallet.played["first"]) == []
    async with wallet.database.write() as connection:
        await connection.execute(CLOSES.hold.delete())
    wallet.later(minutes=5)
    await wallet.work()
    assert sent(wallet.played["first"]) == [("f1", 400)]


async def test_only_money_that_came_goes_back(wallet: PaymentsWallet) -> None:
    """An unpaid charge, another currency, and a payment that nobody knows are refused or ignored."""
    await wallet.deposit(ANN, "d", 1_000)
    [row] = await wallet.rows(PAYMENTS.payment)
    assert await refund(wallet, row.payment_id, 100)
    assert await refusals(wallet) == ["NO_CHARGE"]
    assert not await refund(wallet, "unknown", 100, "p-2")
    assert sent(wallet.played["first"]) == []


@pytest.mark.parametrize("lacks", ["charge_id", "amount_minor", "currency", "approved_by", "customer_id"])
def test_half_a_refund_is_refused(lacks: str) -> None:
    """Two people decide how much of which charge of whom."""
    whole: dict[str, Any] = {"charge_id": "p-c1", "amount_minor": 1, "currency": "GBP", "subject_id": "p"}
    assert decode_payment(record(kind="refund", **whole)).amount_minor == 1
    empty = {"amount_minor": 0, "charge_id": "", "approved_by": ""}
    with pytest.raises(Poison):
        decode_payment(record(kind="refund", **whole | {lacks: empty.get(lacks)}))
