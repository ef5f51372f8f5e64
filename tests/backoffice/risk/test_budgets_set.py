"""Budgets in the back office: lowered by one person, raised by two, decided for all nodes."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import insert, select

from backoffice.approvals import repository as approvals
from backoffice.approvals.proposals import ProposalStatus
from backoffice.audit.repository import AUDIT_LOG
from backoffice.errors import Forbidden, FourEyes, Invalid, Stale, StepUpRequired
from backoffice.global_events.repository import GlobalDecision
from backoffice.risk.budgets.setting import BudgetLimit, is_raised
from consumers.messages.global_events.reducer import Decision
from consumers.messages.global_events.states import BudgetState
from consumers.rewards.decisions import RewardDecisions
from subgraphs.kit.mutations.intents import PENDING
from subgraphs.rewards.budgets import EVERY_WEEK, BudgetKey
from subgraphs.rewards.models import INTENT
from tests.support.backoffice.risk_fixture import (
    FOREIGN,
    RISK,
    SECOND,
    VIEWER,
    WEEK,
    RiskFixture,
    risk_fixture,
)

FB_5 = BudgetKey("northbet", "fb-5", EVERY_WEEK)
THIS_WEEK = FB_5._replace(iso_week=WEEK.iso)


@pytest.fixture
async def stand(tmp_path: object) -> AsyncIterator[RiskFixture]:
    """The services over databases of their own."""
    async with risk_fixture(f"sqlite+aiosqlite:///{tmp_path}") as opened:
        yield opened


async def set_budget(stand: RiskFixture, rewards: int | None, key: BudgetKey = FB_5, by: Any = RISK) -> Any:
    """Set a budget, and apply the decision as a node does."""
    done = await stand.parts.budgets.set(by, BudgetLimit(key, rewards), "planned")
    if isinstance(done, GlobalDecision):
        await apply(stand, done)
    return done


async def apply(stand: RiskFixture, decided: GlobalDecision) -> None:
    """Apply a decision in the rewards subgraph."""
    state = BudgetState(**decided.state)
    async with stand.parts.counter.rewards.write() as connection:
        decision = Decision(decided.brand, state, decided.reason, decided.decided_at)
        await RewardDecisions(stand.clock).budget(connection, decision)


async def approve(stand: RiskFixture, proposal_id: str, by: Any = SECOND) -> Any:
    """Approve a proposal by the hash of its content."""
    async with stand.base.database.read() as connection:
        proposal = await approvals.find(connection, proposal_id)
    assert proposal is not None
    return await stand.base.approvals.approve(by, proposal_id, proposal.content_hash, stand.clock.now())


async def test_the_first_budget_and_a_lower_one_need_one_person(stand: RiskFixture) -> None:
    """A limit where there was none, and fewer rewards, give no money away; each is on record."""
    first = await set_budget(stand, 100)
    lower = await set_budget(stand, 40)
    assert [first.order.number, lower.order.number] == [1, 2]
    assert lower.key == "northbet:budget:fb-5:every-week"
    (line,) = await stand.parts.risk.budgets(RISK, "northbet")
    assert (line.reward_id, line.use.rewards, line.left, line.own) == ("fb-5", 40, 40, False)
    async with stand.base.database.read() as connection:
        rows = (await connection.execute(select(AUDIT_LOG).order_by(AUDIT_LOG.c.sequence))).all()
    assert [(row.action, row.before, row.after) for row in rows] == [
        ("risk.set_budget", '{"rewards":null}', '{"rewards":100}'),
        ("risk.set_budget", '{"rewards":100}', '{"rewards":40}'),
    ]


async def test_raising_a_budget_takes_two_people(stand: RiskFixture) -> None:
    """More rewards, or no limit, are proposed; the proposer cannot approve, another person can."""
    await set_budget(stand, 100)
    proposed = await set_budget(stand, 101)
    assert isinstance(proposed, str)
    with pytest.raises(FourEyes):
        await approve(stand, proposed, RISK)
    with pytest.raises(FourEyes):
        await approve(stand, proposed, replace(SECOND, person=RISK.person))
    done = await approve(stand, proposed)
    assert done.status is ProposalStatus.EXECUTED
    assert done.outcome["number"] == 2
    assert isinstance(await set_budget(stand, None), str)


async def test_a_week_of_its_own_above_that_of_every_week_is_a_raise(stand: RiskFixture) -> None:
    """What matters is what holds in the week: removing a lower budget of its own raises it, too."""
    await set_budget(stand, 100)
    assert isinstance(await set_budget(stand, 150, THIS_WEEK), str)
    assert isinstance(await set_budget(stand, 50, THIS_WEEK), GlobalDecision)
    assert isinstance(await set_budget(stand, None, THIS_WEEK), str)
    (line,) = await stand.parts.risk.budgets(RISK, "northbet", WEEK.iso)
    assert (line.use.rewards, line.own) == (50, True)


async def test_a_proposal_is_void_once_the_budget_has_changed(stand: RiskFixture) -> None:
    """Who approved 110 instead of 100 did not approve 110 instead of 40."""
    await set_budget(stand, 100)
    proposed = await set_budget(stand, 110)
    await set_budget(stand, 40)
    with pytest.raises(Stale):
        await approve(stand, proposed)


async def test_of_two_at_once_none_raises_the_other_unseen(stand: RiskFixture) -> None:
    """If 100 becomes 50 and 80 at once, either 80 came first, or it is a raise that needs a second person."""
    await set_budget(stand, 100)
    fifty, eighty = await asyncio.gather(
        stand.parts.budgets.set(RISK, BudgetLimit(FB_5, 50), "lower"),
        stand.parts.budgets.set(SECOND, BudgetLimit(FB_5, 80), "lower, too"),
    )
    assert isinstance(fifty, GlobalDecision)
    if isinstance(eighty, GlobalDecision):
        assert eighty.order < fifty.order


async def test_who_may_not_or_gives_no_reason_sets_nothing(stand: RiskFixture) -> None:
    """A viewer, a foreign brand's risk team, no step-up, no reason, and what does not exist."""
    for person in (VIEWER, FOREIGN):
        with pytest.raises(Forbidden):
            await set_budget(stand, 1, by=person)
    with pytest.raises(StepUpRequired):
        await set_budget(stand, 1, by=replace(RISK, stepped_up_until=None))
    with pytest.raises(Invalid):
        await stand.parts.budgets.set(RISK, BudgetLimit(FB_5, 1), " ")
    for key in (
        FB_5._replace(reward_id="fb-6"),
        FB_5._replace(iso_week="2026-W12"),
        FB_5._replace(iso_week="2026-W60"),
        FB_5._replace(iso_week="soon"),
    ):
        with pytest.raises(Invalid):
            await set_budget(stand, 1, key)
    with pytest.raises(Invalid):
        await set_budget(stand, -1)


