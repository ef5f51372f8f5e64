"""A bulk replay resumes after a kill, and applies each letter once; a dry run changes nothing."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from backoffice.access import Role
from backoffice.audit.audit_log import AuditLog
from backoffice.audit.canonical_json import Json
from backoffice.audit.repository import AUDIT_LOG
from backoffice.errors import Invalid, StepUpRequired
from backoffice.global_events.models import NODE, STREAM
from backoffice.jobs.jobs import Job, JobStatus
from backoffice.jobs.service import Jobs
from backoffice.jobs.worker import JobWorker
from backoffice.operations.dead_letters import STORED_EVERY, DeadLetterService
from consumers.stream.settings import StreamSettings
from foundation.storage.clock import ManualClock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from subgraphs.kit.topics import CELLS_TOPIC
from tests.support.office.backoffice_fixture import NOW, actor, backoffice_database

OLGA = actor("olga", Role.OPERATOR, brand="*", stepped_up_until=NOW + timedelta(minutes=5))
GOOD, POISON = 30, 3


@dataclass
class KilledRun:
    """A run whose process is killed at a note, which is not stored any more.

    Attributes:
        checkpoint: The last one that was stored.
    """

    job: Job
    notes: int
    checkpoint: Json = None

    async def progress(self, done: int, total: int | None = None, *, checkpoint: Json | None = None) -> None:
        """Store a note, or die."""
        del done, total
        self.notes -= 1
        if self.notes < 0:
            raise asyncio.CancelledError
        self.checkpoint = checkpoint


@dataclass
class OfficeClient:
    """The service over the back office's own dead letters."""

    service: DeadLetterService
    database: Database

    async def start(self, *, dry_run: bool) -> Job:
        """Start a bulk replay."""
        return await self.service.start_replay(OLGA, "backoffice", None, "after a fix", dry_run=dry_run)

    async def counts(self) -> tuple[int, int]:
        """Return how many letters are left, and how many nodes are known."""
        async with self.database.read() as connection:
            letters = await connection.scalar(select(func.count()).select_from(STREAM.dead_letter))
            nodes = await connection.scalar(select(func.count()).select_from(NODE))
        return letters or 0, nodes or 0


@pytest.fixture
async def office_client(tmp_path: Path) -> AsyncIterator[OfficeClient]:
    """Dead letters of which some can be applied now."""
    url, clock = f"sqlite+aiosqlite:///{tmp_path}", ManualClock(NOW)
    async with backoffice_database(url) as database:
        audit = AuditLog(clock)
        jobs = Jobs(database, audit, clock)
        settings = DatabaseSettings(url=url)
        service = DeadLetterService(settings, StreamSettings(), database, audit, jobs, clock)
        jobs.register(service.job_kind)
        async with database.write() as connection:
            await connection.execute(insert(STREAM.dead_letter).values([_letter(at) for at in range(33)]))
        yield OfficeClient(service, database)


async def test_a_replay_that_was_killed_goes_on_and_applies_each_letter_once(
    office_client: OfficeClient,
) -> None:
    """The letters applied after the last note are gone, so the second run finds only the others."""
    job = await office_client.start(dry_run=False)
    killed = KilledRun(job, notes=0)
    with pytest.raises(asyncio.CancelledError):
        await office_client.service.replay_all(killed)
    letters, nodes = await office_client.counts()
    assert letters + nodes == GOOD + POISON
    assert nodes > STORED_EVERY / 2
    again = KilledRun(replace(job, checkpoint=killed.checkpoint), notes=9)
    result: Any = await office_client.service.replay_all(again)
    assert await office_client.counts() == (POISON, GOOD)
    assert nodes + result["fates"]["APPLIED"] == GOOD
    assert {one["name"] for one in result["stays"]} == {"backoffice:11", "backoffice:22", "backoffice:33"}
    third: Any = await office_client.service.replay_all(KilledRun(job, notes=9))
    assert third["fates"] == {"POISON": POISON}


