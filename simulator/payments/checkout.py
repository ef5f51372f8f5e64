"""Payments by a page of the processor: its sessions, and what customers do there."""

from typing import Any, Final

from simulator.payments.books import Books
from simulator.payments.forms import amount_of, currency_of, metadata_of, text_of
from simulator.payments.refusal import Refused, wrong_parameter
from simulator.payments.store import Object

MIN_SECONDS: Final = 30 * 60
MAX_SECONDS: Final = 24 * 60 * 60
"""How long a session may be open at least and at most."""

FEE_THOUSANDTHS: Final = 15
FEE_FIXED: Final = 20
"""What the processor keeps of a charge: 1.5 % and 20 minor units."""

DECLINES: Final = {
    "insufficient_funds": ("card_declined", "Your card has insufficient funds."),
    "generic_decline": ("card_declined", "Your card was declined."),
}
"""The codes and words of declines."""


def create_session(books: Books, params: dict[str, Any], pages: str) -> Object:
    """Begin a payment.

    Args:
        books: Where.
        params: As the API takes them.
        pages: The address under which sessions have their pages.

    Raises:
        Refused: The parameters are wrong.
    """
    if text_of(params, "mode") != "payment":
        raise wrong_parameter("mode", "Only payments are simulated.")
    name, currency, total = _items(params)
    now = books.now()
    expires_at = amount_of(params, "expires_at", now + MAX_SECONDS, most=now + MAX_SECONDS)
    if expires_at < now + MIN_SECONDS:
        raise wrong_parameter("expires_at", "It must be at least 30 minutes from now.")
    intent = params.get("payment_intent_data") or {}
    branding = params.get("branding_settings") or {}
    session = books.add(
        "checkout.session",
        amount_subtotal=total,
        amount_total=total,
        cancel_url=text_of(params, "cancel_url", ""),
        client_reference_id=params.get("client_reference_id"),
        currency=currency,
        customer=None,
        expires_at=expires_at,
        locale=params.get("locale"),
        metadata=metadata_of(params),
        mode="payment",
        payment_intent=None,
        payment_method_types=["card"],
        payment_status="unpaid",
        status="open",
        success_url=text_of(params, "success_url"),
        ui_mode="hosted",
        url=None,
        _brand=branding.get("display_name") or name,
        _intent={"metadata": metadata_of(intent), "description": intent.get("description")},
    )
    books.store.wait(session["id"], expires_at)
    return books.change(session, url=f"{pages}/{session['id']}")


def _items(params: dict[str, Any]) -> tuple[str, str, int]:
    """Return what is paid for: the first name, the currency, and the total."""
    items = params.get("line_items")
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise wrong_parameter("line_items", "Missing required param: line_items.")
    prices = [item.get("price_data") or {} for item in items]
    totals = [
        amount_of(price, "unit_amount") * amount_of(item, "quantity", 1)
        for price, item in zip(prices, items, strict=True)
    ]
    product = prices[0].get("product_data") or {}
    return text_of(product, "name"), currency_of(prices[0]), sum(totals)


def expire_session(books: Books, name: str) -> Object:
    """Let a session be paid no more.

    Raises:
        Refused: It is not open.
    """
    session = books.get("checkout.session", name)
    if session["status"] != "open":
        raise Refused('Only Checkout Sessions with a status in ["open"] can be expired.')
    intent = _intent_of(books, session)
    if intent is not None:
        books.change(intent, status="canceled", canceled_at=books.now(), cancellation_reason="expired")
        books.tell("payment_intent.canceled", intent)
    books.store.wait_no_more(name)
    books.change(session, status="expired", url=None)
    books.tell("checkout.session.expired", session)
    return session


def pay(books: Books, session: Object) -> None:
    """Let a customer pay with a card that pays."""
    intent = _begun(books, session)
    charge = _charge(books, intent, "succeeded", paid=True, captured=True)
    fee = charge["amount"] * FEE_THOUSANDTHS // 1000 + FEE_FIXED
    books.change(charge, balance_transaction=books.move("charge", charge, charge["amount"], fee))
    books.change(
        intent,
        status="succeeded",
        amount_received=intent["amount"],
        latest_charge=charge["id"],
        last_payment_error=None,
        next_action=None,
    )
    books.store.wait_no_more(session["id"])
    books.change(session, status="complete", payment_status="paid", url=None)
    books.tell("charge.succeeded", charge)
    books.tell("payment_intent.succeeded", intent)
    books.tell("checkout.session.completed", session)


def decline(books: Books, session: Object, reason: str) -> None:
    """Let a customer try to pay with a card that is declined."""
    intent = _begun(books, session)
    code, words = DECLINES[reason]
    charge = _charge(books, intent, "failed", failure_code=code, failure_message=words)
    books.change(intent, latest_charge=charge["id"])
    books.tell("charge.failed", charge)
    _fail(books, intent, {"code": code, "decline_code": reason, "message": words, "charge": charge["id"]})


def ask_bank(books: Books, session: Object) -> None:
    """Let a customer pay with a card for which the bank asks the customer first."""
    intent = _begun(books, session)
    books.change(intent, status="requires_action", next_action={"type": "use_stripe_sdk"})
    books.tell("payment_intent.requires_action", intent)


def refuse_to_bank(books: Books, session: Object) -> None:
    """Let a customer refuse what the bank asks."""
    words = "The customer did not confirm the payment."
    _fail(books, _begun(books, session), {"code": "payment_intent_authentication_failure", "message": words})


def is_asked_by_bank(books: Books, session: Object) -> bool:
    """Return whether the bank waits for the customer."""
    intent = _intent_of(books, session)
    return intent is not None and intent["status"] == "requires_action"


def last_decline(books: Books, session: Object) -> str:
    """Return why the last attempt failed, in words; "" if it did not."""
    intent = _intent_of(books, session)
    return "" if intent is None else str((intent["last_payment_error"] or {}).get("message", ""))


def _intent_of(books: Books, session: Object) -> Object | None:
    name = session["payment_intent"]
    return None if name is None else books.get("payment_intent", name)


def _begun(books: Books, session: Object) -> Object:
    """Return the intent of a session; the first attempt makes it."""
    intent = _intent_of(books, session)
    if intent is None:
        intent = books.add(
            "payment_intent",
            amount=session["amount_total"],
            amount_received=0,
            canceled_at=None,
            cancellation_reason=None,
            capture_method="automatic",
            currency=session["currency"],
            customer=None,
            last_payment_error=None,
            latest_charge=None,
            next_action=None,
            payment_method_types=["card"],
            status="requires_payment_method",
            **session["_intent"],
        )
        books.change(session, payment_intent=intent["id"])
        books.tell("payment_intent.created", intent)
    return intent


def _fail(books: Books, intent: Object, error: dict[str, str]) -> None:
    error |= {"type": "card_error"}
    books.change(intent, status="requires_payment_method", last_payment_error=error, next_action=None)
    books.tell("payment_intent.payment_failed", intent)


def _charge(books: Books, intent: Object, status: str, **members: Any) -> Object:
    usual = {
        "amount": intent["amount"],
        "amount_captured": intent["amount"] if status == "succeeded" else 0,
        "amount_refunded": 0,
        "balance_transaction": None,
        "captured": False,
        "currency": intent["currency"],
        "description": intent["description"],
        "disputed": False,
        "failure_code": None,
        "failure_message": None,
        "metadata": intent["metadata"],
        "paid": False,
        "payment_intent": intent["id"],
        "payment_method_details": {"type": "card", "card": {"brand": "visa", "last4": "0000"}},
        "refunded": False,
        "status": status,
    }
    return books.add("charge", **usual | members)
