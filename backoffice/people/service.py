"""Reading the audit log, proposals and jobs: the rows of the brands that a person may see."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from backoffice.access.actor import Actor
from backoffice.access.decision import allows, brands_with
from backoffice.access.roles import Permission
from backoffice.approvals import repository as proposals
from backoffice.approvals.proposals import Proposal
from backoffice.approvals.repository import ProposalFilter
from backoffice.audit import repository as audit_log
from backoffice.audit.audit_log import AuditLog
from backoffice.audit.repository import AuditFilter, StoredEntry
from backoffice.errors import Forbidden, NotFound
from backoffice.jobs import repository as jobs_table
from backoffice.jobs.jobs import Job
from backoffice.jobs.repository import JobFilter
from backoffice.jobs.service import Jobs
from storage.database import Database
from subgraphs.kit.domain.keys import ALL_BRANDS


@dataclass(frozen=True, slots=True)
class Records:
    """What was done, what waits, and what runs.

    Attributes:
        database: The back office's.
        looks: Where looks at proposals about a customer are recorded.
    """

    database: Database
    jobs: Jobs
    looks: AuditLog

    async def audit(
        self, actor: Actor, brand: str | None, wanted: AuditFilter, first: int, before: int | None
    ) -> Sequence[StoredEntry]:
        """Return rows of the audit log, newest first.

        Raises:
            Forbidden: The actor may not read it, for this brand or for any.
        """
        shown = replace(wanted, brands=visible_brands(actor, Permission.AUDIT_READ, brand))
        async with self.database.home.read() as connection:
            return await audit_log.newest_first(connection, shown, first, before)

    async def proposals(
        self,
        actor: Actor,
        brand: str | None,
        wanted: ProposalFilter,
        first: int,
        before: tuple[datetime, str] | None,
    ) -> Sequence[Proposal]:
        """Return proposals, newest first; record the look if a customer's are wanted.

        Raises:
            Forbidden: The actor may not see any, for this brand or at all.
        """
        shown = replace(wanted, brands=visible_brands(actor, Permission.APPROVALS_READ, brand))
        await self._look(actor, brand, wanted.subject)
        async with self.database.home.read() as connection:
            return await proposals.newest_first(connection, shown, first, before)

    async def proposal(self, actor: Actor, proposal_id: str) -> Proposal:
        """Return a proposal; record the look if it is about a customer.

        Raises:
            NotFound: There is none that the actor may see.
        """
        async with self.database.home.read() as connection:
            found = await proposals.find(connection, proposal_id)
        if found is None or not allows(actor, Permission.APPROVALS_READ, found.brand):
            raise NotFound("There is no such proposal.")
        await self._look(actor, found.brand, found.subject)
        return found

    async def _look(self, actor: Actor, brand: str | None, subject: str | None) -> None:
        if subject is None or not subject.startswith("customer:"):
            return
        await self.looks.record_look(self.database, actor, "approvals.look", brand=brand, subject=subject)

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
        kinds = frozenset.intersection(*(self.jobs.visible_kinds(actor, one) for one in held))
        async with self.database.home.read() as connection:
            return await jobs_table.newest_first(
                connection, replace(wanted, brands=brands, kinds=kinds), first, before
            )


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
