"""Disputes of charges: the money goes when one is opened, and comes back if it is won."""

from typing import Final, Literal

from simulator.payments.books import Books
from simulator.payments.refusal import Refused
from simulator.payments.store import Object

FEE: Final = 1500
SECONDS_FOR_EVIDENCE: Final = 7 * 24 * 60 * 60


def open_dispute(books: Books, name: str, reason: str = "fraudulent") -> Object:
    """Let a customer's bank take back what is left of a charge.

    Raises:
        Refused: There is no such charge, it is disputed, or nothing is left of it.
    """
    charge = books.get("charge", name)
    amount = charge["amount"] - charge["amount_refunded"]
    if charge["disputed"] or not charge["paid"] or amount == 0:
        raise Refused(f"Charge {name} cannot be disputed.")
    due = books.now() + SECONDS_FOR_EVIDENCE
    dispute = books.add(
        "dispute",
        amount=amount,
        balance_transactions=[],
        charge=name,
        currency=charge["currency"],
        evidence_details={"due_by": due, "has_evidence": False, "past_due": False, "submission_count": 0},
        is_charge_refundable=False,
        metadata={},
        payment_intent=charge["payment_intent"],
        reason=reason,
        status="needs_response",
    )
    _move(books, dispute, -amount, FEE, "dispute")
    books.change(charge, disputed=True)
    books.tell("charge.dispute.created", dispute)
    books.tell("charge.dispute.funds_withdrawn", dispute)
    return dispute


def close_dispute(books: Books, name: str, result: Literal["won", "lost"]) -> Object:
    """Decide a dispute.

    Raises:
        Refused: There is none, or it is decided.
    """
    dispute = books.get("dispute", name)
    if dispute["status"] in {"won", "lost"}:
        raise Refused(f"This dispute is {dispute['status']}.")
    if result == "won":
        _move(books, dispute, dispute["amount"], -FEE, "dispute_reversal")
    books.change(dispute, status=result)
    books.tell("charge.dispute.closed", dispute)
    if result == "won":
        books.tell("charge.dispute.funds_reinstated", dispute)
    return dispute


def _move(books: Books, dispute: Object, amount: int, fee: int, category: str) -> None:
    line = books.store.find(books.move("adjustment", dispute, amount, fee, category=category))
    books.change(dispute, balance_transactions=[*dispute["balance_transactions"], line])
