"""Late bets and held rewards are decided in the office: once, by who may, and by two people where it pays."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import pytest
from sqlalchemy import Table, insert, select, text, update
from sqlalchemy.exc import DBAPIError
from structlog.testing import capture_logs

from backoffice.access import Actor, Role
from backoffice.approvals import repository as proposals
from backoffice.audit.repository import AUDIT_LOG
from backoffice.errors import Conflict, FourEyes, Invalid, NotFound, Stale, StepUpRequired
from backoffice.jobs.jobs import JobStatus
from backoffice.jobs.worker import JobWorker
from backoffice.operations.cases.held_rewards import HeldRewards
from backoffice.operations.cases.late_bets import LateBets
from foundation.storage.database import Database
from subgraphs.fulfilment.models import ATTEMPT, FULFILMENT, GOODWILL_CREDIT
from subgraphs.progress.models import LATE_DECISION, LATE_REVISION, WEEK_CLOSING
from tests.backoffice.foreign_rows import row
from tests.backoffice.proposal_kinds import BRAND, PAULA, proposal_fixture
from tests.backoffice.support_fixture import (
    FOREIGN,
    NOW,
    RAY,
    RITA,
    SAM,
    SUE,
    SupportFixture,
    support_fixture,
)
from tests.support.consumers.sample_messages import membership
from tests.support.office.backoffice_fixture import actor, employ
from tests.support.office.permission_rules import ask

CLOSED: Final = "2026-03-30T00:00:00Z"
AT: Final = datetime(2026, 3, 30, tzinfo=UTC)
CASE: Final = "northbet:b-1:1"
OLGA, OTTO = (
    actor(name, Role.OPERATOR, stepped_up_until=NOW + timedelta(hours=1)) for name in ("olga", "otto")
)


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[SupportFixture]:
    """Databases with a member of the club whose week has closed, and a bet that came after that."""
    async with support_fixture(f"sqlite+aiosqlite:///{tmp_path}") as opened:
        await employ(opened.base.database, OLGA, OTTO)
        await opened.reducer.memberships(membership())
        territory = {"brand_id": "northbet", "iso_week": "2026-W13", "jurisdiction": "GB", "currency": "GBP"}
        instants = {"opened_at": AT, "provisional_at": AT, "closed_at": AT, "confirmed_at": AT}
        async with opened.reducer.database.write() as connection:
            await connection.execute(insert(WEEK_CLOSING).values(territory | instants))
        await opened.add_bets({"occurred_at": CLOSED})
        yield opened


@pytest.fixture
def late_bets(office: SupportFixture) -> LateBets:
    """The service, whose proposals and jobs are registered."""
    base, progress = office.base, office.parts.databases.progress
    service = LateBets(base.database, progress, base.audit, base.approvals, base.jobs, office.clock)
    base.approvals.register(service.proposal_kind)
    base.jobs.register(service.job_kind)
    return service


@pytest.fixture
def held_rewards(office: SupportFixture) -> HeldRewards:
    """The service, whose proposals and jobs are registered."""
    base, fulfilment = office.base, office.parts.databases.fulfilment
    given = (base.fulfilment, base.audit, base.approvals, base.jobs, office.clock)
    service = HeldRewards(base.database, fulfilment, *given)
    base.approvals.register(service.proposal_kind)
    base.jobs.register(service.job_kind)
    return service


async def approve(office: SupportFixture, who: Actor, proposal_id: str) -> Any:
    """Let somebody approve a proposal; return what its job says."""
    async with office.base.database.read() as connection:
        found = await proposals.find(connection, proposal_id)
    assert found is not None
    approvals, now = office.base.approvals, office.clock.now()
    approved: Any = await approvals.approve(who, proposal_id, found.content_hash, now)
    assert await JobWorker(office.base.jobs).run_once()
    async with office.base.database.read() as connection:
        job = await office.base.jobs.find(
            replace(OLGA, roles={"*": frozenset(Role)}), approved.outcome["job"]
        )
        del connection
    return job.result


async def waiting(office: SupportFixture) -> int:
    """Return how many late bets wait."""
    async with office.reducer.database.read() as connection:
        return len((await connection.execute(select(LATE_REVISION.c.bet_id))).all())


async def decided(office: SupportFixture) -> list[tuple[Any, ...]]:
    """Return what is stored of decisions about late bets."""
    c = LATE_DECISION.c
    async with office.reducer.database.read() as connection:
        return [
            tuple(one) for one in await connection.execute(select(c.bet_id, c.accepted, c.decided_by, c.why))
        ]


async def recorded(office: SupportFixture, action: str) -> list[tuple[str, str, str]]:
    """Return who has done something to whom, and why."""
    c = AUDIT_LOG.c
    query = select(c.name, c.subject, c.reason).where(c.action == action).order_by(c.sequence)
    async with office.base.database.read() as connection:
        return [tuple(one) for one in await connection.execute(query)]


async def change(database: Database, *statements: Any) -> None:
    """Change a database behind the office's back."""
    async with database.write() as connection:
        for statement in statements:
            await connection.execute(text(statement) if isinstance(statement, str) else statement)