async def test_a_job_goes_on_from_its_note_with_what_it_has_counted(office_client: OfficeClient) -> None:
    """A later run's report includes what earlier runs counted."""
    job = await office_client.start(dry_run=False)
    killed = KilledRun(job, notes=1)
    result: Any = await office_client.service.replay_all(killed)
    assert killed.checkpoint is not None
    resumed: Any = await office_client.service.replay_all(
        KilledRun(replace(job, checkpoint=killed.checkpoint), notes=9)
    )
    assert resumed["fates"]["APPLIED"] < result["fates"]["APPLIED"] == GOOD
    assert [one["name"] for one in resumed["stays"]] == [one["name"] for one in result["stays"]]


async def test_a_dry_run_tells_the_same_and_changes_nothing(office_client: OfficeClient) -> None:
    """Run by the worker of jobs, as in production."""
    job = await office_client.start(dry_run=True)
    assert await JobWorker(office_client.service.jobs).run_once()
    done = await office_client.service.jobs.find(OLGA, job.job_id)
    assert (done.status, done.result["fates"]) == (  # type: ignore[index,call-overload] # an object
        JobStatus.DONE,
        {"APPLIED": GOOD, "POISON": POISON},
    )
    assert await office_client.counts() == (GOOD + POISON, 0)


async def test_what_may_move_money_needs_the_second_factor(office_client: OfficeClient) -> None:
    """One letter as well as all of them; a dry run does not."""
    hasty = replace(OLGA, stepped_up_until=None)
    with pytest.raises(StepUpRequired):
        await office_client.service.replay(hasty, "backoffice:1", "quick", dry_run=False)
    with pytest.raises(StepUpRequired):
        await office_client.service.start_replay(hasty, "backoffice", None, "quick", dry_run=False)
    await office_client.service.replay(hasty, "backoffice:1", "", dry_run=True)
    await office_client.service.start_replay(hasty, "backoffice", None, "", dry_run=True)
    assert await office_client.counts() == (GOOD + POISON, 0)


async def test_what_changes_nothing_needs_no_reason_and_is_on_record(office_client: OfficeClient) -> None:
    """A reason is for the audit log: a dry run is there as an access, a replay with its reason."""
    await office_client.service.replay(OLGA, "backoffice:1", "", dry_run=True)
    with pytest.raises(Invalid, match="Say why"):
        await office_client.service.replay(OLGA, "backoffice:1", " ", dry_run=False)
    with pytest.raises(Invalid, match="Say why"):
        await office_client.service.start_replay(OLGA, "backoffice", None, "", dry_run=False)
    with pytest.raises(Invalid, match="There is no consumer parcels"):
        await office_client.service.replay(OLGA, "parcels:1", "after a fix", dry_run=False)
    await office_client.service.replay(OLGA, "backoffice:1", "after a fix", dry_run=False)
    async with office_client.database.read() as connection:
        rows = await connection.execute(
            select(AUDIT_LOG.c.action, AUDIT_LOG.c.subject, AUDIT_LOG.c.reason).order_by(AUDIT_LOG.c.sequence)
        )
        assert [tuple(row) for row in rows] == [
            ("operations.look", "dead-letter:backoffice:1", None),
            ("operations.replay", "dead-letter:backoffice:1", "after a fix"),
        ]


def _letter(at: int) -> dict[str, Any]:
    """Return the row of a letter; each eleventh is poison."""
    body = {
        "schema": "club.cells/1",
        "event_id": f"e{at}",
        "brand_id": "*",
        "node": f"node{at}",
        "part": "rewards",
        "process": "p",
        "epoch": 1,
        "number": 1,
        "every_seconds": 5.0,
        "reported_at": "2026-03-25T12:00:00Z",
    }
    value = b"no message" if at % 11 == 10 else json.dumps(body).encode()
    return {
        "id": at + 1,
        "generation": "g",
        "topic": CELLS_TOPIC,
        "partition": 0,
        "offset": at,
        "key": f"node{at}:acknowledgement:rewards".encode(),
        "value": value,
        "headers": [],
        "reason": "it was broken",
        "produced_at": NOW,
        "stored_at": NOW,
    }
