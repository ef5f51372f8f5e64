"""What Stripe is told about the page where a customer pays."""

from typing import Any, Final

from subgraphs.wallet.payments.processor import Charge
from subgraphs.wallet.payments.stripe.notices import PART

_LOCALES: Final = (
    "bg cs da de el en en-GB es es-419 et fi fil fr fr-CA hi-IN hr hu id it ja ko lt lv ms mt nb nl pl pt "
    "pt-BR ro ru sk sl sv th tr vi zh zh-HK zh-TW"
)
LOCALES: Final = frozenset(_LOCALES.split())
"""The languages of Stripe's page; in any other, it takes that of the customer's browser."""


def session_params(charge: Charge, amount: int, display_name: str) -> dict[str, Any]:
    """Return the parameters of a page: always the same for a charge, whose id is the idempotency key.

    Args:
        charge: What is asked for.
        amount: The same amount as Stripe writes it.
        display_name: What the customer reads.
    """
    metadata = {PART: charge.id, "brand": charge.brand}
    return {
        "mode": "payment",
        "client_reference_id": charge.id,
        "metadata": metadata,
        "payment_intent_data": {"metadata": metadata},
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": charge.currency.lower(),
                    "unit_amount": amount,
                    "product_data": {"name": display_name},
                },
            }
        ],
        "success_url": charge.back_url,
        "cancel_url": charge.back_url,
        "expires_at": int(charge.expires_at.timestamp()),
        "locale": _locale(charge.language),
        # The customer pays in the currency of the wallet, and in no other one.
        "adaptive_pricing": {"enabled": False},
    }


def _locale(language: str) -> str:
    """Return the page's language: the same one, or that of the same language elsewhere."""
    tag = language.replace("_", "-")
    main, _, region = tag.partition("-")
    exact = f"{main.lower()}-{region.upper()}" if region else main.lower()
    return next((known for known in (exact, main.lower()) if known in LOCALES), "auto")
