"""Figures equal a plain recount of the same customers, and so do the rows that they link to."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from backoffice.risk.figures import counting
from backoffice.risk.figures.profit import profit_lines
from backoffice.risk.rows import RiskFigure, RiskRow, RowFilter
from subgraphs.club_kit.domain.control_groups import ControlGroups
from subgraphs.fulfilment.accounting import week_rewards
from subgraphs.kit.domain.keys import Owner
from subgraphs.progress.weeks import participation
from tests.backoffice.risk.made_weeks import STAGES, weeks
from tests.backoffice.risk.risk_fixture import (
    BEFORE,
    NOW,
    REWARDS,
    RISK,
    TERRITORIES,
    TRIALS,
    WEEK,
    CustomerWeek,
    RiskFixture,
    risk_fixture,
)
from tests.support.examples import examples
from tests.support.subgraphs.club_samples import make_scheme


def took_part(one: CustomerWeek) -> bool:
    """Whether somebody was a member at the week's end, or left during the week."""
    during = [change for change in one.changes if change.at < WEEK.ends_at]
    if not during:
        return bool(one.changes) and not one.changes[0].opted_in
    return during[-1].opted_in or during[-1].at >= WEEK.starts_at


def stage_of(one: CustomerWeek, *, ended: bool) -> str | None:
    """The stage of a customer's reward."""
    if one.status is None:
        return None
    if one.state is not None:
        cash = one.state == "CREDITED" and one.paid == "cash-2"
        return "used" if cash else STAGES[one.state]
    if one.status == "provisional":
        return "stopped" if ended and one.excluded and one.territory else "expected"
    return None


def reward_of(one: CustomerWeek) -> str:
    """The reward that a customer gets: paid, chosen, or by default at home, which may have a trial."""
    home = one.territory or ("GB", "GBP")
    default, (tried, share) = TERRITORIES[home], TRIALS.get(home, (None, 0))
    scheme = make_scheme(default_reward_id=default, trial_reward_id=tried, trial_per_mille=share)
    is_drawn = ControlGroups(b"").on_trial(Owner("northbet", one.customer), scheme)
    return one.paid or one.choice or (tried if tried and is_drawn else default)


def recounted(found: list[CustomerWeek], *, ended: bool) -> dict[str, Any]:
    """The figures of a week, counted customer by customer."""
    money: dict[str, Counter[str]] = {}
    stages: Counter[tuple[str, str, str]] = Counter()
    for one in found:
        counted = [bet for bet in one.bets if bet]
        if one.bets:
            line = money.setdefault((one.territory or ("GB", "GBP"))[1], Counter())
            line["customers"] += bool(counted)
            line["bets"] += len(counted)
            line["turnover"] += sum(counted)
            line["member_turnover"] += sum(counted) if took_part(one) else 0
        if stage := stage_of(one, ended=ended):
            reward = reward_of(one)
            stages[stage, reward, REWARDS[reward]["currency"]] += 1
    return {
        "seen": sum(one.seen for one in found) or None,
        "opted_in": sum(map(took_part, found)),
        "qualified": sum(one.status in {"provisional", "confirmed"} for one in found),
        "chose": sum(one.choice is not None for one in found),
        "stages": stages,
        "money": money,
    }


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """An event loop in which all examples run: opening databases for each would take most of the time."""
    made = asyncio.new_event_loop()
    yield made
    made.close()


@pytest.fixture(scope="module")
def risk_area(
    loop: asyncio.AbstractEventLoop, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RiskFixture]:
    """Databases of two brands; two customers are counted at once, so that most weeks take several steps."""
    folder: Path = tmp_path_factory.mktemp("risk")
    manager = risk_fixture(f"sqlite+aiosqlite:///{folder}", ("northbet", "lagunabet"))
    with pytest.MonkeyPatch.context() as patch:
        for module in (participation, week_rewards, counting):
            patch.setattr(module, "CUSTOMERS_PER_BATCH", 2)
        yield loop.run_until_complete(manager.__aenter__())
        loop.run_until_complete(manager.__aexit__(None, None, None))


ALL = RowFilter()


async def rows(risk_area: RiskFixture, figure: RiskFigure, wanted: RowFilter = ALL) -> list[RiskRow]:
    """All rows of a figure, page by page."""
    reader = await risk_area.parts.risk.figure_rows(RISK, "northbet", WEEK.iso)
    found: list[RiskRow] = []
    after, more = "", True
    while more:
        page = await reader.page(figure, wanted, after, 4)
        assert len(page.rows) <= 4
        found += page.rows
        after, more = page.end or "", page.has_next
    assert len({row.customer for row in found}) == len(found)
    return found


