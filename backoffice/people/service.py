"""Reading the audit log, proposals and jobs: the rows of the brands that a person may see."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.access import Actor, Permission, allows, brands_with
from backoffice.approvals import repository as proposals
from backoffice.approvals.proposals import Proposal, ProposalStatus
from backoffice.approvals.repository import ProposalFilter
from backoffice.approvals.service import Approvals
from backoffice.audit import repository as audit_log
from backoffice.audit.audit_log import AuditLog
from backoffice.audit.repository import AuditFilter, StoredEntry
from backoffice.errors import Forbidden, NotFound
from backoffice.identity import users
from backoffice.jobs import repository as jobs_table
from backoffice.jobs.jobs import Job
from backoffice.jobs.repository import JobFilter
from backoffice.jobs.service import Jobs
from foundation.storage.database import Database
from subgraphs.kit.domain.keys import ALL_BRANDS

LOOK: Final = "approvals.look"
MAX_WAITING: Final = 100
"""How many of the newest proposals are looked through for those that wait for somebody."""

MAX_DECISIONS: Final = 20
"""How many decisions about somebody's proposals are listed."""

AUDIT_LOOK: Final = "audit.look"


@dataclass(frozen=True, slots=True)
class SeenProposal:
    """A proposal as somebody sees it.

    Attributes:
        visible: Whether they may see what it is about; else its kind and state only.
        obstacle: Why they are not independent of its proposer, while it waits.
    """

    proposal: Proposal
    visible: bool
    obstacle: str | None = None

    @property
    def names_customer(self) -> bool:
        """Tell whether it shows a customer."""
        return self.visible and _is_customer(self.proposal.subject)


