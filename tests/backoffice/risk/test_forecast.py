"""Forecasts of the week's end: tested on recorded weeks, and silent where there is too little history."""

import random
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.figures import repository
from backoffice.figures.week_figures import RewardFigure, WeekFigures
from backoffice.risk.figures.forecast import Amount, Curve, backtest, elapsed_hours, forecast
from subgraphs.club_kit.domain.weeks import Week, week_named
from tests.backoffice.risk.risk_fixture import NOW, RISK, WEEK, CustomerWeek, risk_fixture

HOURS = 168


def curve(number: int, final: int, hours: list[int]) -> Curve:
    """A recorded week: how many rewards were expected at the end of each hour."""
    amounts = {hour: Amount(rewards, rewards * 500) for hour, rewards in enumerate(hours)}
    return Curve(f"2026-W{number:02}", "GBP", amounts, Amount(final, final * 500))


def recorded_week(number: int, size: int, chance: random.Random) -> Curve:
    """A week like those of a betting site: most qualify at the weekend, and no two weeks are equal."""
    late = chance.uniform(1.4, 1.8)
    reached = sorted(HOURS * chance.random() ** (1 / late) for _ in range(size))
    hours = [sum(at <= hour + 1 for at in reached) for hour in range(HOURS)]
    return curve(number, size, hours)


