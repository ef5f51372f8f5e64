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
from tests.backoffice.risk.risk_fixture import (
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
async def risk_area(tmp_path: object) -> AsyncIterator[RiskFixture]:
    """The services over databases of their own."""
    async with risk_fixture(f"sqlite+aiosqlite:///{tmp_path}") as opened:
        yield opened


async def set_budget(
    risk_area: RiskFixture, rewards: int | None, key: BudgetKey = FB_5, by: Any = RISK
) -> Any:
    """Set a budget, and apply the decision as a node does."""
    done = await risk_area.parts.budgets.set(by, BudgetLimit(key, rewards), "planned")
    if isinstance(done, GlobalDecision):
        await apply(risk_area, done)
    return done


async def apply(risk_area: RiskFixture, decided: GlobalDecision) -> None:
    """Apply a decision in the rewards subgraph."""
    state = BudgetState(**decided.state)
    async with risk_area.parts.counter.databases.rewards.write() as connection:
        decision = Decision(decided.brand, state, decided.reason, decided.decided_at)
        await RewardDecisions(risk_area.clock).budget(connection, decision)


async def approve(risk_area: RiskFixture, proposal_id: str, by: Any = SECOND) -> Any:
    """Approve a proposal by the hash of its content."""
    async with risk_area.base.database.read() as connection:
        proposal = await approvals.find(connection, proposal_id)
    assert proposal is not None
    return await risk_area.base.approvals.approve(
        by, proposal_id, proposal.content_hash, risk_area.clock.now()
    )


async def test_the_first_budget_and_a_lower_one_need_one_person(risk_area: RiskFixture) -> None:
    """A limit where there was none, and fewer rewards, give no money away; each is on record."""
    first = await set_budget(risk_area, 100)
    lower = await set_budget(risk_area, 40)
    assert [first.order.number, lower.order.number] == [1, 2]
    assert lower.key == "northbet:budget:fb-5:every-week"
    (line,) = await risk_area.parts.risk.budgets(RISK, "northbet")
    assert (line.reward_id, line.use.rewards, line.left, line.own) == ("fb-5", 40, 40, False)
    async with risk_area.base.database.read() as connection:
        rows = (await connection.execute(select(AUDIT_LOG).order_by(AUDIT_LOG.c.sequence))).all()
    assert [(row.action, row.before, row.after) for row in rows] == [
        ("risk.set_budget", '{"rewards":null}', '{"rewards":100}'),
        ("risk.set_budget", '{"rewards":100}', '{"rewards":40}'),
    ]


async def test_a_budget_is_in_its_table_before_a_node_was_told(risk_area: RiskFixture) -> None:
    """Who has set one sees it at once: also a week's own, a lower one, and that one was removed."""

    async def table(week: str) -> list[tuple[str, int, bool]]:
        lines = await risk_area.parts.risk.budgets(RISK, "northbet", week)
        return [(line.reward_id, line.use.rewards, line.own) for line in lines]

    coming = WEEK.iso[:-2] + f"{int(WEEK.iso[-2:]) + 1:02}"
    setting = risk_area.parts.budgets
    for key, rewards in ((FB_5, 100), (FB_5, 40), (FB_5._replace(iso_week=coming), 30)):
        assert isinstance(await setting.set(RISK, BudgetLimit(key, rewards), "planned"), GlobalDecision)
    assert await table(WEEK.iso) == [("fb-5", 40, False)]
    assert await table(coming) == [("fb-5", 30, True)]
    proposed = await setting.set(RISK, BudgetLimit(FB_5, None), "no limit")
    assert isinstance(proposed, str)
    assert await table(WEEK.iso) == [("fb-5", 40, False)]
    await approve(risk_area, proposed)
    assert await table(WEEK.iso) == []
    assert await table(coming) == [("fb-5", 30, True)]


async def test_raising_a_budget_takes_two_people(risk_area: RiskFixture) -> None:
    """More rewards, or no limit, are proposed; the proposer cannot approve, another person can."""
    await set_budget(risk_area, 100)
    proposed = await set_budget(risk_area, 101)
    assert isinstance(proposed, str)
    with pytest.raises(FourEyes):
        await approve(risk_area, proposed, RISK)
    with pytest.raises(FourEyes):
        await approve(risk_area, proposed, replace(SECOND, person=RISK.person))
    done = await approve(risk_area, proposed)
    assert done.status is ProposalStatus.EXECUTED
    assert done.outcome["number"] == 2
    assert isinstance(await set_budget(risk_area, None), str)


async def test_a_week_of_its_own_above_that_of_every_week_is_a_raise(risk_area: RiskFixture) -> None:
    """What matters is what holds in the week: removing a lower budget of its own raises it, too."""
    await set_budget(risk_area, 100)
    assert isinstance(await set_budget(risk_area, 150, THIS_WEEK), str)
    assert isinstance(await set_budget(risk_area, 50, THIS_WEEK), GlobalDecision)
    assert isinstance(await set_budget(risk_area, None, THIS_WEEK), str)
    (line,) = await risk_area.parts.risk.budgets(RISK, "northbet", WEEK.iso)
    assert (line.use.rewards, line.own) == (50, True)


async def test_a_proposal_is_void_once_the_budget_has_changed(risk_area: RiskFixture) -> None:
    """Who approved 110 instead of 100 did not approve 110 instead of 40."""
    await set_budget(risk_area, 100)
    proposed = await set_budget(risk_area, 110)
    await set_budget(risk_area, 40)
    with pytest.raises(Stale):
        await approve(risk_area, proposed)


async def test_of_two_at_once_none_raises_the_other_unseen(risk_area: RiskFixture) -> None:
    """If 100 becomes 50 and 80 at once, either 80 came first, or it is a raise that needs a second person."""
    await set_budget(risk_area, 100)
    fifty, eighty = await asyncio.gather(
        risk_area.parts.budgets.set(RISK, BudgetLimit(FB_5, 50), "lower"),
        risk_area.parts.budgets.set(SECOND, BudgetLimit(FB_5, 80), "lower, too"),
    )
    assert isinstance(fifty, GlobalDecision)
    if isinstance(eighty, GlobalDecision):
        assert eighty.order < fifty.order


async def test_who_may_not_or_gives_no_reason_sets_nothing(risk_area: RiskFixture) -> None:
    """A viewer, a foreign brand's risk team, no step-up, no reason, and what does not exist."""
    for person in (VIEWER, FOREIGN):
        with pytest.raises(Forbidden):
            await set_budget(risk_area, 1, by=person)
    with pytest.raises(StepUpRequired):
        await set_budget(risk_area, 1, by=replace(RISK, stepped_up_until=None))
    with pytest.raises(Invalid):
        await risk_area.parts.budgets.set(RISK, BudgetLimit(FB_5, 1), " ")
    for key in (
        FB_5._replace(reward_id="fb-6"),
        FB_5._replace(iso_week="2026-W12"),
        FB_5._replace(iso_week="2026-W60"),
        FB_5._replace(iso_week="soon"),
    ):
        with pytest.raises(Invalid):
            await set_budget(risk_area, 1, key)
    with pytest.raises(Invalid):
        await set_budget(risk_area, -1)


async def test_changes_in_doubt_keep_their_place(risk_area: RiskFixture) -> None:
    """What is reserved is not left, and the last place stops the reward."""
    await set_budget(risk_area, 2)
    await risk_area.take("northbet", WEEK.iso, {"fb-5": 1})
    await add_intent(risk_area, "fb-5")
    (line,) = await risk_area.parts.risk.budgets(VIEWER, "northbet", WEEK.iso)
    assert (line.use.taken, line.reserved, line.left, line.stopped) == (1, 1, 0, True)


async def add_intent(risk_area: RiskFixture, reward: str) -> None:
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
        "created_at": risk_area.clock.now(),
    }
    async with risk_area.parts.counter.databases.rewards.write() as connection:
        await connection.execute(insert(INTENT).values(row))


def test_what_a_raise_is() -> None:
    """More than before, or no limit any more; where there was none, nothing raises it."""
    cases = [(None, 5), (None, None), (5, 5), (5, 4), (5, 6), (5, None), (0, 1)]
    assert [is_raised(*case) for case in cases] == [False, False, False, False, True, True, True]