def refusing(table: Table) -> str:
    """Return the statement that lets a table take no rows, until the trigger is dropped."""
    return f"CREATE TRIGGER busy BEFORE INSERT ON {table.name} BEGIN SELECT RAISE(ABORT, 'busy'); END"


class Resumed:
    """The run of a job that a process took again."""

    def __init__(self, **arguments: Any) -> None:
        self.job = SimpleNamespace(arguments=arguments)


async def test_two_people_count_a_late_bet(office: SupportFixture, late_bets: LateBets) -> None:
    """As an adjustment: support proposes, risk approves, and the total follows; the queue is empty then."""
    assert await waiting(office) == 1
    proposal = await late_bets.propose(SAM, CASE, "the feed was down")
    assert await late_bets.proposed("northbet") == {CASE: proposal}
    with pytest.raises(FourEyes):
        await approve(office, replace(SAM, roles={"northbet": frozenset({Role.RISK})}), proposal)
    assert await approve(office, RITA, proposal) == {"counted": True}
    assert (await office.reducer.counted(), await waiting(office)) == (500, 0)
    assert await decided(office) == [("b-1", True, "Sam, Rita", "the feed was down")]
    assert await late_bets.proposed("northbet") == {}
    subject = "customer:northbet:c-1"
    assert await recorded(office, "approvals.propose") == [("Sam", subject, "the feed was down")]
    assert [name for name, _, _ in await recorded(office, "approvals.approve")] == ["Rita"]


async def test_a_job_that_is_done_again_counts_a_bet_once(
    office: SupportFixture, late_bets: LateBets
) -> None:
    """After a crash it finds its own decision; another person's it does not take for its own."""
    run: Any = Resumed(case=CASE, amounts=["c-1", "2026-W13", 0, 500], by="Sam, Rita", reason="r")
    assert await late_bets._count(run) == {"counted": True}
    assert await late_bets._count(run) == {"counted": True}
    assert len(await decided(office)) == 1
    run.job.arguments["by"] = "Sam, Ray"
    refused: Any = await late_bets._count(run)
    assert refused == {"counted": False, "reason": "This late bet is accepted already, by Sam, Rita: “r”."}


async def test_one_person_rejects_a_late_bet_for_good(office: SupportFixture, late_bets: LateBets) -> None:
    """Nothing changes but the queue; the same again changes nothing, and nobody decides otherwise later."""
    await late_bets.reject(SAM, CASE, "placed after the week")
    assert (await office.reducer.counted(), await waiting(office)) == (0, 0)
    assert await decided(office) == [("b-1", False, "Sam", "placed after the week")]
    await late_bets.reject(SAM, CASE, "placed after the week")
    assert len(await recorded(office, "operations.reject_late_bet")) == 1
    for late in (late_bets.reject(SUE, CASE, "r"), late_bets.propose(SUE, CASE, "r")):
        with pytest.raises(Conflict, match="is rejected already, by Sam: “placed after the week”"):
            await late


