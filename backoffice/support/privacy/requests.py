"""A person's data exported or erased on request: as jobs, an erasure by two people.

An approved erasure and the null value for the account topic are written in one transaction; every consumer
applies it, and the job waits until all have.
"""

import asyncio
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.access import Actor, Permission, allows, require_step_up
from backoffice.approvals.proposals import Needs, Proposal, ProposalId, ProposalKind
from backoffice.approvals.service import Approvals
from backoffice.audit.canonical_json import Json
from backoffice.audit.reasons import reason_problems
from backoffice.audit.subjects import customer_subject
from backoffice.errors import BackofficeError, Invalid, NotFound
from backoffice.jobs.jobs import JobId, JobKind, JobRun
from backoffice.jobs.service import Jobs
from backoffice.support.goodwill import repository as goodwill
from backoffice.support.lookup.customers import Customers
from backoffice.support.privacy import repository
from backoffice.support.privacy.customer_data import CustomerErasure, GoodwillErasure
from backoffice.support.privacy.holds import require_no_hold
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from subgraphs.club_kit.topics import ACCOUNT_TOPIC
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.records.outbox import TOMBSTONE, Encoded, Outbox

EXPORT: Final = "support.export"
ERASURE: Final = "support.erasure"
KEPT: Final = timedelta(days=7)
SKEW: Final = timedelta(minutes=5)
"""How far the clocks of this process and of the broker may be apart."""

PATIENCE: Final = timedelta(minutes=10)
LOOK_SECONDS: Final = 0.5


class NotAppliedYet(BackofficeError):
    """A consumer has not applied an erasure; it will when it runs."""

    code = "NOT_APPLIED_YET"


