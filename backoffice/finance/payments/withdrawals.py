"""Withdrawals that wait for a person: one proposes what becomes of them, another approves it.

A decision is a message on `wallet.payment.v1`, written with the approval in one transaction. The wallet takes
the first decision about a withdrawal, and no other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.access import Actor, Permission, allows, require, require_step_up
from backoffice.approvals.proposals import Needs, Proposal, ProposalId, ProposalKind, ProposalStatus
from backoffice.approvals.repository import ProposalFilter, newest_first
from backoffice.approvals.service import Approvals
from backoffice.audit.audit_log import AuditLog
from backoffice.audit.canonical_json import Json
from backoffice.audit.reasons import reason_problems
from backoffice.audit.subjects import customer_subject
from backoffice.errors import Conflict, Invalid, NotFound
from backoffice.support.adjustments import Publish
from backoffice.support.lookup.payment_story import PaymentStory, stories_of
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.kit.domain.instants import utc_text
from subgraphs.kit.records.outbox import Fact
from subgraphs.wallet.models import PAYMENTS
from subgraphs.wallet.payments.payment import Payment, PaymentState
from subgraphs.wallet.payments.records.reviews import find_payment, in_review
from subgraphs.wallet.topics import PAYMENT_SCHEMA, PAYMENT_TOPIC

WITHDRAWAL_KIND: Final = "finance.withdrawal"
MAX_KNOWN: Final = 100
"""Among how many proposals about a customer's withdrawals one about the same is looked for."""