async def test_of_two_who_decide_at_once_one_is_told(office: SupportFixture, late_bets: LateBets) -> None:
    """One rejection is stored; the other person learns who was first."""
    done = await asyncio.gather(
        late_bets.reject(SAM, CASE, "late"), late_bets.reject(SUE, CASE, "too late"), return_exceptions=True
    )
    [refusal] = [one for one in done if one is not None]
    assert isinstance(refusal, Conflict)
    [(_, _, first, _)] = await decided(office)
    assert str(refusal).startswith(f"This late bet is rejected already, by {first}: ")
    assert first in [name for name, _, _ in await recorded(office, "operations.reject_late_bet")]


async def test_a_case_with_a_proposal_is_decided_by_that(office: SupportFixture, late_bets: LateBets) -> None:
    """Nobody proposes again or rejects while it waits; what the command decided voids the proposal."""
    proposal = await late_bets.propose(SAM, CASE, "the feed was down")
    for late in (late_bets.propose(SUE, CASE, "r"), late_bets.reject(SUE, CASE, "r")):
        with pytest.raises(Conflict, match="Sam has made a proposal about this"):
            await late
    rejected: Any = late_bets._permitted(SUE, CASE, "by the command")
    await late_bets._review.decide(rejected)
    with pytest.raises(Stale):
        await approve(office, RITA, proposal)


async def test_who_may_not_decide_about_late_bets_is_refused(late_bets: LateBets) -> None:
    """Operators, people of another brand, and who has no step-up, no reason, or another revision."""
    for who in (OLGA, FOREIGN, RAY):
        with pytest.raises(NotFound):
            await late_bets.reject(who, CASE, "r")
    with pytest.raises(StepUpRequired):
        await late_bets.propose(replace(SAM, stepped_up_until=None), CASE, "r")
    with pytest.raises(Invalid):
        await late_bets.propose(SAM, CASE, " ")
    for case in ("northbet:b-1:2", "northbet:b-9:1", "northbet:b-1:x", "northbet", "northbet:b-1:1٣"):
        with pytest.raises(NotFound):
            await late_bets.propose(SAM, case, "r")


async def hold(office: SupportFixture, key: str, table: Any = FULFILMENT, **others: Any) -> None:
    """Let a reward wait for a person."""
    of = {"brand_id": "northbet", "customer_id": f"c-{key}", "iso_week": "2026-W12", "key": key}
    paid = {
        "reward_id": "fb-5",
        "value_minor": 500,
        "currency": "GBP",
        "config_version": 1,
        "kind": "free_bet",
    }
    given = {"state": "REVIEW", "changed_at": NOW, "provider": "wallet", "reason": "ATTEMPTS", **others}
    values = row(table, **(of | paid | given))
    kept = {name: value for name, value in values.items() if table.c[name].computed is None}
    async with office.parts.databases.fulfilment.write() as connection:
        await connection.execute(insert(table).values(kept))


async def state(office: SupportFixture, key: str, table: Any = FULFILMENT) -> tuple[str, str | None]:
    """Return how a reward stands, and its reference."""
    query = select(table.c.state, table.c.reference).where(table.c.key == key)
    async with office.parts.databases.fulfilment.read() as connection:
        return tuple((await connection.execute(query)).one())


