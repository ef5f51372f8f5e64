"""The reports in the back office's graph: by permission, within its costs, and recorded."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from analytics.filling import FillingFile
from analytics.questions import reports
from analytics.questions.sandbox import Question
from analytics.questions.snapshot import publish
from analytics.settings import AnalyticsSettings
from backoffice.access import Role
from backoffice.audit.repository import AUDIT_LOG
from backoffice.graph.execution import OfficeGraph
from backoffice.risk.analytics import REPORT_POINTS
from backoffice.risk.area import RiskArea
from foundation.graphql_http import GraphQLRequest
from furlong.analytics_reports import report_source
from tests.support.analytics_store import Store, processes_of
from tests.support.consumers.sample_messages import bet, bet_state, scheme
from tests.support.office.backoffice_site import OfficeSite, codes, running_site
from tests.support.office.permission_rules import actor_with, ask
from tests.support.processes.running_furlong import eventually

BRAND = "northbet"
COLUMNS = "columns rows completeness { cell says }"


def question(report: str, selected: str = COLUMNS, brand: str = BRAND, more: str = "") -> str:
    """Return the operation that asks for a report."""
    return f'{{ analyticsReport(brand: "{brand}", report: {report}{more}) {{ {selected} }} }}'


@pytest.fixture(scope="module")
def store(module_store: Store) -> Store:
    """Provide a store with bets of one brand and some of another, of which a snapshot is published."""
    module_store.fill(
        scheme(),
        *(bet(bet_id=f"b-{number}", customer_id=f"c-{number}") for number in (1, 2, 3)),
        bet(bet_id="b-4", brand_id="southbet"),
        *(bet_state(bet_id=f"b-{number}") for number in (1, 2)),
        bet_state(bet_id="b-3", brand_id="southbet"),
    )
    module_store.roll_up()
    publish(module_store.folder, module_store.engine)
    return module_store


@pytest.fixture
async def site(processes: None, store: Store, tmp_path: Path) -> AsyncIterator[OfficeSite]:
    """Provide the back office over the store."""
    async with running_site(f"sqlite+aiosqlite:///{tmp_path}") as opened:
        settings = AnalyticsSettings(folder=store.folder)
        area_of(opened.office.graph).analytics.source = report_source(lambda: settings, opened.clock)
        yield opened


def area_of(graph: OfficeGraph) -> RiskArea:
    """Return the area that reads reports."""
    area = graph.areas[RiskArea]
    assert isinstance(area, RiskArea)
    return area


async def test_a_report_is_that_of_the_brand_and_is_recorded(site: OfficeSite) -> None:
    """Its rows come from the store, as text; another brand's are not among them."""
    graph, viewer = site.office.graph, actor_with(Role.VIEWER, BRAND)
    found = (await ask(graph, viewer, question("FUNNEL")))["data"]["analyticsReport"]
    rows = [dict(zip(found["columns"], row, strict=True)) for row in found["rows"]]
    assert [(row["brand"], row["iso_week"], row["bettors"]) for row in rows] == [(BRAND, "2026-W13", "3")]
    none = await ask(graph, viewer, question("FUNNEL", "rows", more=', isoWeek: "2026-W12"'))
    assert none["data"]["analyticsReport"]["rows"] == []
    async with site.office.base.database.read() as connection:
        c = AUDIT_LOG.c
        query = select(c.subject).where(c.action == "analytics.report").order_by(c.subject)
        subjects = list(await connection.scalars(query))
    assert subjects == ["report:funnel:2026-W12", "report:funnel:all"]


@pytest.mark.parametrize("report", ["LIABILITY", "RETENTION", "LATENCY", "UPLIFT", "EVENTS"])
async def test_each_report_of_the_screen_can_be_read(site: OfficeSite, report: str) -> None:
    """A report without rows is an empty table that says what it would mean."""
    answer = await ask(site.office.graph, actor_with(Role.RISK, BRAND), question(report, "says rows"))
    assert answer["data"]["analyticsReport"]["says"].endswith(".")


