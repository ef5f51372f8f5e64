"""Goodwill budgets: set by risk, for each week; a raise takes two people.

They are spent where they are decided, in the back office's own transactions. So no node has to know them, and
nothing is announced on the global topic.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.access import Actor, Permission, require, require_step_up
from backoffice.approvals.proposals import Needs, Proposal, ProposalId, ProposalKind
from backoffice.approvals.service import Approvals
from backoffice.audit.audit_log import AuditLog
from backoffice.audit.canonical_json import Json
from backoffice.audit.reasons import reason_problems
from backoffice.errors import Invalid, Problem
from backoffice.subgraph_databases import SubgraphDatabases
from backoffice.support.goodwill import repository
from backoffice.support.goodwill.budget import (
    EVERY_WEEK,
    MAX_MINOR,
    NOTHING,
    GoodwillBudget,
    GoodwillBudgetKey,
    GoodwillLimits,
    WeekUse,
)
from backoffice.support.goodwill.repository import GoodwillSpending
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.club.models import REFERENCE
from subgraphs.club_kit.domain.weeks import Calendar
from subgraphs.club_kit.records.reference import ReferenceRepository
from subgraphs.fulfilment.goodwill import GoodwillCost, GoodwillRepository
from subgraphs.kit.domain.errors import BadInput

RAISE: Final = "support.raise_goodwill_budget"


@dataclass(frozen=True, slots=True)
class GoodwillBudgets:
    """Sets budgets and shows their use."""

    database: Database
    databases: SubgraphDatabases
    spending: GoodwillSpending
    audit: AuditLog
    approvals: Approvals
    clock: Clock

    @property
    def proposal_kind(self) -> ProposalKind:
        """Return the kind of proposals to raise a budget."""
        needs = Needs(Permission.RISK_BUDGET, Permission.RISK_BUDGET, Permission.RISK_READ)
        return ProposalKind(RAISE, needs, self._approved, self._unchanged, step_up=True)

    async def set(
        self, actor: Actor, key: GoodwillBudgetKey, limits: GoodwillLimits, reason: str
    ) -> ProposalId | None:
        """Set a budget at once (None), or propose it if more could be given than before.

        Raises:
            Forbidden: The actor may not, for this brand.
            StepUpRequired: The actor has to confirm their second factor.
            Invalid: There is no reason, no such brand, currency or week to come, or an impossible amount.
        """
        require(actor, Permission.RISK_BUDGET, key.brand)
        require_step_up(actor, self.clock.machine.now())
        await self._validate(key, limits, reason)
        async with self.database.write() as connection:
            before = await self._limits(connection, key)
            if not limits.raises(before):
                await self._store(connection, actor, GoodwillBudget(key, limits), reason)
                return None
            return await self.approvals.propose(
                connection,
                actor,
                RAISE,
                brand=key.brand,
                subject=_subject(key),
                content={
                    "currency": key.currency,
                    "week": key.iso_week or None,
                    "before": before._asdict(),
                    "limits": limits._asdict(),
                },
                reason=reason.strip(),
            )

    async def uses(self, actor: Actor, brand: str) -> list[WeekUse]:
        """Return the current week's budgets of a brand with their use, and those of coming weeks.

        Raises:
            Forbidden: The actor may not see them.
        """
        require(actor, Permission.SUPPORT_READ, brand)
        present = (await self._calendar(brand)).week_at(self.clock.now()).iso
        async with self.database.read() as connection:
            was_set = await repository.set_budgets(connection, brand)
            weeks = set(await repository.weeks_held(connection, brand, present))
            for budget in was_set:
                weeks.add(budget.key._replace(iso_week=max(budget.key.iso_week, present)))
        uses = []
        for week in sorted(weeks):
            async with self.database.write() as connection:
                uses.append(await self.spending.lock(connection, week))
        return uses

    async def costs(self, actor: Actor, brand: str, iso_week: str | None) -> list[GoodwillCost]:
        """Return what the goodwill of a brand costs, by week, currency, stage and kind.

        Raises:
            Forbidden: The actor may not see it.
            Invalid: There is no such brand.
        """
        require(actor, Permission.RISK_READ, brand)
        await self._calendar(brand)
        async with self.databases.fulfilment.read() as connection:
            return await GoodwillRepository().costs(connection, brand, iso_week)

    async def _approved(self, connection: AsyncConnection, actor: Actor, proposal: Proposal) -> Json:
        content: Any = proposal.content
        budget = GoodwillBudget(_key(proposal), GoodwillLimits(**content["limits"]))
        await self._store(
            connection, actor, budget, proposal.reason, (proposal.proposer_person, actor.person)
        )
        return {"budget": proposal.subject}

    async def _unchanged(self, connection: AsyncConnection, proposal: Proposal) -> bool:
        content: Any = proposal.content
        return bool((await self._limits(connection, _key(proposal)))._asdict() == content["before"])

    async def _limits(self, connection: AsyncConnection, key: GoodwillBudgetKey) -> GoodwillLimits:
        budget = await repository.budget_of(connection, key, locked=True)
        return budget.limits if budget else NOTHING

    async def _store(
        self,
        connection: AsyncConnection,
        actor: Actor,
        budget: GoodwillBudget,
        reason: str,
        raised_by: tuple[str, ...] = (),
    ) -> None:
        before = await repository.budget_of(connection, budget.key, locked=True)
        if not raised_by and before is not None and before.key != budget.key:
            # A week that gets a lower budget of its own keeps those who raised the budget of every week.
            raised_by = tuple(sorted(before.raised_by))
        now = await self.clock.at(connection)
        await repository.store_budget(connection, self.database.dialect, budget, raised_by, now)
        await self.audit.record(
            connection,
            actor,
            "support.set_goodwill_budget",
            brand=budget.key.brand,
            subject=_subject(budget.key),
            before=(before.limits if before else NOTHING)._asdict(),
            after=budget.limits._asdict(),
            reason=reason.strip(),
        )

    async def _validate(self, key: GoodwillBudgetKey, limits: GoodwillLimits, reason: str) -> None:
        problems = reason_problems(reason)
        paths = ("amountMinor", "customerMinor", "agentMinor")
        for path, amount in zip(paths, limits, strict=True):
            if not 0 <= amount <= MAX_MINOR:
                problems.append(Problem(path, f"A budget has 0 to {MAX_MINOR} minor units."))
        async with self.databases.club.read() as connection:
            schemes = (await ReferenceRepository(REFERENCE).schemes(connection, [key.brand]))[key.brand]
            now = await self.clock.at(connection)
        if key.currency not in {scheme.currency for scheme in schemes}:
            problems.append(Problem("currency", f"{key.brand[:64]} has no scheme in {key.currency[:8]!r}."))
        elif key.iso_week != EVERY_WEEK:
            problems += _week_problems(key, await self._calendar(key.brand), now)
        if problems:
            raise Invalid(problems)

    async def _calendar(self, brand: str) -> Calendar:
        reference = ReferenceRepository(REFERENCE)
        async with self.databases.club.read() as connection:
            stored = (await reference.brands(connection, [brand])).get(brand)
            opened = (await reference.opened_weeks(connection, [brand]))[brand]
        if stored is None:
            raise Invalid([Problem("brand", f"There is no brand {brand[:64]!r}.")])
        return opened.calendar(stored.time_zone)


def _week_problems(key: GoodwillBudgetKey, calendar: Calendar, now: datetime) -> list[Problem]:
    try:
        week = calendar.week_named(key.iso_week)
    except BadInput as error:
        return [Problem("isoWeek", str(error))]
    return [Problem("isoWeek", "That week is over.")] if week.ends_at <= now else []


def _key(proposal: Proposal) -> GoodwillBudgetKey:
    content: Any = proposal.content
    return GoodwillBudgetKey(proposal.brand or "", content["currency"], content["week"] or EVERY_WEEK)


def _subject(key: GoodwillBudgetKey) -> str:
    return f"goodwill-budget:{key.brand}:{key.currency}:{key.iso_week or 'every-week'}"