@pytest.mark.parametrize("why", ["ATTEMPTS", "KEY_WINDOW_PASSED"])
@pytest.mark.parametrize("table", [FULFILMENT, GOODWILL_CREDIT], ids=["week", "goodwill"])
async def test_one_person_sends_a_reward_again(
    office: SupportFixture, held_rewards: HeldRewards, table: Any, why: str
) -> None:
    """As a dead letter: with a reason and a step-up, under its own key, and once.

    A provider that may have forgotten the key is asked once more; it is not sent the reward.
    """
    await hold(office, "k", table, reason=why)
    assert await held_rewards.retry(OLGA, "k", "the wallet is back") is None
    assert await state(office, "k", table) == ("FULFILLING", None)
    subject = "customer:northbet:c-k"
    assert await recorded(office, "operations.retry_held_reward") == [("Olga", subject, "the wallet is back")]
    with pytest.raises(Conflict, match="This reward is sent again already, by Olga"):
        await held_rewards.retry(OTTO, "k", "r")
    with pytest.raises(Conflict, match="This reward is sent again already, by Olga"):
        await held_rewards.credited(OTTO, "k", "w-1", "r")
    assert await held_rewards.retry(OLGA, "k", "after a crash") is None
    assert len(await recorded(office, "operations.retry_held_reward")) == 1


@pytest.mark.parametrize("why", ["OVER_LIMIT", "CONFIRMED_TOO_LONG_AGO"])
async def test_two_people_send_what_is_large_or_could_be_paid_twice(
    office: SupportFixture, held_rewards: HeldRewards, why: str
) -> None:
    """As a withdrawal: one proposes, another approves, and then it is on its way."""
    await hold(office, "k", reason=why)
    proposal = await held_rewards.retry(OLGA, "k", "she has won it")
    assert proposal is not None
    assert await held_rewards.proposed("northbet") == {"k": proposal}
    assert await state(office, "k") == ("REVIEW", None)
    for late in (held_rewards.retry(OTTO, "k", "r"), held_rewards.credited(OTTO, "k", "w-1", "r")):
        with pytest.raises(Conflict, match="Olga has made a proposal about this"):
            await late
    assert await approve(office, OTTO, proposal) == {"sent": True}
    assert await state(office, "k") == ("FULFILLING", None)
    async with office.parts.databases.fulfilment.read() as connection:
        [by] = await connection.scalars(select(ATTEMPT.c.detail))
    assert by == "Olga, Otto"


async def test_a_reward_is_recorded_as_credited(office: SupportFixture, held_rewards: HeldRewards) -> None:
    """With the provider's reference, which the log keeps as well."""
    await hold(office, "k")
    for reference in (" ", "x" * 129):
        with pytest.raises(Invalid):
            await held_rewards.credited(OLGA, "k", reference, "r")
    await held_rewards.credited(OLGA, "k", " w-17 ", "their support says so")
    assert await state(office, "k") == ("CREDITED", "w-17")
    await held_rewards.credited(OLGA, "k", "w-17", "after a crash")
    with pytest.raises(Conflict, match="recorded as credited already, by Olga: w-17"):
        await held_rewards.credited(OLGA, "k", "w-18", "r")
    assert [name for name, _, _ in await recorded(office, "operations.credited_held_reward")] == ["Olga"]
    with pytest.raises(Conflict, match="recorded as credited already, by Olga: w-17"):
        await held_rewards.retry(OTTO, "k", "r")


async def test_of_two_who_send_a_reward_at_once_one_is_told(
    office: SupportFixture, held_rewards: HeldRewards
) -> None:
    """It is sent once; the other person learns who was first."""
    await hold(office, "k")
    done = await asyncio.gather(
        held_rewards.retry(OLGA, "k", "r"), held_rewards.retry(OTTO, "k", "r"), return_exceptions=True
    )
    [refusal] = [one for one in done if one is not None]
    assert isinstance(refusal, Conflict)
    async with office.parts.databases.fulfilment.read() as connection:
        [first] = await connection.scalars(select(ATTEMPT.c.detail))
    assert str(refusal) == f"This reward is sent again already, by {first}."
    assert first in [name for name, _, _ in await recorded(office, "operations.retry_held_reward")]


