"""Manual adjustments of a week's total: proposed by one person, approved by another, applied once.

An approved adjustment is a message of its own on `club.adjustment.v1`, written with the approval in one
transaction. The progress consumer stores it as a row of its own, which totals and reconciliation include.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.access import Actor, Permission, require_step_up
from backoffice.approvals.proposals import Needs, Proposal, ProposalId, ProposalKind
from backoffice.approvals.service import Approvals
from backoffice.audit.canonical_json import Json
from backoffice.audit.reasons import reason_problems
from backoffice.audit.subjects import customer_subject
from backoffice.errors import Invalid, Problem
from backoffice.subgraph_databases import SubgraphDatabases
from backoffice.support.lookup.customers import Customers
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.club_kit.domain.schemes import Scheme
from subgraphs.club_kit.topics import ADJUSTMENT_TOPIC
from subgraphs.kit.domain.errors import BadInput
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.records.outbox import Fact
from subgraphs.progress.adjustment_repository import ADJUSTMENT_SCHEMA
from subgraphs.progress.repository import ProgressRepository

ADJUSTMENT: Final = "support.adjustment"
MAX_MINOR: Final = 10_000_000
Publish = Callable[[AsyncConnection, Fact, datetime], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class AdjustmentRequest:
    """What somebody wants to add to a week's total, in minor units; negative to take from it."""

    owner: Owner
    iso_week: str
    amount_minor: int
    reason: str


@dataclass(frozen=True, slots=True)
class Adjustments:
    """Proposes adjustments, and publishes those that another person approves.

    Attributes:
        database: The back office's.
        publish: Puts a message into the back office's outbox.
    """

    database: Database
    databases: SubgraphDatabases
    customers: Customers
    approvals: Approvals
    publish: Publish
    clock: Clock

    @property
    def proposal_kind(self) -> ProposalKind:
        """Return the kind of proposals to adjust a week: they may earn a reward."""
        needs = Needs(
            Permission.SUPPORT_ADJUST, Permission.SUPPORT_APPROVE_ADJUSTMENT, Permission.SUPPORT_READ
        )
        return ProposalKind(ADJUSTMENT, needs, self._approved, step_up=True)

    async def propose(self, actor: Actor, wanted: AdjustmentRequest) -> ProposalId:
        """Propose an adjustment; another person has to approve it.

        Raises:
            NotFound: There is no such customer whom the actor may correct.
            StepUpRequired: The actor has to confirm their second factor.
            Invalid: No reason, no such week, or an amount that cannot be.
        """
        await self.customers.require_known(actor, wanted.owner, Permission.SUPPORT_ADJUST)
        require_step_up(actor, self.clock.machine.now())
        scheme = await self._validated(wanted)
        content: Json = {
            "brand": wanted.owner.brand,
            "customer": wanted.owner.customer,
            "week": wanted.iso_week,
            "amount_minor": wanted.amount_minor,
            "currency": scheme.currency,
        }
        async with self.database.write() as connection:
            return await self.approvals.propose(
                connection,
                actor,
                ADJUSTMENT,
                brand=wanted.owner.brand,
                subject=customer_subject(wanted.owner),
                content=content,
                reason=wanted.reason.strip(),
            )

    async def _validated(self, wanted: AdjustmentRequest) -> Scheme:
        """Return the rules of the week for the customer."""
        problems = reason_problems(wanted.reason)
        if not 0 < abs(wanted.amount_minor) <= MAX_MINOR:
            problems.append(Problem("amountMinor", f"An adjustment has 1 to {MAX_MINOR} minor units."))
        rules, account = await self.customers.rules_of(wanted.owner)
        try:
            week = rules.week_named(wanted.iso_week)
        except BadInput as error:
            raise Invalid([*problems, Problem("isoWeek", str(error))]) from error
        scheme = rules.evaluate(account, week).scheme
        async with self.database.read() as connection:
            now = await self.clock.at(connection)
        if week.starts_at > now:
            problems.append(Problem("isoWeek", f"{week.iso} has not begun."))
        if scheme is None:
            problems.append(Problem("isoWeek", f"There are no rules for this customer in {week.iso}."))
        elif wanted.amount_minor < 0 and await self._total(wanted) + wanted.amount_minor < 0:
            problems.append(Problem("amountMinor", "No more can be taken from the week than counts."))
        if problems or scheme is None:
            raise Invalid(problems)
        return scheme

    async def _total(self, wanted: AdjustmentRequest) -> int:
        key = ClubKey(wanted.owner.brand, wanted.iso_week, wanted.owner.customer)
        async with self.databases.progress.read() as connection:
            total = (await ProgressRepository().totals(connection, [key])).get(key)
        return total.total_minor if total else 0

    async def _approved(self, connection: AsyncConnection, actor: Actor, proposal: Proposal) -> Json:
        """Publish an adjustment; the proposal's id is what makes it apply once."""
        content: Any = proposal.content
        now = await self.clock.at(connection)
        fact = adjustment_fact(proposal, content, actor.name, now)
        await self.publish(connection, fact, now)
        return {"adjustment": proposal.proposal_id}


def adjustment_fact(proposal: Proposal, content: Any, approved_by: str, at: datetime) -> Fact:
    """Return the message about an approved adjustment."""
    return Fact(
        topic=ADJUSTMENT_TOPIC,
        schema=ADJUSTMENT_SCHEMA,
        key=f"{content['brand']}:{content['customer']}",
        identity=proposal.proposal_id,
        body={
            "brand_id": content["brand"],
            "customer_id": content["customer"],
            "adjustment_id": proposal.proposal_id,
            "iso_week": content["week"],
            "amount_minor": content["amount_minor"],
            "currency": content["currency"],
            "reason": proposal.reason,
            "proposed_by": proposal.proposer_name,
            "approved_by": approved_by,
            "decided_at": at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        },
    )
