"""What is to be done next for a payment: one pure function of what is known of it.

Each step may be done twice, by two processes at once, or be interrupted: what it does has ids of its own.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias

from msgspec import Struct

from subgraphs.wallet.payments.payment import (
    UNAVAILABLE,
    Decision,
    Part,
    Payment,
    charges,
    is_decided,
    is_foreign,
    owed_charge,
)
from subgraphs.wallet.payments.processor import PartKind, PartState


class Accept(Struct, frozen=True):
    """Ask whether it may be: count a deposit against limits, or keep money for a withdrawal."""


class Route(Struct, frozen=True):
    """Ask a processor for a charge: the one with this number among the routes."""

    number: int


class Send(Struct, frozen=True):
    """Ask a processor for a part; again, if it is in doubt."""

    part: Part


class Follow(Struct, frozen=True):
    """Ask a processor how a part stands."""

    part: Part


class Close(Struct, frozen=True):
    """Let a charge be paid no more."""

    part: Part


class Admit(Struct, frozen=True):
    """Decide whether the money of a charge becomes the customer's, or goes back to its source."""

    part: Part


class Keep(Struct, frozen=True):
    """Keep the customer's money for a refund that two people decided, or refuse it for ever."""

    part: Part


class Book(Struct, frozen=True):
    """Bring the ledger to the state of a part."""

    part: Part


class GiveBack(Struct, frozen=True):
    """Count a deposit no more: nobody will pay it."""


Step: TypeAlias = Accept | Route | Send | Follow | Close | Admit | Book | Keep | GiveBack


def next_step(payment: Payment, parts: Sequence[Part], at: datetime) -> Step | None:
    """Return what is to be done; None if nothing is, or somebody else has to act.

    Args:
        payment: What was asked for.
        parts: All of its parts.
        at: Now, by the machine's clock.
    """
    if payment.refusal:
        return None
    if payment.accepted_at is None:
        return Accept()
    own = _of_deposit(payment, parts, at) if payment.is_deposit else _of_withdrawal(payment, parts)
    return _of_parts(parts) or own or _of_unpaid(parts)


def _of_parts(parts: Sequence[Part]) -> Step | None:
    """Return what follows from what processors have said, whatever was decided meanwhile."""
    for part in parts:
        if is_to_be_admitted(part):
            return Admit(part)
        waits = waits_for_charge(part, parts) or waits_for_refund(part, parts)
        if is_to_be_booked(part) and not waits:
            return Book(part)
    kept = next((part for part in parts if is_to_be_kept(part)), None)
    return None if kept is None else Keep(kept)


def is_to_be_admitted(part: Part) -> bool:
    """Tell whether money has arrived of which nobody has decided whose it is."""
    return part.kind is PartKind.CHARGE and part.state is PartState.DONE and not part.admission


def is_to_be_booked(part: Part) -> bool:
    """Tell whether the ledger does not know yet what became of a part."""
    if part.booked == part.state:
        return False
    match part.kind:
        case PartKind.CHARGE:
            return part.state is PartState.DONE
        case PartKind.DISPUTE:
            return part.state in {PartState.OPEN, PartState.PROCESSING, PartState.DONE, PartState.FAILED}
        case _:
            return part.is_over


def waits_for_charge(part: Part, parts: Sequence[Part]) -> bool:
    """Tell whether a bank has taken money of which nobody has decided yet whose it is."""
    return _is_taken(part) and any(other.part_id == part.source and not other.admission for other in parts)


def waits_for_refund(part: Part, parts: Sequence[Part]) -> bool:
    """Tell whether a charge's own refund, which is asked for until it is over, says whose money was taken.

    Only for what a bank, or somebody at the processor, has taken of a charge that has to go back.
    """
    if not _is_taken(part) or owed_charge(parts, part.source) is None:
        return False
    refunds = [other for other in parts if other.source == part.source and other.kind is PartKind.REFUND]
    return any(not other.is_over for other in refunds if not is_foreign(other))


def _is_taken(part: Part) -> bool:
    """Tell whether a bank, or somebody at the processor, has taken money of a charge."""
    return part.kind is PartKind.DISPUTE or is_foreign(part)


def is_to_be_kept(part: Part) -> bool:
    """Tell whether the ledger does not keep the money yet of a refund that two people decided."""
    return is_decided(part) and part.state is PartState.ASKED and not part.booked


def _of_deposit(payment: Payment, parts: Sequence[Part], at: datetime) -> Step | None:
    tried = charges(parts)
    if back := _of_sent([part for part in parts if part.kind is PartKind.REFUND]):
        return back
    if payment.given_back_at is not None or any(part.admission for part in tried):
        return _superfluous(tried)
    if not tried:
        return Route(0) if payment.routes else GiveBack()
    last = tried[-1]
    if last.state is PartState.FAILED:
        is_next = last.reason == UNAVAILABLE and len(tried) < len(payment.routes)
        return Route(len(tried)) if is_next else _superfluous(tried) or GiveBack()
    if last.expires_at is not None and last.expires_at <= at:
        return Close(last)
    return Send(last) if last.state is PartState.ASKED else Follow(last)


def _superfluous(tried: Sequence[Part]) -> Step | None:
    """Return what ends a charge that nobody needs any more: another one was paid, or all were given up."""
    open_ = next((part for part in tried if not part.is_over), None)
    return None if open_ is None else Close(open_)


def _of_unpaid(parts: Sequence[Part]) -> Step | None:
    """Return what asks for a charge that was given up, and of which money was taken all the same."""
    awaited = {part.source for part in parts if is_to_be_booked(part) and waits_for_charge(part, parts)}
    given_up = (part for part in parts if part.part_id in awaited and part.state is PartState.FAILED)
    unpaid = next(given_up, None)
    return None if unpaid is None else Follow(unpaid)


def _of_withdrawal(payment: Payment, parts: Sequence[Part]) -> Step | None:
    if payment.review and payment.decision != Decision.APPROVED:
        return None
    return _of_sent([part for part in parts if part.kind in {PartKind.REFUND, PartKind.PAYOUT}])


def _of_sent(sent: Sequence[Part]) -> Step | None:
    """Return what is to be done for refunds and payouts: all are asked for before one is looked after."""
    asked = next((part for part in sent if part.state is PartState.ASKED), None)
    if asked is not None:
        return Send(asked)
    on_the_way = next((part for part in sent if not part.is_over), None)
    return None if on_the_way is None else Follow(on_the_way)
