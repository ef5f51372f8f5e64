"""SQL of strangers: what it may ask, and everything that it tries besides."""

import json
import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest

from analytics.errors import AnalyticsError, QuestionFailed, QuestionRefused
from analytics.questions.catalog import sentences
from analytics.questions.columns import COLUMNS
from analytics.questions.ending import Ending
from analytics.questions.roles import PERSONS, ROLES, SUMS, hidden_from, tables
from analytics.questions.sandbox import Question, ask
from analytics.questions.snapshot import publish, taken
from analytics.record_tables import Retention
from analytics.schema import rollups, views
from analytics.settings import AnalyticsSettings
from backoffice.access import Role
from tests.support.analytics_store import Store, processes_of
from tests.support.consumers.sample_messages import bet, scheme

SECRET = "nobody may read this"
BUBBLEWRAP, LANDLOCK = None, ""


EXAMPLES = Path(__file__).parents[2] / "web" / "backoffice" / "src" / "analytics" / "examples.ts"


@pytest.fixture(scope="module")
def store(module_store: Store) -> Store:
    """Provide a store with three bets, of which a snapshot is published; no question changes it."""
    bets = (bet(bet_id=f"b-{number}", stake_minor=100 * number) for number in (1, 2, 3))
    module_store.fill(scheme(), *bets)
    module_store.roll_up()
    publish(module_store.folder, module_store.engine)
    return module_store


@pytest.fixture
def settings(processes: None, store: Store) -> AnalyticsSettings:
    """Provide the settings of the store."""
    return AnalyticsSettings(folder=store.folder, question_seconds=20, question_rows=100)


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """Provide a file that no question may read or write."""
    file = tmp_path / "secret.txt"
    file.write_text(SECRET)
    return file


@pytest.fixture
def listener() -> Iterator[tuple[int, list[object]]]:
    """Provide a port on this machine, and who connects to it."""
    connected: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(60)

        def accept() -> None:
            try:
                connected.append(server.accept())
            except OSError:
                return

        threading.Thread(target=accept, daemon=True).start()
        yield server.getsockname()[1], connected


@pytest.mark.parametrize("program", [BUBBLEWRAP, LANDLOCK], ids=["bubblewrap", "landlock"])
def test_a_question_is_answered_from_a_snapshot(settings: AnalyticsSettings, program: str | None) -> None:
    """The sum is that of the facts, and 64-bit numbers stay numbers."""
    question = Question("SELECT sum(stake_minor) AS staked, count() AS bets FROM bets", "json")
    assert json.loads(ask(question, settings, bubblewrap=program).body) == [{"staked": 600, "bets": 3}]


def test_a_snapshot_stays_while_somebody_reads_it(store: Store) -> None:
    """Newer ones are published meanwhile; the next one after the reader removes what nobody reads."""
    with taken(store.folder, Retention()) as held:
        before = sorted(held.published.rglob("*"))
        publish(store.folder, store.engine)
        newest = publish(store.folder, store.engine)
        assert sorted(held.published.rglob("*")) == before
        assert {each.name for each in newest.parent.iterdir()} == {
            "current",
            held.published.name,
            newest.name,
        }
    publish(store.folder, store.engine)
    assert not held.published.exists()
    assert not held.folder.exists()


