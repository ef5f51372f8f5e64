"""Adjustments take two people, and reach the ledger exactly once."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import select

from backoffice.access import Role
from backoffice.approvals import repository as proposals
from backoffice.approvals.proposals import Proposal, ProposalStatus
from backoffice.errors import Conflict, Forbidden, FourEyes, Invalid, NotFound, Stale, StepUpRequired
from backoffice.global_events.models import OUTBOX
from backoffice.support.adjustments import AdjustmentRequest
from consumers.stream.records import Record
from subgraphs.kit.domain.keys import Owner
from subgraphs.progress.models import ADJUSTMENT
from tests.backoffice.support_fixture import (
    CUSTOMER,
    FOREIGN,
    NOW,
    RAY,
    RITA,
    SAM,
    SUE,
    SupportFixture,
    person,
)

HOSTILE = "<img src=x onerror=alert(1)>"


def request(**changes: Any) -> AdjustmentRequest:
    """Return a request for an adjustment of five pounds."""
    values = {"owner": CUSTOMER, "iso_week": "2026-W13", "amount_minor": 500, "reason": "the till was down"}
    return AdjustmentRequest(**{**values, **changes})


async def proposed(support_area: SupportFixture, **changes: Any) -> Proposal:
    """Propose an adjustment as Sam."""
    proposal_id = await support_area.parts.adjustments.propose(SAM, request(**changes))
    async with support_area.base.database.read() as connection:
        found = await proposals.find(connection, proposal_id)
    assert found is not None
    return found


async def sent(support_area: SupportFixture) -> list[Record]:
    """Return the messages in the outbox, as the consumer gets them."""
    async with support_area.base.database.read() as connection:
        rows = (await connection.execute(select(OUTBOX.outbox).order_by(OUTBOX.outbox.c.id))).all()
    return [
        Record(one.topic, 3, offset, one.key.encode(), one.value.encode()) for offset, one in enumerate(rows)
    ]


async def approve(support_area: SupportFixture, found: Proposal, who: Any = RITA) -> Proposal:
    """Approve a proposal."""
    return await support_area.base.approvals.approve(
        who, found.proposal_id, found.content_hash, support_area.clock.now()
    )


async def test_an_approved_adjustment_reaches_the_total_once(support_area: SupportFixture) -> None:
    """However often its message is delivered; the timeline shows where it came from."""
    await support_area.add_bets({})
    found = await proposed(support_area, reason=HOSTILE)
    assert await sent(support_area) == []
    assert (await approve(support_area, found)).status is ProposalStatus.EXECUTED
    (record,) = await sent(support_area)
    await support_area.reducer.adjustments(record)
    await support_area.reducer.adjustments(record, record)
    assert await support_area.reducer.counted() == 1000
    page = await support_area.parts.timeline.page(SAM, CUSTOMER, 10, None)
    (entry,) = [one for one in page if one.kind == "adjustment"]
    assert entry.id == found.proposal_id
    assert (entry.source.partition, entry.source.offset) == (3, 0)
    assert entry.source.arrived_at is not None
    assert entry.facts["reason"] == HOSTILE  # text, which the screens show as text
    assert ("approvals.approve", "customer:northbet:c-1") in await support_area.audited()


async def test_nobody_approves_their_own(support_area: SupportFixture) -> None:
    """Neither with another account nor without the role, and not without the second factor."""
    found = await proposed(support_area)
    with pytest.raises(Forbidden):
        await approve(support_area, found, SUE)
    with pytest.raises(FourEyes):
        await approve(support_area, found, person("sam-2", Role.RISK, person="sam"))
    with pytest.raises(StepUpRequired):
        await approve(support_area, found, type(RITA)(**_fields(RITA)))
    with pytest.raises(NotFound):
        await approve(support_area, found, FOREIGN)
    assert await sent(support_area) == []


def _fields(who: Any) -> dict[str, Any]:
    names = ("user_id", "person", "name", "session_id", "address", "roles")
    return {name: getattr(who, name) for name in names} | {"stepped_up_until": None}


async def test_two_approvers_at_once_publish_one_message(support_area: SupportFixture) -> None:
    """The second gets the error that it is decided."""
    found = await proposed(support_area)
    results = await asyncio.gather(
        *(approve(support_area, found, who) for who in (RITA, RAY)), return_exceptions=True
    )
    assert sorted(type(result).__name__ for result in results) == ["Conflict", "Proposal"]
    assert len(await sent(support_area)) == 1


async def test_a_process_that_dies_in_the_middle_leaves_nothing_or_all(support_area: SupportFixture) -> None:
    """The message is in the transaction of the approval: what is lost with it is approved again."""
    found = await proposed(support_area)
    adjustments = support_area.parts.adjustments
    real = adjustments.publish

    async def dies(*given: Any) -> None:
        await real(*given)
        raise SystemError("killed")

    object.__setattr__(adjustments, "publish", dies)
    with pytest.raises(SystemError):
        await approve(support_area, found)
    assert await sent(support_area) == []
    object.__setattr__(adjustments, "publish", real)
    await approve(support_area, found)
    with pytest.raises(Conflict):
        await approve(support_area, found)
    assert len(await sent(support_area)) == 1


async def test_a_changed_proposal_is_not_what_was_seen(support_area: SupportFixture) -> None:
    """An approval names the hash of what the approver saw."""
    found = await proposed(support_area)
    with pytest.raises(Stale):
        await support_area.base.approvals.approve(RITA, found.proposal_id, "0" * 64, NOW)


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"amount_minor": 0}, "amountMinor"),
        ({"amount_minor": 10_000_001}, "amountMinor"),
        ({"amount_minor": -501}, "amountMinor"),
        ({"iso_week": "2026-W14"}, "isoWeek"),
        ({"iso_week": "W13"}, "isoWeek"),
        ({"reason": "  "}, "reason"),
        ({"reason": "x" * 501}, "reason"),
    ],
)
async def test_what_cannot_be_is_refused(support_area: SupportFixture, changes: Any, path: str) -> None:
    """An amount that nobody can have, a week that has not begun, or no reason."""
    await support_area.add_bets({})
    with pytest.raises(Invalid) as refused:
        await support_area.parts.adjustments.propose(SAM, request(**changes))
    assert path in [problem.path for problem in refused.value.problems]


async def test_only_support_of_the_brand_proposes(support_area: SupportFixture) -> None:
    """Others find no such customer; and the second factor is asked for."""
    for who in (FOREIGN, RITA):
        with pytest.raises(NotFound):
            await support_area.parts.adjustments.propose(who, request())
    with pytest.raises(NotFound):
        await support_area.parts.adjustments.propose(SAM, request(owner=Owner("northbet", "nobody")))
    with pytest.raises(StepUpRequired):
        await support_area.parts.adjustments.propose(type(SAM)(**_fields(SAM)), request())


async def test_the_ledger_has_who_decided(support_area: SupportFixture) -> None:
    """Its row names both people, and is never changed."""
    await approve(support_area, await proposed(support_area))
    await support_area.reducer.adjustments(*await sent(support_area))
    async with support_area.reducer.database.read() as connection:
        row = (await connection.execute(select(ADJUSTMENT))).one()
    assert (row.proposed_by, row.approved_by, row.amount_minor) == ("Sam", "Rita", 500)
