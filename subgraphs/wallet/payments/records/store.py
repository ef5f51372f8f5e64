"""Reads and writes payments; each write may be repeated, and none takes back what is known."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from msgspec.structs import asdict
from sqlalchemy import Row, and_, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.same_fields import with_fields_of
from foundation.storage.columns import upsert
from foundation.storage.database import Database
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.durable_steps.schedule import DueItems
from subgraphs.wallet.payments.merging import foreign_id, merged
from subgraphs.wallet.payments.payment import (
    LACKED,
    RECEIVED,
    UNAVAILABLE,
    Decision,
    Direction,
    Part,
    Payment,
    PaymentState,
)
from subgraphs.wallet.payments.processor import (
    Notice,
    PartKind,
    PartState,
)
from subgraphs.wallet.payments.records.tables import PaymentTables

REJECTED: Final = "rejected"
"""Why a part of a withdrawal failed that two people rejected."""

UNASKED: Final = (REJECTED, LACKED, UNAVAILABLE)
"""Why refunds failed for which no processor was asked."""

TOLD: Final = frozenset({PartState.DONE, PartState.FAILED})


class SeenPayment(NamedTuple):
    """A payment as it was read, with its parts."""

    payment: Payment
    parts: list[Part]


@dataclass(frozen=True, slots=True)
class PaymentStore:
    """The payments of a wallet's database."""

    database: Database
    tables: PaymentTables

    async def add(self, payment: Payment, parts: Sequence[Part]) -> Payment:
        """Add a payment, unless the customer has asked for one by this key; return what is there."""
        try:
            async with self.database.write() as connection:
                await connection.execute(self.tables.payment.insert().values(_row(payment)))
                if parts:
                    await connection.execute(self.tables.part.insert(), [_part_row(part) for part in parts])
        except IntegrityError:
            found = await self.by_key(payment.owner, payment.idempotency_key)
            if found is None:
                raise
            return found
        return payment

    async def by_key(self, owner: Owner, key: str) -> Payment | None:
        """Return what a customer has asked for by a key."""
        c = self.tables.payment.c
        mine = (c.brand_id == owner.brand, c.customer_id == owner.customer, c.idempotency_key == key)
        async with self.database.read() as connection:
            row = (await connection.execute(select(self.tables.payment).where(*mine))).first()
        return None if row is None else payment_of(row)

    async def load(self, payment_id: str) -> SeenPayment | None:
        """Return a payment with its parts, in the order of their ids; None if there is none."""
        async with self.database.read() as connection:
            row = (await connection.execute(self._payment_of(payment_id))).first()
            parts = [part_of(part) for part in await connection.execute(self._parts_of(payment_id))]
        return None if row is None else SeenPayment(payment_of(row), parts)

    async def destination(self, destination_id: str) -> tuple[str, str] | None:
        """Return the holder and the account to which money may be sent."""
        c = self.tables.destination.c
        async with self.database.read() as connection:
            row = (
                await connection.execute(
                    select(c.holder, c.account).where(c.destination_id == destination_id)
                )
            ).first()
        return None if row is None else (row.holder, row.account)

    async def reference_of(self, part_id: str) -> str:
        """Return the processor's id of a part; "" if there is none."""
        c = self.tables.part.c
        async with self.database.read() as connection:
            found = await connection.scalar(select(c.reference).where(c.part_id == part_id))
        return str(found or "")

    @property
    def due_payments(self) -> DueItems:
        """Return the payments that somebody has to look at."""
        c = self.tables.payment.c
        return DueItems(self.database, c.payment_id, c.due_at)

    async def schedule(self, seen: Payment, state: PaymentState, due_at: datetime | None, tries: int) -> bool:
        """Note how a payment stands, and when somebody has to look at it again.

        Returns:
            False, and nothing is noted, if something has become due since it was read.
        """
        c = self.tables.payment.c
        values = {"state": state.value, "due_at": due_at, "tries": tries}
        same = c.due_at.is_(None) if seen.due_at is None else c.due_at == seen.due_at
        async with self.database.write() as connection:
            noted = await connection.execute(self._change(seen.payment_id).where(same).values(values))
        return bool(noted.rowcount)

    async def accept(
        self, connection: AsyncConnection, payment: Payment, account_id: str, at: datetime, review: str = ""
    ) -> None:
        """Note that a payment may be, unless it was decided otherwise, and why a person has to look at it."""
        undecided = self._change(payment.payment_id).where(*self._undecided())
        values = {"accepted_at": at, "account_id": account_id, "review": payment.review or review}
        await connection.execute(undecided.values(values))

    async def refuse(self, connection: AsyncConnection, payment_id: str, code: str) -> None:
        """Note that a payment never is, unless it was accepted; what was not asked for yet never will be."""
        refused = await connection.execute(
            self._change(payment_id).where(*self._undecided()).values(refusal=code)
        )
        if refused.rowcount:
            await self._fail_parts(connection, payment_id, code)

    async def decide(
        self,
        connection: AsyncConnection,
        payment_id: str,
        decision: Decision,
        *,
        decision_id: str,
        by: str,
        reason: str,
        at: datetime,
    ) -> bool:
        """Note what two people decided about a withdrawal that waits for it; return whether it did."""
        c = self.tables.payment.c
        waits = (c.direction == Direction.WITHDRAWAL, c.review != "", c.decision == "", c.refusal == "")
        values = {
            "decision": decision.value,
            "decision_id": decision_id,
            "decided_by": by,
            "decided_at": at,
            "decision_reason": reason,
            "due_at": at,
            "tries": 0,
        }
        decided = await connection.execute(self._change(payment_id).where(*waits).values(values))
        if decided.rowcount and decision is Decision.REJECTED:
            await self._fail_parts(connection, payment_id, REJECTED)
        return bool(decided.rowcount)

    async def give_back(self, connection: AsyncConnection, payment_id: str, at: datetime) -> None:
        """Note that a deposit counts no more."""
        c = self.tables.payment.c
        await connection.execute(
            self._change(payment_id).where(c.given_back_at.is_(None)).values(given_back_at=at)
        )

    async def add_part(self, part: Part) -> None:
        """Add a part before it is asked for, unless it is there."""
        async with self.database.write() as connection:
            await self.put_part(connection, part)

    async def put_part(self, connection: AsyncConnection, part: Part) -> None:
        """Add a part in the caller's transaction, unless it is there."""
        row = upsert(self.database.dialect, self.tables.part, [_part_row(part)])
        await connection.execute(row)

    async def locked(self, connection: AsyncConnection, payment_id: str) -> list[Part]:
        """Lock a payment, so that one decision about its money comes after another; return its parts."""
        await connection.execute(self._payment_of(payment_id).with_for_update())
        return [part_of(row) for row in await connection.execute(self._parts_of(payment_id))]

    async def set_part(self, connection: AsyncConnection, part_id: str, **columns: Any) -> None:
        """Note something of a part."""
        c = self.tables.part.c
        await connection.execute(update(self.tables.part).where(c.part_id == part_id).values(columns))

    async def merge(self, processor: str, notice: Notice, at: datetime) -> str | None:
        """Note what a processor says, if it is later than what is known.

        Returns:
            The payment that it is about, which is due now; None if there is no such part, or if it is in
            another currency.
        """
        async with self.database.write() as connection:
            part = await self._found(connection, processor, notice)
            if part is None:
                part = await self._foreign(connection, processor, notice, at)
            if part is None or part.currency != notice.currency:
                return None
            parts = await self.locked(connection, part.payment_id)
            part = next(known for known in parts if known.part_id == part.part_id)
            if (columns := merged(part, notice)) is not None:
                await self.set_part(connection, part.part_id, **columns)
                await connection.execute(self._change(part.payment_id).values(due_at=at, tries=0))
        return part.payment_id

    async def _found(self, connection: AsyncConnection, processor: str, notice: Notice) -> Part | None:
        """Return the part that a notice is about: by our id, else by the processor's."""
        c = self.tables.part.c
        by_reference = and_(c.reference == notice.reference, c.reference != "")
        named = c.part_id == notice.part if notice.part else by_reference
        same = (c.processor == processor, c.kind == notice.kind.value)
        row = (await connection.execute(select(self.tables.part).where(named, *same))).first()
        return None if row is None else part_of(row)

    async def _foreign(
        self, connection: AsyncConnection, processor: str, notice: Notice, at: datetime
    ) -> Part | None:
        """Add a dispute, or a refund that somebody made at the processor, to the payment of its charge."""
        if notice.kind not in {PartKind.DISPUTE, PartKind.REFUND} or not notice.of:
            return None
        c = self.tables.part.c
        charge = (c.processor == processor, c.reference == notice.of, c.kind == PartKind.CHARGE.value)
        row = (await connection.execute(select(self.tables.part).where(*charge))).first()
        if row is None:
            return None
        part = Part(
            part_id=foreign_id(processor, notice),
            payment_id=row.payment_id,
            kind=notice.kind,
            processor=processor,
            amount_minor=notice.amount,
            currency=notice.currency,
            asked_at=at,
            reference=notice.reference,
            source=row.part_id,
        )
        await self.put_part(connection, part)
        return part

    async def _fail_parts(self, connection: AsyncConnection, payment_id: str, reason: str) -> None:
        """End the parts that no processor was asked for."""
        c = self.tables.part.c
        asked = (c.payment_id == payment_id, c.state == PartState.ASKED.value)
        failed = {"state": PartState.FAILED.value, "reason": reason}
        await connection.execute(update(self.tables.part).where(*asked).values(failed))

    def _undecided(self) -> tuple[Any, ...]:
        c = self.tables.payment.c
        return c.accepted_at.is_(None), c.refusal == ""

    def _change(self, payment_id: str) -> Any:
        return update(self.tables.payment).where(self.tables.payment.c.payment_id == payment_id)

    def _payment_of(self, payment_id: str) -> Any:
        return select(self.tables.payment).where(self.tables.payment.c.payment_id == payment_id)

    def _parts_of(self, payment_id: str) -> Any:
        c = self.tables.part.c
        return select(self.tables.part).where(c.payment_id == payment_id).order_by(c.part_id)

    async def unrefunded(self, owner: Owner, currency: str) -> set[str]:
        """Return a customer's charges of which a refund has failed at the processor."""
        part, payment = self.tables.part, self.tables.payment
        back = part.alias("back")
        query = (
            select(part.c.part_id)
            .join(payment, payment.c.payment_id == part.c.payment_id)
            .join(back, back.c.source == part.c.part_id)
            .where(
                payment.c.brand_id == owner.brand,
                payment.c.customer_id == owner.customer,
                part.c.currency == currency,
                back.c.kind == PartKind.REFUND.value,
                back.c.state == PartState.FAILED.value,
                back.c.reason.not_in(UNASKED),
            )
        )
        async with self.database.read() as connection:
            return set(await connection.scalars(query))

    async def refundable(
        self, owner: Owner, currency: str, *, accepted: bool = False
    ) -> list[tuple[Part, int]]:
        """Return a customer's charges of which something can go back to its source, the newest first.

        Args:
            owner: The customer.
            currency: Of the charges.
            accepted: Whether only refunds of payments count as gone that are accepted.

        Returns:
            Each with how much, in minor units: what was neither refunded nor taken back by a bank.
        """
        part, payment = self.tables.part, self.tables.payment
        back = part.alias("back")
        is_out = and_(
            back.c.source == part.c.part_id,
            or_(back.c.state != PartState.FAILED.value, back.c.kind == PartKind.DISPUTE.value),
        )
        sums = select(func.coalesce(func.sum(back.c.amount_minor), 0)).where(is_out)
        if accepted:
            of = payment.alias("of")
            sums = sums.join(of, of.c.payment_id == back.c.payment_id).where(of.c.accepted_at.is_not(None))
        out = sums.correlate(part).scalar_subquery()
        query = (
            select(part, out.label("gone"))
            .join(payment, payment.c.payment_id == part.c.payment_id)
            .where(
                payment.c.brand_id == owner.brand,
                payment.c.customer_id == owner.customer,
                part.c.kind == PartKind.CHARGE.value,
                part.c.state == PartState.DONE.value,
                part.c.currency == currency,
                part.c.reference != "",
                part.c.admission == RECEIVED,
            )
            .order_by(part.c.moved_at.desc(), part.c.part_id)
        )
        async with self.database.read() as connection:
            rows = (await connection.execute(query)).all()
        left = [(part_of(row), int(row.amount_minor) - int(row.gone)) for row in rows]
        return [(charge, minor) for charge, minor in left if minor > 0]

    async def brands(self, connection: AsyncConnection, parts: Sequence[Part]) -> dict[str, str]:
        """Return whose payments parts are, as brands by payment."""
        c = self.tables.payment.c
        ids = sorted({part.payment_id for part in parts})
        query = select(c.payment_id, c.brand_id).where(c.payment_id.in_(ids))
        return {row.payment_id: row.brand_id for row in await connection.execute(query)}

    async def brand_of(self, connection: AsyncConnection, payment_id: str) -> str:
        """Return whose payment it is; "" if there is none."""
        c = self.tables.payment.c
        return str(await connection.scalar(select(c.brand_id).where(c.payment_id == payment_id)) or "")

    async def parts_of(self, payment_ids: Sequence[str]) -> dict[str, list[Part]]:
        """Return the parts of payments, by payment."""
        if not payment_ids:
            return {}
        c = self.tables.part.c
        query = select(self.tables.part).where(c.payment_id.in_(list(payment_ids))).order_by(c.part_id)
        found: dict[str, list[Part]] = {}
        async with self.database.read() as connection:
            for row in await connection.execute(query):
                found.setdefault(row.payment_id, []).append(part_of(row))
        return found

    async def of_customer(self, owner: Owner, first: int) -> list[Payment]:
        """Return a customer's payments, the newest first."""
        c = self.tables.payment.c
        mine = select(self.tables.payment).where(c.brand_id == owner.brand, c.customer_id == owner.customer)
        newest = mine.order_by(c.asked_at.desc(), c.payment_id).limit(first)
        async with self.database.read() as connection:
            return [payment_of(row) for row in await connection.execute(newest)]


def _row(payment: Payment) -> dict[str, Any]:
    return {
        **asdict(payment),
        "direction": payment.direction.value,
        "state": payment.state.value,
        "routes": json.dumps(payment.routes),
        "choices": json.dumps(payment.choices),
    }


def _part_row(part: Part) -> dict[str, Any]:
    return {**asdict(part), "kind": part.kind.value, "state": part.state.value}


def payment_of(row: Row[Any]) -> Payment:
    """Return the payment in a row."""
    return with_fields_of(
        Payment,
        row,
        direction=Direction(row.direction),
        state=PaymentState(row.state),
        routes=tuple(json.loads(row.routes)),
        choices=tuple(json.loads(row.choices)),
    )


def part_of(row: Row[Any]) -> Part:
    """Return the part in a row."""
    return with_fields_of(Part, row, kind=PartKind(row.kind), state=PartState(row.state))
