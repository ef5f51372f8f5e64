"""Deposits and withdrawals, step by step, at processors that are played."""

import pytest

from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.graphql.platform_errors import PlatformErrorCode
from subgraphs.wallet.funds.codes import AccountCode
from subgraphs.wallet.limits.limit import LimitKind
from subgraphs.wallet.models import LIMITS, PAYMENTS
from subgraphs.wallet.payments.payment import Decision, PaymentState
from subgraphs.wallet.payments.processor import PartKind, PartState
from tests.subgraphs.wallet.payments.conftest import ANN, paid_in
from tests.subgraphs.wallet.payments.payments_wallet import PaymentsWallet
from tests.subgraphs.wallet.payments.played_processor import Fault


async def test_a_deposit_is_paid_at_the_processors_page_and_then_is_the_customers(
    wallet: PaymentsWallet,
) -> None:
    """The page's address is answered at once; the money is there when the processor says so, less the fee."""
    answer = await wallet.deposit(ANN, "d", 1_000)
    assert answer.payment is not None
    assert (answer.refusal, answer.payment.state) == (None, PaymentState.OPEN)
    assert answer.url == "https://first.example/first-1"
    assert await wallet.cash(ANN) == 0
    first = wallet.played["first"]
    first.pays("first-1", 1_000)
    for _ in range(2):
        assert await wallet.payments.work.notice("first", first.said[-1])
    assert await wallet.cash(ANN) == 990
    assert await wallet.balance("northbet", AccountCode.FEES) == 10
    again = await wallet.deposit(ANN, "d", 1_000)
    assert again.payment is not None
    assert (again.payment.state, len(first.books)) == (PaymentState.DONE, 1)


async def test_a_lost_webhook_is_made_up_for_by_asking(wallet: PaymentsWallet) -> None:
    """Whoever works looks at what is open, at growing distances."""
    await wallet.deposit(ANN, "d", 1_000)
    wallet.played["first"].pays("first-1", 1_000)
    wallet.later(seconds=30)
    assert await wallet.work() == 1
    assert await wallet.cash(ANN) == 990


async def test_another_processor_is_asked_if_the_first_cannot_be(wallet: PaymentsWallet) -> None:
    """It is asked at once, and support can read why."""
    wallet.played["first"].faults = [Fault.UNAVAILABLE]
    answer = await wallet.deposit(ANN, "d", 1_000)
    assert answer.url == "https://second.example/second-1"
    assert answer.payment is not None
    assert answer.payment.choices == ("first: yes, as number 1 for card", "second: yes, as number 2 for card")


async def test_a_charge_in_doubt_is_repeated_and_then_another_processor_is_asked(
    wallet: PaymentsWallet,
) -> None:
    """The customer is told that nobody knows; if the first charge is paid all the same, it goes back."""
    first, second = wallet.played["first"], wallet.played["second"]
    first.faults = [Fault.LOST_AFTER, Fault.LOST_AFTER]
    answer = await wallet.deposit(ANN, "d", 1_000)
    assert answer.refusal is not None
    assert answer.refusal.code == PlatformErrorCode.PENDING
    wallet.later(seconds=30)
    await wallet.work()
    answer = await wallet.deposit(ANN, "d", 1_000)
    assert answer.url == "https://second.example/second-1"
    second.pays("second-1", 1_000)
    await wallet.payments.work.notice("second", second.said[-1])
    first.pays("first-1", 1_000)
    await wallet.payments.work.notice("first", first.said[-1])
    assert await wallet.cash(ANN) == 990
    [refund] = first.those(PartKind.REFUND, PartState.PROCESSING)
    assert first.books[refund].amount == 1_000


async def test_a_deposit_above_a_limit_is_refused_for_ever(wallet: PaymentsWallet) -> None:
    """No processor is asked; the same key has the same answer when the limit is gone."""
    await wallet.limit(ANN, LimitKind.DEPOSIT_DAY, 500)
    for _ in range(2):
        answer = await wallet.deposit(ANN, "d", 1_000)
        assert answer.refusal is not None
        assert answer.refusal.code == PlatformErrorCode.LIMIT_REACHED
    assert not wallet.played["first"].books