@dataclass(frozen=True, slots=True)
class Records:
    """What was done, what waits, and what runs.

    Attributes:
        database: The back office's.
        log: Where accesses to proposals about a customer are recorded.
    """

    database: Database
    jobs: Jobs
    approvals: Approvals
    log: AuditLog

    async def audit(
        self, actor: Actor, brand: str | None, wanted: AuditFilter, first: int, before: int | None
    ) -> Sequence[StoredEntry]:
        """Return rows of the audit log, newest first; record which customers are seen.

        Raises:
            Forbidden: The actor may not read it, for this brand or for any.
        """
        shown = replace(wanted, brands=visible_brands(actor, Permission.AUDIT_READ, brand))
        async with self.database.read() as connection:
            entries = await audit_log.newest_first(connection, shown, first, before)
        subjects = [entry.entry.subject for entry in entries[: first - 1]]
        await self._record_accesses(actor, "audit", brand, wanted.subject, subjects)
        return entries

    async def proposals(
        self,
        actor: Actor,
        brand: str | None,
        wanted: ProposalFilter,
        first: int,
        before: tuple[datetime, str] | None,
    ) -> Sequence[SeenProposal]:
        """Return proposals, newest first; record which customers are seen.

        What they are about is not found by those who may not see it.

        Raises:
            Forbidden: The actor may not see any, for this brand or at all.
        """
        brands = visible_brands(actor, Permission.APPROVALS_READ, brand)
        shown = replace(wanted, brands=brands)
        if wanted.subject is not None:
            held = (None,) if brands is None else brands
            kinds = frozenset.intersection(*(self.approvals.visible_kinds(actor, roles) for roles in held))
            shown = replace(shown, kinds=kinds)
        async with self.database.read() as connection:
            newest = await proposals.newest_first(connection, shown, first, before)
            seen = await self._seen(connection, actor, newest)
        subjects = [proposal.proposal.subject for proposal in seen[: first - 1] if proposal.visible]
        await self._record_accesses(actor, "proposals", brand, wanted.subject, subjects)
        return seen

    async def to_decide(self, actor: Actor) -> Sequence[Proposal]:
        """Return what waits for somebody's decision, among the newest proposals, the oldest first.

        Nothing is shown of what they are about, so that no access is recorded.

        Raises:
            Forbidden: The actor may not see any proposals.
        """
        wanted = ProposalFilter(
            status=ProposalStatus.PENDING, brands=visible_brands(actor, Permission.APPROVALS_READ, None)
        )
        async with self.database.read() as connection:
            pending = await proposals.newest_first(connection, wanted, MAX_WAITING, None)
            return [*reversed(await self.approvals.decidable(connection, actor, pending))]

    async def proposal(self, actor: Actor, proposal_id: str) -> SeenProposal:
        """Return a proposal; record the look if it shows a customer.

        Raises:
            NotFound: There is none that the actor may see.
        """
        async with self.database.read() as connection:
            found = await proposals.find(connection, proposal_id)
            if found is None or not allows(actor, Permission.APPROVALS_READ, found.brand):
                raise NotFound("There is no such proposal.")
            (seen,) = await self._seen(connection, actor, [found])
        if seen.names_customer:
            await self.log.record_access(self.database, actor, LOOK, brand=found.brand, subject=found.subject)
        return seen

    async def decisions(self, actor: Actor) -> Sequence[SeenProposal]:
        """Return what others have decided about somebody's proposals, the latest first; record a look.

        Of a brand in which they have no part any more, they see that it was decided.
        """
        async with self.database.read() as connection:
            decided = await proposals.decided_of(connection, actor.user_id, MAX_DECISIONS)
        seen = [SeenProposal(proposal, visible=self.approvals.shows(actor, proposal)) for proposal in decided]
        subjects = [proposal.proposal.subject for proposal in seen if proposal.visible]
        await self._record_accesses(actor, "proposals", None, None, subjects)
        return seen

    async def unseen_decisions(self, actor: Actor) -> int:
        """Count the decisions about somebody's proposals that they have not looked at, up to a list."""
        async with self.database.read() as connection:
            user = await users.find(connection, actor.user_id)
            since = None if user is None else user.decisions_seen_at
            return await proposals.count_decided(connection, actor.user_id, since, MAX_DECISIONS)

    async def see_decisions(self, actor: Actor, newest: str) -> None:
        """Remember that somebody has looked at the decisions up to that about one of their proposals.

        Raises:
            NotFound: They have no such proposal, or nobody has decided about it.
        """
        async with self.database.write() as connection:
            wanted = await proposals.find(connection, newest)
            if wanted is None or wanted.proposed_by != actor.user_id or wanted.decided_at is None:
                raise NotFound("You have no such proposal that was decided.")
            await users.see_decisions(connection, actor.user_id, wanted.decided_at)

    async def _record_accesses(
        self, actor: Actor, what: str, brand: str | None, wanted: str | None, seen: Iterable[str]
    ) -> None:
        """Record a look at a list, if it shows customers or was asked for one."""
        customers = sorted({subject for subject in seen if _is_customer(subject)})
        if customers or _is_customer(wanted):
            action, seen_ones = (AUDIT_LOOK if what == "audit" else LOOK), {"customers": [*customers]}
            await self.log.record_access(
                self.database, actor, action, brand=brand, subject=wanted or what, seen=seen_ones
            )

    async def _seen(
        self, connection: AsyncConnection, actor: Actor, listed: Sequence[Proposal]
    ) -> list[SeenProposal]:
        shown = [self.approvals.shows(actor, proposal) for proposal in listed]
        pending = [
            proposal
            for proposal, visible in zip(listed, shown, strict=True)
            if visible and proposal.status is ProposalStatus.PENDING
        ]
        obstacles = await self.approvals.obstacles(connection, actor, pending)
        return [
            SeenProposal(proposal, visible, obstacles.get(proposal.proposal_id))
            for proposal, visible in zip(listed, shown, strict=True)
        ]

    async def jobs_of(
        self,
        actor: Actor,
        brand: str | None,
        wanted: JobFilter,
        first: int,
        before: tuple[datetime, str] | None,
    ) -> Sequence[Job]:
        """Return jobs, newest first, of the kinds that the actor may see for each brand.

        Raises:
            Forbidden: The actor may not see any, for this brand or at all.
        """
        brands = visible_brands(actor, Permission.JOBS_READ, brand)
        held = (None,) if brands is None else brands
        kinds = frozenset.intersection(*(self.jobs.visible_kinds(actor, roles) for roles in held))
        async with self.database.read() as connection:
            return await jobs_table.newest_first(
                connection, replace(wanted, brands=brands, kinds=kinds), first, before
            )


def _is_customer(subject: str | None) -> bool:
    return subject is not None and subject.startswith("customer:")


def visible_brands(actor: Actor, permission: Permission, brand: str | None) -> frozenset[str] | None:
    """Return the brands whose rows a list shows: that which was named, or all that the person may see.

    Returns:
        None for all of them, and for what belongs to none.

    Raises:
        Forbidden: The person may see none.
    """
    if brand is not None:
        if not allows(actor, permission, brand):
            raise Forbidden
        return frozenset({brand})
    brands = brands_with(actor, permission)
    if not brands:
        raise Forbidden
    return None if ALL_BRANDS in brands else brands