def test_what_a_killed_owner_left_of_a_snapshot_goes_with_the_next_one(store: Store) -> None:
    """Parts that it had frozen, and those that it had moved, would otherwise be kept for ever."""
    frozen = store.folder / "store" / "shadow" / f"{1:020}" / "store"
    moved = store.folder / "snapshots" / f".{2:020}" / "store"
    for left in (frozen, moved):
        (left / "part").mkdir(parents=True)
    publish(store.folder, store.engine)
    assert not frozen.parent.exists()
    assert not moved.parent.exists()


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM file('{secret}', 'LineAsString')",
        "SELECT file('{secret}')",
        "SELECT 1 IN file('{secret}', 'LineAsString')",
        "SELECT * FROM bets INTO OUTFILE '{secret}' TRUNCATE",
        "SELECT * FROM url('http://127.0.0.1:{port}/', 'LineAsString')",
        "SELECT * FROM remote('127.0.0.1:{port}', 'system', 'one')",
        "SELECT * FROM mysql('127.0.0.1:{port}', 'd', 't', 'u', 'p')",
        "SELECT * FROM executable('cat {secret}', 'LineAsString', 'line String')",
        "SELECT * FROM system.tables",
        "SELECT * FROM information_schema.tables",
        "SELECT count() FROM bets SETTINGS max_memory_usage = 0",
        "SELECT count() FROM (SELECT * FROM bets SETTINGS max_execution_time = 0)",
        "SELECT getSetting('max_memory_usage')",
        "SELECT sleep(3)",
        "SELECT hostName()",
        "SELECT count() FROM bets FORMAT CSV",
        "SET readonly = 0",
        "SELECT 1; SELECT * FROM file('{secret}', 'LineAsString')",
        "INSERT INTO bet_records (brand) VALUES ('x')",
        "INSERT INTO FUNCTION file('{secret}', 'LineAsString') SELECT 'x'",
        "DROP TABLE bet_records",
        "CREATE TABLE mine (a Int8) ENGINE = Memory",
        "ATTACH TABLE other FROM '{secret}' (a Int8) ENGINE = File(CSV)",
        "SYSTEM SHUTDOWN",
        "EXPLAIN SELECT * FROM file('{secret}', 'LineAsString')",
        "SELECT",
        "",
    ],
)
def test_what_is_no_question_is_refused(
    settings: AnalyticsSettings, secret: Path, listener: tuple[int, list[object]], sql: str
) -> None:
    """Files, addresses, the engine's own tables, settings and changes: refused in words, without effect."""
    port, connected = listener
    with pytest.raises(QuestionRefused) as refusal:
        ask(Question(sql.format(secret=secret, port=port)), settings)
    assert SECRET not in str(refusal.value)
    assert secret.read_text() == SECRET
    assert connected == []


@pytest.mark.parametrize("program", [BUBBLEWRAP, LANDLOCK], ids=["bubblewrap", "landlock"])
@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM file('{secret}', 'LineAsString')",
        "SELECT file('{secret}')",
        "SELECT 'x' INTO OUTFILE '{secret}' TRUNCATE",
        "SELECT * FROM url('http://127.0.0.1:{port}/', 'LineAsString')",
    ],
)
def test_the_operating_system_stops_what_the_check_would_miss(
    settings: AnalyticsSettings,
    secret: Path,
    listener: tuple[int, list[object]],
    sql: str,
    program: str | None,
) -> None:
    """With a reader that checks nothing and forbids nothing, the sandbox alone holds."""
    port, connected = listener
    asked = Question(sql.format(secret=secret, port=port), "csv")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("analytics.questions.sandbox.READER", careless_reader(secret.with_name("reader.py")))
        try:
            answer = ask(asked, settings, bubblewrap=program).body
        except AnalyticsError as fault:
            answer = str(fault).encode()
    assert SECRET.encode() not in answer
    assert secret.read_text() == SECRET
    assert connected == []


def careless_reader(file: Path) -> Path:
    """Write a reader that asks whatever it is told to, and return it.

    It tries an address once: the engine would try it ten times, and wait between.
    """
    text = Path("analytics/questions/reader.py").read_text()
    assert text.count('        "SET readonly = 1",\n') == 1
    assert text.count("    _check(base, question, asked)\n") == 1
    text = text.replace('"SET readonly = 1"', '"SET http_max_tries = 1"').replace(
        "    _check(base, question, asked)\n", ""
    )
    file.write_text(text)
    return file


@pytest.mark.parametrize(
    "sql",
    [
        "WITH RECURSIVE n AS (SELECT 1 AS a UNION ALL SELECT a + 1 FROM n) SELECT count() FROM n",
        "SELECT number FROM numbers(1000)",
        "SELECT uniqExact(a.number * b.number) FROM numbers(1000000000) AS a, numbers(1000000) AS b",
        "SELECT groupArray(toString(number)) FROM numbers(10000000000)",
    ],
)
def test_a_question_beyond_its_limits_is_ended(settings: AnalyticsSettings, sql: str) -> None:
    """Endless recursion, too many rows, time and memory."""
    hasty = settings.model_copy(update={"question_seconds": 5.0, "question_memory": 2**27})
    with pytest.raises(QuestionFailed):
        ask(Question(sql), hasty)


def test_a_question_nobody_waits_for_is_ended(settings: AnalyticsSettings) -> None:
    """At once if it runs, and as soon as it begins if it does not yet."""
    running, ended = Ending(), Ending()
    ended.end()
    threading.Timer(3, running.end).start()
    for ending in (running, ended):
        began = monotonic()
        with pytest.raises(QuestionFailed, match="ended with"):
            ask(
                Question("SELECT count() FROM numbers(1000000000000) WHERE number % 7 = 3"),
                settings,
                ending=ending,
            )
        assert monotonic() - began < settings.question_seconds / 2


