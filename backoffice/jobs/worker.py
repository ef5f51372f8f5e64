"""Runs jobs: one at a time in each process, taken by a lease, resumed after a crash."""

import asyncio
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

import structlog

from backoffice.audit.canonical_json import Json, canonical
from backoffice.errors import BackofficeError
from backoffice.jobs import repository
from backoffice.jobs.jobs import Job, JobStatus
from backoffice.jobs.service import Jobs

LEASE: Final = timedelta(seconds=60)
RENEWAL_SECONDS: Final = 15.0
POLL_SECONDS: Final = 1.0
MAX_ATTEMPTS: Final = 5

_log = structlog.get_logger("backoffice.jobs")


@dataclass(slots=True)
class _Run:
    """A job that this process holds."""

    jobs: Jobs
    job: Job
    holder: str
    stopped: bool = False

    async def progress(self, done: int, total: int | None = None, *, checkpoint: Json | None = None) -> None:
        """Store the progress, renew the lease, and stop if the job was cancelled or taken."""
        values: dict[str, Any] = {"done": done, "total": total}
        if checkpoint is not None:
            values["checkpoint"] = canonical(checkpoint)
        await self.renew(values)

    async def renew(self, values: Mapping[str, Any]) -> None:
        """Store values with a new lease.

        Raises:
            asyncio.CancelledError: The process must stop working on it.
        """
        async with self.jobs.database.write() as connection:
            until = await self.jobs.clock.at(connection) + LEASE
            goes_on = await repository.renew(
                connection, self.job.job_id, self.holder, {**values, "lease_until": until}
            )
        if not goes_on:
            self.stopped = True
            raise asyncio.CancelledError


@dataclass(slots=True)
class JobWorker:
    """Runs the jobs of a service until it is stopped.

    Attributes:
        holder: Names this process in leases.
        renewal_seconds: How often the lease is renewed while a job reports no progress.
    """

    jobs: Jobs
    holder: str = field(default_factory=lambda: uuid.uuid4().hex)
    renewal_seconds: float = RENEWAL_SECONDS

    async def run(self, stop: asyncio.Event) -> None:
        """Run jobs as they come until `stop` is set; a job that runs then is given back."""
        while not stop.is_set():
            working = asyncio.create_task(self._next(), name="backoffice-job")
            ending = asyncio.create_task(stop.wait(), name="backoffice-jobs-stop")
            await asyncio.wait({working, ending}, return_when=asyncio.FIRST_COMPLETED)
            ending.cancel()
            if not working.done():
                working.cancel()
            with suppress(asyncio.CancelledError):
                await working

    async def _next(self) -> None:
        try:
            has_worked = await self.run_once()
        except Exception:  # noqa: BLE001 - the worker outlives a database that is unavailable
            _log.exception("jobs_not_taken")
            has_worked = False
        if not has_worked:
            await asyncio.sleep(POLL_SECONDS)

    async def run_once(self) -> bool:
        """Take a job and run it to its end; return False if there is none."""
        async with self.jobs.database.write() as connection:
            now = await self.jobs.clock.at(connection)
            job = await repository.claim(connection, self.holder, sorted(self.jobs.kinds), now, now + LEASE)
        if job is None:
            return False
        if job.attempts > MAX_ATTEMPTS:
            await self._end(job, JobStatus.FAILED, error="It was started too often, and never finished.")
            return True
        await self._run(_Run(self.jobs, job, self.holder))
        return True

    async def _run(self, run: _Run) -> None:
        work = asyncio.ensure_future(self.jobs.kinds[run.job.kind].work(run))
        renewing = asyncio.create_task(self._renew(run, work), name="backoffice-job-lease")
        try:
            result = await work
        except asyncio.CancelledError:
            work.cancel()
            await asyncio.shield(self._stopped(run))
            if not run.stopped:
                raise
        except BackofficeError as error:
            await self._end(run.job, JobStatus.FAILED, error=str(error)[:500])
        except Exception:  # noqa: BLE001 - whatever goes wrong in the work ends the job only
            _log.exception("job_failed", job=run.job.job_id, kind=run.job.kind)
            await self._end(
                run.job, JobStatus.FAILED, error=f"Internal fault: look for {run.job.job_id} in the log."
            )
        else:
            await self._end(run.job, JobStatus.DONE, result=canonical(result))
        finally:
            renewing.cancel()

    async def _renew(self, run: _Run, work: "asyncio.Future[Json]") -> None:
        """Renew the lease while the work reports nothing; end the work when the lease is lost."""
        while True:
            await asyncio.sleep(self.renewal_seconds)
            try:
                await run.renew({})
            except asyncio.CancelledError:
                if run.stopped:
                    work.cancel()
                raise
            except Exception:  # noqa: BLE001 - tried again; the lease lasts longer
                _log.exception("job_lease_not_renewed", job=run.job.job_id)

    async def _stopped(self, run: _Run) -> None:
        """End a cancelled job; give back the job of a process that stops."""
        if run.stopped:
            await self._end(run.job, JobStatus.CANCELLED)
            return
        async with self.jobs.database.write() as connection:
            again = {"status": JobStatus.QUEUED.value, "attempts": run.job.attempts - 1}
            await repository.finish(connection, run.job.job_id, self.holder, again)

    async def _end(self, job: Job, status: JobStatus, **values: Any) -> None:
        async with self.jobs.database.write() as connection:
            ended = {"status": status.value, "finished_at": self.jobs.clock.now(), **values}
            await repository.finish(connection, job.job_id, self.holder, ended)
