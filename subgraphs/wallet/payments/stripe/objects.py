"""Stripe's objects, as far as the adapter reads them: what has another form is refused."""

from typing import Annotated, Any, Literal, TypeAlias

from msgspec import Meta, Struct

Seconds: TypeAlias = Annotated[int, Meta(ge=0, le=253_402_300_799)]
"""Since 1970, until the end of the year 9999."""

Amount: TypeAlias = Annotated[int, Meta(ge=-(2**62), le=2**62)]
Currency: TypeAlias = Annotated[str, Meta(pattern="^[a-z]{3}$")]
Identity: TypeAlias = Annotated[str, Meta(min_length=1, max_length=255)]
Metadata: TypeAlias = dict[str, str] | None


class BalanceTransaction(Struct, frozen=True, kw_only=True):
    """A movement on our balance at Stripe, in the currency of the balance.

    Attributes:
        source: What moved it: its id, or the whole object.
    """

    object: Literal["balance_transaction"]
    id: Identity
    type: str
    amount: Amount
    currency: Currency
    created: Seconds
    fee: Amount
    source: str | dict[str, Any] | None = None


class PaymentError(Struct, frozen=True, kw_only=True):
    """Why a customer's payment was not accepted."""

    code: str | None = None
    decline_code: str | None = None
    type: str | None = None


class Refund(Struct, frozen=True, kw_only=True):
    """Money of a charge that goes back."""

    object: Literal["refund"]
    id: Identity
    amount: Amount
    currency: Currency
    created: Seconds
    status: str | None
    metadata: Metadata = None
    payment_intent: str | None = None
    charge: str | None = None
    failure_reason: str | None = None


class Refunds(Struct, frozen=True, kw_only=True):
    """The refunds that an object lists."""

    data: list[Refund]


class Charge(Struct, frozen=True, kw_only=True):
    """An attempt to take a customer's money."""

    object: Literal["charge"]
    id: Identity
    metadata: Metadata = None
    payment_intent: str | None = None
    balance_transaction: str | BalanceTransaction | None = None
    refunds: Refunds | None = None


class PaymentIntent(Struct, frozen=True, kw_only=True):
    """A payment with all its attempts."""

    object: Literal["payment_intent"]
    id: Identity
    amount: Amount
    currency: Currency
    created: Seconds
    status: str
    amount_received: Amount | None = None
    metadata: Metadata = None
    last_payment_error: PaymentError | None = None
    latest_charge: str | Charge | None = None
    cancellation_reason: str | None = None


class Session(Struct, frozen=True, kw_only=True):
    """A page of Stripe's where a customer pays."""

    object: Literal["checkout.session"]
    id: Identity
    amount_total: Amount | None
    currency: Currency | None
    created: Seconds
    status: str | None
    payment_status: str
    client_reference_id: str | None = None
    metadata: Metadata = None
    payment_intent: str | PaymentIntent | None = None
    url: str | None = None


class Payout(Struct, frozen=True, kw_only=True):
    """Money that goes from our balance to a bank account or card."""

    object: Literal["payout"]
    id: Identity
    amount: Amount
    currency: Currency
    created: Seconds
    status: str
    metadata: Metadata = None
    failure_code: str | None = None


class Dispute(Struct, frozen=True, kw_only=True):
    """A charge that the customer's bank contests."""

    object: Literal["dispute"]
    id: Identity
    amount: Amount
    currency: Currency
    created: Seconds
    status: str
    reason: str | None = None
    charge: str | None = None
    payment_intent: str | None = None
    balance_transactions: list[BalanceTransaction] | None = None
