"""A job, its states, and what an area registers so that its jobs can be run."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, NewType, Protocol, TypeAlias

from backoffice.access import Actor, Permission
from backoffice.audit.canonical_json import Json

JobId = NewType("JobId", str)


class JobStatus(Enum):
    """The state of a job."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Job:
    """Long work.

    Attributes:
        kind: Says what is run.
        brand: The brand that it concerns; None for all of them.
        arguments: What it was started with.
        done, total: The progress, in units of the kind; `total` is None while it is unknown.
        checkpoint: Where the work resumes after a crash; None at first.
        result: Its outcome; None until it is done.
        error: Why it failed, in words for people.
        attempts: How often it was started.
        created_by: The account of who started it.
        creator: Who started it.
    """

    job_id: JobId
    kind: str
    brand: str | None
    arguments: Mapping[str, Any]
    status: JobStatus
    done: int
    total: int | None
    checkpoint: Json | None
    result: Json | None
    error: str | None
    attempts: int
    cancel_requested: bool
    created_by: str
    creator: Actor
    created_at: datetime
    finished_at: datetime | None


class JobRun(Protocol):
    """What the work of a job is given."""

    @property
    def job(self) -> Job:
        """Return the job as it was when this process took it: its arguments, its checkpoint, its creator."""

    async def progress(self, done: int, total: int | None = None, *, checkpoint: Json | None = None) -> None:
        """Store the progress, and where a later process goes on after a crash.

        Raises:
            asyncio.CancelledError: Somebody cancelled the job, or another process has taken it.
        """


Work: TypeAlias = Callable[[JobRun], Awaitable[Json]]
"""Does the work, and returns the result.

After a crash it is started again with the last checkpoint: what it did since then must be repeatable."""


@dataclass(frozen=True, slots=True)
class JobKind:
    """A kind of jobs.

    Attributes:
        name: As `area.what`, for instance `rules.dry_run`.
        permission: Needed to see its jobs and to cancel them, for their brand.
        work: What is run.
    """

    name: str
    permission: Permission
    work: Work
