"""What payments consist of, and the one way in which processors and banks are asked for them: `Processor`.

A payment has parts: a deposit its charges, their refunds and disputes; a withdrawal its refunds and payouts.
Whatever is said about a part, by an answer, a webhook, a question or a report, is a `Notice`. A part only
rises in the order of its states (`is_later`), so that notices may come in any order, and any number of times.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum, auto
from typing import Final, Protocol

from msgspec import Struct

MAX_PART_ID_LENGTH: Final = 35
"""Of ids that we choose: idempotency keys, and the `EndToEndId` of a bank's files, which has no more."""

MAX_REFERENCE_LENGTH: Final = 128
MAX_REASON_LENGTH: Final = 200


class PartKind(StrEnum):
    """What a part of a payment is.

    CHARGE: Money that a customer is asked for, at a page of the processor or by a bank transfer.
    REFUND: Money of a charge that goes back to its source.
    PAYOUT: Money that goes to an account of the customer.
    DISPUTE: The customer's bank has taken a charge back, and the processor took it from us.
    """

    CHARGE = auto()
    REFUND = auto()
    PAYOUT = auto()
    DISPUTE = auto()


class PartState(StrEnum):
    """How a part stands.

    ASKED: It is wanted, and may have arrived: nobody knows yet.
    OPEN: It is there, and waits for somebody: for the customer, or for the decision of a dispute.
    PROCESSING: It goes its way.
    DONE: The money has moved. Of a dispute: it is lost.
    FAILED: The money has not moved, or came back. Of a dispute: it is won.
    """

    ASKED = auto()
    OPEN = auto()
    PROCESSING = auto()
    DONE = auto()
    FAILED = auto()


_S: Final = PartState
_MONEY_WINS: Final = (_S.ASKED, _S.OPEN, _S.PROCESSING, _S.FAILED, _S.DONE)
"""A customer may pay after a card was declined, and a charge that was given up may still be paid."""

_FAILURE_WINS: Final = (_S.ASKED, _S.OPEN, _S.PROCESSING, _S.DONE, _S.FAILED)
"""A bank may send back what had arrived."""

ORDER_OF: Final[Mapping[PartKind, tuple[PartState, ...]]] = {
    PartKind.CHARGE: _MONEY_WINS,
    PartKind.REFUND: _FAILURE_WINS,
    PartKind.PAYOUT: _FAILURE_WINS,
    PartKind.DISPUTE: _FAILURE_WINS,
}


def is_later(kind: PartKind, state: PartState, than: PartState) -> bool:
    """Tell whether a state of a part comes after another one, in the order in which parts of a kind rise."""
    order = ORDER_OF[kind]
    return order.index(state) > order.index(than)


class Notice(Struct, frozen=True, kw_only=True):
    """What a processor or bank says about a part.

    Attributes:
        part: Our id of it; "" if the processor names none, as for a dispute, or a refund that somebody made
            at the processor.
        reference: The processor's id of it, which support can look up there.
        of: The processor's id of the charge that a refund or dispute is of; otherwise "".
        amount: In minor units of ISO 4217; of a charge that is DONE, what was paid.
        reason: Why it failed, or what the customer's card was declined for: the processor's code, else "".
        url: Where the customer pays an OPEN charge; "" if there is no such page.
        fee: What the processor keeps for it, in minor units; None if that is not known.
        at: When it was so, by the processor's clock.
    """

    kind: PartKind
    part: str
    reference: str
    state: PartState
    amount: int
    currency: str
    at: datetime
    of: str = ""
    reason: str = ""
    url: str = ""
    fee: int | None = None


class Charge(Struct, frozen=True, kw_only=True):
    """Money to be asked for.

    Attributes:
        id: Ours, opaque: the idempotency key.
        amount: In minor units; positive.
        brand: For whom; its name is what the customer reads.
        back_url: Where the processor's page sends the customer to, whatever became of the payment.
        language: That of the processor's page, such as `en`.
        expires_at: After which the customer cannot pay it any more.
    """

    id: str
    amount: int
    currency: str
    brand: str
    back_url: str
    language: str
    expires_at: datetime


