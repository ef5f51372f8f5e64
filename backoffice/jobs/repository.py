"""The table of jobs, and SQL over it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    Row,
    String,
    Table,
    Text,
    UniqueConstraint,
    and_,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.access import Actor, Role
from backoffice.audit.canonical_json import Json, canonical
from backoffice.jobs.jobs import Job, JobId, JobStatus
from backoffice.metadata import METADATA
from foundation.same_fields import with_fields_of
from foundation.storage.columns import LONG_TEXT, Identifier, UtcDateTime

_log = structlog.get_logger("backoffice.jobs")

JOB = Table(
    "job",
    METADATA,
    Column("job_id", Identifier(32), primary_key=True),
    Column("job_key", Identifier(128), nullable=False),
    Column("kind", Identifier(64), nullable=False),
    Column("brand_id", Identifier(64), nullable=True),
    Column("arguments", LONG_TEXT, nullable=False),
    Column("status", Identifier(16), nullable=False),
    Column("done", BigInteger, nullable=False),
    Column("total", BigInteger, nullable=True),
    Column("checkpoint", LONG_TEXT, nullable=True),
    Column("result", LONG_TEXT, nullable=True),
    Column("error", String(500), nullable=True),
    Column("attempts", Integer, nullable=False),
    Column("cancel_requested", Boolean, nullable=False),
    Column("created_by", Identifier(64), nullable=False),
    Column("creator", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime, nullable=True),
    Column("holder", Identifier(64), nullable=True),
    Column("lease_until", UtcDateTime, nullable=True),
    UniqueConstraint("job_key", name="job_key_once"),
    Index("job_status", "status", "created_at", "job_id"),
    Index("job_brand", "brand_id", "created_at", "job_id"),
    Index("job_newest", "created_at", "job_id"),
)
"""One row for each job.

