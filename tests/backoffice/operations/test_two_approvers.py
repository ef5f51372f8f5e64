"""Two people decide on a proposal at once: whatever its kind, one decision holds, and the other is refused.

The kinds come from the registry: one that is added without a case fails.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import pytest

from tests.backoffice.proposal_kinds import KINDS, OMAR, OTTO, ProposalFixture, proposal_fixture


@pytest.fixture
async def all_areas(database_url: str) -> AsyncIterator[ProposalFixture]:
    """The areas of the back office, on each engine."""
    async with proposal_fixture(database_url) as opened:
        yield opened


async def test_of_two_who_decide_at_once_one_does(all_areas: ProposalFixture) -> None:
    """There is one effect, that of an approval without a race; the proposer's second account has no part."""
    assert all_areas.base.approvals.kinds == set(KINDS)
    for kind in KINDS:
        alone = await _alone(all_areas, kind)
        await _two_approve(all_areas, kind, alone)
        await _one_approves(all_areas, kind, alone, rejecting=True)
        await _one_approves(all_areas, kind, alone, rejecting=False)


async def _alone(all_areas: ProposalFixture, kind: str) -> Counter[str]:
    """Approve without a race, after the proposer tried; return the rows that were added."""
    given = await all_areas.propose(kind, 0)
    before = await all_areas.rows()
    for who in (KINDS[kind].by, KINDS[kind].again):
        assert await all_areas.outcome(who, "approve", input=given) == "FOUR_EYES", kind
    assert await all_areas.rows() == before
    assert await all_areas.outcome(OTTO, "approve", input=given) == "approve", kind
    return _added(before, await all_areas.rows())


async def _two_approve(all_areas: ProposalFixture, kind: str, alone: Counter[str]) -> None:
    given = await all_areas.propose(kind, 1)
    before = await all_areas.rows()
    own, *others = await asyncio.gather(
        *(all_areas.outcome(who, "approve", input=given) for who in (KINDS[kind].again, OTTO, OMAR))
    )
    assert own in {"FOUR_EYES", "CONFLICT"}, kind
    assert sorted(others) == ["CONFLICT", "approve"], kind
    assert _added(before, await all_areas.rows()) == alone, kind
    assert await all_areas.approvals(given["proposalId"]) == 1, kind


async def _one_approves(
    all_areas: ProposalFixture, kind: str, alone: Counter[str], *, rejecting: bool
) -> None:
    given = await all_areas.propose(kind, 2 if rejecting else 3)
    before = await all_areas.rows()
    proposal = given["proposalId"]
    if rejecting:
        ending = all_areas.outcome(OMAR, "reject", input={"proposalId": proposal, "reason": "no"})
    else:
        ending = all_areas.outcome(KINDS[kind].by, "withdrawProposal", id=proposal)
    approving = all_areas.outcome(OTTO, "approve", input=given)
    ended, approved = await asyncio.gather(ending, approving)
    if approved == "approve":
        assert ended == "CONFLICT", kind
        assert _added(before, await all_areas.rows()) == alone, kind
    else:
        assert (approved, ended) == ("CONFLICT", "reject" if rejecting else "withdrawProposal"), kind
        assert _added(before, await all_areas.rows()).keys() <= {"goodwill_reservation"}, kind
    assert await all_areas.approvals(proposal) == (approved == "approve"), kind


def _added(before: dict[str, int], after: dict[str, int]) -> Counter[str]:
    """Return how many rows each table has more, or fewer."""
    return Counter({name: after[name] - before[name] for name in after if after[name] != before[name]})
