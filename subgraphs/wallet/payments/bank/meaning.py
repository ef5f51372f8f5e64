"""What entries of statements mean for parts of payments: pure functions of both."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Final, TypeAlias

from msgspec.structs import replace

from subgraphs.wallet.payments.bank.books import (
    came_back,
    first,
    instant,
    is_credit,
    is_debit,
    named_in,
    reference_of,
)
from subgraphs.wallet.payments.bank.entries import Entry
from subgraphs.wallet.payments.bank.records import Record
from subgraphs.wallet.payments.bank.reports import REJECTED, UNDER_WAY, Status
from subgraphs.wallet.payments.processor import Notice, PartKind, PartState, ReportLine

FindSent: TypeAlias = Callable[[str], Record | None]
"""Returns the payout or refund under an id; None if there is none."""

RETURNED: Final = "returned"
"""Why money came back if the bank does not say."""

EXPIRED: Final = "expired"


def stands(
    record: Record, entries: Sequence[Entry], now: datetime, rejection: Status | None = None
) -> Notice:
    """Return how a part stands.

    Args:
        record: What was asked for.
        entries: All that name the part.
        now: When charges that have expired are no more to be paid.
        rejection: That the bank has refused it; None if it has not. What it has booked all the same counts.
    """
    if record.kind is PartKind.CHARGE:
        return _charge(record, entries, now)
    back = first(entry for entry in entries if came_back(entry))
    if back is not None:
        return _booked(record, back, PartState.FAILED, back.reason or RETURNED)
    gone = first(entry for entry in entries if is_debit(entry))
    if gone is not None:
        return _booked(record, gone, PartState.DONE)
    if rejection is not None:
        return replace(_notice(record, PartState.FAILED), at=now, reason=rejection.reason)
    return _notice(record, PartState.PROCESSING)


def status_doubt(status: Status, record: Record | None, entries: Sequence[Entry]) -> str:
    """Return why a person has to look at what a report says of an order; "" if it is clear.

    Args:
        status: What it says.
        record: What was asked for; None if nothing was.
        entries: All that name the part.
    """
    if status.code in UNDER_WAY:
        return ""
    if status.code != REJECTED:
        return f"the status {status.code or 'of the order'} is not known"
    if record is None:
        return "the bank has refused an order that is not ours"
    if any(is_debit(entry) or came_back(entry) for entry in entries):
        return "the bank has refused an order that it had booked"
    if not status.is_rejection:
        return "the bank has refused an order as a duplicate, or without a code of why: it may be booked"
    return ""


def record_of(kind: PartKind, part: str, entries: Sequence[Entry]) -> Record | None:
    """Return what was asked for, from statements alone; None if they say nothing of it."""
    is_charge = kind is PartKind.CHARGE
    moved = first(e for e in entries if (named_in(e) == part if is_charge else is_debit(e)))
    if moved is None:
        return None
    return Record(
        kind=kind, part=part, amount=abs(moved.amount), currency=moved.currency, at=instant(moved.day)
    )


def entry_notices(entry: Entry, sent: FindSent) -> Iterator[Notice]:
    """Yield what an entry says of a part; nothing if it is of none."""
    if charge := named_in(entry):
        record = record_of(PartKind.CHARGE, charge, [entry])
        if record is not None:
            yield _booked(record, entry, PartState.DONE)
    elif (is_debit(entry) or came_back(entry)) and (order := sent(entry.part)) is not None:
        yield stands(order, [entry], instant(entry.day))


def report_line(entry: Entry, sent: FindSent) -> ReportLine:
    """Return an entry as a line; one that is of no part names none, and is a charge if we got money."""
    kind, part = PartKind.PAYOUT, ""
    if is_credit(entry) or (entry.odd and entry.amount > 0):
        kind, part = PartKind.CHARGE, named_in(entry)
    elif is_debit(entry) or came_back(entry):
        order = sent(entry.part)
        kind, part = (order.kind if order else kind), entry.part
    return ReportLine(
        id=entry.id,
        kind=kind,
        part=part,
        reference=reference_of(entry),
        amount=entry.amount,
        currency=entry.currency,
        at=instant(entry.day),
        remittance=entry.remittance,
        holder=entry.holder,
        account=entry.account,
        odd=entry.odd,
    )


def asked_notice(record: Record) -> Notice:
    """Return that a part was asked for, and nothing is known of it yet."""
    return _notice(record, PartState.OPEN if record.kind is PartKind.CHARGE else PartState.PROCESSING)


def failed_notice(record: Record, reason: str, at: datetime) -> Notice:
    """Return that a part failed before anything was booked."""
    return Notice(
        kind=record.kind,
        part=record.part,
        reference=record.part if record.kind is PartKind.CHARGE else "",
        of=record.of,
        state=PartState.FAILED,
        amount=record.amount,
        currency=record.currency,
        at=at,
        reason=reason,
    )


def _charge(record: Record, entries: Sequence[Entry], now: datetime) -> Notice:
    paid = first(entry for entry in entries if named_in(entry) == record.part)
    if paid is not None:
        return _booked(record, paid, PartState.DONE)
    if record.expires_at is not None and record.expires_at <= now:
        return failed_notice(record, EXPIRED, record.expires_at)
    return asked_notice(record)


def _notice(record: Record, state: PartState) -> Notice:
    return Notice(
        kind=record.kind,
        part=record.part,
        reference=record.part,  # by this the bank knows it, until it gives a reference of its own
        of=record.of,
        state=state,
        amount=record.amount,
        currency=record.currency,
        at=record.at,
    )


def _booked(record: Record, entry: Entry, state: PartState, reason: str = "") -> Notice:
    return Notice(
        kind=record.kind,
        part=record.part,
        reference=reference_of(entry),
        of=record.of,
        state=state,
        amount=entry.amount if record.kind is PartKind.CHARGE else record.amount,
        currency=entry.currency,
        at=instant(entry.day),
        reason=reason,
    )