`job_key` makes starting it idempotent. `status`: queued, running, done, failed, cancelled. `checkpoint`: what
the work needs to go on after a crash. `creator`: the actor who started it. `holder` and `lease_until`: the
process that runs it, and how long it is trusted to be alive."""


UNREADABLE = (ValueError, TypeError, LookupError)
LIVE = (JobStatus.QUEUED.value, JobStatus.RUNNING.value)


@dataclass(frozen=True, slots=True)
class JobFilter:
    """Which jobs to list; None does not restrict."""

    brands: frozenset[str] | None = None
    kinds: frozenset[str] | None = None
    status: JobStatus | None = None


async def add(connection: AsyncConnection, job: Job, key: str) -> None:
    """Insert a job that waits.

    Raises:
        sqlalchemy.exc.IntegrityError: There is a job with this key.
    """
    await connection.execute(
        insert(JOB).values(
            job_id=job.job_id,
            job_key=key,
            kind=job.kind,
            brand_id=job.brand,
            arguments=canonical(job.arguments),
            status=job.status.value,
            done=job.done,
            total=job.total,
            attempts=0,
            cancel_requested=False,
            created_by=job.created_by,
            creator=_actor_as_json(job.creator),
            created_at=job.created_at,
        )
    )


async def find(connection: AsyncConnection, job_id: str) -> Job | None:
    """Return a job."""
    row = (await connection.execute(select(JOB).where(JOB.c.job_id == job_id))).first()
    return None if row is None else _listed(row)


async def with_key(connection: AsyncConnection, key: str) -> Job | None:
    """Return the job that was started with a key."""
    row = (await connection.execute(select(JOB).where(JOB.c.job_key == key))).first()
    return None if row is None else _listed(row)


async def newest_first(
    connection: AsyncConnection, wanted: JobFilter, first: int, before: tuple[datetime, str] | None
) -> Sequence[Job]:
    """Return up to `first` jobs before one (its time and id), newest first."""
    c = JOB.c
    query = select(JOB)
    if before is not None:
        at, job_id = before
        query = query.where(or_(c.created_at < at, and_(c.created_at == at, c.job_id < job_id)))
    if wanted.brands is not None:
        query = query.where(c.brand_id.in_(sorted(wanted.brands)))
    if wanted.kinds is not None:
        query = query.where(c.kind.in_(sorted(wanted.kinds)))
    if wanted.status is not None:
        query = query.where(c.status == wanted.status.value)
    rows = await connection.execute(query.order_by(c.created_at.desc(), c.job_id.desc()).limit(first))
    return [_listed(row) for row in rows]


async def claim(
    connection: AsyncConnection, holder: str, kinds: Sequence[str], now: datetime, until: datetime
) -> Job | None:
    """Take the oldest job that waits, or whose process has died; None if there is none.

    One whose row cannot be read, such as after an upgrade, fails; the next one is taken.
    """
    c = JOB.c
    free = or_(
        c.status == JobStatus.QUEUED.value,
        and_(c.status == JobStatus.RUNNING.value, c.lease_until <= now),
    )
    waiting = select(c.job_id, c.attempts).where(free, c.kind.in_(kinds))
    oldest = waiting.order_by(c.created_at, c.job_id).limit(1).with_for_update()
    while (row := (await connection.execute(oldest)).first()) is not None:
        taken = {"status": JobStatus.RUNNING.value, "holder": holder, "attempts": row.attempts + 1}
        await connection.execute(update(JOB).where(c.job_id == row.job_id).values(**taken, lease_until=until))
        try:
            return _job((await connection.execute(select(JOB).where(c.job_id == row.job_id))).one())
        except UNREADABLE as error:
            _log.exception("job_not_read", job=row.job_id)
            why = f"Its row cannot be read: {error!r}"[:500]
            failed = {"status": JobStatus.FAILED.value, "finished_at": now, "error": why}
            await finish(connection, row.job_id, holder, failed)
    return None


async def renew(connection: AsyncConnection, job_id: str, holder: str, values: Mapping[str, Any]) -> bool:
    """Store values of a job that a process holds; return False if the lease is lost or the job cancelled."""
    c = JOB.c
    query = select(c.cancel_requested).where(
        c.job_id == job_id, c.holder == holder, c.status == JobStatus.RUNNING.value
    )
    row = (await connection.execute(query.with_for_update())).first()
    if row is None:
        return False
    await connection.execute(update(JOB).where(c.job_id == job_id).values(**values))
    return not row.cancel_requested


async def finish(connection: AsyncConnection, job_id: str, holder: str, values: Mapping[str, Any]) -> None:
    """End a job, or give it back, if the process still holds it."""
    c = JOB.c
    await connection.execute(
        update(JOB)
        .where(c.job_id == job_id, c.holder == holder, c.status == JobStatus.RUNNING.value)
        .values(**values, holder=None, lease_until=None)
    )


async def request_cancel(connection: AsyncConnection, job_id: str, now: datetime) -> None:
    """Cancel a job that waits at once, and tell one that runs to stop."""
    c = JOB.c
    await connection.execute(
        update(JOB)
        .where(c.job_id == job_id, c.status == JobStatus.QUEUED.value)
        .values(status=JobStatus.CANCELLED.value, finished_at=now)
    )
    await connection.execute(
        update(JOB).where(c.job_id == job_id, c.status.in_(LIVE)).values(cancel_requested=True)
    )


def _actor_as_json(actor: Actor) -> str:
    roles: dict[str, Json] = {
        brand: sorted(role.value for role in held) for brand, held in actor.roles.items()
    }
    plain = {name: value for name, value in asdict(actor).items() if isinstance(value, str)}
    return canonical({**plain, "roles": roles})


def _actor(text: str) -> Actor:
    fields = json.loads(text)
    roles = {brand: frozenset(map(Role, held)) for brand, held in fields.pop("roles").items()}
    return Actor(**fields, roles=roles)


def _listed(row: Row[Any]) -> Job:
    """Return a job; of one that cannot be read, what can: who sees the others sees that it failed."""
    try:
        return _job(row)
    except UNREADABLE:
        unknown = Actor(row.created_by, row.created_by, row.created_by, "", "", {})
        return with_fields_of(
            Job,
            row,
            job_id=JobId(row.job_id),
            brand=row.brand_id,
            arguments={},
            status=JobStatus(row.status),
            checkpoint=None,
            result=None,
            creator=unknown,
        )


def _job(row: Row[Any]) -> Job:
    return with_fields_of(
        Job,
        row,
        job_id=JobId(row.job_id),
        brand=row.brand_id,
        arguments=json.loads(row.arguments),
        status=JobStatus(row.status),
        checkpoint=None if row.checkpoint is None else json.loads(row.checkpoint),
        result=None if row.result is None else json.loads(row.result),
        creator=_actor(row.creator),
    )
