"""A person's data: exported as a job, erased by two people, and not at all under a legal hold."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from backoffice.access import Actor, Role
from backoffice.approvals import repository as proposals
from backoffice.approvals.proposals import Proposal, ProposalStatus
from backoffice.errors import Conflict, Forbidden, FourEyes, Invalid, NotFound, StepUpRequired
from backoffice.global_events.models import OUTBOX
from backoffice.jobs.jobs import JobStatus
from backoffice.jobs.worker import JobWorker
from backoffice.support.privacy.customer_data import ERASURES
from backoffice.support.privacy.holds import UnderLegalHold
from subgraphs.kit.domain.keys import ALL_BRANDS, Owner
from subgraphs.kit.records.erasure import Pseudonyms
from tests.backoffice.support_fixture import CUSTOMER, FOREIGN, NOW, RITA, SAM, SUE, SupportFixture
from tests.support.office.backoffice_fixture import actor

WHY = "the customer asked for it"


async def proposed(support_area: SupportFixture, who: Actor = SAM) -> Proposal:
    """Propose to erase the customer."""
    proposal_id = await support_area.parts.requests.propose_erasure(who, CUSTOMER, WHY)
    async with support_area.base.database.read() as connection:
        found = await proposals.find(connection, proposal_id)
    assert found is not None
    return found


async def approve(support_area: SupportFixture, found: Proposal, who: Actor = SUE) -> Proposal:
    """Approve a proposal."""
    return await support_area.base.approvals.approve(who, found.proposal_id, found.content_hash, NOW)


async def sent(support_area: SupportFixture) -> list[tuple[str, str, str]]:
    """Return what waits to be published."""
    table = OUTBOX.outbox
    async with support_area.base.database.read() as connection:
        rows = await connection.execute(select(table.c.topic, table.c.key, table.c.value))
        return [tuple(row) for row in rows]


async def erase_everywhere(support_area: SupportFixture, at: datetime) -> None:
    """Do in each database what its consumer does with the null value."""
    pseudonyms = Pseudonyms.from_settings(support_area.base.settings)
    for name, erasure_of in ERASURES.items():
        database = support_area.parts.databases.by_name[name]
        async with database.write() as connection:
            await erasure_of(database.dialect, pseudonyms).erase(connection, CUSTOMER, at, at)


async def test_a_hold_is_of_a_brand_that_exists(support_area: SupportFixture) -> None:
    """A misspelt brand is refused in words and leaves no trace; an unknown customer of a brand is not."""
    everywhere = actor("ada", Role.SUPPORT, brand=ALL_BRANDS)
    with pytest.raises(NotFound, match="There is no brand 'nrothbet'"):
        await support_area.parts.holds.put(everywhere, Owner("nrothbet", "c-1"), WHY)
    assert await support_area.audited() == []
    assert await support_area.parts.holds.of_customer(everywhere, Owner("nrothbet", "c-1")) == []
    assert await support_area.audited() == [("support.look_at_holds", "customer:nrothbet:c-1")]
    await support_area.parts.holds.put(everywhere, Owner("northbet", "c-unborn"), WHY)
    assert len(await support_area.parts.holds.of_customer(everywhere, Owner("northbet", "c-unborn"))) == 1


async def test_an_export_has_all_rows_about_one_person(support_area: SupportFixture) -> None:
    """It is a job; its document is fetched by those who may, and each access is recorded."""
    await support_area.add_bets({}, {"bet_id": "b-other", "customer_id": "c-2"})
    await support_area.parts.holds.put(SAM, CUSTOMER, "<script>alert(1)</script>")
    job_id = await support_area.parts.requests.export(SAM, CUSTOMER, WHY)
    assert await JobWorker(support_area.base.jobs).run_once()
    assert (await support_area.base.jobs.find(SAM, job_id)).status is JobStatus.DONE
    whole = json.loads(await support_area.parts.requests.document(SUE, job_id))
    assert [row["bet_id"] for row in whole["data"]["progress"]["contribution"]] == ["b-1"]
    assert whole["data"]["backoffice"]["legal_hold"][0]["reason"] == "<script>alert(1)</script>"
    assert ("support.look_at_export", "customer:northbet:c-1") in await support_area.audited()
    for who in (FOREIGN, RITA):
        with pytest.raises(NotFound):
            await support_area.parts.requests.document(who, job_id)


async def test_two_people_erase_a_customer(support_area: SupportFixture) -> None:
    """The null value is published with the approval, and the job waits for every consumer."""
    await support_area.add_bets({})
    found = await proposed(support_area)
    with pytest.raises(FourEyes):
        await approve(support_area, found, SAM)
    with pytest.raises(Forbidden):
        await approve(support_area, found, RITA)
    assert await sent(support_area) == []
    assert (await approve(support_area, found)).status is ProposalStatus.EXECUTED
    assert await sent(support_area) == [("club.account-status.v1", "northbet:c-1", "")]
    await erase_everywhere(support_area, datetime.now(UTC))
    assert await JobWorker(support_area.base.jobs).run_once()
    async with support_area.base.database.read() as connection:
        outcome: Any = (await proposals.find(connection, found.proposal_id)).outcome  # type: ignore[union-attr]
    job = await support_area.base.jobs.find(SAM, outcome["job"])
    assert job.status is JobStatus.DONE, job.error
    assert job.result["found"]["progress"]["contribution deleted"] == 1  # type: ignore[index,call-overload]


async def test_nobody_is_erased_under_a_hold(support_area: SupportFixture) -> None:
    """Neither proposed nor approved; a lifted hold no longer counts, and another one does."""
    found = await proposed(support_area)
    hold = await support_area.parts.holds.put(SUE, CUSTOMER, "a claim before the ombudsman")
    with pytest.raises(UnderLegalHold, match="ombudsman"):
        await proposed(support_area)
    with pytest.raises(UnderLegalHold):
        await approve(support_area, found)
    assert await sent(support_area) == []
    await support_area.parts.holds.lift(SAM, hold.hold_id, "the claim was withdrawn")
    with pytest.raises(Conflict):
        await support_area.parts.holds.lift(SAM, hold.hold_id, "again")
    assert (await approve(support_area, found)).status is ProposalStatus.EXECUTED
    (shown,) = await support_area.parts.holds.of_customer(SAM, CUSTOMER)
    assert (shown.put_by, shown.lifted_by, shown.lift_reason) == ("Sue", "Sam", "the claim was withdrawn")


async def test_a_hold_and_an_approval_at_once(support_area: SupportFixture) -> None:
    """Whichever comes first: a null value is published only if there was no hold before it."""
    found = await proposed(support_area)
    results = await asyncio.gather(
        support_area.parts.holds.put(SUE, CUSTOMER, "a claim"),
        approve(support_area, found),
        return_exceptions=True,
    )
    assert isinstance(results[1], UnderLegalHold) is (await sent(support_area) == [])


async def test_an_export_is_deleted_when_the_person_is_erased(support_area: SupportFixture) -> None:
    """A document must not outlive what it was made of."""
    job_id = await support_area.parts.requests.export(SAM, CUSTOMER, WHY)
    await JobWorker(support_area.base.jobs).run_once()
    await approve(support_area, await proposed(support_area))
    with pytest.raises(NotFound):
        await support_area.parts.requests.document(SAM, job_id)


async def test_exports_are_kept_for_a_week(support_area: SupportFixture) -> None:
    """An old one is deleted when the next is made."""
    first = await support_area.parts.requests.export(SAM, CUSTOMER, WHY)
    await JobWorker(support_area.base.jobs).run_once()
    support_area.clock.advance(timedelta(days=8))
    await support_area.parts.requests.export(SAM, CUSTOMER, WHY)
    await JobWorker(support_area.base.jobs).run_once()
    with pytest.raises(NotFound):
        await support_area.parts.requests.document(SAM, first)


async def test_others_may_not(support_area: SupportFixture) -> None:
    """Foreign brands and other roles find no such customer; erasing needs the second factor and a reason."""
    requests, holds = support_area.parts.requests, support_area.parts.holds
    for who in (FOREIGN, RITA):
        for refused in (
            requests.export(who, CUSTOMER, WHY),
            requests.propose_erasure(who, CUSTOMER, WHY),
            holds.put(who, CUSTOMER, WHY),
            holds.lift(who, "none", WHY),
        ):
            with pytest.raises(NotFound):
                await refused
    with pytest.raises(NotFound):
        await requests.propose_erasure(SAM, Owner("northbet", "nobody"), WHY)
    with pytest.raises(Invalid):
        await requests.propose_erasure(SAM, CUSTOMER, " ")
    names = ("user_id", "person", "name", "session_id", "address", "roles")
    with pytest.raises(StepUpRequired):
        await requests.propose_erasure(Actor(*(getattr(SAM, name) for name in names)), CUSTOMER, WHY)
