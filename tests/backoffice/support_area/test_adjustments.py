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
from tests.support.backoffice.support_fixture import (
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


async def proposed(stand: SupportFixture, **changes: Any) -> Proposal:
    """Propose an adjustment as Sam."""
    proposal_id = await stand.parts.adjustments.propose(SAM, request(**changes))
    async with stand.base.database.read() as connection:
        found = await proposals.find(connection, proposal_id)
    assert found is not None
    return found


async def sent(stand: SupportFixture) -> list[Record]:
    """Return the messages in the outbox, as the consumer gets them."""
    async with stand.base.database.read() as connection:
        rows = (await connection.execute(select(OUTBOX.outbox).order_by(OUTBOX.outbox.c.id))).all()
    return [
        Record(one.topic, 3, offset, one.key.encode(), one.value.encode()) for offset, one in enumerate(rows)
    ]


async def approve(stand: SupportFixture, found: Proposal, who: Any = RITA) -> Proposal:
    """Approve a proposal."""
    return await stand.base.approvals.approve(who, found.proposal_id, found.content_hash, stand.clock.now())


async def test_an_approved_adjustment_reaches_the_total_once(stand: SupportFixture) -> None:
    """However often its message is delivered; the timeline shows where it came from."""
    await stand.add_bets({})
    found = await proposed(stand, reason=HOSTILE)
    assert await sent(stand) == []
    assert (await approve(stand, found)).status is ProposalStatus.EXECUTED
    (record,) = await sent(stand)
    await stand.reducer.adjustments(record)
    await stand.reducer.adjustments(record, record)
    assert await stand.reducer.counted() == 1000
    page = await stand.parts.timeline.page(SAM, CUSTOMER, 10, None)
    (entry,) = [one for one in page if one.kind == "adjustment"]
    assert entry.id == found.proposal_id
    assert (entry.source.partition, entry.source.offset) == (3, 0)
    assert entry.source.arrived_at is not None
    assert entry.facts["reason"] == HOSTILE  # text, which the screens show as text
    assert ("approvals.approve", "customer:northbet:c-1") in await stand.audited()


async def test_nobody_approves_their_own(stand: SupportFixture) -> None:
    """Neither with another account nor without the role, and not without the second factor."""
    found = await proposed(stand)
    with pytest.raises(Forbidden):
        await approve(stand, found, SUE)
    with pytest.raises(FourEyes):
        await approve(stand, found, person("sam-2", Role.RISK, person="sam"))
    with pytest.raises(StepUpRequired):
        await approve(stand, found, type(RITA)(**_fields(RITA)))
    with pytest.raises(NotFound):
        await approve(stand, found, FOREIGN)
    assert await sent(stand) == []


def _fields(who: Any) -> dict[str, Any]:
    names = ("user_id", "person", "name", "session_id", "address", "roles")
    return {name: getattr(who, name) for name in names} | {"stepped_up_until": None}


async def test_two_approvers_at_once_publish_one_message(stand: SupportFixture) -> None:
    """The second gets the error that it is decided."""
    found = await proposed(stand)
    results = await asyncio.gather(
        *(approve(stand, found, who) for who in (RITA, RAY)), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in results) == ["Conflict", "Proposal"]
    assert len(await sent(stand)) == 1


async def test_a_process_that_dies_in_the_middle_leaves_nothing_or_all(stand: SupportFixture) -> None:
    """The message is in the transaction of the approval: what is lost with it is approved again."""
    found = await proposed(stand)
    adjustments = stand.parts.adjustments
    real = adjustments.publish

    async def dies(*given: Any) -> None:
        await real(*given)
        raise SystemError("killed")

    object.__setattr__(adjustments, "publish", dies)
    with pytest.raises(SystemError):
        await approve(stand, found)
    assert await sent(stand) == []
    object.__setattr__(adjustments, "publish", real)
    await approve(stand, found)
    with pytest.raises(Conflict):
        await approve(stand, found)
    assert len(await sent(stand)) == 1


async def test_a_changed_proposal_is_not_what_was_seen(stand: SupportFixture) -> None:
    """An approval names the hash of what the approver saw."""
    found = await proposed(stand)
    with pytest.raises(Stale):
        await stand.base.approvals.approve(RITA, found.proposal_id, "0" * 64, NOW)


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
async def test_what_cannot_be_is_refused(stand: SupportFixture, changes: Any, path: str) -> None:
    """An amount that nobody can have, a week that has not begun, or no reason."""
    await stand.add_bets({})
    with pytest.raises(Invalid) as refused:
        await stand.parts.adjustments.propose(SAM, request(**changes))
    assert path in [one.path for one in refused.value.problems]


async def test_only_support_of_the_brand_proposes(stand: SupportFixture) -> None:
    """Others find no such customer; and the second factor is asked for."""
    for who in (FOREIGN, RITA):
        with pytest.raises(NotFound):
            await stand.parts.adjustments.propose(who, request())
    with pytest.raises(NotFound):
        await stand.parts.adjustments.propose(SAM, request(owner=Owner("northbet", "nobody")))
    with pytest.raises(StepUpRequired):
        await stand.parts.adjustments.propose(type(SAM)(**_fields(SAM)), request())


async def test_the_ledger_has_who_decided(stand: SupportFixture) -> None:
    """Its row names both people, and is never changed."""
    await approve(stand, await proposed(stand))
    await stand.reducer.adjustments(*await sent(stand))
    async with stand.reducer.database.read() as connection:
        row = (await connection.execute(select(ADJUSTMENT))).one()
    assert (row.proposed_by, row.approved_by, row.amount_minor) == ("Sam", "Rita", 500)