async def test_money_that_comes_after_an_exclusion_goes_back_to_its_source(wallet: PaymentsWallet) -> None:
    """The customer never has it, not for a moment, and it counts against nothing."""
    await wallet.deposit(ANN, "d", 1_000)
    await wallet.exclude(ANN, 6)
    first = wallet.played["first"]
    first.pays("first-1", 1_000)
    await wallet.payments.work.notice("first", first.said[-1])
    assert await wallet.cash(ANN) == 0
    [refund] = first.those(PartKind.REFUND, PartState.PROCESSING)
    first.becomes(refund, PartState.DONE)
    await wallet.payments.work.notice("first", first.said[-1])
    assert first.has == await wallet.balance("northbet", AccountCode.PAYMENTS) == 0
    answer = await wallet.deposit(ANN, "d", 1_000)
    assert answer.payment is not None
    assert answer.payment.state is PaymentState.RETURNED


@pytest.mark.parametrize(("most", "cash"), [(999, 0), (1_000, 990)])
async def test_a_limit_set_while_a_deposit_is_at_the_processor_holds(
    wallet: PaymentsWallet, most: int, cash: int
) -> None:
    """Money above it goes back to its source, and counts against nothing."""
    await wallet.deposit(ANN, "d", 1_000)
    await wallet.limit(ANN, LimitKind.DEPOSIT_DAY, most)
    first = wallet.played["first"]
    first.pays("first-1", 1_000)
    await wallet.payments.work.notice("first", first.said[-1])
    assert await wallet.cash(ANN) == cash
    assert bool(first.those(PartKind.REFUND, PartState.PROCESSING)) is (cash == 0)
    answer = await wallet.deposit(ANN, "e", most)
    assert (answer.refusal is None or answer.refusal.code != PlatformErrorCode.LIMIT_REACHED) is (cash == 0)


async def test_an_exclusion_during_a_review_keeps_nobody_from_their_money(wallet: PaymentsWallet) -> None:
    """What is decided later about a withdrawal is whether it is theirs, and never whether they may play."""
    await paid_in(wallet)
    assert (await wallet.withdraw(ANN, "w", 990)).refusal is None
    await wallet.exclude(ANN, 6)
    await wallet.work()
    answer = await wallet.withdraw(ANN, "w", 990)
    assert answer.refusal is None
    assert await wallet.cash(ANN) == 0


async def test_who_is_excluded_deposits_nothing_and_withdraws_everything(wallet: PaymentsWallet) -> None:
    """No processor is asked for a deposit; the way out is the same as before."""
    await paid_in(wallet)
    await wallet.exclude(ANN, 6)
    answer = await wallet.deposit(ANN, "e", 1_000)
    assert answer.refusal is not None
    assert answer.refusal.code == PlatformErrorCode.SELF_EXCLUDED
    assert len(wallet.played["first"].books) == 1
    assert (await wallet.withdraw(ANN, "w", 990)).refusal is None
    assert await wallet.cash(ANN) == 0


async def test_a_charge_that_nobody_pays_counts_no_more(wallet: PaymentsWallet) -> None:
    """After its time it is cancelled at the processor, and its amount can be deposited again."""
    await wallet.limit(ANN, LimitKind.DEPOSIT_DAY, 1_000)
    await wallet.deposit(ANN, "d", 1_000)
    wallet.later(hours=2)
    await wallet.work()
    first = wallet.played["first"]
    assert first.those(PartKind.CHARGE, PartState.FAILED) == ["first-1"]
    answer = await wallet.deposit(ANN, "d", 1_000)
    assert answer.refusal is not None
    assert answer.refusal.code == PlatformErrorCode.DECLINED
    assert (await wallet.deposit(ANN, "e", 1_000)).refusal is None


