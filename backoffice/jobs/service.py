"""Starting, finding and cancelling jobs."""

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.access import Actor, allows
from backoffice.audit.audit_log import AuditLog
from backoffice.audit.canonical_json import Json
from backoffice.errors import Conflict, NotFound
from backoffice.jobs import repository
from backoffice.jobs.jobs import Job, JobId, JobKind, JobStatus
from foundation.storage.clock import Clock
from foundation.storage.database import Database


class Jobs:
    """The jobs of all areas.

    Args:
        database: The back office's.
        audit: Where starts and cancellations are recorded.
        clock: Jobs are dated by the machine's time.
        kinds: What can be run.
    """

    def __init__(
        self, database: Database, audit: AuditLog, clock: Clock, kinds: Iterable[JobKind] = ()
    ) -> None:
        self.database = database
        self.clock = clock.machine
        self._audit = audit
        self.kinds = {kind.name: kind for kind in kinds}

    def register(self, kind: JobKind) -> None:
        """Add a kind; areas do so when they are built."""
        if kind.name in self.kinds:
            raise ValueError(f"there are two kinds of jobs named {kind.name}")
        self.kinds[kind.name] = kind

    async def start(
        self,
        connection: AsyncConnection,
        actor: Actor,
        kind: str,
        *,
        brand: str | None,
        arguments: Mapping[str, Any],
        key: str | None = None,
    ) -> Job:
        """Queue a job in the caller's write transaction; the caller checked the actor's permission.

        Args:
            connection: In a write transaction on the back office's database.
            actor: Who starts it.
            kind: A registered kind.
            brand: The brand that it concerns.
            arguments: JSON; kept with the job.
            key: Makes this idempotent: a job with the same key is returned as it is.

        Raises:
            Conflict: The job with the same key is of another kind or brand.
        """
        if kind not in self.kinds:
            raise ValueError(f"no area registered jobs of the kind {kind}")
        job_id = JobId(uuid.uuid4().hex)
        key = key or job_id
        job = Job(
            job_id=job_id,
            kind=kind,
            brand=brand,
            arguments=arguments,
            status=JobStatus.QUEUED,
            done=0,
            total=None,
            checkpoint=None,
            result=None,
            error=None,
            attempts=0,
            cancel_requested=False,
            created_by=actor.user_id,
            creator=actor,
            created_at=self.clock.now(),
            finished_at=None,
        )
        try:
            async with connection.begin_nested():
                await repository.add(connection, job, key)
        except IntegrityError:
            started = await repository.with_key(connection, key)
            if started is None:
                raise
            if (started.kind, started.brand) != (kind, brand):
                raise Conflict("This key names another job: choose another key.") from None
            return started
        await self._record(connection, actor, "jobs.start", job)
        return job

    async def find(self, actor: Actor, job_id: str) -> Job:
        """Return a job.

        Raises:
            NotFound: There is none that the actor may see.
        """
        async with self.database.read() as connection:
            job = await repository.find(connection, job_id)
        return self._visible(actor, job)

    async def cancel(self, actor: Actor, job_id: str) -> Job:
        """Cancel a job that waits, or tell one that runs to stop at its next progress.

        Raises:
            NotFound: There is none that the actor may see.
        """
        async with self.database.write() as connection:
            job = self._visible(actor, await repository.find(connection, job_id))
            if job.status in {JobStatus.QUEUED, JobStatus.RUNNING}:
                await repository.request_cancel(connection, job_id, self.clock.now())
                await self._record(connection, actor, "jobs.cancel", job)
        return await self.find(actor, job_id)

    def visible_kinds(self, actor: Actor, brand: str | None) -> frozenset[str]:
        """Return the kinds whose jobs an actor may see for a brand."""
        return frozenset(kind.name for kind in self.kinds.values() if allows(actor, kind.permission, brand))

    def _visible(self, actor: Actor, job: Job | None) -> Job:
        if job is None or job.kind not in self.kinds:
            raise NotFound("There is no such job.")
        if not allows(actor, self.kinds[job.kind].permission, job.brand):
            raise NotFound("There is no such job.")
        return job

    async def _record(self, connection: AsyncConnection, actor: Actor, action: str, job: Job) -> None:
        shown: Json = {"kind": job.kind, "arguments": dict(job.arguments)}
        await self._audit.record(
            connection,
            actor,
            action,
            brand=job.brand,
            subject=f"job:{job.job_id}",
            before=None,
            after=shown,
            reason=None,
        )