class Refund(Struct, frozen=True, kw_only=True):
    """Money of a charge to be sent back to its source.

    Attributes:
        charge: The processor's id of the charge.
    """

    id: str
    charge: str
    amount: int
    currency: str


class Payout(Struct, frozen=True, kw_only=True):
    """Money to be sent to an account of a customer.

    Attributes:
        holder: Whose account it is.
        account: The IBAN, or the processor's token for the account; never a card's number.
    """

    id: str
    amount: int
    currency: str
    holder: str
    account: str


class ReportLine(Struct, frozen=True, kw_only=True):
    """A line of a processor's report, or of a bank's statement: money that has moved, or came back.

    Attributes:
        id: Unique in the reports of the processor.
        part: Our id of the part; "" if the line names none.
        reference: The processor's id of the part; "" if the line names none.
        amount: In minor units; positive if we got it, negative if we gave it.
        fee: What the processor kept of it, in minor units.
        remittance: What the payer wrote; "" if nothing.
        holder: Who paid, or was paid; "" if the line does not say.
        account: From or to which account; "" if the line does not say.
        odd: Why it is of no part, and a case of its own once it is read; "" if it is sound.
    """

    id: str
    kind: PartKind
    part: str
    reference: str
    amount: int
    currency: str
    at: datetime
    fee: int = 0
    remittance: str = ""
    holder: str = ""
    account: str = ""
    odd: str = ""


class Unanswered(Exception):
    """Nobody knows whether the processor has done what it was asked for: ask again under the same id."""


class Unavailable(Exception):
    """The processor has certainly not done it, and cannot now; another one may be asked instead."""


class NotNow(Unavailable):
    """The processor answers, and cannot do this one thing now, such as for want of balance."""


class Contradiction(Exception):
    """Something else stands under our id at the processor, or in the ledger: a person has to look."""


class WrongSignature(Exception):
    """A webhook was not sent by the processor, or is too old: nothing of it is believed."""


class Unreadable(ValueError):
    """A webhook or report has an unknown form: it is kept for a person."""


class Processor(Protocol):
    """Who moves customers' money between us and them.

    Each request under an id has one effect, however often it is sent; another request under it raises
    `Contradiction`.
    What the processor refuses for good is a notice FAILED with its reason.
    """

    async def begin(self, charge: Charge) -> Notice:
        """Ask for money: OPEN with the page where the customer pays.

        Raises:
            Unanswered: It may have begun.
            Unavailable: It has not.
        """
        ...

    async def cancel(self, charge: Charge, reference: str) -> Notice:
        """Let a charge that nobody has paid be paid no more; return how it stands then.

        Raises:
            Unanswered: It may be cancelled.
            Unavailable: It is not.
        """
        ...

    async def refund(self, refund: Refund) -> Notice:
        """Send money of a charge back to its source.

        Raises:
            Unanswered: It may be sent.
            Unavailable: It is not.
        """
        ...

    async def pay_out(self, payout: Payout) -> Notice:
        """Send money to an account.

        Raises:
            Unanswered: It may be sent.
            Unavailable: It is not.
        """
        ...

    async def ask(self, kind: PartKind, part: str, reference: str) -> Notice | None:
        """Return how a part stands; None if the processor certainly has no such part.

        Args:
            kind: What it is.
            part: Our id.
            reference: The processor's id; "" if it was never told.

        Raises:
            Unanswered: That cannot be known now.
        """
        ...

    def read(self, headers: Mapping[str, str], body: bytes, at: datetime) -> Sequence[Notice]:
        """Return what a webhook says; nothing if it is about something else.

        Args:
            headers: With names in lower case.
            body: As it came.
            at: Now, by the machine's clock.

        Raises:
            WrongSignature: It is not from the processor, or too old or too new.
            Unreadable: It is from the processor, and has an unknown form.
        """
        ...

    def report(self, day: date) -> AsyncIterator[ReportLine]:
        """Return what has moved on a UTC day, by the processor's books.

        Raises:
            Unanswered: That cannot be known now, or the day is not over.
        """
        ...

    async def close(self) -> None:
        """Close the connections."""
        ...