async def test_one_consent_sends_a_reward_once(office: SupportFixture, held_rewards: HeldRewards) -> None:
    """A job that is done again after a crash finds its own decision, also if the reward came back since."""
    await hold(office, "k", reason="OVER_LIMIT", revision=4)
    job: Any = Resumed(case="k", by="Olga, Otto", revision=4)
    assert await held_rewards._send(job) == {"sent": True}
    assert await held_rewards._send(job) == {"sent": True}
    back = {"state": "REVIEW", "reason": "OVER_LIMIT", "revision": 6}
    await change(office.parts.databases.fulfilment, update(FULFILMENT).values(back))
    assert await held_rewards._send(job) == {"sent": True}
    assert await state(office, "k") == ("REVIEW", None)
    others: Any = Resumed(case="k", by="Olga, Ona", revision=4)
    refused: Any = await held_rewards._send(others)
    why = "This reward can't be sent: it has changed since the decision."
    assert refused == {"sent": False, "reason": why}


async def test_a_reward_that_came_back_is_proposed_again(
    office: SupportFixture, held_rewards: HeldRewards
) -> None:
    """An approval is of the reward as it was proposed."""
    await hold(office, "k", reason="OVER_LIMIT", revision=4)
    proposal = await held_rewards.retry(OLGA, "k", "she has won it")
    assert proposal is not None
    await change(office.parts.databases.fulfilment, update(FULFILMENT).values(revision=6))
    with pytest.raises(Stale):
        await approve(office, OTTO, proposal)
    assert await state(office, "k") == ("REVIEW", None)


async def test_an_approval_counts_what_the_approver_saw(office: SupportFixture, late_bets: LateBets) -> None:
    """Rules may give the same revision another amount, also until the job: then it is proposed again."""
    late: Any = Resumed(case=CASE, amounts=["c-1", "2026-W13", 0, 400], by="Sam, Rita", reason="r")
    refused: Any = await late_bets._count(late)
    assert refused["counted"] is False
    proposal = await late_bets.propose(SAM, CASE, "the feed was down")
    await change(office.reducer.database, update(LATE_REVISION).values(would_count_minor=900))
    with pytest.raises(Stale):
        await approve(office, RITA, proposal)
    assert (await decided(office), await waiting(office)) == ([], 1)


async def test_a_decision_is_recorded_before_it_is_carried_out(
    office: SupportFixture, held_rewards: HeldRewards, late_bets: LateBets
) -> None:
    """What is not recorded is not done; and the log's head is free while another database is busy."""
    fulfilment, progress = office.parts.databases.fulfilment, office.reducer.database
    await hold(office, "k")
    await change(office.base.database, refusing(AUDIT_LOG))
    for refused in (held_rewards.retry(OLGA, "k", "r"), late_bets.reject(SAM, CASE, "r")):
        with pytest.raises(DBAPIError, match="busy"):
            await refused
    assert (await state(office, "k"), await decided(office)) == (("REVIEW", None), [])
    await change(office.base.database, "DROP TRIGGER busy")
    await change(fulfilment, refusing(ATTEMPT))
    await change(progress, refusing(LATE_DECISION))
    for failing in (held_rewards.retry(OLGA, "k", "r"), late_bets.reject(SAM, CASE, "r")):
        with pytest.raises(DBAPIError, match="busy"):
            await failing
    assert (await state(office, "k"), await decided(office)) == (("REVIEW", None), [])
    assert [name for name, _, _ in await recorded(office, "operations.retry_held_reward")] == ["Olga"]
    assert [name for name, _, _ in await recorded(office, "operations.reject_late_bet")] == ["Sam"]


