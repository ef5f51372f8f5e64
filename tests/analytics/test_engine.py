"""The seam: a server gets the same statements and blocks as the embedded engine."""

import httpx
import pyarrow as pa
import pytest

from analytics.engine import ChdbEngine, ClickHouseEngine, prepare, retention_of
from analytics.errors import StoreFault, StoreInUse
from analytics.record_tables import BETS, CONTROL_DRAWS, RECORD_TABLES, Retention
from analytics.settings import AnalyticsSettings
from tests.support.analytics_store import Store

DATABASE = "over_http"


class Server:
    """ClickHouse's HTTP interface over the embedded engine: as much of it as the seam uses."""

    def __init__(self, engine: ChdbEngine) -> None:
        self._engine = engine

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Carry out a statement, in the database that the request names."""
        asked, body = request.url.params, request.content
        assert asked["session_timezone"] == "UTC"
        try:
            self._engine.execute(f"USE {asked.get('database', 'furlong')}")
            if "query" in asked:
                with pa.ipc.open_stream(body) as reader:
                    rows = reader.read_all()
                sql = asked["query"].removesuffix("FORMAT ArrowStream") + "SELECT * FROM Python(rows)"
                self._engine._query(sql, "CSV")
                del rows
                return httpx.Response(200)
            form = asked.get("default_format", "CSV")
            return httpx.Response(200, content=self._engine._query(body.decode(), form).bytes())
        except (StoreFault, RuntimeError) as fault:
            return httpx.Response(500, text=str(fault))
        finally:
            self._engine.execute("USE furlong")


@pytest.fixture
def server(store: Store) -> ClickHouseEngine:
    """Provide the engine over HTTP, with its own database."""
    transport = httpx.MockTransport(Server(store.engine).answer)
    engine = ClickHouseEngine("http://clickhouse", DATABASE, transport=transport)
    prepare(engine, Retention(30))
    return engine


def test_a_server_gets_the_same_statements(server: ClickHouseEngine) -> None:
    """Tables, views, blocks and their tokens: a repeated block changes nothing."""
    rows = pa.table({"time_zone": ["Europe/London"], "iso_week": ["2026-W13"]})
    for token in ("first", "first", "second"):
        server.insert("zone_weeks", rows, token)
    assert server.read("SELECT time_zone, count() AS rows FROM zone_weeks GROUP BY time_zone") == [
        {"time_zone": "Europe/London", "rows": 2}
    ]
    assert server.read("SELECT * FROM report_funnel") == []
    with pytest.raises(StoreFault, match="no_such_table"):
        server.read("SELECT * FROM no_such_table")


def test_a_folder_has_one_owner(store: Store) -> None:
    """A second process, or a second engine in this one, is refused."""
    with pytest.raises(StoreInUse):
        ChdbEngine(store.folder)


def test_customers_facts_are_dropped_after_their_time(server: ClickHouseEngine) -> None:
    """Each table of facts of customers has the retention; reference data are kept."""
    tables = server.read(
        f"SELECT name, create_table_query LIKE '%toIntervalDay(30)%' AS dropped FROM system.tables "
        f"WHERE database = '{DATABASE}' AND engine = 'MergeTree'"
    )
    expected = {table.name for table in RECORD_TABLES if table.retention and not table.is_state}
    assert {table["name"] for table in tables if table["dropped"]} == expected
    assert "bet_records" in expected


def test_each_table_may_have_a_retention_of_its_own(server: ClickHouseEngine) -> None:
    """Also one that exists already, whose retention changes or ends: old rows are dropped, others stay."""
    for retention in (Retention(0, {"control_records": 100}), Retention(100)):
        prepare(server, retention)
        for table in (BETS, CONTROL_DRAWS):
            server.execute(f"TRUNCATE TABLE {table.name}")
            for days in (50, 200):
                at = f"now() - toIntervalDay({days})"
                server.execute(f"INSERT INTO {table.name} (brand, occurred_at) VALUES ('b', {at})")
            server.execute(f"OPTIMIZE TABLE {table.name} FINAL")
        rows = {
            table.name: server.read(f"SELECT count() AS rows FROM {table.name}")[0]["rows"]
            for table in (BETS, CONTROL_DRAWS)
        }
        dropped = CONTROL_DRAWS if retention.own else BETS
        assert rows == {table.name: 1 if table is dropped else 2 for table in (BETS, CONTROL_DRAWS)}


def test_a_store_of_before_counts_what_is_new(server: ClickHouseEngine) -> None:
    """A roll-up that a version adds is counted of all weeks, not of those alone that change from then on."""
    for table in ("rolled_weeks (brand, iso_week)", "rolled_placed_weeks (brand, monday)"):
        server.execute(f"INSERT INTO {table} SELECT 'northbet', '2026-03-23'")
    prepare(server, Retention())
    weeks = "SELECT count() AS weeks FROM {}"
    assert server.read(weeks.format("rolled_weeks")) == [{"weeks": 1}]
    server.execute("DROP TABLE rollup_cost_days SYNC")
    prepare(server, Retention())
    for table in ("rolled_weeks", "rolled_placed_weeks"):
        assert server.read(weeks.format(table)) == [{"weeks": 0}]


def test_a_retention_of_what_cannot_be_dropped_is_refused() -> None:
    """Accounts say what still holds, and other names are no tables."""
    for name in ("account_records", "bets"):
        with pytest.raises(StoreFault, match=f"RETENTION_BY_TABLE names {name}"):
            retention_of(AnalyticsSettings(retention_by_table={name: 30}))
