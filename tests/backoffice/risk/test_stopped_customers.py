"""A customer who qualified and is excluded: expected while the week goes on, and stopped from its end."""

from collections import Counter
from datetime import timedelta

from backoffice.figures import repository
from backoffice.risk.rows import RiskFigure, RowFilter
from tests.backoffice.risk.risk_fixture import RISK, WEEK, CustomerWeek, RiskFixture, risk_fixture

EXCLUDED = CustomerWeek("excluded", status="provisional", choice="fb-5", excluded=True)
OTHER = CustomerWeek("other", status="provisional", choice="fb-5")


async def shown(risk_area: RiskFixture) -> tuple[dict[str, int], dict[str, list[str]]]:
    """Count the weeks; return the week's rewards by stage, and the customers behind each stage."""
    await risk_area.parts.collector.count_due()
    risk, stages = risk_area.parts.risk, Counter[str]()
    for one in await risk.rewards(RISK, "northbet", 100, iso_week=WEEK.iso):
        stages[one.figure.stage] += one.figure.customers
    reader = await risk.figure_rows(RISK, "northbet", WEEK.iso)
    customers = {}
    for figure in (RiskFigure.EXPECTED, RiskFigure.OWED, RiskFigure.STOPPED):
        page = await reader.page(figure, RowFilter(reward="fb-5"), "", 25)
        if page.rows:
            customers[figure.value] = [row.customer for row in page.rows]
    return dict(stages), customers


async def liability(risk_area: RiskFixture) -> list[tuple[str, int]]:
    """Return what may still have to be paid, by stage."""
    found = await risk_area.parts.risk.liability(RISK, "northbet")
    return [
        (reward.figure.stage, reward.figure.customers)
        for reward in found.rewards
        if reward.iso_week == WEEK.iso
    ]


async def test_who_is_excluded_is_stopped_from_the_end_of_the_week(tmp_path: object) -> None:
    """Figures, rows, liability and the recorded end agree before the end, until closing, and afterwards."""
    async with risk_fixture(f"sqlite+aiosqlite:///{tmp_path}") as risk_area:
        await risk_area.add([EXCLUDED, OTHER])
        everybody = ["excluded", "other"]
        assert await shown(risk_area) == ({"expected": 2}, {"expected": everybody})
        assert await liability(risk_area) == [("expected", 2)]
        forecasts = await risk_area.parts.risk.forecasts(RISK, "northbet")
        (pounds,) = [forecast for forecast in forecasts if forecast.currency == "GBP"]
        assert pounds.now.rewards == 2
        assert [hour.rewards for hour in pounds.hours.values()] == [2]

        risk_area.clock.advance(WEEK.ends_at + timedelta(hours=1) - risk_area.clock.now())
        ended = {"expected": ["other"], "stopped": ["excluded"]}
        assert await shown(risk_area) == ({"expected": 1, "stopped": 1}, ended)
        assert await liability(risk_area) == [("expected", 1)]
        forecasts = await risk_area.parts.risk.forecasts(RISK, "northbet")
        (present,) = {one.week.iso for one in forecasts}
        assert {tuple(one.before) for one in forecasts if one.currency == "GBP"} == {tuple(pounds.hours)}
        assert present > WEEK.iso  # the forecast is about the week that goes on

        await risk_area.clear_customers()
        await risk_area.add(
            [
                CustomerWeek(
                    "excluded", status="confirmed", choice="fb-5", state="INELIGIBLE", excluded=True
                ),
                CustomerWeek("other", status="confirmed", choice="fb-5", state="CONFIRMED", paid="fb-5"),
            ]
        )
        closed = {"owed": ["other"], "stopped": ["excluded"]}
        assert await shown(risk_area) == ({"owed": 1, "stopped": 1}, closed)
        assert await liability(risk_area) == [("owed", 1)]
        async with risk_area.base.database.read() as connection:
            points = await repository.curve(connection, "northbet", [WEEK.iso])
        final = {(point.currency, point.rewards) for point in points if point.hour == repository.FINAL_HOUR}
        assert ("GBP", 1) in final
