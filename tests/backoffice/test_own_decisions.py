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
from tests.support.backoffice.proposal_kinds import PAULA, RITA, ProposalFixture, customer, proposal_fixture
from tests.support.office.permission_rules import ask

DECISIONS = "{ unseenDecisions myDecisions { id kind status own visible decidedBy decisionReason } }"
SEE = "mutation See($newest: ID!) { seeDecisions(newest: $newest) }"


@pytest.fixture
async def stand(tmp_path: Path) -> AsyncIterator[ProposalFixture]:
    """The graph over databases that know customers."""
    async with proposal_fixture(f"sqlite+aiosqlite:///{tmp_path}") as opened:
        yield opened


async def decisions(stand: ProposalFixture, who: Actor) -> tuple[int, list[dict[str, Any]]]:
    """Return how many decisions are new to somebody, and all of them."""
    answer = await ask(stand.graph, who, DECISIONS)
    assert "errors" not in answer, answer
    return answer["data"]["unseenDecisions"], answer["data"]["myDecisions"]


async def reject(stand: ProposalFixture, kind: str, time: int, reason: str) -> str:
    """Let Paula propose, and Rita reject it; return the proposal's id."""
    proposal = (await stand.propose(kind, time))["proposalId"]
    rejected = {"proposalId": proposal, "reason": reason}
    assert await stand.outcome(RITA, "reject", input=rejected) == "reject"
    return proposal


async def see(stand: ProposalFixture, who: Actor, newest: str) -> Any:
    """Say that somebody has looked up to a decision; return how many are left, or the code of the refusal."""
    answer = await ask(stand.graph, who, SEE, {"newest": newest})
    errors = answer.get("errors", ())
    return errors[0]["extensions"]["code"] if errors else answer["data"]["seeDecisions"]


async def test_a_proposer_reads_how_it_ended_and_why(stand: ProposalFixture) -> None:
    """What waits or was withdrawn is no news, and others do not see it."""
    assert await decisions(stand, PAULA) == (0, [])
    refused = await reject(stand, "risk.raise_budget", 0, "too much")
    approval = await stand.propose("support.adjustment", 0)
    assert await stand.outcome(RITA, "approve", input=approval) == "approve"
    withdrawn = await stand.propose("risk.raise_budget", 1)
    assert await stand.outcome(PAULA, "withdraw", id=withdrawn["proposalId"]) == "withdraw"
    await stand.propose("risk.raise_budget", 2)
    count, found = await decisions(stand, PAULA)
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
    assert await decisions(stand, RITA) == (0, [])


async def test_a_look_is_remembered_for_the_account_and_never_goes_back(stand: ProposalFixture) -> None:
    """So a second browser counts the same; only one's own decided proposals are a place to have looked at."""
    first = await reject(stand, "risk.raise_budget", 0, "too much")
    assert isinstance(stand.base.clock, ManualClock)
    stand.base.clock.advance(timedelta(minutes=1))
    second = await reject(stand, "risk.raise_budget", 1, "again")
    assert await see(stand, PAULA, first) == 1
    assert await see(stand, PAULA, second) == 0
    assert await see(stand, PAULA, first) == 0
    assert [one["id"] for one in (await decisions(stand, PAULA))[1]] == [second, first]
    waiting = (await stand.propose("risk.raise_budget", 2))["proposalId"]
    assert await see(stand, PAULA, waiting) == "NOT_FOUND"
    assert await see(stand, RITA, second) == "NOT_FOUND"


async def test_decisions_about_customers_are_a_recorded_look(stand: ProposalFixture) -> None:
    """The list names them; the count that is read all the time shows nobody, and leaves nothing."""
    await reject(stand, "support.adjustment", 0, "no")
    looked = select(AUDIT_LOG.c.user_id, AUDIT_LOG.c.after).where(AUDIT_LOG.c.action == "approvals.look")
    await ask(stand.graph, PAULA, "{ unseenDecisions }")
    async with stand.base.database.read() as connection:
        assert (await connection.execute(looked)).all() == []
    await decisions(stand, PAULA)
    async with stand.base.database.read() as connection:
        ((who, seen),) = await connection.execute(looked)
    assert (who, json.loads(seen)) == (PAULA.user_id, {"customers": [f"customer:{customer(0)}"]})
