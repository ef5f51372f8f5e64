"""Jobs run once, show their progress, and resume after a crash."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlalchemy import update

from backoffice.access import Permission, Role
from backoffice.audit.audit_log import AuditLog
from backoffice.audit.canonical_json import Json
from backoffice.errors import Conflict, Invalid, NotFound, Problem
from backoffice.jobs import repository
from backoffice.jobs.jobs import Job, JobId, JobKind, JobRun, JobStatus
from backoffice.jobs.service import Jobs
from backoffice.jobs.worker import MAX_ATTEMPTS, JobWorker
from foundation.storage.clock import ManualClock
from tests.support.office.backoffice_fixture import NOW, actor, backoffice_database

ANN = actor("ann", Role.EDITOR)


@dataclass
class Bench:
    """Jobs that count to their argument, and can be held up after each step."""

    jobs: Jobs
    clock: ManualClock
    steps: list[int] = field(default_factory=list)
    held: asyncio.Event = field(default_factory=asyncio.Event)
    go: asyncio.Event = field(default_factory=asyncio.Event)

    async def count(self, run: JobRun) -> Json:
        """Count from the checkpoint to the argument."""
        first = 0 if run.job.checkpoint is None else int(str(run.job.checkpoint))
        for step in range(first, run.job.arguments["to"]):
            self.steps.append(step)
            await run.progress(step + 1, run.job.arguments["to"], checkpoint=step + 1)
            if step == run.job.arguments.get("hold"):
                self.held.set()
                await self.go.wait()
        return {"counted": run.job.arguments["to"], "by": run.job.creator.name}

    async def start(self, key: str | None = None, kind: str = "test.count", **arguments: int) -> JobId:
        """Start a job as Ann."""
        async with self.jobs.database.write() as connection:
            job = await self.jobs.start(connection, ANN, kind, brand="northbet", arguments=arguments, key=key)
        return job.job_id

    async def find(self, job_id: JobId) -> Job:
        """Read a job as Ann."""
        return await self.jobs.find(ANN, job_id)


@pytest.fixture
async def bench(database_url: str) -> AsyncIterator[Bench]:
    """Jobs over a database."""
    clock = ManualClock(NOW)
    async with backoffice_database(database_url) as database:
        bench = Bench(Jobs(database, AuditLog(clock), clock), clock)
        bench.jobs.register(JobKind("test.count", Permission.RULES_READ, bench.count))
        yield bench


async def test_a_job_runs_to_its_end(bench: Bench) -> None:
    """A job is queued, run with the person who started it, and shows progress and result."""
    job_id = await bench.start(to=3)
    assert (await bench.find(job_id)).status is JobStatus.QUEUED
    assert await JobWorker(bench.jobs).run_once()
    done = await bench.find(job_id)
    assert (done.status, done.done, done.total) == (JobStatus.DONE, 3, 3)
    assert done.result == {"counted": 3, "by": "Ann"}
    assert not await JobWorker(bench.jobs).run_once()


async def test_a_key_starts_one_job(bench: Bench) -> None:
    """A start that is repeated with its key returns the first job."""
    first = await bench.start("proposal-1", to=1)
    assert await bench.start("proposal-1", to=1) == first
    assert await bench.start("proposal-2", to=1) != first


async def test_a_key_names_no_job_of_another_brand(bench: Bench) -> None:
    """Otherwise who used it in a brand in which they have no part any more would be shown that job."""
    await bench.start(key="once", to=1)
    async with bench.jobs.database.write() as connection:
        with pytest.raises(Conflict):
            await bench.jobs.start(
                connection, ANN, "test.count", brand="southbet", arguments={"to": 1}, key="once"
            )


async def test_a_crashed_job_goes_on_from_its_checkpoint(bench: Bench) -> None:
    """Another process takes a job only when its lease is over, and begins at the checkpoint."""
    job_id = await bench.start(to=4, hold=1)
    dead = asyncio.create_task(JobWorker(bench.jobs, "dead").run_once())
    await bench.held.wait()
    assert not await JobWorker(bench.jobs, "other").run_once()
    bench.clock.advance(timedelta(minutes=2))
    assert await JobWorker(bench.jobs, "other").run_once()
    assert bench.steps == [0, 1, 2, 3]
    assert (await bench.find(job_id)).status is JobStatus.DONE
    bench.go.set()  # the dead process comes back, and finds that the job is not its own
    await dead
    done = await bench.find(job_id)
    assert (done.status, done.attempts, done.result) == (JobStatus.DONE, 2, {"counted": 4, "by": "Ann"})


async def test_a_stopped_process_gives_its_job_back(bench: Bench) -> None:
    """When a process is told to stop, its job waits for the next one, and this is no failed attempt."""
    job_id = await bench.start(to=3, hold=0)
    stop = asyncio.Event()
    running = asyncio.create_task(JobWorker(bench.jobs).run(stop))
    await bench.held.wait()
    stop.set()
    await running
    waiting = await bench.find(job_id)
    assert (waiting.status, waiting.checkpoint, waiting.attempts) == (JobStatus.QUEUED, 1, 0)
    assert await JobWorker(bench.jobs).run_once()
    assert (await bench.find(job_id)).status is JobStatus.DONE


async def test_a_cancelled_job_stops_at_its_next_progress(bench: Bench) -> None:
    """A job that waits is cancelled at once, one that runs at its next progress."""
    waiting = await bench.start(to=1)
    assert (await bench.jobs.cancel(ANN, waiting)).status is JobStatus.CANCELLED
    running = await bench.start(to=3, hold=0)
    task = asyncio.create_task(JobWorker(bench.jobs).run_once())
    await bench.held.wait()
    assert (await bench.jobs.cancel(ANN, running)).cancel_requested
    bench.go.set()
    await task
    assert (await bench.find(running)).status is JobStatus.CANCELLED
    assert bench.steps == [0, 1]


async def test_a_long_step_keeps_the_lease(bench: Bench) -> None:
    """While a step takes long, the lease is renewed, and a cancellation ends the step."""
    job_id = await bench.start(to=3, hold=0)
    task = asyncio.create_task(JobWorker(bench.jobs, renewal_seconds=0.01).run_once())
    await bench.held.wait()
    await bench.jobs.cancel(ANN, job_id)
    await task
    assert (await bench.find(job_id)).status is JobStatus.CANCELLED


async def test_failures_are_shown_or_masked(bench: Bench) -> None:
    """A refusal is shown in words; a fault only by the id that the log has."""

    async def refuse(_run: JobRun) -> Json:
        raise Invalid([Problem("week", "The week is not over.")])

    async def fail(_run: JobRun) -> Json:
        raise ZeroDivisionError("secret")

    bench.jobs.register(JobKind("test.refuse", Permission.RULES_READ, refuse))
    bench.jobs.register(JobKind("test.fail", Permission.RULES_READ, fail))
    refused, failed = await bench.start(kind="test.refuse"), await bench.start(kind="test.fail")
    worker = JobWorker(bench.jobs)
    assert await worker.run_once()
    assert await worker.run_once()
    assert (await bench.find(refused)).error == "The week is not over."
    masked = await bench.find(failed)
    assert masked.status is JobStatus.FAILED
    assert masked.error is not None
    assert failed in masked.error
    assert "secret" not in masked.error


async def test_a_job_that_kills_its_processes_fails(bench: Bench) -> None:
    """A job is not begun for ever."""
    job_id = await bench.start(to=1)
    for _ in range(MAX_ATTEMPTS):
        async with bench.jobs.database.write() as connection:
            now = bench.clock.now()
            assert await repository.claim(connection, "dies", ["test.count"], now, now)
    assert await JobWorker(bench.jobs).run_once()
    assert (await bench.find(job_id)).status is JobStatus.FAILED


async def test_jobs_of_other_brands_are_hidden(bench: Bench) -> None:
    """Who has no part in a brand neither sees nor cancels its jobs."""
    job_id = await bench.start(to=1)
    for stranger in (actor("sue", Role.EDITOR, brand="southbet"), actor("nobody")):
        with pytest.raises(NotFound):
            await bench.jobs.find(stranger, job_id)
        with pytest.raises(NotFound):
            await bench.jobs.cancel(stranger, job_id)
    async with bench.jobs.database.read() as connection:
        mine = repository.JobFilter(brands=frozenset({"northbet"}), kinds=frozenset({"test.count"}))
        assert [one.job_id for one in await repository.newest_first(connection, mine, 5, None)] == [job_id]
        other = repository.JobFilter(brands=frozenset({"southbet"}))
        assert await repository.newest_first(connection, other, 5, None) == []


@pytest.mark.parametrize("place", [(True, False, False), (False, False, True), (True,)])
async def test_a_job_that_nobody_can_read_fails_and_the_others_run(
    bench: Bench, place: tuple[bool, ...]
) -> None:
    """First, last and alone: it says why, and is not taken again."""
    ids = []
    for _ in place:
        bench.clock.advance(timedelta(seconds=1))
        ids.append(await bench.start(to=1))
    for job_id, is_poisoned in zip(ids, place, strict=True):
        if is_poisoned:
            async with bench.jobs.database.write() as connection:
                wrong = update(repository.JOB).where(repository.JOB.c.job_id == job_id)
                await connection.execute(wrong.values(arguments="{"))
    while await JobWorker(bench.jobs).run_once():
        pass
    async with bench.jobs.database.read() as connection:
        listed = await repository.newest_first(connection, repository.JobFilter(), 10, None)
    assert [job.job_id for job in reversed(listed)] == ids
    for job, is_poisoned in zip(reversed(listed), place, strict=True):
        assert job.status is (JobStatus.FAILED if is_poisoned else JobStatus.DONE)
        assert ("cannot be read" in (job.error or "")) is is_poisoned
