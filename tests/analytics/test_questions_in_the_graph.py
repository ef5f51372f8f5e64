"""Questions in SQL in the back office: by role, recorded, with limits in words, and as files."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from sqlalchemy import select

from analytics.filling import FillingFile
from analytics.questions.snapshot import publish
from analytics.settings import AnalyticsSettings
from backoffice.access import Role
from backoffice.audit.repository import AUDIT_LOG
from backoffice.graph.execution import OfficeGraph
from backoffice.risk.area import RiskArea
from backoffice.risk.questions import MAX_SHOWN
from foundation.graphql_http import GraphQLRequest
from furlong.analytics_questions import StoreQuestions
from subgraphs.kit.domain.keys import ALL_BRANDS
from tests.support.analytics_store import Store
from tests.support.consumers.sample_messages import bet, scheme
from tests.support.office.backoffice_site import OfficeSite, codes, running_site
from tests.support.office.permission_rules import actor_with, ask

ANSWER = "query Q($sql: String!) { analyticsAnswer(sql: $sql) { columns rows rowCount filling } }"
TABLES = "{ analyticsTables { name says } }"
COLUMNS = "query Q($table: String!) { analyticsColumns(table: $table) { name type says } }"
LONG = "SELECT count() FROM numbers(1000000000000) WHERE number % 7 = 3"
STAKES = "SELECT brand, sum(stake_minor) AS staked FROM bets GROUP BY brand ORDER BY brand"


@pytest.fixture(scope="module")
def store(module_store: Store) -> Store:
    """Provide a store with bets of two brands, of which a snapshot is published."""
    module_store.fill(scheme(), bet(bet_id="b-1"), bet(bet_id="b-2", brand_id="=southbet"))
    module_store.roll_up()
    publish(module_store.folder, module_store.engine)
    return module_store


@pytest.fixture
async def site(processes: None, store: Store, tmp_path: Path) -> AsyncIterator[OfficeSite]:
    """Provide the back office over the store; an answer has at most a thousand rows."""
    async with running_site(f"sqlite+aiosqlite:///{tmp_path}") as opened:
        settings = AnalyticsSettings(folder=store.folder, question_rows=1_000)
        area_of(opened.office.graph).questions.source = StoreQuestions(lambda: settings, opened.clock)
        yield opened


def area_of(graph: OfficeGraph) -> RiskArea:
    """Return the area that asks."""
    area = graph.areas[RiskArea]
    assert isinstance(area, RiskArea)
    return area


async def recorded(site: OfficeSite) -> list[tuple[str, dict[str, Any]]]:
    """Return what was recorded of questions, in order."""
    async with site.office.base.database.read() as connection:
        c = AUDIT_LOG.c
        query = select(c.action, c.after).where(c.action.like("analytics.%")).order_by(c.sequence)
        return [(action, json.loads(after)) for action, after in await connection.execute(query)]


async def test_a_question_is_answered_over_all_brands_and_recorded(site: OfficeSite) -> None:
    """Columns, rows as text, and how many there are; what was asked is in the audit log."""
    answer = await ask(site.office.graph, actor_with(Role.RISK, ALL_BRANDS), ANSWER, {"sql": STAKES})
    shown = answer["data"]["analyticsAnswer"]
    assert shown["columns"] == ["brand", "staked"]
    assert [brand for brand, _ in shown["rows"]] == ["=southbet", "northbet"]
    assert (shown["rowCount"], shown["filling"]) == (2, None)
    assert await recorded(site) == [("analytics.ask", {"sql": STAKES})]


async def test_a_role_sees_and_asks_its_own_tables(site: OfficeSite) -> None:
    """A viewer has sums alone; the refusal is a sentence, and is recorded with its reason."""
    graph = site.office.graph
    viewer, risk = (actor_with(role, ALL_BRANDS) for role in (Role.VIEWER, Role.RISK))
    tables = {}
    for name, actor in (("viewer", viewer), ("risk", risk)):
        listed = (await ask(graph, actor, TABLES))["data"]["analyticsTables"]
        assert all(table["says"].endswith(".") for table in listed)
        tables[name] = {table["name"] for table in listed}
    assert "report_funnel" in tables["viewer"]
    assert tables["risk"] - tables["viewer"] >= {"bets", "customers"}
    described = (await ask(graph, risk, COLUMNS, {"table": "bets"}))["data"]["analyticsColumns"]
    assert {"name": "bet", "type": "UInt64", "says": "The bet's pseudonym."} in described
    for document, variables in ((COLUMNS, {"table": "bets"}), (ANSWER, {"sql": STAKES})):
        refused = await ask(graph, viewer, document, variables)
        assert codes(refused) == ["INVALID"]
        assert refused["errors"][0]["message"].startswith("There is no table bets for you")
    action, seen = (await recorded(site))[-1]
    assert action == "analytics.refused"
    assert seen["sql"] == STAKES


async def test_who_has_no_role_for_all_brands_asks_nothing(site: OfficeSite) -> None:
    """Facts are of all brands: a role of one brand, or another role, is not enough."""
    for actor in (actor_with(Role.RISK, "northbet"), actor_with(Role.EDITOR, ALL_BRANDS)):
        for document, variables in ((ANSWER, {"sql": STAKES}), (TABLES, {}), (COLUMNS, {"table": "bets"})):
            assert codes(await ask(site.office.graph, actor, document, variables)) == ["FORBIDDEN"]
    assert await recorded(site) == []


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("SELECT number FROM numbers(2000)", "more than 1,000 rows: add LIMIT, or sum up with GROUP BY"),
        ("DROP TABLE bets", "What works: SELECT"),
        ("  ", "Write a question of at most 10,000 characters."),
        ("SELECT " + "1," * 6_000 + "1", "Write a question of at most 10,000 characters."),
    ],
)
async def test_limits_and_other_statements_are_said_in_a_sentence(
    site: OfficeSite, sql: str, says: str
) -> None:
    """With what can be done about it."""
    answer = await ask(site.office.graph, actor_with(Role.RISK, ALL_BRANDS), ANSWER, {"sql": sql})
    assert codes(answer) == ["INVALID"]
    assert says in answer["errors"][0]["message"]


async def test_the_screen_gets_the_first_rows_and_a_file_all(site: OfficeSite) -> None:
    """Both exports are recorded with their question; a cell that may be a formula is text in CSV."""
    risk = await site.signed_in(await site.person("risk", Role.RISK))
    sql = "SELECT number FROM numbers(900)"
    shown = (await risk.ask(ANSWER, sql=sql))["data"]["analyticsAnswer"]
    assert (len(shown["rows"]), shown["rowCount"]) == (MAX_SHOWN, 900)
    whole = await risk.send("POST", "downloads/analytics-csv", {"sql": sql})
    assert whole.headers["content-disposition"] == 'attachment; filename="analytics-csv.csv"'
    assert len(whole.text.splitlines()) == 901
    stakes = await risk.send("POST", "downloads/analytics-csv", {"sql": STAKES})
    assert stakes.text.splitlines()[1].startswith("'=southbet,")
    columns = await risk.send("POST", "downloads/analytics-parquet", {"sql": sql})
    assert columns.content.startswith(b"PAR1")
    exports = [seen for action, seen in await recorded(site) if action == "analytics.export"]
    assert exports == [
        {"format": "csv", "sql": sql},
        {"format": "csv", "sql": STAKES},
        {"format": "parquet", "sql": sql},
    ]


async def test_lists_maps_and_truths_are_written_as_the_engine_does(site: OfficeSite) -> None:
    """On the screen and in a file; a figure below zero stays a figure."""
    risk = await site.signed_in(await site.person("risk", Role.RISK))
    sql = "SELECT [1, NULL] AS a, true AS b, map('x', 'é') AS c, -1.5 AS d"
    shown = (await risk.ask(ANSWER, sql=sql))["data"]["analyticsAnswer"]
    assert shown["rows"] == [["[1, null]", "true", '{"x": "é"}', "-1.5"]]
    file = await risk.send("POST", "downloads/analytics-csv", {"sql": sql})
    assert file.text.splitlines()[1] == '"[1, null]",true,"{""x"": ""é""}",-1.5'


async def test_a_question_ends_with_the_one_who_waits(site: OfficeSite) -> None:
    """Who leaves while it is asked has it ended, so that the next one is answered at once."""
    graph, risk = site.office.graph, actor_with(Role.RISK, ALL_BRANDS)
    long = GraphQLRequest(ANSWER, variables={"sql": LONG})
    began = monotonic()
    answer = await graph.execute(long, risk, lambda: asyncio.sleep(2))
    assert codes(answer) == ["CONFLICT"]
    assert (await ask(graph, risk, ANSWER, {"sql": STAKES}))["data"]["analyticsAnswer"]["rowCount"] == 2
    assert monotonic() - began < 20


async def test_a_file_ends_with_the_one_who_waits(site: OfficeSite) -> None:
    """As on the screen: the next question is not kept waiting."""
    risk = await site.signed_in(await site.person("risk", Role.RISK))
    headers = {**risk.sent, "x-csrf-token": risk.csrf}
    path = "/backoffice/downloads/analytics-csv"
    asked = risk.client.build_request("POST", path, headers=headers, json={"sql": LONG})
    coming = [{"type": "http.request", "body": asked.read(), "more_body": False}]
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        if coming:
            return coming.pop()
        await asyncio.sleep(2)
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    raw = [(name.lower(), value) for name, value in asked.headers.raw]
    scope = {"type": "http", "method": "POST", "path": path, "headers": raw, "query_string": b""}
    began = monotonic()
    await site.office.app(scope, receive, send)
    assert sent[0]["status"] == 409
    assert (await risk.ask(ANSWER, sql=STAKES))["data"]["analyticsAnswer"]["rowCount"] == 2
    assert monotonic() - began < 20


async def test_who_may_ask_and_not_export_gets_no_file(site: OfficeSite) -> None:
    """A viewer asks on the screen alone; nothing is recorded as exported."""
    viewer = await site.signed_in(await site.person("viewer", Role.VIEWER))
    refused = await viewer.send("POST", "downloads/analytics-csv", {"sql": "SELECT 1"})
    assert refused.status_code == 403
    assert await recorded(site) == []


async def test_a_question_before_history_is_there_hears_how_far_it_is(
    site: OfficeSite, tmp_path: Path
) -> None:
    """The answer has no rows, and says so; a file cannot be had yet."""
    filling = FillingFile(tmp_path / "filled")
    filling.say(43, "24 of 56 days are there")
    unfilled = AnalyticsSettings(folder=filling.folder)
    area_of(site.office.graph).questions.source = StoreQuestions(lambda: unfilled, site.clock)
    risk = await site.signed_in(await site.person("risk", Role.RISK))
    shown = (await risk.ask(ANSWER, sql=STAKES))["data"]["analyticsAnswer"]
    assert shown["filling"].startswith("History is being filled: 43 % so far")
    refused = await risk.send("POST", "downloads/analytics-csv", {"sql": STAKES})
    assert "History is being filled" in refused.json()["error"]["message"]