def test_a_question_is_ended_while_its_room_is_made(settings: AnalyticsSettings) -> None:
    """Whenever it is given up, nothing is left over that another question would wait for."""
    for tenth in range(100):
        ending = Ending()
        threading.Timer(tenth / 10_000, ending.end).start()
        with pytest.raises(QuestionFailed, match="ended with"):
            ask(Question("SELECT count() FROM numbers(1000000000000)"), settings, ending=ending)
    assert processes_of(settings.folder) == []


def test_a_question_cannot_change_the_store(settings: AnalyticsSettings, store: Store) -> None:
    """An answer cannot be written over the store's definitions, and the facts are what they were."""
    before = store.rows("SELECT sum(stake_minor), count() FROM bets")
    with pytest.raises(AnalyticsError):
        ask(Question(f"SELECT 1 INTO OUTFILE '{store.folder}/store/metadata/x' TRUNCATE"), settings)
    assert store.rows("SELECT sum(stake_minor), count() FROM bets") == before


@pytest.mark.parametrize(
    ("role", "sql"),
    [
        ("viewer", "SELECT count() FROM customers"),
        ("viewer", "SELECT bettors FROM report_funnel, (SELECT 1 FROM week_tallies)"),
        ("support", "WITH b AS (SELECT * FROM bets) SELECT count() FROM b"),
        ("risk", "SELECT count() FROM bet_records"),
        ("risk", "SELECT (brand, bet, '2026-W13') IN moved_bets FROM bets"),
        ("viewer", "SELECT brand FROM brands WHERE (brand, 1) NOT IN (customers)"),
        ("viewer", "SELECT brand FROM brands WHERE ('x', 1) IN furlong.customers"),
        ("viewer", "SELECT brand FROM brands WHERE in(brand, furlong.first_opt_ins)"),
        ("viewer", "SELECT arrayExists(x -> x IN `furlong`.`customers`, [brand]) FROM brands"),
        ("viewer", "SELECT 'x' GLOBAL NOT IN (furlong.bets) FROM brands"),
        ("viewer", "WITH (SELECT max(customer) FROM customers) AS m SELECT m FROM brands"),
        ("viewer", "SELECT brand FROM brands WHERE EXISTS (SELECT 1 FROM bets AS brands)"),
        ("risk", "SELECT 'furlong' IN system.databases FROM bets"),
        ("risk", "SELECT nullIn('x', INFORMATION_SCHEMA.tables) FROM bets"),
        ("operator", "SELECT 'x' IN system.users FROM bet_records"),
    ],
)
def test_tables_that_a_role_may_not_ask_are_refused(settings: AnalyticsSettings, role: str, sql: str) -> None:
    """The question is refused by the table's name, wherever it stands."""
    with pytest.raises(QuestionRefused, match="there is no table"):
        ask(Question(sql, hidden=hidden_from(role)), settings)


@pytest.mark.parametrize(
    ("role", "sql"),
    [
        ("viewer", "SELECT sum(bets) AS bets FROM report_reasons WHERE brand IN (SELECT brand FROM brands)"),
        ("risk", "SELECT count() AS bets FROM bets WHERE bet IN (SELECT bet FROM contributions)"),
        ("risk", "WITH c AS (SELECT bet FROM contributions) SELECT count() AS bets FROM bets WHERE bet IN c"),
        ("risk", "SELECT count() AS bets FROM bets AS furlongs WHERE furlongs.bet IN [furlongs.bet]"),
        ("operator", "SELECT count() AS bets FROM bet_records"),
    ],
)
def test_a_role_may_ask_its_own_tables(settings: AnalyticsSettings, role: str, sql: str) -> None:
    """Sums, facts of single customers, or all; a view reads what stands behind it."""
    assert json.loads(ask(Question(sql, "json", hidden_from(role)), settings).body) == [{"bets": 3}]


@pytest.mark.parametrize("example", re.findall(r"sql: `([^`]+)`", EXAMPLES.read_text(encoding="utf-8")))
def test_the_examples_of_the_office_are_answered(settings: AnalyticsSettings, example: str) -> None:
    """Whoever may ask begins with a question that has rows."""
    assert json.loads(ask(Question(example, "json", hidden_from("viewer")), settings).body)