async def test_an_approved_decision_outlives_a_busy_database(
    office: SupportFixture, held_rewards: HeldRewards, late_bets: LateBets
) -> None:
    """Its job tries again: nobody has to approve it a second time."""
    await hold(office, "k", reason="OVER_LIMIT")
    sent = await held_rewards.retry(OLGA, "k", "she has won it")
    assert sent is not None
    counted = await late_bets.propose(SAM, CASE, "the feed was down")
    for database, table, who, proposal, done in (
        (office.parts.databases.fulfilment, ATTEMPT, OTTO, sent, "sent"),
        (office.reducer.database, LATE_DECISION, RITA, counted, "counted"),
    ):
        await change(database, refusing(table))
        with capture_logs() as logged:
            approval = asyncio.create_task(approve(office, who, proposal))
            while not any(line["event"] == "decision_tried_again" for line in logged):
                assert not approval.done(), approval.result()
                await asyncio.sleep(0.01)
            await change(database, "DROP TRIGGER busy")
            assert await approval == {done: True}


async def test_who_may_not_decide_does_not_cancel_either(
    office: SupportFixture, held_rewards: HeldRewards, late_bets: LateBets
) -> None:
    """Viewers see late bets and held rewards, and leave the jobs of those who decide alone."""
    await hold(office, "k", reason="OVER_LIMIT")
    sent = await held_rewards.retry(OLGA, "k", "she has won it")
    assert sent is not None
    counted = await late_bets.propose(SAM, CASE, "the feed was down")
    jobs, now = office.base.jobs, office.clock.now()
    for who, proposal in ((OTTO, sent), (RITA, counted)):
        async with office.base.database.read() as connection:
            found = await proposals.find(connection, proposal)
        assert found is not None
        approved: Any = await office.base.approvals.approve(who, proposal, found.content_hash, now)
        with pytest.raises(NotFound):
            await jobs.cancel(actor("vic", Role.VIEWER), approved.outcome["job"])
        assert (await jobs.cancel(who, approved.outcome["job"])).status is JobStatus.CANCELLED


async def test_what_cannot_be_sent_is_refused(office: SupportFixture, held_rewards: HeldRewards) -> None:
    """A reward that is being cancelled, one without a reward, and who has no part in it."""
    await hold(office, "revoking", state="REVOKING")
    await hold(office, "nothing", reward_id=None)
    await hold(office, "erased", reason="ERASED")
    await hold(office, "k")
    for key, why in {
        "revoking": "This reward isn't in review any more.",
        "nothing": "there is no reward to send",
        "erased": "its customer was erased",
    }.items():
        with pytest.raises(Conflict, match=why):
            await held_rewards.retry(OLGA, key, "r")
    for who, key in ((SAM, "k"), (FOREIGN, "k"), (OLGA, "unknown")):
        with pytest.raises(NotFound):
            await held_rewards.retry(who, key, "r")
    with pytest.raises(StepUpRequired):
        await held_rewards.retry(replace(OLGA, stepped_up_until=None), "k", "r")
    with pytest.raises(Invalid):
        await held_rewards.retry(OLGA, "k", "")
    assert await recorded(office, "operations.retry_held_reward") == []


@pytest.mark.parametrize(
    ("kind", "listed", "case"),
    [
        ("operations.late_bet", "lateBets", f"{BRAND}:late-0:1"),
        ("operations.held_reward", "heldRewards", "held-0"),
    ],
)
async def test_a_row_names_the_proposal_that_waits(tmp_path: Path, kind: str, listed: str, case: str) -> None:
    """So that nobody proposes it again; the others can be decided."""
    async with proposal_fixture(f"sqlite+aiosqlite:///{tmp_path}") as all_areas:
        proposal = (await all_areas.propose(kind, 0))["proposalId"]
        query = f'{{ {listed}(brand: "{BRAND}") {{ nodes {{ id proposal }} }} }}'
        nodes = (await ask(all_areas.graph, PAULA, query))["data"][listed]["nodes"]
        assert {node["id"]: node["proposal"] for node in nodes if node["proposal"]} == {case: proposal}
        assert len(nodes) == 4
