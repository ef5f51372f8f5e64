"""The story of a payment: what was asked and why of whom, what was said, booked and decided, in order."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from msgspec import Struct
from sqlalchemy import select

from foundation.storage.database import Database
from subgraphs.wallet.funds.written_reservations import returned, taken, voided
from subgraphs.wallet.ledger.ledger import Ledger
from subgraphs.wallet.ledger.transfers import Transfer, TransferFlags
from subgraphs.wallet.models import LEDGER, PAYMENTS
from subgraphs.wallet.paying.transfers import fee_of, kept_of, rest_of
from subgraphs.wallet.payments.payment import LACKED, Part, Payment, is_decided
from subgraphs.wallet.payments.processor import PartState
from subgraphs.wallet.payments.records.cases import Case, cases_of_payment
from subgraphs.wallet.payments.records.refunds import DecidedRefund, refunds_of_payments
from subgraphs.wallet.payments.records.store import part_of

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class StoryKind(StrEnum):
    """What has happened to a payment.

    ASKED: The customer asked for it.
    CHOSEN: A processor was chosen, or not, and why.
    REFUSED: It never was.
    REVIEW: A person has to decide, and why.
    DECIDED: Two people decided.
    SENT: A processor was asked for a part.
    SAID: How the part stands, by what the processor has said.
    BOOKED: The ledger was told.
    REFUND_DECIDED: Two people decided to send money of a deposit back.
    REFUND_REFUSED: It is not sent, and why.
    GIVEN_BACK: A deposit stopped counting against limits.
    CASE: Something does not fit.
    CASE_CLOSED: A person has found why.
    """

    ASKED = "asked"
    CHOSEN = "chosen"
    REFUSED = "refused"
    REVIEW = "review"
    DECIDED = "decided"
    SENT = "sent"
    SAID = "said"
    BOOKED = "booked"
    REFUND_DECIDED = "refund_decided"
    REFUND_REFUSED = "refund_refused"
    GIVEN_BACK = "given_back"
    CASE = "case"
    CASE_CLOSED = "case_closed"


class StoryEntry(Struct, frozen=True, kw_only=True):
    """A line of a story.

    Attributes:
        part: What kind of part it is of, such as `refund`; "" if of none.
        state: How that stands: of a part, of what was booked, or what was decided; "" if nothing does.
        amount_minor: In minor units; None if no money is named.
        words: Why, as somebody has written it; "" if nobody has.
        by: Who; "" if no person.
    """

    at: datetime
    kind: StoryKind
    processor: str = ""
    part: str = ""
    state: str = ""
    amount_minor: int | None = None
    words: str = ""
    by: str = ""


class PaymentStory(Struct, frozen=True):
    """A payment, and all that is known of it, the earliest first."""

    payment: Payment
    entries: Sequence[StoryEntry]


async def stories_of(wallet: Database, payments: Sequence[Payment]) -> list[PaymentStory]:
    """Return the stories of payments, in their order."""
    ids = [payment.payment_id for payment in payments]
    parts: dict[str, list[Part]] = {payment_id: [] for payment_id in ids}
    cases: dict[str, list[Case]] = {payment_id: [] for payment_id in ids}
    refunds: dict[str, list[DecidedRefund]] = {payment_id: [] for payment_id in ids}
    c = PAYMENTS.part.c
    async with wallet.read() as connection:
        query = select(PAYMENTS.part).where(c.payment_id.in_(ids)).order_by(c.part_id)
        for row in await connection.execute(query):
            parts[row.payment_id].append(part_of(row))
        for case in await cases_of_payment(connection, PAYMENTS, ids):
            cases[case.payment_id].append(case)
        for refund in await refunds_of_payments(connection, PAYMENTS, ids):
            refunds[refund.payment_id].append(refund)
    ledger = Ledger(wallet, LEDGER)
    named = [name for payment in payments for name in _names(payment, parts[payment.payment_id])]
    booked = {transfer.id: transfer for transfer in await ledger.lookup_transfers(named)} if named else {}
    return [
        PaymentStory(
            payment,
            story(
                payment,
                parts[payment.payment_id],
                cases[payment.payment_id],
                [booked[name] for name in _names(payment, parts[payment.payment_id]) if name in booked],
                refunds[payment.payment_id],
            ),
        )
        for payment in payments
    ]


def story(
    payment: Payment,
    parts: Sequence[Part],
    cases: Sequence[Case],
    transfers: Sequence[Transfer],
    refunds: Sequence[DecidedRefund] = (),
) -> list[StoryEntry]:
    """Return what has happened to a payment, the earliest first."""
    found = [
        *_of_payment(payment),
        *(entry for refund in refunds for entry in _of_refund(refund)),
        *(entry for part in parts for entry in _of_part(part)),
        *(_of_transfer(transfer, parts) for transfer in transfers),
        *(entry for case in cases for entry in _of_case(case)),
    ]
    return sorted(found, key=lambda entry: entry.at)


def _of_payment(payment: Payment) -> list[StoryEntry]:
    asked = payment.asked_at
    found = [StoryEntry(at=asked, kind=StoryKind.ASKED, amount_minor=payment.amount_minor)]
    found += [StoryEntry(at=asked, kind=StoryKind.CHOSEN, words=choice) for choice in payment.choices]
    if payment.refusal:
        found.append(StoryEntry(at=asked, kind=StoryKind.REFUSED, words=payment.refusal))
    if payment.review:
        at = payment.accepted_at or asked
        found.append(StoryEntry(at=at, kind=StoryKind.REVIEW, words=payment.review))
    if payment.decided_at is not None:
        found.append(
            StoryEntry(
                at=payment.decided_at,
                kind=StoryKind.DECIDED,
                state=payment.decision,
                words=payment.decision_reason,
                by=payment.decided_by,
            )
        )
    if payment.given_back_at is not None:
        found.append(StoryEntry(at=payment.given_back_at, kind=StoryKind.GIVEN_BACK))
    return found


def _of_refund(refund: DecidedRefund) -> list[StoryEntry]:
    at, amount = refund.decided_at, refund.amount_minor
    kind = StoryKind.REFUND_DECIDED
    decided = StoryEntry(at=at, kind=kind, amount_minor=amount, words=refund.reason, by=refund.decided_by)
    if not refund.refusal:
        return [decided]
    return [decided, StoryEntry(at=at, kind=StoryKind.REFUND_REFUSED, state=refund.refusal)]


def _of_part(part: Part) -> list[StoryEntry]:
    named = {"processor": part.processor, "part": part.kind.value, "amount_minor": part.amount_minor}
    if is_decided(part) and (part.reason == LACKED or not part.booked):
        return []  # no processor was asked for it
    sent = StoryEntry(at=part.asked_at, kind=StoryKind.SENT, **named)  # type: ignore[arg-type]
    if part.state is PartState.ASKED:
        return [sent]
    at, words = part.moved_at or part.asked_at, part.reason or part.admission
    said = StoryEntry(at=at, kind=StoryKind.SAID, state=part.state.value, words=words, **named)  # type: ignore[arg-type]
    return [sent, said]


def _of_transfer(transfer: Transfer, parts: Sequence[Part]) -> StoryEntry:
    part = next((part for part in parts if transfer.id.startswith(part.part_id)), None)
    flags = TransferFlags(transfer.flags)
    if flags & TransferFlags.PENDING:
        state = "kept"
    elif flags & TransferFlags.VOID_PENDING_TRANSFER:
        state = "released"
    else:
        state = "moved"
    return StoryEntry(
        at=_EPOCH + timedelta(microseconds=transfer.timestamp),
        kind=StoryKind.BOOKED,
        part="fee" if part is None else part.kind.value,
        state=state,
        amount_minor=transfer.amount,
    )


def _of_case(case: Case) -> list[StoryEntry]:
    named = {"processor": case.processor, "state": case.kind.value, "amount_minor": case.amount_minor}
    found = [StoryEntry(at=case.opened_at, kind=StoryKind.CASE, **named)]  # type: ignore[arg-type]
    if case.closed_at is not None:
        closed = {"words": case.finding, "by": case.closed_by, **named}
        found.append(StoryEntry(at=case.closed_at, kind=StoryKind.CASE_CLOSED, **closed))  # type: ignore[arg-type]
    return found


def _names(payment: Payment, parts: Sequence[Part]) -> list[str]:
    """Return the ids of the transfers that a payment may have."""
    ids = [part.part_id for part in parts]
    names = [fee_of(payment), *ids, *kept_of(ids)]
    ended = [end(name) for name in names for end in (taken, voided, returned)]
    return [*names, *ended, *(rest_of(part.part_id) for part in parts)]
