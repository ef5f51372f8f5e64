"""Which weeks are counted when, and by which process."""

from datetime import timedelta

from sqlalchemy import select, update

from backoffice.audit.repository import AUDIT_LOG
from backoffice.figures import repository
from backoffice.figures.models import RISK_WEEK
from backoffice.risk.figures.collector import StoredFigures
from backoffice.risk.rows import RiskFigure, RowFilter
from tests.backoffice.risk.risk_fixture import BEFORE, NOW, VIEWER, WEEK, CustomerWeek, risk_fixture


async def test_the_newest_weeks_are_counted_each_time_and_finished_ones_never(tmp_path: object) -> None:
    """The present and the last week; an earlier one every ten minutes, until nothing of it can change."""
    async with risk_fixture(f"sqlite+aiosqlite:///{tmp_path}") as risk_area:
        collector = risk_area.parts.collector
        assert await collector.count_due() == 2
        risk_area.clock.advance(timedelta(days=14))
        assert await collector.count_due() == 3
        risk_area.clock.advance(timedelta(minutes=5))
        assert await collector.count_due() == 1 + 1
        risk_area.clock.advance(timedelta(minutes=5))
        assert await collector.count_due() == 3
        async with risk_area.base.database.write() as connection:
            await connection.execute(update(RISK_WEEK).values(finished=True))
        risk_area.clock.advance(timedelta(minutes=10))
        assert await collector.count_due() == 2


async def test_one_process_counts_at_a_time(tmp_path: object) -> None:
    """Another process waits for the lease."""
    async with risk_fixture(f"sqlite+aiosqlite:///{tmp_path}") as risk_area:
        other = StoredFigures(risk_area.base.database, risk_area.clock, timedelta(seconds=15))
        assert await risk_area.parts.collector.figures.hold()
        assert not await other.hold()
        risk_area.clock.advance(timedelta(seconds=61))
        assert await other.hold()


async def test_a_second_count_replaces_the_first(tmp_path: object) -> None:
    """Rewards that moved on, or were revoked, leave no line behind."""
    async with risk_fixture(f"sqlite+aiosqlite:///{tmp_path}") as risk_area:
        await risk_area.add([CustomerWeek("c-1", status="provisional", choice="fb-10")])
        known = await risk_area.parts.counter.weeks("northbet")
        assert known is not None
        await risk_area.parts.collector.count(known, WEEK)
        found = await risk_area.parts.risk.liability(VIEWER, "northbet")
        assert [(reward.figure.stage, reward.figure.value_minor) for reward in found.rewards] == [
            ("expected", 1000)
        ]
        assert (found.as_of, found.in_doubt) == (NOW, 0)
        await risk_area.clear_customers()
        await risk_area.parts.collector.count(known, WEEK)
        assert (await risk_area.parts.risk.liability(VIEWER, "northbet")).rewards == []


async def test_each_look_at_customers_is_recorded(tmp_path: object) -> None:
    """Who looked at which figure of which week; figures without names leave no entry."""
    async with risk_fixture(f"sqlite+aiosqlite:///{tmp_path}") as risk_area:
        await risk_area.parts.risk.weeks(VIEWER, "northbet", 5)
        await risk_area.parts.risk.customers(
            VIEWER, "northbet", BEFORE.iso, figure=RiskFigure.OWED, wanted=RowFilter(), first=5
        )
        async with risk_area.base.database.read() as connection:
            rows = (await connection.execute(select(AUDIT_LOG.c.action, AUDIT_LOG.c.subject))).all()
            assert await repository.week(connection, "northbet", WEEK.iso) is None
        assert [tuple(row) for row in rows] == [("risk.look", "figure:northbet:2026-W12:owed")]
