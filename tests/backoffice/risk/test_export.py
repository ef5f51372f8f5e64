"""Tables as CSV: streamed page by page, safe in a spreadsheet, recorded, and only for who may."""

import csv
import io
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import insert, select

from backoffice.access import Role
from backoffice.audit.repository import AUDIT_LOG
from backoffice.errors import Forbidden, Invalid, NotFound
from backoffice.risk.export import HEADS, RiskTable
from subgraphs.fulfilment.goodwill import GoodwillGiven, GoodwillRepository, GoodwillWanted
from subgraphs.fulfilment.models import GOODWILL_CREDIT
from subgraphs.kit.domain.keys import ALL_BRANDS
from tests.backoffice.foreign_rows import row
from tests.backoffice.risk.risk_fixture import RISK, VIEWER, WEEK, CustomerWeek, RiskFixture, risk_fixture
from tests.support.office.backoffice_site import OfficeSite, running_site


@pytest.fixture
async def risk_area(tmp_path: object) -> AsyncIterator[RiskFixture]:
    """Three customers, one of whom has a name that a spreadsheet would run."""
    async with risk_fixture(f"sqlite+aiosqlite:///{tmp_path}") as opened:
        await opened.add(
            [
                CustomerWeek("=1+1", status="provisional", bets=(2500,)),
                CustomerWeek("c-1", ("MT", "EUR"), status="provisional", bets=(2500, 0)),
                CustomerWeek("c-2", status="confirmed", state="CREDITED", paid="fs-30"),
                *(CustomerWeek(f"d-{place:03}", status="provisional") for place in range(250)),
            ]
        )
        known = await opened.parts.counter.weeks("northbet")
        assert known is not None
        await opened.parts.collector.count(known, WEEK)
        yield opened


async def exported(risk_area: RiskFixture, table: str, by: Any = RISK, **parameters: str) -> list[list[str]]:
    """The rows of a table, its head included."""
    parts = await risk_area.parts.export.lines(by, table, {"brand": "northbet", **parameters})
    text = "".join([part async for part in parts])
    return list(csv.reader(io.StringIO(text)))


async def test_every_table_has_its_columns(risk_area: RiskFixture) -> None:
    """Each row has as many cells as the head, and several currencies stay apart."""
    for table in RiskTable:
        found = await exported(risk_area, table.value, isoWeek=WEEK.iso, figure="expected")
        assert found[0] == list(HEADS[table])
        assert {len(row) for row in found} == {len(HEADS[table])}
    profit = await exported(risk_area, "profit")
    currency, turnover = profit[0].index("currency"), profit[0].index("turnover_minor")
    assert {row[currency]: row[turnover] for row in profit[1:]} == {"EUR": "2500", "GBP": "2500"}


async def test_customers_are_exported_page_by_page(risk_area: RiskFixture) -> None:
    """All pages follow one another; a formula is text; the export is recorded once."""
    found = await exported(risk_area, "customers", isoWeek=WEEK.iso, figure="expected")
    assert len(found) == 1 + 252
    assert found[1][3] == "'=1+1"
    only = await exported(risk_area, "customers", isoWeek=WEEK.iso, figure="expected", currency="EUR")
    assert [row[3] for row in only[1:]] == ["c-1"]
    async with risk_area.base.database.read() as connection:
        actions = (await connection.scalars(select(AUDIT_LOG.c.action))).all()
    assert actions == ["risk.export", "risk.export"]