async def test_a_withdrawal_goes_back_to_what_was_paid_in(wallet: PaymentsWallet) -> None:
    """The newest charge first; what it takes is kept at once, and moves when the processor says so."""
    await paid_in(wallet, "d", 1_000)
    await paid_in(wallet, "e", 800)
    answer = await wallet.withdraw(ANN, "w", 1_200)
    assert answer.payment is not None
    assert (answer.refusal, answer.payment.state) == (None, PaymentState.SENDING)
    assert await wallet.cash(ANN) == 1_780 - 1_200
    first = wallet.played["first"]
    refunds = first.those(PartKind.REFUND, PartState.PROCESSING)
    assert [first.books[refund].amount for refund in refunds] == [800, 390]
    for refund in refunds:
        first.becomes(refund, PartState.DONE)
        await wallet.payments.work.notice("first", first.said[-1])
    assert first.has == -await wallet.balance("northbet", AccountCode.PAYMENTS) == 1_800 - 1_190
    assert await wallet.balance("northbet", AccountCode.FEES) == 30


async def test_a_withdrawal_that_fails_is_the_customers_again(wallet: PaymentsWallet) -> None:
    """Also if the bank sends it back after it had arrived; the fee is given back, too."""
    await paid_in(wallet)
    await wallet.withdraw(ANN, "w", 500, "transfer")
    bank = wallet.played["bank"]
    bank.becomes("bank-1", PartState.DONE)
    await wallet.payments.work.notice("bank", bank.said[-1])
    assert await wallet.cash(ANN) == 490
    bank.becomes("bank-1", PartState.FAILED, "AC04")
    await wallet.payments.work.notice("bank", bank.said[-1])
    assert await wallet.cash(ANN) == 990
    assert await wallet.balance("northbet", AccountCode.FEES) == 10
    assert bank.has == 0


@pytest.mark.parametrize(("came_back", "due"), [(False, 0), (True, 1)])
async def test_a_withdrawal_that_came_back_is_not_taken_off_net_deposits(
    wallet: PaymentsWallet, due: int, *, came_back: bool
) -> None:
    """A person looks at the customer as if it had never been paid out."""
    wallet.become(jurisdiction="GB")
    await paid_in(wallet, "d", 100_00)
    await wallet.withdraw(ANN, "w", 20_00, "transfer")
    bank = wallet.played["bank"]
    for state in (PartState.DONE, PartState.FAILED) if came_back else (PartState.DONE,):
        bank.becomes("bank-1", state)
        await wallet.payments.work.notice("bank", bank.said[-1])
    await paid_in(wallet, "e", 50_00)
    assert len(await wallet.rows(LIMITS.check)) == due


async def test_a_withdrawal_waits_for_two_people(wallet: PaymentsWallet) -> None:
    """Nothing is sent before; a rejection gives the money back, and nothing undoes it."""
    await paid_in(wallet, "d", 5_000)
    for key, decision, state, left in (
        ("w", Decision.REJECTED, PaymentState.FAILED, 4_990),
        ("v", Decision.APPROVED, PaymentState.SENDING, 4_990 - 2_500),
    ):
        answer = await wallet.withdraw(ANN, key, 2_500)
        assert answer.payment is not None
        assert answer.payment.state is PaymentState.REVIEW
        wallet.later(days=2)
        await wallet.work()
        store = wallet.payments.work.store
        for other in (decision, Decision.APPROVED):
            async with wallet.database.write() as connection:
                await store.decide(
                    connection,
                    answer.payment.payment_id,
                    other,
                    decision_id=key,
                    by="fay, finn",
                    reason="seen",
                    at=wallet.time.now(),
                )
        await wallet.work()
        answer = await wallet.withdraw(ANN, key, 2_500)
        assert answer.payment is not None
        assert answer.payment.state is state
        assert await wallet.cash(ANN) == left


async def test_nobody_withdraws_more_than_there_is(wallet: PaymentsWallet) -> None:
    """The ledger decides it, for ever."""
    await paid_in(wallet)
    for _ in range(2):
        answer = await wallet.withdraw(ANN, "w", 1_100, "transfer")
        assert answer.refusal is not None
        assert answer.refusal.code == PlatformErrorCode.INSUFFICIENT_FUNDS
    assert not wallet.played["bank"].books


