"""What finance decides about withdrawals and cases is applied once, and the first decision stands."""

import json
from typing import Any

import pytest

from consumers.stream.errors import Poison
from consumers.stream.records import Record
from consumers.stream.topics import Message
from consumers.wallet.messages import decode_payment
from consumers.wallet.reducers import FinanceReducer
from subgraphs.kit.records.erasure import Pseudonyms
from subgraphs.wallet.customer_data import erasure_of
from subgraphs.wallet.models import PAYMENTS
from subgraphs.wallet.payments.payment import PaymentState
from subgraphs.wallet.payments.processor import PartKind, PartState
from subgraphs.wallet.payments.records.cases import Case, CaseKind, count_open, open_case
from tests.subgraphs.wallet.payments.conftest import ANN, paid_in
from tests.subgraphs.wallet.payments.payments_wallet import PaymentsWallet

DECIDED: dict[str, Any] = {
    "schema": "wallet.payment/1",
    "event_id": "2b1f3a52-4a7e-4f0a-8c2e-6d1c8a0f4b02",
    "brand_id": ANN.brand,
    "customer_id": ANN.customer,
    "decision_id": "p-1",
    "reason": "the account is her own",
    "proposed_by": "Fay",
    "approved_by": "Finn",
    "decided_at": "2026-11-28T11:00:00Z",
}


def record(**others: Any) -> Record:
    """Return a record of a decision."""
    body = DECIDED | others
    key = f"{body['brand_id']}:{body['customer_id']}" if body["customer_id"] else body["subject_id"]
    return Record("wallet.payment.v1", 0, 0, key.encode(), json.dumps(body).encode())


async def decide(wallet: PaymentsWallet, **others: Any) -> bool:
    """Consume a decision; return whether it stands."""
    erasure = erasure_of(wallet.database.dialect, Pseudonyms(b"k" * 32, 1))
    reducer = FinanceReducer(wallet.time, erasure, wallet.payments.work.store)
    given = record(**others)
    async with wallet.database.write() as connection:
        outcome = await reducer.payments(connection, [Message(given, decode_payment(given))])
    return not outcome.stale


async def reviewed(wallet: PaymentsWallet) -> str:
    """Let Ann ask for so much that a person has to look; return the payment."""
    await paid_in(wallet, amount=5_000)
    answer = await wallet.withdraw(ANN, "w", 2_500)
    assert answer.payment is not None
    assert answer.payment.state is PaymentState.REVIEW
    return answer.payment.payment_id


async def state(wallet: PaymentsWallet, payment_id: str) -> PaymentState:
    """Return how a payment stands after what is due was done."""
    await wallet.work()
    loaded = await wallet.payments.work.store.load(payment_id)
    assert loaded is not None
    return loaded[0].state


async def test_an_approved_withdrawal_is_sent_once(wallet: PaymentsWallet) -> None:
    """The same message again, or another decision, changes nothing more."""
    payment = await reviewed(wallet)
    assert await decide(wallet, kind="approve", subject_id=payment)
    assert await state(wallet, payment) is PaymentState.SENDING
    assert not await decide(wallet, kind="approve", subject_id=payment)
    assert not await decide(wallet, kind="reject", subject_id=payment, decision_id="p-2")
    first = wallet.played["first"]
    [refund] = first.those(PartKind.REFUND, PartState.PROCESSING)
    first.becomes(refund, PartState.DONE)
    await wallet.payments.work.notice("first", first.said[-1])
    [stored] = [row for row in await wallet.rows(PAYMENTS.payment) if row.payment_id == payment]
    assert (stored.state, stored.decision, stored.decision_id) == ("DONE", "approved", "p-1")
    assert (stored.decided_by, stored.decision_reason) == ("Fay, Finn", "the account is her own")


async def test_a_rejected_withdrawal_gives_the_money_back(wallet: PaymentsWallet) -> None:
    """No processor is asked, and the customer may use what was kept again."""
    payment = await reviewed(wallet)
    kept = await wallet.cash(ANN)
    assert await decide(wallet, kind="reject", subject_id=payment)
    assert await state(wallet, payment) is PaymentState.FAILED
    assert await wallet.cash(ANN) == kept + 2_500
    assert not await decide(wallet, kind="approve", subject_id=payment, decision_id="p-2")
    assert not wallet.played["first"].those(PartKind.REFUND, PartState.PROCESSING)


async def test_what_waits_for_nobody_is_not_decided(wallet: PaymentsWallet) -> None:
    """A deposit, a withdrawal that nobody has to look at, and one that is unknown stay as they are."""
    await paid_in(wallet)
    answer = await wallet.withdraw(ANN, "w", 500)
    assert answer.payment is not None
    [deposit] = [row for row in await wallet.rows(PAYMENTS.payment) if row.direction == "DEPOSIT"]
    for subject in (answer.payment.payment_id, deposit.payment_id, "unknown"):
        assert not await decide(wallet, kind="reject", subject_id=subject)


async def test_a_case_is_closed_with_the_first_finding(wallet: PaymentsWallet) -> None:
    """Also one that is of no customer, whose record has the key of the case."""
    case = Case(kind=CaseKind.UNKNOWN, processor="first", subject="line 7", opened_at=wallet.time.now())
    async with wallet.database.write() as connection:
        await open_case(connection, PAYMENTS, case)
    nobody = {"brand_id": None, "customer_id": None, "approved_by": "", "subject_id": case.case_id}
    assert await decide(wallet, kind="close_case", reason="a test of theirs", **nobody)
    assert not await decide(wallet, kind="close_case", reason="another", decision_id="p-2", **nobody)
    async with wallet.database.read() as connection:
        assert await count_open(connection, PAYMENTS) == 0
    [stored] = await wallet.rows(PAYMENTS.case)
    assert (stored.closed_by, stored.finding) == ("Fay", "a test of theirs")


@pytest.mark.parametrize(
    "others",
    [
        {"kind": "approve", "brand_id": None, "customer_id": None},
        {"kind": "approve", "approved_by": ""},
        {"kind": "close_case", "brand_id": None},
        {"kind": "refund"},
        {"kind": "approve", "decided_at": "2026-11-28T11:00:00+01:00"},
    ],
)
def test_half_a_decision_is_refused(others: dict[str, Any]) -> None:
    """Two people decide about a withdrawal of a customer, in UTC."""
    with pytest.raises(Poison):
        decode_payment(record(subject_id="p", **others))
