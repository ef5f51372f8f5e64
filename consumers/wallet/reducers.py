"""Applies what people of finance decided: corrections to be made, closed checks, payouts, and payments."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Final

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from consumers.messages.accounts import without_erased
from consumers.messages.reducers import conflicting
from consumers.stream.topics import Message, Outcome
from consumers.wallet.messages import CheckClosed, CorrectionDecided, PaymentDecided, PayoutsReleased
from foundation.storage.clock import Clock
from subgraphs.kit.records.erasure import Erasure
from subgraphs.kit.records.revision_conflicts import RevisionConflicts
from subgraphs.wallet.closing.holds import lift
from subgraphs.wallet.corrections import add_corrections
from subgraphs.wallet.limits.checks import OpenCheck, close_check
from subgraphs.wallet.models import CLOSES, CORRECTION, LIMITS, PAYMENTS
from subgraphs.wallet.payments.payment import Decision
from subgraphs.wallet.payments.records.cases import close_case
from subgraphs.wallet.payments.records.refunds import decide_refund
from subgraphs.wallet.payments.records.store import PaymentStore

log = structlog.get_logger(__name__)
DECISIONS: Final = {"approve": Decision.APPROVED, "reject": Decision.REJECTED}
OUTCOME = frozenset({"state", "refusal", "settled_at"})
"""The columns in which a correction that was applied differs from its message."""


@dataclass(frozen=True, slots=True)
class FinanceReducer:
    """Applies batches of finance's decisions."""

    clock: Clock
    erasure: Erasure
    store: PaymentStore

    async def corrections(
        self, connection: AsyncConnection, messages: Sequence[Message[CorrectionDecided]]
    ) -> Outcome:
        """Store a batch of corrections, to be applied, except those of customers who were erased since."""
        kept = await without_erased(self.erasure, connection, messages, attrgetter("decided_at"))
        ids = {message.event.correction_id for message in kept}
        c = CORRECTION.c
        known = select(c.correction_id).where(c.correction_id.in_(sorted(ids)))
        stored = set(await connection.scalars(known))
        await add_corrections(connection, CORRECTION, [message.event.correction() for message in kept])
        new = len(ids - stored)
        conflicts = await conflicting(connection, RevisionConflicts(CORRECTION, None, OUTCOME), kept, new)
        return Outcome(len(messages) - len(kept), len(kept) - new, conflicts=conflicts)

    async def checks(self, connection: AsyncConnection, messages: Sequence[Message[CheckClosed]]) -> Outcome:
        """Write down a batch of findings; a check that is closed already keeps its own."""
        kept = await without_erased(self.erasure, connection, messages, attrgetter("decided_at"))
        closed = 0
        for message in kept:
            event = message.event
            check = OpenCheck(event.owner, event.due_at, 0, "")
            closed += await close_check(
                connection,
                LIMITS,
                check,
                who=event.closed_by[:128],
                finding=event.finding,
                at=event.decided_at,
            )
        return Outcome(stale=len(messages) - closed)

    async def releases(
        self, connection: AsyncConnection, messages: Sequence[Message[PayoutsReleased]]
    ) -> Outcome:
        """Let currencies pay out again, if the last close permits it."""
        for message in messages:
            event = message.event
            outcome = await lift(connection, CLOSES, event.lifting(await self.clock.at(connection)))
            log.info("payouts_released", currency=event.currency, outcome=outcome.value)
        return Outcome()

    async def payments(
        self, connection: AsyncConnection, messages: Sequence[Message[PaymentDecided]]
    ) -> Outcome:
        """Write down decisions about payments and cases; the first one about a withdrawal or case stands.

        Also if the customer was erased since: their money is kept for a withdrawal until it is decided.
        """
        stale = 0
        for message in messages:
            event, at = message.event, await self.clock.machine.at(connection)
            stands = await self._decided(connection, event, at)
            log.info(
                "payment_decided",
                kind=event.kind,
                subject=event.subject_id,
                by=event.decision_id,
                stands=stands,
            )
            stale += not stands
        return Outcome(stale=stale)

    async def _decided(self, connection: AsyncConnection, event: PaymentDecided, at: datetime) -> bool:
        if event.kind == "close_case":
            return await close_case(
                connection,
                PAYMENTS,
                event.subject_id,
                by=event.proposed_by,
                finding=event.reason,
                at=event.decided_at,
            )
        if event.kind == "refund":
            return await decide_refund(connection, self.store, event.refund(at))
        return await self.store.decide(
            connection,
            event.subject_id,
            DECISIONS[event.kind],
            decision_id=event.decision_id,
            by=event.by,
            reason=event.reason,
            at=at,
        )
