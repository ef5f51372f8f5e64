"""Which part of what others may stake a customer may: one trader decides it, and it is told at once."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select

from backoffice.access import Actor, Permission, allows, require, require_step_up
from backoffice.audit.audit_log import AuditLog
from backoffice.audit.reasons import reason_problems
from backoffice.audit.subjects import customer_subject
from backoffice.errors import Invalid, NotFound, Problem
from backoffice.support.adjustments import Publish
from foundation.same_fields import with_fields_of
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.bets.models import GLOBAL_STATE, REFERENCE, TRADING
from subgraphs.bets.trading.decided import CustomerFactor, Decided, TradingDecisions
from subgraphs.bets.trading.rules import FULL_MILLI
from subgraphs.bets.trading.topics import FACTOR_SCHEMA, FACTOR_TOPIC
from subgraphs.kit.domain.instants import utc_text
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.records.outbox import Fact


@dataclass(frozen=True, slots=True)
class CustomerFactors:
    """Reads and decides customers' factors.

    Attributes:
        database: The back office's.
        bets: That of bets; nothing is written to it here.
        publish: Puts a message into the back office's outbox.
    """

    database: Database
    bets: Database
    audit: AuditLog
    publish: Publish
    clock: Clock

    async def of_brand(
        self, actor: Actor, brand: str, first: int, before: tuple[datetime, str] | None
    ) -> Sequence[CustomerFactor]:
        """Return up to `first` factors of a brand before one, newest first; the access is recorded.

        Raises:
            Forbidden: The actor may not see them.
        """
        require(actor, Permission.BETTING_READ, brand)
        await self.audit.record_access(
            self.database, actor, "betting.look_at_factors", brand=brand, subject=f"factors:{brand}"
        )
        c = TRADING.factor.c
        query = select(TRADING.factor).where(c.brand_id == brand, c.factor_milli < FULL_MILLI)
        if before is not None:
            at, id_ = before
            query = query.where(or_(c.decided_at < at, and_(c.decided_at == at, c.customer_id < id_)))
        newest = query.order_by(c.decided_at.desc(), c.customer_id.desc()).limit(first)
        async with self.bets.read() as connection:
            rows = (await connection.execute(newest)).all()
        return [
            CustomerFactor(
                Owner(row.brand_id, row.customer_id), row.factor_milli, with_fields_of(Decided, row)
            )
            for row in rows
        ]

    async def decide(self, actor: Actor, owner: Owner, factor_milli: int, reason: str) -> None:
        """Decide a customer's factor. Needs a step-up.

        Raises:
            NotFound: There is no such customer about whom the actor may decide.
            StepUpRequired: The actor has to confirm their second factor.
            Invalid: There is no reason, or no such part.
        """
        if not allows(actor, Permission.BETTING_TRADE, owner.brand):
            raise NotFound("There is no such customer.")
        require_step_up(actor, self.clock.machine.now())
        problems = reason_problems(reason)
        if not 0 <= factor_milli <= FULL_MILLI:
            problems = [*problems, Problem("factorMilli", f"A part has 0 to {FULL_MILLI} thousandths.")]
        if problems:
            raise Invalid(problems)
        before = await self._before(owner)
        async with self.database.write() as connection:
            await self.audit.require_acting(connection, actor)
            now = await self.clock.at(connection)
            fact = factor_fact(owner, factor_milli, reason.strip(), actor.name, now)
            await self.publish(connection, fact, now)
            await self.audit.record(
                connection,
                actor,
                "betting.set_factor",
                brand=owner.brand,
                subject=customer_subject(owner),
                before={"factor_milli": before},
                after={"factor_milli": factor_milli},
                reason=reason.strip(),
            )

    async def _before(self, owner: Owner) -> int:
        c = REFERENCE.account.c
        theirs = select(c.customer_id).where(c.brand_id == owner.brand, c.customer_id == owner.customer)
        async with self.bets.read() as connection:
            if await connection.scalar(theirs) is None:
                raise NotFound("There is no such customer.")
            return await TradingDecisions(TRADING, GLOBAL_STATE).factor(connection, owner)


def factor_fact(owner: Owner, factor_milli: int, reason: str, decided_by: str, at: datetime) -> Fact:
    """Return the message about a customer's factor."""
    decision = uuid.uuid4().hex
    return Fact(
        topic=FACTOR_TOPIC,
        schema=FACTOR_SCHEMA,
        key=f"{owner.brand}:{owner.customer}",
        identity=decision,
        body={
            "brand_id": owner.brand,
            "customer_id": owner.customer,
            "decision_id": decision,
            "factor_milli": factor_milli,
            "reason": reason,
            "decided_by": decided_by,
            "decided_at": utc_text(at),
        },
    )