async def test_changes_in_doubt_keep_their_place(stand: RiskFixture) -> None:
    """What is reserved is not left, and the last place stops the reward."""
    await set_budget(stand, 2)
    await stand.take("northbet", WEEK.iso, {"fb-5": 1})
    await add_intent(stand, "fb-5")
    (line,) = await stand.parts.risk.budgets(VIEWER, "northbet", WEEK.iso)
    assert (line.use.taken, line.reserved, line.left, line.stopped) == (1, 1, 0, True)


async def add_intent(stand: RiskFixture, reward: str) -> None:
    """Store a change of choice whose outcome is not known."""
    row = {
        "upstream_key": "k-1",
        "brand_id": "northbet",
        "customer_id": "c-1",
        "operation": "changeReward",
        "client_key": "k",
        "slot": "choice",
        "body_hash": "h",
        "request": {"body": {"reward_id": reward}, "facts": {"iso_week": WEEK.iso}},
        "status": PENDING,
        "created_at": stand.clock.now(),
    }
    async with stand.parts.counter.rewards.write() as connection:
        await connection.execute(insert(INTENT).values(row))


def test_what_a_raise_is() -> None:
    """More than before, or no limit any more; where there was none, nothing raises it."""
    cases = [(None, 5), (None, None), (5, 5), (5, 4), (5, 6), (5, None), (0, 1)]
    assert [is_raised(*case) for case in cases] == [False, False, False, False, True, True, True]
