"""Refunds that two people decided: each is written down once, and is a part of its deposit if it may be.

The parts of a deposit are locked meanwhile. What a decision may not send back is refused for ever, with why.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict, replace
from sqlalchemy import Row, and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.same_fields import with_fields_of
from subgraphs.wallet.payments.payment import LACKED, RECEIVED, Part, decided_refund
from subgraphs.wallet.payments.processor import PartKind, PartState
from subgraphs.wallet.payments.records.store import PaymentStore
from subgraphs.wallet.payments.records.tables import PaymentTables


class RefundRefusal(StrEnum):
    """Why money does not go back that two people decided to send.

    NO_CHARGE: The deposit has no such charge that was paid.
    NOT_LEFT: More than the charge has left.
    NOT_WHOLE: Less than is left of a charge that has to go back.
    INSUFFICIENT_FUNDS: The customer has less cash.
    """

    NO_CHARGE = "NO_CHARGE"
    NOT_LEFT = "NOT_LEFT"
    NOT_WHOLE = "NOT_WHOLE"
    INSUFFICIENT_FUNDS = LACKED


class DecidedRefund(Struct, frozen=True, kw_only=True):
    """What two people decided to send back of a deposit.

    Attributes:
        decision_id: The proposal that they agreed on.
        charge_id: The part whose money it is.
        amount_minor: In minor units of `currency`.
        part_id: The refund; it is a part of the payment unless it was refused.
        refusal: See `RefundRefusal`; "" if it was not refused.
    """

    decision_id: str
    payment_id: str
    charge_id: str
    amount_minor: int
    currency: str
    reason: str
    decided_by: str
    decided_at: datetime
    part_id: str = ""
    refusal: str = ""


class RefundableCharge(Struct, frozen=True):
    """A charge that was paid, and what can go back of it.

    Attributes:
        left_minor: How much, in minor units: neither refunded nor taken back by a bank. Unless the money has
            to go back, a dispute that was won counts as well: processors refund no disputed charge.
        is_owed: Whether all that is left has to go back, because it never became the customer's.
    """

    charge: Part
    left_minor: int
    is_owed: bool


class BrandRefund(Struct, frozen=True):
    """A decided refund of a brand's customer, and the state of its part; "" if it never was one."""

    refund: DecidedRefund
    customer_id: str
    state: str


async def decide_refund(connection: AsyncConnection, store: PaymentStore, decided: DecidedRefund) -> bool:
    """Write a decision down, unless it was; return whether it is new. What it refuses, it says.

    The number of a refund counts the decisions about its payment, which come in their order.
    """
    tables, payment_id = store.tables, decided.payment_id
    parts = await store.locked(connection, payment_id)
    known = await refunds_of_payments(connection, tables, [payment_id])
    if not parts or any(refund.decision_id == decided.decision_id for refund in known):
        return False
    charges = await refundable_charges(connection, tables, parts)
    charge = next((part for part in charges if part.charge.part_id == decided.charge_id), None)
    refusal = _refusal(charge, decided)
    noted = replace(decided, part_id=decided_refund(payment_id, len(known) + 1), refusal=refusal or "")
    await connection.execute(tables.refund.insert().values(asdict(noted)))
    if charge is not None and refusal is None:
        await store.put_part(connection, _part(charge.charge, noted))
        due = update(tables.payment).where(tables.payment.c.payment_id == payment_id)
        await connection.execute(due.values(due_at=noted.decided_at, tries=0))
    return True


async def refuse_refund(connection: AsyncConnection, store: PaymentStore, part: Part) -> None:
    """Note that the customer has less than a refund takes: it never is, and no processor is asked."""
    mine = update(store.tables.refund).where(store.tables.refund.c.part_id == part.part_id)
    await connection.execute(mine.values(refusal=RefundRefusal.INSUFFICIENT_FUNDS.value))
    failed = PartState.FAILED.value
    await store.set_part(connection, part.part_id, state=failed, reason=LACKED, booked=failed)


async def refundable_charges(
    connection: AsyncConnection, tables: PaymentTables, parts: Sequence[Part]
) -> list[RefundableCharge]:
    """Return the charges among the parts of a payment whose money somebody may send back."""
    paid = [
        part
        for part in parts
        if part.kind is PartKind.CHARGE and part.state is PartState.DONE and part.admission and part.reference
    ]
    c = tables.part.c
    received = [part.part_id for part in paid if part.admission == RECEIVED]
    is_disputed = and_(c.kind == PartKind.DISPUTE.value, c.source.in_(received))
    query = (
        select(c.source, func.sum(c.amount_minor))
        .where(
            c.source.in_([part.part_id for part in paid]),
            or_(c.state != PartState.FAILED.value, is_disputed),
        )
        .group_by(c.source)
    )
    gone = {source: int(minor) for source, minor in await connection.execute(query)}
    return [
        RefundableCharge(
            charge, max(0, charge.amount_minor - gone.get(charge.part_id, 0)), charge.admission != RECEIVED
        )
        for charge in paid
    ]


async def refunds_of_payments(
    connection: AsyncConnection, tables: PaymentTables, payment_ids: Sequence[str]
) -> list[DecidedRefund]:
    """Return what was decided about payments, the earliest first."""
    c = tables.refund.c
    query = select(tables.refund).where(c.payment_id.in_(list(payment_ids))).order_by(c.decided_at, c.part_id)
    return [with_fields_of(DecidedRefund, row) for row in await connection.execute(query)]


async def refunds_of_brand(
    connection: AsyncConnection,
    tables: PaymentTables,
    brand: str,
    first: int,
    before: tuple[datetime, str] | None,
) -> list[BrandRefund]:
    """Return up to `first` refunds of a brand before one (its time and id), the newest first."""
    refund, payment, part = tables.refund, tables.payment, tables.part
    query = (
        select(refund, payment.c.customer_id, func.coalesce(part.c.state, "").label("state"))
        .join(payment, payment.c.payment_id == refund.c.payment_id)
        .outerjoin(part, part.c.part_id == refund.c.part_id)
        .where(payment.c.brand_id == brand)
    )
    if before is not None:
        at, id_ = before
        same = and_(refund.c.decided_at == at, refund.c.decision_id < id_)
        query = query.where(or_(refund.c.decided_at < at, same))
    newest = query.order_by(refund.c.decided_at.desc(), refund.c.decision_id.desc()).limit(first)
    return [_of_brand(row) for row in await connection.execute(newest)]


def _of_brand(row: Row[Any]) -> BrandRefund:
    return BrandRefund(with_fields_of(DecidedRefund, row), row.customer_id, row.state)


def _refusal(charge: RefundableCharge | None, decided: DecidedRefund) -> RefundRefusal | None:
    """Return why a decision sends nothing back; None if it does."""
    if charge is None or charge.charge.currency != decided.currency:
        return RefundRefusal.NO_CHARGE
    if decided.amount_minor > charge.left_minor:
        return RefundRefusal.NOT_LEFT
    if charge.is_owed and decided.amount_minor != charge.left_minor:
        return RefundRefusal.NOT_WHOLE
    return None


def _part(charge: Part, decided: DecidedRefund) -> Part:
    return Part(
        part_id=decided.part_id,
        payment_id=decided.payment_id,
        kind=PartKind.REFUND,
        processor=charge.processor,
        amount_minor=decided.amount_minor,
        currency=decided.currency,
        asked_at=decided.decided_at,
        source=charge.part_id,
    )
