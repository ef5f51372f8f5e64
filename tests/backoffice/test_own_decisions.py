"""The decisions about one's own proposals: who sees them, what is recorded, and which are new."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from backoffice.access import Actor
from backoffice.audit.repository import AUDIT_LOG
from foundation.storage.clock import ManualClock
from tests.backoffice.proposal_kinds import PAULA, RITA, ProposalFixture, customer, proposal_fixture
from tests.support.office.permission_rules import ask

DECISIONS = "{ unseenDecisions myDecisions { id kind status own visible decidedBy decisionReason } }"
SEE = "mutation See($newest: ID!) { seeDecisions(newest: $newest) }"


@pytest.fixture
async def all_areas(tmp_path: Path) -> AsyncIterator[ProposalFixture]:
    """The graph over databases that know customers."""
    async with proposal_fixture(f"sqlite+aiosqlite:///{tmp_path}") as opened:
        yield opened


async def decisions(all_areas: ProposalFixture, who: Actor) -> tuple[int, list[dict[str, Any]]]:
    """Return how many decisions are new to somebody, and all of them."""
    answer = await ask(all_areas.graph, who, DECISIONS)
    assert "errors" not in answer, answer
    return answer["data"]["unseenDecisions"], answer["data"]["myDecisions"]


async def reject(all_areas: ProposalFixture, kind: str, time: int, reason: str) -> str:
    """Let Paula propose, and Rita reject it; return the proposal's id."""
    proposal = (await all_areas.propose(kind, time))["proposalId"]
    rejected = {"proposalId": proposal, "reason": reason}
    assert await all_areas.outcome(RITA, "reject", input=rejected) == "reject"
    return proposal


async def see(all_areas: ProposalFixture, who: Actor, newest: str) -> Any:
    """Say that somebody has looked up to a decision; return how many are left, or the code of the refusal."""
    answer = await ask(all_areas.graph, who, SEE, {"newest": newest})
    errors = answer.get("errors", ())
    return errors[0]["extensions"]["code"] if errors else answer["data"]["seeDecisions"]


async def test_a_proposer_reads_how_it_ended_and_why(all_areas: ProposalFixture) -> None:
    """What waits or was withdrawn is no news, and others do not see it."""
    assert await decisions(all_areas, PAULA) == (0, [])
    refused = await reject(all_areas, "risk.raise_budget", 0, "too much")
    approval = await all_areas.propose("support.adjustment", 0)
    assert await all_areas.outcome(RITA, "approve", input=approval) == "approve"
    withdrawn = await all_areas.propose("risk.raise_budget", 1)
    assert (
        await all_areas.outcome(PAULA, "withdrawProposal", id=withdrawn["proposalId"]) == "withdrawProposal"
    )
    await all_areas.propose("risk.raise_budget", 2)
    count, found = await decisions(all_areas, PAULA)
    assert count == 2
    assert {one["id"] for one in found} == {approval["proposalId"], refused}
    (no,) = [one for one in found if one["id"] == refused]
    assert no == {
        "id": refused,
        "kind": "risk.raise_budget",
        "status": "REJECTED",
        "own": True,
        "visible": True,
        "decidedBy": "Rita",
        "decisionReason": "too much",
    }
    assert await decisions(all_areas, RITA) == (0, [])


async def test_a_look_is_remembered_for_the_account_and_never_goes_back(all_areas: ProposalFixture) -> None:
    """So a second browser counts the same; only one's own decided proposals are a place to have looked at."""
    first = await reject(all_areas, "risk.raise_budget", 0, "too much")
    assert isinstance(all_areas.base.clock, ManualClock)
    all_areas.base.clock.advance(timedelta(minutes=1))
    second = await reject(all_areas, "risk.raise_budget", 1, "again")
    assert await see(all_areas, PAULA, first) == 1
    assert await see(all_areas, PAULA, second) == 0
    assert await see(all_areas, PAULA, first) == 0
    assert [one["id"] for one in (await decisions(all_areas, PAULA))[1]] == [second, first]
    waiting = (await all_areas.propose("risk.raise_budget", 2))["proposalId"]
    assert await see(all_areas, PAULA, waiting) == "NOT_FOUND"
    assert await see(all_areas, RITA, second) == "NOT_FOUND"


async def test_decisions_about_customers_are_a_recorded_look(all_areas: ProposalFixture) -> None:
    """The list names them; the count that is read all the time shows nobody, and leaves nothing."""
    await reject(all_areas, "support.adjustment", 0, "no")
    looked = select(AUDIT_LOG.c.user_id, AUDIT_LOG.c.after).where(AUDIT_LOG.c.action == "approvals.look")
    await ask(all_areas.graph, PAULA, "{ unseenDecisions }")
    async with all_areas.base.database.read() as connection:
        assert (await connection.execute(looked)).all() == []
    await decisions(all_areas, PAULA)
    async with all_areas.base.database.read() as connection:
        ((who, seen),) = await connection.execute(looked)
    assert (who, json.loads(seen)) == (PAULA.user_id, {"customers": [f"customer:{customer(0)}"]})