async def test_the_credits_behind_the_costs_of_goodwill(risk_area: RiskFixture) -> None:
    """Pages hold each credit once, add up to the costs, and are exported with the filters of the link."""
    kinds = [("CONFIRMED", "free_bet"), ("CREDITED", "free_bet"), ("CREDITED", "cash"), ("REVOKED", "cash")]
    credits_ = [
        row(
            GOODWILL_CREDIT,
            brand_id=brand,
            customer_id=f"c-{place % 2}",
            key=f"{brand}-{place}",
            credit_id=f"id-{place}",
            iso_week="2026-W12" if place == 0 else WEEK.iso,
            state=kinds[place % 4][0],
            kind=kinds[place % 4][1],
            reward_id="fb-5",
            config_version=1,
            currency="GBP",
            value_minor=100 + place,
        )
        for brand in ("northbet", "lagunabet")
        for place in range(8)
    ]
    async with risk_area.parts.counter.databases.fulfilment.write() as connection:
        await connection.execute(insert(GOODWILL_CREDIT), credits_)
    found: list[GoodwillGiven] = []
    wanted = GoodwillWanted("northbet")
    while page := await risk_area.parts.risk.goodwill(RISK, wanted, 3, found[-1].position if found else None):
        found += page
    assert sorted(one.value_minor for one in found) == list(range(100, 108))
    assert found == sorted(found, key=lambda one: one.position, reverse=True)
    async with risk_area.parts.counter.databases.fulfilment.read() as connection:
        costs = await GoodwillRepository().costs(connection, "northbet")
    for cost in costs:
        linked = GoodwillWanted("northbet", cost.iso_week, cost.currency, cost.stage, cost.kind)
        behind = await risk_area.parts.risk.goodwill(RISK, linked, 100)
        assert (len(behind), sum(each.value_minor for each in behind)) == (cost.credits, cost.value_minor)
    assert {(cost.stage, cost.kind) for cost in costs} == {
        ("owed", "free_bet"),
        ("outstanding", "free_bet"),
        ("used", "cash"),
        ("stopped", "cash"),
    }
    used = await exported(risk_area, "goodwill", isoWeek=WEEK.iso, stage="used", kind="cash", currency="GBP")
    assert [line[used[0].index("credit")] for line in used[1:]] == ["id-6", "id-2"]
    with pytest.raises(Forbidden):
        await risk_area.parts.risk.goodwill(RISK, GoodwillWanted("lagunabet"), 3)


async def test_what_may_not_be_exported_is_refused_at_once(risk_area: RiskFixture) -> None:
    """Before the first line: no permission, a foreign brand, no such table, figure or week."""
    with pytest.raises(Forbidden):
        await exported(risk_area, "profit", by=VIEWER)
    with pytest.raises(Forbidden):
        await exported(risk_area, "profit", brand="lagunabet")
    with pytest.raises(Invalid):
        await exported(risk_area, "salaries")
    with pytest.raises(Invalid):
        await exported(risk_area, "customers", isoWeek=WEEK.iso, figure="margin")
    with pytest.raises(Invalid):
        await exported(risk_area, "customers", isoWeek="2031-W01", figure="expected")


async def test_the_route_streams_to_own_pages_only(risk_area: RiskFixture) -> None:
    """The answer is a file; without the CSRF token, a session or the permission there is none."""
    async with running_site(risk_area.base.settings.url) as site:
        rita = await signed_in(site, Role.RISK)
        response = await rita.send("POST", "downloads/risk-funnel", {"brand": "northbet"})
        assert (response.status_code, response.headers["content-type"]) == (200, "text/csv; charset=utf-8")
        assert response.headers["content-disposition"] == 'attachment; filename="risk-funnel.csv"'
        assert response.text.splitlines()[1].startswith("northbet,2026-W13,")
        foreign = await rita.send(
            "POST", "downloads/risk-funnel", {"brand": "northbet"}, **{"x-csrf-token": ""}
        )
        assert (foreign.status_code, foreign.json()["error"]["code"]) == (403, "FOREIGN_PAGE")
        assert (await rita.send("POST", "downloads/nothing", {})).status_code == 404
        viewer = await signed_in(site, Role.VIEWER)
        refused = await viewer.send("POST", "downloads/risk-funnel", {"brand": "northbet"})
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "FORBIDDEN")
        nobody = await site.browser().send("POST", "downloads/risk-funnel", {"brand": "northbet"})
        assert nobody.status_code == 401


async def signed_in(site: OfficeSite, role: Role) -> Any:
    """A browser of somebody with a role."""
    return await site.signed_in(await site.person(role.value, role))


async def test_a_brand_that_does_not_exist_has_no_rows(risk_area: RiskFixture) -> None:
    """A person who may see all brands gets an error that names the brand."""
    everywhere = replace(RISK, roles={ALL_BRANDS: frozenset({Role.RISK})})
    for table in ("budgets", "liability", "forecast", "rewards", "funnel", "profit", "goodwill"):
        with pytest.raises(NotFound, match="There is no brand 'nobet'"):
            await exported(risk_area, table, by=everywhere, brand="nobet")