class WithdrawalDecision(StrEnum):
    """What becomes of a withdrawal that waits.

    APPROVE: The money is sent.
    REJECT: The customer has it again.
    """

    APPROVE = "approve"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class Withdrawals:
    """Reads withdrawals that wait, and proposes and publishes decisions about them.

    Attributes:
        database: The back office's.
        wallet: The wallet's; nothing is written to it here.
        publish: Puts a message into the back office's outbox.
    """

    database: Database
    wallet: Database
    audit: AuditLog
    approvals: Approvals
    publish: Publish
    clock: Clock

    @property
    def proposal_kind(self) -> ProposalKind:
        """Return the kind of proposals about a withdrawal."""
        needs = Needs(Permission.FINANCE_CORRECT, Permission.FINANCE_APPROVE, Permission.FINANCE_READ)
        return ProposalKind(WITHDRAWAL_KIND, needs, self._approved, self._waits, step_up=True)

    async def waiting(
        self, actor: Actor, brand: str, first: int, after: tuple[datetime, str] | None
    ) -> Sequence[Payment]:
        """Return up to `first` withdrawals that wait after one, the oldest first; the access is recorded.

        Raises:
            Forbidden: The actor may not see them.
        """
        require(actor, Permission.FINANCE_READ, brand)
        await self._look(actor, "withdrawals", brand, f"withdrawals:{brand}")
        async with self.wallet.read() as connection:
            return await in_review(connection, PAYMENTS, brand, first, after)

    async def story(self, actor: Actor, payment_id: str) -> PaymentStory:
        """Return a payment with its story; the access is recorded.

        Raises:
            NotFound: There is no such payment that the actor may see.
        """
        payment = await self._found(payment_id)
        if payment is None or not allows(actor, Permission.FINANCE_READ, payment.brand_id):
            await self._look(actor, "payment", None, f"payment:{payment_id[:64]}")
            raise NotFound("There is no such payment.")
        await self._look(actor, "payment", payment.brand_id, customer_subject(payment.owner))
        [story] = await stories_of(self.wallet, [payment])
        return story

    async def propose(
        self, actor: Actor, payment_id: str, decision: WithdrawalDecision, reason: str
    ) -> ProposalId:
        """Propose what becomes of a withdrawal; another person has to approve it.

        Raises:
            NotFound: There is no such withdrawal about which the actor may decide.
            StepUpRequired: The actor has to confirm their second factor.
            Invalid: There is no reason.
            Conflict: It waits for nobody any more, or somebody has proposed a decision already.
        """
        payment = await self._found(payment_id)
        if payment is None or not allows(actor, Permission.FINANCE_CORRECT, payment.brand_id):
            raise NotFound("There is no such withdrawal.")
        require_step_up(actor, self.clock.machine.now())
        if problems := reason_problems(reason):
            raise Invalid(problems)
        if payment.state is not PaymentState.REVIEW:
            raise Conflict(_decided(payment))
        content: Json = {
            "payment": payment.payment_id,
            "decision": decision.value,
            "brand": payment.brand_id,
            "customer": payment.customer_id,
            "amount_minor": payment.amount_minor,
            "currency": payment.currency,
            "method": payment.method_id,
            "review": payment.review,
        }
        async with self.database.write() as connection:
            await self._require_new(connection, payment)
            return await self.approvals.propose(
                connection,
                actor,
                WITHDRAWAL_KIND,
                brand=payment.brand_id,
                subject=customer_subject(payment.owner),
                content=content,
                reason=reason.strip(),
            )

    async def _require_new(self, connection: AsyncConnection, payment: Payment) -> None:
        """Refuse a second proposal about a withdrawal, also while the wallet has not heard of the first.

        Raises:
            Conflict: Another one waits for a person, or was approved.
        """
        for status in (ProposalStatus.PENDING, ProposalStatus.EXECUTED):
            subject = customer_subject(payment.owner)
            mine = ProposalFilter(status=status, kind=WITHDRAWAL_KIND, subject=subject)
            for proposal in await newest_first(connection, mine, MAX_KNOWN, None):
                content: Any = proposal.content
                if content["payment"] != payment.payment_id:
                    continue
                if status is ProposalStatus.EXECUTED:
                    raise Conflict(
                        f"{proposal.proposer_name} and {proposal.decider_name} have decided about this "
                        "withdrawal: the wallet is about to follow."
                    )
                raise Conflict(
                    f"{proposal.proposer_name} has proposed to {content['decision']} this withdrawal: it "
                    "waits under Approvals. Have that one decided first."
                )

    async def _waits(self, connection: AsyncConnection, proposal: Proposal) -> bool:
        """Tell whether the withdrawal still waits for a person."""
        del connection
        content: Any = proposal.content
        payment = await self._found(content["payment"])
        return payment is not None and payment.state is PaymentState.REVIEW

    async def _approved(self, connection: AsyncConnection, actor: Actor, proposal: Proposal) -> Json:
        """Publish a decision; the wallet takes the first one about each withdrawal."""
        now = await self.clock.at(connection)
        content: Any = proposal.content
        await self.publish(connection, payment_fact(proposal, content["decision"], actor.name, now), now)
        return {"decision": proposal.proposal_id}

    async def _look(self, actor: Actor, what: str, brand: str | None, subject: str) -> None:
        await self.audit.record_access(
            self.database, actor, f"finance.look_at_{what}", brand=brand, subject=subject
        )

    async def _found(self, payment_id: str) -> Payment | None:
        async with self.wallet.read() as connection:
            return await find_payment(connection, PAYMENTS, payment_id)


def _decided(payment: Payment) -> str:
    """Return why nobody can decide about a withdrawal."""
    if payment.decision:
        return f"{payment.decided_by} have {payment.decision} this withdrawal already."
    return "This payment waits for nobody."


def payment_fact(proposal: Proposal, kind: str, approved_by: str, at: datetime, **others: Any) -> Fact:
    """Return the message about a decided payment.

    Args:
        proposal: About a payment of a customer, whom its content names.
        kind: What was decided, as the message says it.
        approved_by: The other person.
        at: Now.
        others: What the message has of this kind only.
    """
    content: Any = proposal.content
    return Fact(
        topic=PAYMENT_TOPIC,
        schema=PAYMENT_SCHEMA,
        key=f"{content['brand']}:{content['customer']}",
        identity=proposal.proposal_id,
        body={
            "brand_id": content["brand"],
            "customer_id": content["customer"],
            "kind": kind,
            "decision_id": proposal.proposal_id,
            "subject_id": content["payment"],
            "reason": proposal.reason,
            "proposed_by": proposal.proposer_name,
            "approved_by": approved_by,
            **others,
            "decided_at": utc_text(at),
        },
    )