@dataclass(frozen=True, slots=True)
class DataRequests:
    """Exports and erases people.

    Attributes:
        settings: Where the databases of the subgraphs are.
        database: The back office's.
    """

    settings: DatabaseSettings
    database: Database
    customers: Customers
    goodwill: GoodwillErasure
    approvals: Approvals
    jobs: Jobs
    outbox: Outbox
    clock: Clock

    @property
    def job_kinds(self) -> tuple[JobKind, ...]:
        """Return the kinds of jobs: exports, and erasures that wait for consumers."""
        return (
            JobKind(EXPORT, Permission.SUPPORT_EXPORT, self._export),
            JobKind(ERASURE, Permission.SUPPORT_ERASE, self._wait),
        )

    @property
    def proposal_kind(self) -> ProposalKind:
        """Return the kind of proposals to erase a customer, which cannot be undone."""
        needs = Needs(Permission.SUPPORT_ERASE, Permission.SUPPORT_ERASE, Permission.SUPPORT_READ)
        return ProposalKind(ERASURE, needs, self._approved, step_up=True)

    async def export(self, actor: Actor, owner: Owner, reason: str) -> JobId:
        """Start an export of everything that is stored about a customer.

        Raises:
            NotFound: There is no such customer whose data the actor may export.
            Invalid: There is no reason.
        """
        await self.customers.require_known(actor, owner, Permission.SUPPORT_EXPORT)
        if problems := reason_problems(reason):
            raise Invalid(problems)
        arguments = {"brand": owner.brand, "customer": owner.customer, "reason": reason.strip()}
        async with self.database.write() as connection:
            job = await self.jobs.start(connection, actor, EXPORT, brand=owner.brand, arguments=arguments)
        return job.job_id

    async def document(self, actor: Actor, job_id: str) -> str:
        """Return an export as JSON, and record the look.

        Raises:
            NotFound: There is none that the actor may fetch, or it was made more than a week ago.
        """
        async with self.database.read() as connection:
            export = await repository.export_of(connection, job_id)
        if export is None or not allows(actor, Permission.SUPPORT_EXPORT, export[0].brand):
            raise NotFound("There is no such export.")
        owner, document = export
        await self.customers.access.record(actor, "export", owner.brand, customer_subject(owner))
        return document

    async def propose_erasure(self, actor: Actor, owner: Owner, reason: str) -> ProposalId:
        """Propose to erase a customer; another person has to approve it.

        Raises:
            NotFound: There is no such customer whom the actor may erase.
            StepUpRequired: The actor has to confirm their second factor.
            UnderLegalHold: The customer's data may not be erased.
            Invalid: There is no reason.
        """
        await self.customers.require_known(actor, owner, Permission.SUPPORT_ERASE)
        require_step_up(actor, self.clock.machine.now())
        if problems := reason_problems(reason):
            raise Invalid(problems)
        async with self.database.write() as connection:
            await require_no_hold(connection, owner)
            return await self.approvals.propose(
                connection,
                actor,
                ERASURE,
                brand=owner.brand,
                subject=customer_subject(owner),
                content={"brand": owner.brand, "customer": owner.customer},
                reason=reason.strip(),
            )

    async def _approved(self, connection: AsyncConnection, actor: Actor, proposal: Proposal) -> Json:
        """Publish the null value, unless a hold was put on meanwhile: then the approval is undone."""
        content: Any = proposal.content
        owner = Owner(content["brand"], content["customer"])
        await require_no_hold(connection, owner)
        now = self.clock.machine.now()
        headers = {"producer": "furlong", "brand": owner.brand}
        message = Encoded(ACCOUNT_TOPIC, ":".join(owner), TOMBSTONE, headers)
        await self.outbox.put_encoded(connection, [message], now)
        await repository.forget_exports(connection, owner=owner)
        arguments = {**content, "since": now.isoformat()}
        job = await self.jobs.start(
            connection,
            actor,
            ERASURE,
            brand=owner.brand,
            arguments=arguments,
            key=f"erasure:{proposal.proposal_id}",
        )
        return {"job": job.job_id}

    async def _export(self, run: JobRun) -> Json:
        owner, now = _owner(run), self.clock.machine.now()
        async with CustomerErasure.open(self.settings) as data:
            found: dict[str, Any] = dict(await data.export(owner))
        async with self.database.write() as connection:
            holds = await repository.holds_of(connection, owner)
            found["backoffice"] = {
                "legal_hold": [_hold_row(hold) for hold in holds],
                "goodwill_reservation": await goodwill.reservations_of(connection, owner),
            }
            whole = {"brand": owner.brand, "customer": owner.customer, "exported_at": now, "data": found}
            document = json.dumps(whole, default=_text, ensure_ascii=False, indent=2)
            await repository.forget_exports(connection, before=now - KEPT)
            await repository.add_export(connection, run.job.job_id, owner, document, now)
        rows = {
            f"{name}.{table}": len(rows)
            for name, tables in found.items()
            for table, rows in tables.items()
            if rows
        }
        return {"rows": rows, "bytes": len(document.encode())}

    async def _wait(self, run: JobRun) -> Json:
        """Wait until every consumer has erased the customer."""
        owner = _owner(run)
        since = datetime.fromisoformat(run.job.arguments["since"]) - SKEW
        deadline = asyncio.get_running_loop().time() + PATIENCE.total_seconds()
        async with CustomerErasure.open(self.settings) as data:
            while True:
                last = await data.last_erasures(owner)
                done = [name for name in data.parts if name in last and last[name]["erased_at"] >= since]
                await run.progress(len(done), len(data.parts))
                if len(done) == len(data.parts):
                    break
                if asyncio.get_running_loop().time() >= deadline:
                    waiting = ", ".join(sorted(data.parts.keys() - set(done)))
                    raise NotAppliedYet(f"Not applied yet by {waiting}: these consumers do so when they run.")
                await asyncio.sleep(LOOK_SECONDS)
        counts = {name: {k: v for k, v in marker["found"].items() if v} for name, marker in last.items()}
        if kept := await self.goodwill.apply([owner]):
            counts["backoffice"] = {"goodwill_reservation kept": kept}
        return {"pseudonym": str(next(iter(last.values()))["pseudonym"]), "found": counts}


def _owner(run: JobRun) -> Owner:
    return Owner(run.job.arguments["brand"], run.job.arguments["customer"])


def _hold_row(hold: repository.LegalHold) -> dict[str, Any]:
    return {"reason": hold.reason, "put_at": hold.put_at, "lifted_at": hold.lifted_at}


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
