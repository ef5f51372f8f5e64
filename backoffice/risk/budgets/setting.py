"""Budgets: set for all nodes by a decision; what raises money takes two people."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.access import Actor, Permission, require, require_step_up
from backoffice.approvals.proposals import Needs, Proposal, ProposalId, ProposalKind
from backoffice.approvals.service import Approvals
from backoffice.audit.audit_log import AuditLog
from backoffice.audit.canonical_json import Json
from backoffice.errors import Invalid, Problem
from backoffice.global_events.decisions import GlobalDecisions
from backoffice.global_events.repository import GlobalDecision
from consumers.messages.global_events.states import BudgetState
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.club_kit.domain.weeks import Calendar
from subgraphs.club_kit.records.reference import ReferenceRepository
from subgraphs.kit.domain.errors import BadInput
from subgraphs.kit.records.global_state import budget_subject
from subgraphs.rewards.budgets import EVERY_WEEK, BudgetKey, BudgetRepository
from subgraphs.rewards.catalogue.repository import CatalogueRepository
from subgraphs.rewards.models import REFERENCE, REWARD_CONFIG, REWARD_CONTENT

RAISE: Final = "risk.raise_budget"
MAX_REWARDS: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class BudgetLimit:
    """How many customers may choose a reward in a week.

    Attributes:
        key: With an empty week for every week without a budget of its own.
        rewards: None for no limit; for a single week, for the limit of every week.
    """

    key: BudgetKey
    rewards: int | None


@dataclass(frozen=True, slots=True)
class BudgetService:
    """Sets budgets, with a reason, and records who did.

    Attributes:
        database: The back office's.
        rewards: The rewards subgraph's, whose budgets are in force on this node.
    """

    database: Database
    rewards: Database
    audit: AuditLog
    approvals: Approvals
    clock: Clock
    decisions: GlobalDecisions = field(default_factory=GlobalDecisions)
    budgets: BudgetRepository = field(default_factory=BudgetRepository)

    @property
    def proposal_kind(self) -> ProposalKind:
        """Return the kind of proposals to raise a budget."""
        needs = Needs(Permission.RISK_BUDGET, Permission.RISK_BUDGET, Permission.RISK_READ)
        return ProposalKind(RAISE, needs, self._approved, self._unchanged, step_up=True)

    async def set(self, actor: Actor, limit: BudgetLimit, reason: str) -> GlobalDecision | ProposalId:
        """Set or remove a budget on all nodes, or propose it if more rewards could be given than before.

        Raises:
            Forbidden: The actor may not, for this brand.
            StepUpRequired: The actor has to confirm their second factor.
            Invalid: There is no reason, no such reward, or no such week to come.
        """
        key = limit.key
        require(actor, Permission.RISK_BUDGET, key.brand)
        require_step_up(actor, self.clock.machine.now())
        await self._validate(limit, reason)
        async with self.database.write() as connection:
            # Deciders queue from here: nobody lowers the budget between this look and the decision.
            await self.decisions.repository.lock_sequence(connection, await self.clock.at(connection))
            before = await self._in_force(connection, key)
            if not is_raised(before, await self._effective(connection, limit)):
                return await self._decide(connection, actor, limit, reason)
            return await self.approvals.propose(
                connection,
                actor,
                RAISE,
                brand=key.brand,
                subject=f"budget:{key.brand}:{key.reward_id}:{key.iso_week or 'every-week'}",
                content=_content(limit, before),
                reason=reason,
            )

    async def _approved(self, connection: AsyncConnection, actor: Actor, proposal: Proposal) -> Json:
        decision = await self._decide(connection, actor, _limit(proposal), proposal.reason)
        return {"key": decision.key, "number": decision.order.number}

    async def _unchanged(self, connection: AsyncConnection, proposal: Proposal) -> bool:
        content: Any = proposal.content
        await self.decisions.repository.lock_sequence(connection, await self.clock.at(connection))
        return bool(await self._in_force(connection, _limit(proposal).key) == content["before"])

    async def _decide(
        self, connection: AsyncConnection, actor: Actor, limit: BudgetLimit, reason: str
    ) -> GlobalDecision:
        key = limit.key
        before = await self._set_for(connection, key)
        decided = await self.decisions.decide(
            connection,
            key.brand,
            BudgetState(reward_id=key.reward_id, iso_week=key.iso_week or None, rewards=limit.rewards),
            by=actor.name,
            at=await self.clock.at(connection),
            reason=reason.strip(),
        )
        if decided.is_new:
            await self.audit.record(
                connection,
                actor,
                "risk.set_budget",
                brand=key.brand,
                subject=f"budget:{decided.decision.key}"[:255],
                before={"rewards": before},
                after={"rewards": limit.rewards},
                reason=reason.strip(),
            )
        return decided.decision

    async def _effective(self, connection: AsyncConnection, limit: BudgetLimit) -> int | None:
        """Return the limit that would hold: a week without a budget of its own has that of every week."""
        if limit.rewards is None and limit.key.iso_week != EVERY_WEEK:
            return await self._set_for(connection, limit.key._replace(iso_week=EVERY_WEEK))
        return limit.rewards

    async def _in_force(self, connection: AsyncConnection, key: BudgetKey) -> int | None:
        return await self._effective(connection, BudgetLimit(key, await self._set_for(connection, key)))

    async def _set_for(self, connection: AsyncConnection, key: BudgetKey) -> int | None:
        """Return the number that is set: by the last decision, or, before the first, in the node's table."""
        subject = budget_subject(key.brand, key.reward_id, key.iso_week)
        decision = await self.decisions.repository.find(connection, subject.key)
        if decision is not None:
            rewards: int | None = decision.state["rewards"]
            return rewards
        async with self.rewards.read() as reading:
            return (await self.budgets.budgets(reading, [key.brand])).get(key)

    async def _validate(self, limit: BudgetLimit, reason: str) -> None:
        problems = [] if reason.strip() else [Problem("reason", "Say why: the audit log keeps it.")]
        if limit.rewards is not None and not 0 <= limit.rewards <= MAX_REWARDS:
            problems.append(Problem("rewards", "A budget is a number of rewards, 0 or more."))
        async with self.rewards.read() as connection:
            reference = ReferenceRepository(REFERENCE)
            brand = (await reference.brands(connection, [limit.key.brand])).get(limit.key.brand)
            catalogue = CatalogueRepository(REWARD_CONFIG, REWARD_CONTENT)
            configs = (await catalogue.configs(connection, [limit.key.brand]))[limit.key.brand]
            opened = (await reference.opened_weeks(connection, [limit.key.brand]))[limit.key.brand]
            now = await self.clock.at(connection)
        if brand is None:
            raise Invalid([*problems, Problem("brand", f"There is no brand {limit.key.brand[:64]!r}.")])
        if limit.key.reward_id not in {config.reward_id for config in configs}:
            problems.append(Problem("reward", f"{brand.id} has no reward {limit.key.reward_id[:64]!r}."))
        problems += _week_problems(limit.key, opened.calendar(brand.time_zone), now)
        if problems:
            raise Invalid(problems)


def _week_problems(key: BudgetKey, calendar: Calendar, now: datetime) -> list[Problem]:
    if key.iso_week == EVERY_WEEK:
        return []
    try:
        week = calendar.week_named(key.iso_week)
    except BadInput as error:
        return [Problem("isoWeek", str(error))]
    over = week.ends_at <= now
    return [Problem("isoWeek", "That week is over: nobody chooses in it any more.")] if over else []


def is_raised(before: int | None, after: int | None) -> bool:
    """Return whether more rewards could be given; None stands for no limit."""
    return before is not None and (after is None or after > before)


def _content(limit: BudgetLimit, before: int | None) -> dict[str, Json]:
    key = limit.key
    return {
        "brand": key.brand,
        "reward": key.reward_id,
        "week": key.iso_week or None,
        "before": before,
        "rewards": limit.rewards,
    }


def _limit(proposal: Proposal) -> BudgetLimit:
    content: Any = proposal.content
    key = BudgetKey(content["brand"], content["reward"], content["week"] or EVERY_WEEK)
    return BudgetLimit(key, content["rewards"])