def test_weeks_of_the_same_shape_are_forecast_exactly() -> None:
    """If all weeks grow alike, the forecast is the end, and the range is a point."""
    weeks = [
        curve(10 - place, 1000 * place, [1000 * place * hour // 168 for hour in range(1, 169)])
        for place in range(1, 5)
    ]
    found = forecast(Amount(500, 250_000), 84.0, weeks)
    assert found.estimate is not None
    assert found.estimate.likely == found.estimate.low == found.estimate.high == Amount(1000, 500_000)


def test_with_too_little_history_there_is_no_forecast() -> None:
    """Two recorded weeks are too few, and so are weeks of which this hour was not recorded."""
    week = curve(12, 100, list(range(1, 169)))
    assert forecast(Amount(50, 1), 84.0, [week, week]).unavailable is not None
    holes = Curve("2026-W11", "GBP", {hour: Amount(1, 1) for hour in range(60)}, Amount(100, 1))
    found = forecast(Amount(50, 1), 84.0, [week, week, holes])
    assert found.estimate is None
    assert found.unavailable == "Too little history: 2 of at least 3 weeks were recorded at this hour."


def test_too_early_in_the_week_there_is_no_forecast() -> None:
    """While few have qualified, one customer more would change it by far."""
    weeks = [curve(number, 1000, [hour // 4 for hour in range(167)] + [1000]) for number in (9, 10, 11)]
    found = forecast(Amount(3, 1500), 12.0, weeks)
    assert (found.estimate, found.unavailable is not None) == (None, True)
    assert "Too early" in (forecast(Amount(0, 0), 167.9, weeks).unavailable or "")


def test_the_method_is_tested_on_recorded_weeks() -> None:
    """Over two years of weeks of changing size and shape it is off by some percent from Thursday on."""
    chance = random.Random(7)  # noqa: S311 - not a secret
    weeks = [recorded_week(place, chance.randrange(300, 900), chance) for place in range(60, 0, -1)]
    by_hour = {}
    for elapsed in (84.0, 120.5, 150.0):
        tested = [one for place in range(40) for one in backtest(elapsed, weeks[place : place + 12])[:1]]
        off = sum(abs(one.error) for one in tested) / len(tested)
        inside = sum(one.within for one in tested) / len(tested)
        by_hour[elapsed] = (len(tested), off, inside)
    assert all(count == 40 and inside >= 0.6 for count, _, inside in by_hour.values()), by_hour
    assert by_hour[84.0][1] < 0.15
    assert by_hour[150.0][1] < 0.05
    assert by_hour[150.0][1] < by_hour[84.0][1]


@given(
    shares=st.lists(st.integers(10, 100), min_size=3, max_size=8),
    actual=st.integers(10, 100),
    final=st.integers(1000, 5000),
)
def test_a_week_between_those_before_it_ends_in_the_range(shares: list[int], actual: int, final: int) -> None:
    """The range holds every week whose share is none that was never seen before."""
    weeks = [curve(place, 10_000, [share * 100] * 168) for place, share in enumerate(shares, 1)]
    now = round(final * actual / 100)
    found = forecast(Amount(now, now * 500), 100.0, weeks).estimate
    assert found is not None
    assert found.low.rewards <= found.likely.rewards <= found.high.rewards
    if min(shares) <= actual <= max(shares):
        assert found.low.rewards - 10 <= final <= found.high.rewards + 10


@pytest.mark.parametrize(("iso", "hours"), [("2026-W13", 167), ("2026-W43", 169), ("2026-W12", 168)])
def test_weeks_in_which_clocks_change_have_their_own_length(iso: str, hours: int) -> None:
    """Elapsed hours are real hours, and end with the week."""
    week = week_named(iso, "Europe/London")
    assert elapsed_hours(week, week.ends_at + timedelta(days=3)) == hours
    assert elapsed_hours(week, week.starts_at - timedelta(days=3)) == 0


async def test_the_curve_is_recorded_while_the_week_goes_on(tmp_path: object) -> None:
    """Each hour keeps its last count, and the end has one more; weeks that are over make a forecast."""
    async with risk_fixture(f"sqlite+aiosqlite:///{tmp_path}") as risk_area:
        for number, final in ((9, 100), (10, 110), (11, 90), (12, 105)):
            await record(risk_area.base.database, week_named(f"2026-W{number:02}", "Europe/London"), final)
        await risk_area.add([CustomerWeek(f"c-{place}", status="provisional") for place in range(30)])
        known = await risk_area.parts.counter.weeks("northbet")
        assert known is not None
        await risk_area.parts.collector.count(known, WEEK)
        euros, found = await risk_area.parts.risk.forecasts(RISK, "northbet")
        assert (euros.currency, euros.now.rewards, euros.forecast.estimate) == ("EUR", 0, None)
        elapsed = elapsed_hours(WEEK, NOW)
        assert (found.currency, found.now.rewards, found.elapsed) == ("GBP", 30, elapsed)
        assert found.forecast.weeks == ("2026-W12", "2026-W11", "2026-W10", "2026-W09")
        assert found.forecast.estimate is not None
        assert found.forecast.estimate.likely.rewards == pytest.approx(30 * 168 / elapsed, abs=3)
        assert [one.iso_week for one in found.tested] == ["2026-W12"]
        risk_area.clock.advance(timedelta(minutes=59))
        await risk_area.parts.collector.count(known, WEEK)
        risk_area.clock.advance(timedelta(minutes=2))
        await risk_area.parts.collector.count(known, WEEK)
        risk_area.clock.advance(timedelta(days=7))
        await risk_area.parts.collector.count(known, WEEK)
        async with risk_area.base.database.read() as connection:
            points = await repository.curve(connection, "northbet", [WEEK.iso])
        assert [(point.hour, point.rewards) for point in points if point.currency == "GBP"] == [
            (60, 30),
            (61, 30),
            (repository.FINAL_HOUR, 30),
        ]
        assert {one.rewards for one in points if one.currency == "EUR"} == {0}


async def record(database: object, week: Week, final: int) -> None:
    """Record a week that grew evenly to its final number."""
    for hour in range(170):
        number = min(final, round(final * (hour + 1) / 168))
        figure = RewardFigure("expected", "set", "fb-5", 1, "free_bet", "GBP", number, number * 500, 0, 0)
        figures = WeekFigures(
            brand="northbet",
            week=week,
            closed=hour > 168,
            seen=None,
            opted_in=number,
            qualified=number,
            chose=0,
            in_doubt=0,
            rewards=(figure,),
            money=(),
            currencies=("GBP",),
            as_of=week.starts_at + timedelta(hours=hour, minutes=50),
        )
        async with database.write() as connection:  # type: ignore[attr-defined]
            await repository.store(connection, figures, finished=False)
