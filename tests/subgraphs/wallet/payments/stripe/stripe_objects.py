"""Stripe's objects and events as its API writes them, and what tests ask the adapter for."""

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx

from subgraphs.wallet.payments.processor import Charge, Payout, Refund
from subgraphs.wallet.payments.stripe.adapter import StripeProcessor
from subgraphs.wallet.payments.stripe.options import StripeOptions

NOW: Final = datetime(2026, 11, 29, 12, tzinfo=UTC)
SECONDS: Final = int(NOW.timestamp())
KEY: Final = "sk_test_ofTheTests"
SECRET: Final = "whsec_now"
FORMER: Final = "whsec_former"
SECRETS: Final = {"stripe-key": KEY, "stripe-webhook": SECRET, "stripe-webhook-former": FORMER}

CHARGE: Final = Charge(
    id="part-1",
    amount=1_000,
    currency="EUR",
    brand="acme",
    back_url="https://acme.example/back",
    language="de",
    expires_at=NOW + timedelta(hours=1),
)
REFUND: Final = Refund(id="part-2", charge="pi_1", amount=400, currency="EUR")
PAYOUT: Final = Payout(id="part-3", amount=700, currency="EUR", holder="A. Customer", account="ba_1")


def processor(
    url: str = "https://127.0.0.1:1",
    *,
    secrets: Mapping[str, str] = SECRETS,
    now: Callable[[], datetime] = lambda: NOW,
    transport: httpx.AsyncBaseTransport | None = None,
    **options: Any,
) -> StripeProcessor:
    """Return the adapter for an address."""
    return StripeProcessor(StripeOptions(api_base=url, **options), secrets.get, now, transport)


def session(**members: Any) -> dict[str, Any]:
    """Return the page of a charge on which nobody has paid yet."""
    return {
        "object": "checkout.session",
        "id": "cs_1",
        "amount_total": 1_000,
        "currency": "eur",
        "created": SECONDS,
        "status": "open",
        "payment_status": "unpaid",
        "client_reference_id": "part-1",
        "metadata": {"furlong_part": "part-1", "brand": "acme"},
        "payment_intent": None,
        "url": "https://checkout.example/cs_1",
        **members,
    }


def payment(**members: Any) -> dict[str, Any]:
    """Return a payment that was made."""
    return {
        "object": "payment_intent",
        "id": "pi_1",
        "amount": 1_000,
        "amount_received": 1_000,
        "currency": "eur",
        "created": SECONDS,
        "status": "succeeded",
        "metadata": {"furlong_part": "part-1"},
        "last_payment_error": None,
        "latest_charge": "ch_1",
        **members,
    }


def refund(**members: Any) -> dict[str, Any]:
    """Return a refund that has arrived."""
    return {
        "object": "refund",
        "id": "re_1",
        "amount": 400,
        "currency": "eur",
        "created": SECONDS,
        "status": "succeeded",
        "metadata": {"furlong_part": "part-2"},
        "payment_intent": "pi_1",
        "charge": "ch_1",
        **members,
    }


def payout(**members: Any) -> dict[str, Any]:
    """Return a payout on its way."""
    return {
        "object": "payout",
        "id": "po_1",
        "amount": 700,
        "currency": "eur",
        "created": SECONDS,
        "status": "pending",
        "metadata": {"furlong_part": "part-3"},
        "failure_code": None,
        **members,
    }


def dispute(**members: Any) -> dict[str, Any]:
    """Return a dispute that waits for an answer of ours."""
    return {
        "object": "dispute",
        "id": "dp_1",
        "amount": 1_000,
        "currency": "eur",
        "created": SECONDS,
        "status": "needs_response",
        "reason": "fraudulent",
        "charge": "ch_1",
        "payment_intent": "pi_1",
        "balance_transactions": [movement(amount=-1_000, fee=1_500, type="adjustment", source="dp_1")],
        **members,
    }


def movement(**members: Any) -> dict[str, Any]:
    """Return a movement on our balance: a charge's."""
    return {
        "object": "balance_transaction",
        "id": "txn_1",
        "type": "charge",
        "amount": 1_000,
        "currency": "eur",
        "created": SECONDS,
        "fee": 39,
        "source": "ch_1",
        **members,
    }


def event(kind: str, about: Mapping[str, Any], created: int = SECONDS) -> bytes:
    """Return the body of a webhook."""
    return json.dumps(
        {"object": "event", "id": "evt_1", "type": kind, "created": created, "data": {"object": about}}
    ).encode()


def signature(body: bytes, secret: str = SECRET, at: int = SECONDS) -> str:
    """Return the value by which Stripe would sign a body."""
    return hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()


def signed(body: bytes, secret: str = SECRET, at: int = SECONDS) -> dict[str, str]:
    """Return the headers of a webhook."""
    return {"stripe-signature": f"t={at},v1={signature(body, secret, at)}"}