@pytest.mark.parametrize("statement", ["SHOW TABLES", " show  tables ; ", "SHOW TABLES LIKE 'report%'"])
def test_tables_are_listed_with_what_a_row_means(settings: AnalyticsSettings, statement: str) -> None:
    """Those that the role may ask, and no others."""
    rows = json.loads(ask(Question(statement, "json", hidden_from("viewer")), settings).body)
    names = {row["table"] for row in rows}
    assert names == {name for name in SUMS if "LIKE" not in statement or name.startswith("report")}
    assert all(row["says"].endswith(".") for row in rows)


@pytest.mark.parametrize(
    "statement", ["DESCRIBE bets", "desc TABLE `bets`;", "SHOW COLUMNS FROM bets", "DESCRIBE bet_states"]
)
def test_a_table_is_described_by_its_columns(settings: AnalyticsSettings, statement: str) -> None:
    """With their types, and a sentence for each."""
    rows = json.loads(ask(Question(statement, "json", hidden_from("risk")), settings).body)
    described = {row["column"]: (row["type"], row["says"]) for row in rows}
    assert described["stake_minor"] == ("Int64", "What was staked, in minor units.")
    assert all(says for _, says in described.values())


@pytest.mark.parametrize(
    "statement", ["DESCRIBE bets", "SHOW COLUMNS IN bets", "DESC none", "DESCRIBE users"]
)
def test_a_table_that_is_hidden_is_not_described(settings: AnalyticsSettings, statement: str) -> None:
    """It is as if it were not there."""
    with pytest.raises(QuestionRefused, match="there is no table"):
        ask(Question(statement, "json", hidden_from("viewer")), settings)


@pytest.mark.parametrize(
    "statement",
    ["DROP TABLE bets", "SHOW DATABASES", "DESCRIBE bets; SELECT 1", "SHOW CREATE TABLE bets", "SET a = 1"],
)
def test_another_statement_hears_what_works(settings: AnalyticsSettings, statement: str) -> None:
    """Nothing else can be asked, and the sentence says what can."""
    with pytest.raises(QuestionRefused, match=r"SHOW TABLES, and DESCRIBE|Multi-statements|Syntax error"):
        ask(Question(statement), settings)


def test_each_column_that_roles_may_read_has_a_sentence(store: Store) -> None:
    """A new column is described where it is listed."""
    columns = store.rows("SELECT DISTINCT table, name FROM system.columns WHERE database = 'furlong'")
    without = {name for table, name in columns if table in SUMS | PERSONS and not COLUMNS.get(name)}
    assert without == set()
    assert not sentences().keys() - tables()
    assert {name for name in tables() if not name.endswith("_next")} == set(sentences())


def test_each_table_is_of_one_kind_and_each_role_is_known(store: Store) -> None:
    """What no list names is records and what the store keeps for itself: a new view is hidden at first."""
    there = {name for (name,) in store.rows("SELECT name FROM system.tables WHERE database = 'furlong'")}
    assert tables() == there
    assert there >= SUMS | PERSONS
    assert not SUMS & PERSONS
    views_and_rollups = {*(view.name for view in views()), *(table.name for table in rollups())}
    assert views_and_rollups - SUMS - PERSONS == {"refused_records"}
    assert set(ROLES) == {role.value for role in Role}
    columns = store.rows(
        "SELECT DISTINCT table FROM system.columns WHERE database = 'furlong' AND name IN ('customer', 'bet')"
    )
    assert not SUMS & {table for (table,) in columns}


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT stak_minor FROM bets", "there is no column stak_minor: did you mean stake_minor?"),
        (
            "SELECT nonsense FROM bets",
            "there is no column nonsense: DESCRIBE and a table's name lists its columns",
        ),
        ("SELECT * FROM betz", "there is no table betz: did you mean bets?"),
        ("SELECT nowhere(1)", "there is no function nowhere: "),
        ("SELEC * FORM bets", "the question cannot be read at SELEC: did you mean SELECT?"),
        (
            "SELECT 1\nFROM bets WHERE brand = )",
            "the question cannot be read at ) in line 2: look for a comma",
        ),
        ("SELECT (1 FROM bets", "the question cannot be read at FROM: look for a comma"),
        ("SELECT", "the question cannot be read at its end: look for a comma"),
        ("SELECT sum(brand) FROM bets", "illegal type "),
    ],
)
def test_a_mistake_is_told_in_words(settings: AnalyticsSettings, sql: str, said: str) -> None:
    """Without codes and classes of the engine; a name that it does not know is named, with a likely one."""
    with pytest.raises(AnalyticsError) as told:
        ask(Question(sql), settings)
    assert str(told.value).startswith(said)
    assert re.search(r"DB::|Code: |In scope|Expected one of|\([A-Z_]{5,}\)", str(told.value)) is None
