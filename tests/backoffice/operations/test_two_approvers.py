"""Recalling a reward and closing a week take two people; of two who approve at once, one does."""

import asyncio
import json
from datetime import timedelta

from backoffice_stand import NOW, actor, backoffice_database
from club_samples import brand_row, config_row, make_brand, make_config
from database_probe import migrated
from sqlalchemy import insert, select

from backoffice.access.actor import Actor
from backoffice.access.roles import Role
from backoffice.approvals import repository
from backoffice.approvals.proposals import Proposal
from backoffice.approvals.service import Approvals
from backoffice.audit.audit_log import AuditLog
from backoffice.errors import Conflict, FourEyes
from backoffice.global_events.models import SUBJECT
from backoffice.jobs.models import JOB
from backoffice.jobs.service import Jobs
from backoffice.operations.reward_statuses import RewardStatusService
from backoffice.operations.status_changes import StatusAction
from backoffice.operations.weeks import WeekService
from storage.clock import ManualClock
from storage.database import Database
from subgraphs.rewards import models as rewards

SOON = NOW + timedelta(minutes=5)
OLGA, OTTO, OMAR = (actor(name, Role.OPERATOR, stepped_up_until=SOON) for name in ("olga", "otto", "omar"))
OLGA_TWICE = actor("olga2", Role.OPERATOR, person="olga", stepped_up_until=SOON)


async def test_of_two_who_approve_at_once_one_does(database_url: str) -> None:
    """There is one decision and one job; the other approver and the proposer's second account are refused."""
    clock = ManualClock(NOW)
    async with (
        backoffice_database(database_url) as own,
        migrated(database_url, "rewards", rewards.METADATA) as known,
    ):
        async with known.home.write() as connection:
            await connection.execute(insert(rewards.REFERENCE.brand).values(brand_row(make_brand())))
            await connection.execute(insert(rewards.REWARD_CONFIG).values(config_row(make_config())))
        audit = AuditLog(clock)
        approvals, jobs = Approvals(own, audit, clock), Jobs(own, audit, clock)
        statuses = RewardStatusService(own, known, audit, approvals, clock)
        weeks = WeekService(own, known, audit, approvals, jobs, clock)
        jobs.register(weeks.job_kind)
        for kind in (statuses.proposal_kind, weeks.proposal_kind):
            approvals.register(kind)
        recall = await statuses.change(OLGA, "northbet:fb-5:1", StatusAction.RECALL, "wrong terms")
        close = await weeks.propose_close(OLGA, "northbet", "2026-W12", "the worker is down")
        for proposal_id in (str(recall), close):
            await _race(approvals, await _proposal(own, proposal_id))
        async with own.home.read() as connection:
            (decision,) = (await connection.execute(select(SUBJECT))).all()
            (job,) = (await connection.execute(select(JOB))).all()
        assert (decision.state["status"], json.loads(job.arguments)["week"]) == ("recalled", "2026-W12")


async def _proposal(own: Database, proposal_id: str) -> Proposal:
    async with own.home.read() as connection:
        found = await repository.find(connection, proposal_id)
    assert found is not None
    return found


async def _race(approvals: Approvals, proposal: Proposal) -> None:
    """Let the proposer try with another account, and then two others at once."""

    async def approve(who: Actor) -> str:
        try:
            await approvals.approve(who, proposal.proposal_id, proposal.content_hash, NOW)
        except (Conflict, FourEyes) as refusal:
            return refusal.code
        return "approved"

    assert [await approve(OLGA), await approve(OLGA_TWICE)] == ["FOUR_EYES", "FOUR_EYES"]
    assert sorted(await asyncio.gather(approve(OTTO), approve(OMAR))) == ["CONFLICT", "approved"]
