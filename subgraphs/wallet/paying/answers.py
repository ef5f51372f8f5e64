"""What a customer is told of a payment: how it stands, in words, and what they have to do."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from msgspec import Struct

from subgraphs.kit.graphql.platform_errors import PlatformErrorCode
from subgraphs.kit.mutations.refusals import Refusal
from subgraphs.wallet.funds.codes import AccountCode, TransferCode
from subgraphs.wallet.history.transactions import REVIEWED, StoredTransaction
from subgraphs.wallet.ledger.tables import PENDING, POSTED, VOIDED
from subgraphs.wallet.payments.payment import (
    UNAVAILABLE,
    Decision,
    Part,
    Payment,
    PaymentState,
    charges,
    is_decided,
)
from subgraphs.wallet.payments.processor import PartState

_C: Final = PlatformErrorCode
_S: Final = PaymentState
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

WORDS: Final = {
    _C.UNVERIFIED: "We have to check who you are before you can deposit.",
    _C.CONFIRMATION_NEEDED: "Before you deposit, set a deposit limit or say that you don't want one.",
    _C.LIMIT_REACHED: "This is more than your deposit limit allows right now.",
    _C.SELF_EXCLUDED: "You've excluded yourself, so you can't deposit.",
    _C.COOLING_OFF: "You're taking a break, so you can't deposit.",
    _C.ACCOUNT_SUSPENDED: "Your account can't take deposits right now. Contact support.",
    _C.WRONG_CURRENCY: "Your account is in another currency.",
    _C.INSUFFICIENT_FUNDS: "You don't have that much to withdraw.",
    _C.METHOD_UNAVAILABLE: "This way to pay isn't available right now. Choose another one or try later.",
    _C.DECLINED: "Your bank or card declined this payment. No money was taken.",
    _C.IDEMPOTENCY_REUSED: "This key was used for another payment. Send a new one.",
    _C.PENDING: "We don't know yet whether this went through. Please don't pay again: we'll tell you.",
}


class Decline(StrEnum):
    """Why a bank or card declined the last attempt to pay.

    INSUFFICIENT_FUNDS: There isn't enough money in the account. EXPIRED_CARD: The card has expired.
    WRONG_SECURITY_CODE: The card's security code was wrong. NOT_CONFIRMED: The bank wanted the customer to
    confirm the payment, and that didn't happen. REFUSED: The bank doesn't say why; it can be asked.
    """

    INSUFFICIENT_FUNDS = "INSUFFICIENT_FUNDS"
    EXPIRED_CARD = "EXPIRED_CARD"
    WRONG_SECURITY_CODE = "WRONG_SECURITY_CODE"
    NOT_CONFIRMED = "NOT_CONFIRMED"
    REFUSED = "REFUSED"


DECLINES: Final = {
    "insufficient_funds": Decline.INSUFFICIENT_FUNDS,
    "expired_card": Decline.EXPIRED_CARD,
    "incorrect_cvc": Decline.WRONG_SECURITY_CODE,
    "authentication_required": Decline.NOT_CONFIRMED,
    "payment_intent_authentication_failure": Decline.NOT_CONFIRMED,
    "card_declined": Decline.REFUSED,
    "do_not_honor": Decline.REFUSED,
    "generic_decline": Decline.REFUSED,
    "lost_card": Decline.REFUSED,
    "stolen_card": Decline.REFUSED,
}
"""What a processor's codes mean; another one says nothing to a customer."""

DECLINED: Final = {
    Decline.INSUFFICIENT_FUNDS: "Your bank says there isn't enough money in the account.",
    Decline.EXPIRED_CARD: "The card has expired.",
    Decline.WRONG_SECURITY_CODE: "The security code of the card was wrong.",
    Decline.NOT_CONFIRMED: "Your bank wanted you to confirm the payment, and that didn't happen.",
    Decline.REFUSED: "The card was declined. Please ask your bank.",
}

STATUS: Final = {
    _S.ASKED: PENDING,
    _S.OPEN: PENDING,
    _S.SENDING: PENDING,
    _S.REVIEW: REVIEWED,
    _S.DONE: POSTED,
}
"""How a payment stands as a transaction; all others gave the money back, or never had it."""


class Instructions(NamedTuple):
    """Where a customer has to send a bank transfer to, and what to write into it."""

    holder: str
    account: str
    reference: str