async def test_a_dispute_takes_what_is_there_and_the_rest_is_the_houses(wallet: PaymentsWallet) -> None:
    """Won, everything goes back to where it came from; a person gets to know of it."""
    charge = await paid_in(wallet)
    await wallet.withdraw(ANN, "w", 500, "transfer")
    first = wallet.played["first"]
    first.takes_back(charge, PartKind.DISPUTE, 1_000)
    await wallet.payments.work.notice("first", first.said[-1])
    assert await wallet.cash(ANN) == 0
    assert await wallet.balance("northbet", AccountCode.CHARGEBACKS) == -510
    [dispute] = first.those(PartKind.DISPUTE, PartState.OPEN)
    first.becomes(dispute, PartState.FAILED)
    await wallet.payments.work.notice("first", first.said[-1])
    assert await wallet.cash(ANN) == 490
    assert await wallet.balance("northbet", AccountCode.CHARGEBACKS) == 0
    assert [row.kind for row in await wallet.rows(PAYMENTS.case)] == ["dispute"]


async def test_money_of_which_nothing_is_known_is_a_case_for_a_person(wallet: PaymentsWallet) -> None:
    """Nothing is booked; the same notice again is the same case."""
    await paid_in(wallet)
    first = wallet.played["first"]
    strange = first.said[-1]
    first.books.clear()
    for _ in range(2):
        assert not await wallet.payments.work.notice("second", strange)
    [case] = await wallet.rows(PAYMENTS.case)
    assert (case.kind, case.processor, case.amount_minor) == ("unknown", "second", 1_000)


async def test_what_contradicts_is_a_case_and_stops_no_other_payment(wallet: PaymentsWallet) -> None:
    """Something else stands under the id at the processor: a person looks, and the worker goes on."""
    wallet.played["first"].faults = [Fault.CONTRADICTION]
    answer = await wallet.deposit(ANN, "d", 1_000)
    assert answer.refusal is not None
    assert answer.refusal.code == PlatformErrorCode.PENDING
    await wallet.deposit(Owner("northbet", "ben"), "d", 700)
    wallet.played["first"].faults = [Fault.CONTRADICTION]
    wallet.played["first"].pays("first-1", 700)
    wallet.later(minutes=1)
    await wallet.work()
    assert await wallet.cash(Owner("northbet", "ben")) == 690
    assert {row.kind for row in await wallet.rows(PAYMENTS.case)} == {"different"}


async def test_money_that_nobody_has_decided_on_cannot_go_back_twice(wallet: PaymentsWallet) -> None:
    """A withdrawal does not use a charge whose money might have to go back by itself."""
    await paid_in(wallet, "d", 500)
    await wallet.deposit(ANN, "e", 1_000)
    first = wallet.played["first"]
    first.pays("first-2", 1_000)
    merged = await wallet.payments.work.store.merge("first", first.said[-1], wallet.time.now())
    assert merged is not None
    left = await wallet.payments.work.store.refundable(ANN, "GBP")
    assert [minor for _, minor in left] == [500]


async def test_a_processor_without_balance_is_asked_for_other_things(wallet: PaymentsWallet) -> None:
    """It answers: deposits go on by it, and the withdrawal is sent later."""
    await paid_in(wallet)
    first = wallet.played["first"]
    opened = wallet.payments.work.asking.processors["first"]
    opened.breaker.failures = 1
    first.faults = [Fault.NOT_NOW]
    await wallet.withdraw(ANN, "w", 500)
    assert not first.those(PartKind.REFUND, PartState.PROCESSING)
    assert opened.breaker.state == "closed"
    wallet.later(minutes=1)
    await wallet.work()
    assert len(first.those(PartKind.REFUND, PartState.PROCESSING)) == 1


async def test_a_customer_who_asks_often_puts_no_look_off(wallet: PaymentsWallet) -> None:
    """The webhook was lost: the worker asks when it would have asked, however often the customer has."""
    for _ in range(20):
        await wallet.deposit(ANN, "d", 1_000)
    wallet.played["first"].pays("first-1", 1_000)
    wallet.later(seconds=3)
    await wallet.deposit(ANN, "d", 1_000)
    assert await wallet.work() == 1
    assert await wallet.cash(ANN) == 990
