"""Refunds of charges: pending, then succeeded or failed, and sometimes failed after they had succeeded."""

from typing import Any, Final

from simulator.payments.books import Books
from simulator.payments.forms import amount_of, metadata_of
from simulator.payments.refusal import Refused, missing, wrong_parameter
from simulator.payments.store import Object

FAILURE: Final = "expired_or_canceled_card"


def create_refund(books: Books, params: dict[str, Any]) -> Object:
    """Send money of a charge back.

    Raises:
        Refused: There is no such charge, less is left of it, or it is disputed.
    """
    charge = _charge_of(books, params)
    left = charge["amount"] - charge["amount_refunded"] if charge["paid"] else 0
    if left == 0:
        code = "charge_already_refunded" if charge["paid"] else "charge_not_captured"
        raise Refused(f"Nothing is left of charge {charge['id']}.", code=code)
    amount = amount_of(params, "amount", left)
    if amount > left:
        raise Refused(f"Refund amount ({amount}) is greater than unrefunded amount ({left}).", param="amount")
    if charge["disputed"]:
        raise Refused(f"Charge {charge['id']} is disputed.", code="charge_disputed")
    if books.faults.take("refund_refused"):
        raise Refused("This charge cannot be refunded any more.", code="refund_disallowed")
    refund = books.add(
        "refund",
        amount=amount,
        balance_transaction=None,
        charge=charge["id"],
        currency=charge["currency"],
        metadata=metadata_of(params),
        payment_intent=charge["payment_intent"],
        reason=params.get("reason"),
        status="pending",
    )
    books.change(refund, balance_transaction=books.move("refund", refund, -amount))
    _count(books, charge, amount)
    books.tell("refund.created", refund)
    books.tell("charge.refunded", charge)
    books.settle_later(refund)
    return refund


def _charge_of(books: Books, params: dict[str, Any]) -> Object:
    name, intent = params.get("charge"), params.get("payment_intent")
    if intent and not name:
        name = books.get("payment_intent", intent)["latest_charge"]
        if name is None:
            raise missing("charge of payment_intent", intent)
    if not name:
        raise wrong_parameter("charge", "One of charge and payment_intent is required.")
    return books.get("charge", name)


def _count(books: Books, charge: Object, amount: int) -> None:
    refunded = charge["amount_refunded"] + amount
    books.change(charge, amount_refunded=refunded, refunded=refunded == charge["amount"])


def settle_refund(books: Books, refund: Object) -> None:
    """Let become of a refund what is to become of it now."""
    if refund["status"] == "pending":
        if books.faults.take("refund_fails"):
            fail_refund(books, refund)
        else:
            succeed_refund(books, refund)
            if books.faults.take("refund_returns"):
                books.settle_later(refund)
    elif refund["status"] == "succeeded":
        fail_refund(books, refund)


def succeed_refund(books: Books, refund: Object) -> None:
    """Let a pending refund arrive.

    Raises:
        Refused: It is not pending.
    """
    if refund["status"] != "pending":
        raise Refused(f"This refund is {refund['status']}.")
    books.store.wait_no_more(refund["id"])
    books.change(refund, status="succeeded")
    books.tell("refund.updated", refund)


def fail_refund(books: Books, refund: Object, reason: str = "") -> None:
    """Let a refund fail, perhaps after it had succeeded: its money is back.

    Raises:
        Refused: It has failed.
    """
    if refund["status"] == "failed":
        raise Refused("This refund has failed.")
    books.store.wait_no_more(refund["id"])
    line = books.move("refund_failure", refund, refund["amount"])
    books.change(refund, status="failed", failure_reason=reason or FAILURE, failure_balance_transaction=line)
    _count(books, books.get("charge", refund["charge"]), -refund["amount"])
    books.tell("refund.failed", refund)
