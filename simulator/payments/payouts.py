"""Payouts to accounts: pending, then paid or failed, and sometimes failed after they had been paid."""

from typing import Any, Final

from simulator.payments.books import Books
from simulator.payments.forms import amount_of, currency_of, metadata_of, text_of
from simulator.payments.refusal import Refused
from simulator.payments.store import Object

FAILURE: Final = "account_closed"


def create_payout(books: Books, params: dict[str, Any]) -> Object:
    """Send money to an account.

    Raises:
        Refused: The parameters are wrong.
    """
    amount, currency = amount_of(params, "amount"), currency_of(params)
    destination = text_of(params, "destination", "")
    if books.faults.take("payout_refused"):
        raise Refused("You have insufficient funds in your account.", code="balance_insufficient")
    payout = books.add(
        "payout",
        amount=amount,
        arrival_date=books.now(),
        automatic=False,
        balance_transaction=None,
        currency=currency,
        description=params.get("description"),
        destination=destination or None,
        failure_balance_transaction=None,
        failure_code=None,
        failure_message=None,
        metadata=metadata_of(params),
        method=text_of(params, "method", "standard"),
        statement_descriptor=params.get("statement_descriptor"),
        status="pending",
        type="bank_account",
    )
    books.change(payout, balance_transaction=books.move("payout", payout, -amount))
    books.tell("payout.created", payout)
    books.settle_later(payout)
    return payout


def settle_payout(books: Books, payout: Object) -> None:
    """Let become of a payout what is to become of it now."""
    if payout["status"] == "pending":
        if books.faults.take("payout_fails"):
            fail_payout(books, payout)
        else:
            pay_payout(books, payout)
            if books.faults.take("payout_returns"):
                books.settle_later(payout)
    elif payout["status"] == "paid":
        fail_payout(books, payout)


def pay_payout(books: Books, payout: Object) -> None:
    """Let a pending payout arrive.

    Raises:
        Refused: It is not pending.
    """
    if payout["status"] != "pending":
        raise Refused(f"This payout is {payout['status']}.")
    books.store.wait_no_more(payout["id"])
    books.change(payout, status="paid")
    books.tell("payout.paid", payout)


def fail_payout(books: Books, payout: Object, reason: str = "") -> None:
    """Let a payout fail, perhaps after it had been paid: its money is back.

    Raises:
        Refused: It has failed.
    """
    if payout["status"] == "failed":
        raise Refused("This payout has failed.")
    books.store.wait_no_more(payout["id"])
    line = books.move("payout_failure", payout, payout["amount"])
    code = reason or FAILURE
    words = f"The bank returned the payout: {code}."
    books.change(
        payout, status="failed", failure_code=code, failure_message=words, failure_balance_transaction=line
    )
    books.tell("payout.failed", payout)