class Answer(Struct, frozen=True):
    """What became of it: the payment as it stands, if there is one, and why not, if something is wrong."""

    payment: Payment | None
    parts: Sequence[Part] = ()
    refusal: Refusal | None = None
    instructions: Instructions | None = None

    @property
    def url(self) -> str:
        """Return where the customer has to pay; "" if nowhere."""
        if self.payment is None or self.payment.state is not PaymentState.OPEN:
            return ""
        open_ = [part for part in charges(self.parts) if part.state is PartState.OPEN]
        return open_[-1].url if open_ else ""

    @property
    def decline(self) -> Decline | None:
        """Return why the customer's last attempt to pay was declined; None if it was not."""
        declined = [DECLINES.get(part.reason) for part in charges(self.parts)]
        return declined[-1] if declined and not self.is_paid else None

    @property
    def is_paid(self) -> bool:
        """Tell whether a customer has paid what the processor is still to confirm, or has confirmed."""
        return any(part.state in {PartState.PROCESSING, PartState.DONE} for part in charges(self.parts))

    @property
    def transaction(self) -> StoredTransaction | None:
        """Return the payment as a line among transactions; None if it never was."""
        payment = self.payment
        if payment is None or payment.state is PaymentState.REFUSED:
            return None
        sign = 1 if payment.is_deposit else -1
        first = next((part.part_id for part in charges(self.parts)), payment.payment_id)
        return StoredTransaction(
            id=first,
            timestamp=(payment.asked_at - _EPOCH) // timedelta(microseconds=1),
            code=TransferCode.DEPOSIT if payment.is_deposit else TransferCode.WITHDRAWAL,
            of=AccountCode.CASH,
            currency=payment.currency,
            minor=sign * payment.amount_minor,
            credits_minor=0,
            status=STATUS.get(payment.state, VOIDED),
            reference=payment.payment_id,
        )


def refusal_of(payment: Payment, parts: Sequence[Part]) -> Refusal | None:
    """Return why a payment is not going its way; None if it is, or has."""
    code: PlatformErrorCode | None = None
    match payment.state:
        case PaymentState.REFUSED:
            code = _C.ACCOUNT_SUSPENDED if payment.refusal == _C.SUSPENDED else _C(payment.refusal)
        case PaymentState.ASKED:
            code = _C.PENDING
        case PaymentState.FAILED if payment.decision != Decision.REJECTED:
            code = _C.METHOD_UNAVAILABLE if _never_began(payment, parts) else _C.DECLINED
        case PaymentState.OPEN if any(part.state is PartState.ASKED for part in charges(parts)):
            code = _C.PENDING
        case _:
            pass
    return None if code is None else refused(code)


def refused(code: PlatformErrorCode) -> Refusal:
    """Return a refusal in words for the customer."""
    return Refusal(code, WORDS[code])


def words_of(answer: Answer) -> str:
    """Return how a payment stands, in words for the customer."""
    payment = answer.payment
    if payment is None:
        return answer.refusal.message if answer.refusal else ""
    return _of_deposit(answer, payment) if payment.is_deposit else _of_withdrawal(answer, payment)


def _of_deposit(answer: Answer, payment: Payment) -> str:
    declined = DECLINED[answer.decline] if answer.decline else ""
    match payment.state:
        case PaymentState.DONE:
            words = _of_paid(answer.parts)
        case PaymentState.RETURNED:
            words = (
                "The amount wasn't the one you asked for, or you couldn't deposit any more when it came. "
                "It goes back to where it came from."
            )
        case PaymentState.OPEN if answer.refusal is None and answer.instructions is not None:
            words = "Send exactly this amount from your bank. It's in your wallet once it has reached us."
        case PaymentState.OPEN if answer.refusal is None and answer.is_paid:
            words = "Your payment is being confirmed."
        case PaymentState.OPEN if answer.refusal is None:
            words = declined or "Finish the payment at our payment provider."
        case PaymentState.FAILED if declined:
            words = f"{declined} No money was taken."
        case _:
            words = answer.refusal.message if answer.refusal else ""
    return words


def _of_paid(parts: Sequence[Part]) -> str:
    """Return what became of money that was the customer's: people may have decided to send it back."""
    back = {part.state for part in parts if is_decided(part)} - {PartState.FAILED}
    if not back:
        return "The money is in your wallet."
    if back == {PartState.DONE}:
        return "We sent money of this deposit back to where it came from."
    return "Money of this deposit is on its way back to where it came from."


def _of_withdrawal(answer: Answer, payment: Payment) -> str:
    match payment.state:
        case PaymentState.REVIEW:
            words = "We check this withdrawal before we send it."
        case PaymentState.SENDING:
            words = "The money is on its way to you."
        case PaymentState.DONE:
            is_whole = all(part.state is PartState.DONE for part in answer.parts)
            words = "The money was sent."
            if not is_whole:
                words = "The money was sent. What couldn't be sent is in your wallet again."
        case PaymentState.FAILED if payment.decision == Decision.REJECTED:
            words = "We didn't send this withdrawal. The money is in your wallet again."
        case PaymentState.FAILED:
            words = "The money couldn't be sent. It is in your wallet again."
        case _:
            words = answer.refusal.message if answer.refusal else ""
    return words


def _never_began(payment: Payment, parts: Sequence[Part]) -> bool:
    tried = charges(parts)
    return payment.is_deposit and all(part.reason == UNAVAILABLE for part in tried)