async def test_the_home_of_risk_reads_what_bets_earn_and_may_cost(site: OfficeSite) -> None:
    """Both reports in one request, each of the brand alone."""
    exposure, revenue = (
        question(name, "columns rows").strip("{} \n") + " }" for name in ("EXPOSURE", "REVENUE")
    )
    asked = f"{{ exposure: {exposure} revenue: {revenue} }}"
    found = (await ask(site.office.graph, actor_with(Role.RISK, BRAND), asked))["data"]
    tables = {
        name: [dict(zip(report["columns"], row, strict=True)) for row in report["rows"]]
        for name, report in found.items()
    }
    worst = [(row["sports_event_id"], row["worst_minor"]) for row in tables["exposure"]]
    assert worst == [("event1", "4000"), ("*", "4000")]
    assert [(row["day"], row["turnover_minor"]) for row in tables["revenue"]] == [("2026-03-25", "2000")]


async def test_a_report_ends_with_the_one_who_waits(
    site: OfficeSite, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who leaves while it is read leaves no process, and the next report has its turn."""
    graph, viewer = site.office.graph, actor_with(Role.VIEWER, BRAND)
    long = Question("SELECT count() FROM numbers(1000000000000) WHERE number % 7 = 3")

    async def leave() -> None:
        await asyncio.to_thread(eventually, lambda: processes_of(store.folder), "it is read")

    with monkeypatch.context() as patched:
        patched.setattr(reports, "report_question", lambda *_: long)
        answer = await graph.execute(GraphQLRequest(question("FUNNEL")), viewer, leave)
    assert answer["errors"][0]["message"].startswith("Nobody waits")
    assert processes_of(store.folder) == []
    found = (await ask(graph, viewer, question("FUNNEL")))["data"]["analyticsReport"]
    assert len(found["rows"]) == 1


async def test_a_report_says_how_far_history_is_filled_and_records_no_look(
    site: OfficeSite, tmp_path: Path
) -> None:
    """A screen asks again by itself until there are rows: what shows nothing is not recorded."""
    graph, viewer = site.office.graph, actor_with(Role.VIEWER, BRAND)
    filling = FillingFile(tmp_path / "filled")
    filling.say(43, "24 of 56 days are there")
    unfilled = AnalyticsSettings(folder=filling.folder)
    area_of(graph).analytics.source = report_source(lambda: unfilled, site.clock)
    shown = (await ask(graph, viewer, question("REVENUE", "filling rows")))["data"]["analyticsReport"]
    assert shown["rows"] == []
    assert shown["filling"].startswith("History is being filled: 43 % so far, 24 of 56 days are there.")
    async with site.office.base.database.read() as connection:
        looks = select(AUDIT_LOG.c.subject).where(AUDIT_LOG.c.action == "analytics.report")
        assert list(await connection.scalars(looks)) == []


async def test_permission_cost_and_absence(site: OfficeSite) -> None:
    """Another brand is forbidden, six reports cost too much, and a missing store is said in words."""
    graph, viewer = site.office.graph, actor_with(Role.VIEWER, BRAND)
    assert codes(await ask(graph, viewer, question("FUNNEL", brand="southbet"))) == ["FORBIDDEN"]
    assert codes(await ask(graph, actor_with(Role.EDITOR, BRAND), question("FUNNEL"))) == ["FORBIDDEN"]
    call = question("FUNNEL", "rows").strip("{} \n") + " }"
    several = " ".join(f"r{number}: {call}" for number in range(6))
    assert graph.limits.cost < 6 * REPORT_POINTS
    assert codes(await ask(graph, viewer, f"{{ {several} }}")) == ["COST_ESTIMATED_TOO_EXPENSIVE"]
    week = ', isoWeek: "2026-W13"'
    assert codes(await ask(graph, viewer, question("RETENTION", more=week))) == ["CONFLICT"]
    nowhere = AnalyticsSettings(folder=Path("/nonexistent"))
    area_of(graph).analytics.source = report_source(lambda: nowhere, site.clock)
    absent = await ask(graph, viewer, question("UPLIFT"))
    assert codes(absent) == ["CONFLICT"]
    assert "no store of analytics" in absent["errors"][0]["message"]
