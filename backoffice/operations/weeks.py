"""Weeks: their state, opening by hand, and closing by hand with two people."""

import re
from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.access import Actor, Permission, require, require_step_up
from backoffice.approvals.proposals import Needs, Proposal, ProposalId, ProposalKind
from backoffice.approvals.service import Approvals
from backoffice.audit.audit_log import AuditLog
from backoffice.audit.canonical_json import Json
from backoffice.errors import Conflict, Invalid, Problem
from backoffice.jobs.jobs import JobKind, JobRun
from backoffice.jobs.service import Jobs
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.club_kit.domain.weeks import week_named
from subgraphs.kit.domain.errors import BadInput
from subgraphs.progress.errors import CannotClose, CannotOpen
from subgraphs.progress.ledger.ledger import ledger_of
from subgraphs.progress.weeks.lifecycle import WeekLifecycle
from subgraphs.progress.weeks.overview import WeekLine, week_lines

CLOSE_WEEK: Final = "operations.close_week"
WEEK_TEXT: Final = re.compile(r"(?P<year>\d{4})?[\s-]*(?:w|week)?[\s-]*(?P<number>\d{1,2})?")


@dataclass(frozen=True, slots=True)
class WeekCustomers:
    """How many customers of a week, jurisdiction and currency have a status of qualification."""

    jurisdiction: str
    currency: str
    status: str
    customers: int


@dataclass(frozen=True, slots=True)
class WeekService:
    """Shows weeks, opens and closes them.

    Attributes:
        database: The back office's.
        progress: The progress subgraph's.
    """

    database: Database
    progress: Database
    audit: AuditLog
    approvals: Approvals
    jobs: Jobs
    clock: Clock

    @property
    def proposal_kind(self) -> ProposalKind:
        """Return the kind of proposals to close a week: what customers earned becomes final."""
        needs = Needs(Permission.OPERATIONS_WEEK, Permission.OPERATIONS_WEEK, Permission.OPERATIONS_READ)
        return ProposalKind(CLOSE_WEEK, needs, self._approved, step_up=True)

    @property
    def job_kind(self) -> JobKind:
        """Return the kind of jobs that close a week in the database of progress."""
        return JobKind(CLOSE_WEEK, Permission.OPERATIONS_WEEK, self._close)

    async def listed(self, actor: Actor, brand: str) -> list[WeekLine]:
        """Return the weeks of a brand, and the next one.

        Raises:
            Forbidden: The actor may not see them.
        """
        require(actor, Permission.OPERATIONS_READ, brand)
        if brand not in await self._lifecycle.brands():
            return []
        return await week_lines(self._lifecycle, brand, counting=False)

    async def named(self, actor: Actor, brand: str, text: str, size: int) -> list[str]:
        """Return up to `size` weeks that a text such as `2026-W48`, `W48` or `48` may mean, newest first.

        Raises:
            Forbidden: The actor may not see them.
        """
        wanted = WEEK_TEXT.fullmatch(text.lower())
        if wanted is None:
            return []
        weeks = {line.week for line in await self.listed(actor, brand)}
        year, number = wanted["year"], wanted["number"]
        return sorted(
            (
                week
                for week in weeks
                if (not year or week.startswith(year)) and (not number or week.endswith(f"-W{number:0>2}"))
            ),
            reverse=True,
        )[:size]

    async def customers(self, actor: Actor, brand: str, iso_week: str) -> list[WeekCustomers]:
        """Count the customers of a week who have earned its reward; this reads a row for each of them.

        Raises:
            Forbidden: The actor may not see them.
        """
        require(actor, Permission.OPERATIONS_READ, brand)
        counted = await self._lifecycle.qualification_counts(brand, iso_week)
        return [
            WeekCustomers(*territory, status, number)
            for (_, territory), counts in sorted(counted.items())
            for status, number in sorted(counts.items())
        ]

    async def open(self, actor: Actor, brand: str, iso_week: str, reason: str) -> list[WeekLine]:
        """Open a week by hand; opening it twice changes nothing.

        Raises:
            Forbidden: The actor may not.
            Invalid: There is no reason, no such brand, or no such week.
            Conflict: It cannot be opened.
        """
        require(actor, Permission.OPERATIONS_WEEK, brand)
        await self._require_week(brand, iso_week, reason)
        async with self.database.write() as connection:
            await self.audit.record(
                connection,
                actor,
                "operations.open_week",
                brand=brand,
                subject=f"week:{brand}:{iso_week}",
                before=None,
                after=None,
                reason=reason,
            )
        try:
            await self._lifecycle.open(brand, iso_week)
        except (CannotOpen, BadInput) as error:
            raise Conflict(str(error)) from error
        return await self.listed(actor, brand)

    async def propose_close(self, actor: Actor, brand: str, iso_week: str, reason: str) -> ProposalId:
        """Propose to close a week by hand; another person has to approve it.

        Raises:
            Forbidden: The actor may not.
            StepUpRequired: The actor has to confirm their second factor.
            Invalid: There is no reason, no such brand, or no such week.
        """
        require(actor, Permission.OPERATIONS_WEEK, brand)
        require_step_up(actor, self.clock.machine.now())
        await self._require_week(brand, iso_week, reason)
        async with self.database.write() as connection:
            return await self.approvals.propose(
                connection,
                actor,
                CLOSE_WEEK,
                brand=brand,
                subject=f"week:{brand}:{iso_week}",
                content={"brand": brand, "week": iso_week},
                reason=reason,
            )

    async def _require_week(self, brand: str, iso_week: str, reason: str) -> None:
        _require_reason(reason)
        if brand not in await self._lifecycle.brands():
            raise Invalid([Problem("brand", f"There is no brand {brand[:64]}.")])
        try:
            week_named(iso_week, "UTC")
        except BadInput as error:
            raise Invalid([Problem("isoWeek", str(error))]) from error

    async def _approved(self, connection: AsyncConnection, actor: Actor, proposal: Proposal) -> Json:
        content = proposal.content
        job = await self.jobs.start(
            connection,
            actor,
            CLOSE_WEEK,
            brand=proposal.brand,
            arguments=content if isinstance(content, dict) else {},
            key=f"close:{proposal.proposal_id}",
        )
        return {"job": job.job_id}

    async def _close(self, run: JobRun) -> Json:
        arguments = run.job.arguments
        try:
            changed = await self._lifecycle.close(arguments["brand"], arguments["week"])
        except (CannotClose, BadInput) as error:
            return {"closed": False, "reason": str(error)}
        return {"closed": True, "customers": changed}

    @property
    def _lifecycle(self) -> WeekLifecycle:
        return WeekLifecycle(self.progress, ledger_of(self.progress.dialect, self.clock), self.clock)


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise Invalid([Problem("reason", "Say why: the audit log keeps it.")])
