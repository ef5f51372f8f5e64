"""A week is opened by one person and closed by two; the job that closes it says why it could not."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from backoffice.access import Role
from backoffice.approvals import repository as proposals
from backoffice.errors import Conflict, Forbidden, FourEyes, Invalid, StepUpRequired
from backoffice.jobs.worker import JobWorker
from backoffice.operations.weeks import WeekService
from tests.backoffice.support_fixture import NOW, SupportFixture, support_fixture
from tests.support.office.backoffice_fixture import actor, employ

LATER = NOW + timedelta(days=30)
OLGA = actor("olga", Role.OPERATOR, stepped_up_until=LATER)
OTTO = actor("otto", Role.OPERATOR, stepped_up_until=LATER)
WEEK, NEXT = "2026-W13", "2026-W14"


@pytest.fixture
async def support_area(tmp_path: Path) -> AsyncIterator[SupportFixture]:
    """Databases that know a brand with a club."""
    async with support_fixture(f"sqlite+aiosqlite:///{tmp_path}") as opened:
        await employ(opened.base.database, OLGA)
        yield opened


@pytest.fixture
def weeks(support_area: SupportFixture) -> WeekService:
    """The service, whose proposals and jobs are registered."""
    base = support_area.base
    progress = support_area.parts.databases.progress
    service = WeekService(base.database, progress, base.audit, base.approvals, base.jobs, support_area.clock)
    base.approvals.register(service.proposal_kind)
    base.jobs.register(service.job_kind)
    return service


async def closed(support_area: SupportFixture, weeks: WeekService) -> dict[str, Any]:
    """Propose to close the week, let another person approve, run the job, and return its result."""
    proposal_id = await weeks.propose_close(OLGA, "northbet", WEEK, "the worker is down")
    async with support_area.base.database.read() as connection:
        found = await proposals.find(connection, proposal_id)
    assert found is not None
    with pytest.raises(FourEyes):
        await support_area.base.approvals.approve(
            OLGA, proposal_id, found.content_hash, support_area.clock.now()
        )
    approved = await support_area.base.approvals.approve(
        OTTO, proposal_id, found.content_hash, support_area.clock.now()
    )
    outcome: Any = approved.outcome
    assert await JobWorker(support_area.base.jobs).run_once()
    result: Any = (await support_area.base.jobs.find(OLGA, outcome["job"])).result
    return dict(result)


async def states(weeks: WeekService) -> dict[str, tuple[str, bool]]:
    """Return the state of each week, and whether it is confirmed."""
    return {line.week: (line.state, line.confirmed) for line in await weeks.listed(OLGA, "northbet")}


async def test_a_week_is_closed_by_two_people_and_not_before_its_grace_is_over(
    support_area: SupportFixture, weeks: WeekService
) -> None:
    """Until then the job ends with the reason, and the week stays open."""
    await weeks.open(OLGA, "northbet", WEEK, "the worker is down")
    assert await states(weeks) == {WEEK: ("OPEN", False), NEXT: ("NEXT", False)}
    refused = await closed(support_area, weeks)
    assert refused["closed"] is False
    assert "may still change until" in refused["reason"]
    assert (await states(weeks))[WEEK] == ("OPEN", False)
    support_area.clock.advance(timedelta(days=14))
    assert (await closed(support_area, weeks))["closed"] is True
    assert (await states(weeks))[WEEK] == ("CLOSED", True)
    assert (await closed(support_area, weeks)) == {
        "closed": True,
        "customers": 0,
    }  # again, which changes nothing


async def test_what_cannot_be_opened_or_closed_is_refused_in_words(weeks: WeekService) -> None:
    """Neither a week that has not begun nor an unknown brand; closing needs the second factor."""
    with pytest.raises(Conflict, match="begins at"):
        await weeks.open(OLGA, "northbet", NEXT, "too early")
    with pytest.raises(Invalid):
        await weeks.open(OLGA, "northbet", WEEK, " ")
    everywhere = actor("ada", Role.OPERATOR, brand="*", stepped_up_until=LATER)
    with pytest.raises(Invalid, match="There is no brand nrothbet"):
        await weeks.propose_close(everywhere, "nrothbet", WEEK, "misspelt")
    with pytest.raises(Invalid):
        await weeks.propose_close(OLGA, "northbet", "2026-W99", "no such week")
    with pytest.raises(StepUpRequired):
        await weeks.propose_close(replace(OLGA, stepped_up_until=None), "northbet", WEEK, "hurry")
    viewer = actor("vic", Role.VIEWER, stepped_up_until=LATER)
    with pytest.raises(Forbidden):
        await weeks.propose_close(viewer, "northbet", WEEK, "why not")