async def compare(risk_area: RiskFixture, found: list[CustomerWeek], *, ended: bool) -> None:
    """Count a week, and compare its figures and their rows with the recount."""
    await risk_area.clear()
    at = WEEK.ends_at + timedelta(hours=1) if ended else NOW
    risk_area.clock.advance(at - risk_area.clock.now())
    await risk_area.add(found)
    # Noise that no figure of the week may hold:
    await risk_area.add(
        [CustomerWeek("other-week", None, status="provisional", bets=(700,), seen=True)], BEFORE.iso
    )
    await risk_area.add(
        [CustomerWeek("other-brand", status="provisional", bets=(700,), seen=True)], brand="lagunabet"
    )
    taken = Counter(one.choice for one in found if one.choice)
    await risk_area.take("northbet", WEEK.iso, taken)
    known = await risk_area.parts.counter.weeks("northbet")
    assert known is not None
    figures = await risk_area.parts.collector.count(known, WEEK)
    plain = recounted(found, ended=ended)

    counted = {name: getattr(figures, name) for name in ("seen", "opted_in", "qualified", "chose")}
    assert counted == {name: plain[name] for name in counted}
    by_stage: Counter[tuple[str, str, str]] = Counter()
    for reward in figures.rewards:
        by_stage[reward.stage, reward.reward_id, reward.currency] += reward.customers
        terms = REWARDS[reward.reward_id]
        assert reward.value_minor == reward.customers * (terms["value_minor"] or 0)
        assert reward.spins == reward.customers * (terms["spins"] or 0)
        assert reward.unvalued == (reward.customers if terms["value_minor"] is None else 0)
    assert by_stage == plain["stages"]
    money = {
        one.currency: {
            "customers": one.customers,
            "bets": one.counted_bets,
            "turnover": one.turnover_minor,
            "member_turnover": one.member_turnover_minor,
        }
        for one in figures.money
    }
    assert money == {currency: dict(line) for currency, line in plain["money"].items()}

    (stored, *_) = await risk_area.parts.risk.weeks(RISK, "northbet", 5)
    assert (stored.week.opted_in, stored.week.qualified) == (plain["opted_in"], plain["qualified"])
    assert (stored.week.seen, len(await rows(risk_area, RiskFigure.SEEN))) == (
        plain["seen"],
        plain["seen"] or 0,
    )
    assert len(await rows(risk_area, RiskFigure.OPTED_IN)) == plain["opted_in"]
    assert len(await rows(risk_area, RiskFigure.QUALIFIED)) == plain["qualified"]
    assert len(await rows(risk_area, RiskFigure.CHOSE)) == plain["chose"]
    assert len(await rows(risk_area, RiskFigure.CREDITED)) == stored.week.credited
    for line in profit_lines(stored.money, stored.rewards):
        only = RowFilter(currency=line.currency)
        turnover = await rows(risk_area, RiskFigure.TURNOVER, only)
        assert sum(row.turnover_minor or 0 for row in turnover) == line.turnover_minor
        assert sum(row.counted_bets or 0 for row in turnover) == line.counted_bets
        assert len(turnover) == line.customers
        members = await rows(risk_area, RiskFigure.MEMBER_TURNOVER, only)
        assert sum(row.turnover_minor or 0 for row in members) == line.member_turnover_minor
        for stage in ("expected", "owed", "outstanding", "used", "expired"):
            linked = await rows(risk_area, RiskFigure(stage), only)
            assert sum(row.value_minor or 0 for row in linked) == getattr(line, f"{stage}_minor")
    for one in figures.rewards[:4]:
        wanted = RowFilter(one.reward_id, one.config_version, one.currency, one.source)
        linked = await rows(risk_area, RiskFigure(one.stage), wanted)
        assert (len(linked), sum(row.value_minor or 0 for row in linked)) == (one.customers, one.value_minor)


@settings(max_examples=examples(20), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(found=weeks(), ended=st.booleans())
@example(
    found=[
        CustomerWeek("a", None, status="provisional"),
        CustomerWeek("b", ("MT", "EUR"), status="provisional", bets=(2500,)),
        CustomerWeek("c", status="provisional", choice="fs-30"),
        CustomerWeek("d", status="confirmed", state="CREDITED", paid="cash-2"),
        CustomerWeek("e", status="confirmed", state="CONFIRMED"),
        CustomerWeek("f", status="provisional", excluded=True),
    ],
    ended=True,
)
def test_figures_and_their_rows_equal_a_recount(
    risk_area: RiskFixture, loop: asyncio.AbstractEventLoop, found: list[CustomerWeek], *, ended: bool
) -> None:
    """Every figure of a week, and the sum over the pages of its rows, is what counting by hand gives."""
    loop.run_until_complete(compare(risk_area, found, ended=ended))
