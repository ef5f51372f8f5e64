"""Commands say what is wrong and what to do, without a traceback."""

import contextlib
import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from furlong.cli import app
from furlong.database_names import DATABASES
from furlong.demo import READY_FILE, ready_file
from furlong.demo.ready_file import DemoFacts
from tests.support.processes.forked_programs import run_forked
from tests.support.processes.running_furlong import (
    FURLONG,
    PATIENCE_SECONDS,
    ROOT,
    programs_in,
    without_settings,
)

NOBODY_LISTENS = "mysql+aiomysql://user:password@127.0.0.1:9/furlong"
BET = ("simulator", "bet", "--customer", "c-1", "--stake", "1")
UNSIGNED = {"FURLONG_SUBGRAPH_CALLERS": "unsigned"}
SESSIONS = {
    "FURLONG_JWT_SECRET": "a secret of 32 bytes or even more",
    "FURLONG_JWT_ISSUER": "issuer",
    "FURLONG_JWT_AUDIENCE": "audience",
}


def run(folder: Path, *arguments: str, **environment: str) -> Result:
    """Run `furlong ARGUMENTS` in this process, in a folder without a demo."""
    unset = dict.fromkeys(name for name in os.environ if name.startswith("FURLONG_"))
    with contextlib.chdir(folder):
        return CliRunner().invoke(app, arguments, env={**unset, **environment})


def run_installed(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the installed command `furlong ARGUMENTS` in a folder without a demo."""
    return subprocess.run(
        [FURLONG, *arguments],
        cwd=folder,
        env=without_settings(),
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )


@pytest.mark.parametrize(
    ("arguments", "environment", "said"),
    [
        (("serve", "--listen", "nowhere"), {}, "is not HOST:PORT"),
        (("consume", "club"), {"FURLONG_KAFKA_BATCH_RECORDS": "x"}, "FURLONG_KAFKA_BATCH_RECORDS=x: "),
        (("consume", "nobody"), {}, "there are club, rewards, progress"),
        (("db", "upgrade"), {"FURLONG_DATABASE_URL": "postgres://x"}, "use mysql+aiomysql://"),
        (("deadletters", "list"), {}, "no data found: no demo runs in"),
        (("db", "upgrade"), {"FURLONG_DATABASE_URL": NOBODY_LISTENS}, "answering"),
        (("db", "status"), {"FURLONG_DATABASE_URL": NOBODY_LISTENS}, "answering"),
        (("deadletters", "list"), {"FURLONG_DATABASE_URL": NOBODY_LISTENS}, "answering"),
        (("consume", "club"), {}, "no data found: no demo runs in"),
        (("worker", "weeks"), {}, "no data found: no demo runs in"),
        (("deadletters", "show", "seven"), {}, "is not a dead letter"),
        (("load", "nothing.yaml"), {}, "cannot read nothing.yaml"),
        (("token", "--customer", "c-1"), {}, "run the demo"),
        ((*BET, "--kafka", "127.0.0.1:9"), {}, "Kafka does not answer at 127.0.0.1:9"),
    ],
)
def test_a_wrong_call_ends_with_what_to_do(
    tmp_path: Path, arguments: tuple[str, ...], environment: dict[str, str], said: str
) -> None:
    """Each wrong setting or argument is named in one message, without a traceback."""
    ended = run(tmp_path, *arguments, **environment)
    assert ended.exit_code != 0
    assert isinstance(ended.exception, SystemExit)
    assert said in " ".join(ended.stderr.replace("│", " ").split())


def test_a_single_bet_goes_to_the_demo_of_the_folder(tmp_path: Path) -> None:
    """`furlong simulator bet` needs no address beside a demo: it is in the demo's ready file."""
    facts = dict.fromkeys(("url", "graphql", "upstream", "brand", "data", "generation"), "")
    demo = DemoFacts.model_validate({**facts, "kafka": "127.0.0.1:9", "customers": ()})
    ready_file.write(tmp_path / READY_FILE, demo)
    ended = run(tmp_path, *BET)
    assert ended.exit_code == 1
    assert ended.stderr.splitlines()[-1].startswith("furlong: Kafka does not answer at 127.0.0.1:9")


@pytest.mark.usefixtures("processes")
@pytest.mark.parametrize(
    ("arguments", "environment", "said"),
    [
        (("serve",), {}, "set FURLONG_JWT_ISSUER and FURLONG_JWT_AUDIENCE"),
        (("serve",), {"FURLONG_JWT_SECRET": "short"}, "use at least 32 bytes"),
        (("subgraph", "club", "serve"), SESSIONS, "set FURLONG_SUBGRAPH_GATEWAY_KEYS_FILE"),
        (("subgraph", "club", "serve"), SESSIONS | UNSIGNED, "the database of club is not migrated"),
    ],
)
def test_a_server_that_cannot_serve_says_why(
    tmp_path: Path, arguments: tuple[str, ...], environment: dict[str, str], said: str
) -> None:
    """A server that listens already ends with one message as well."""
    file = tmp_path / ".furlong/data/club.sqlite"
    file.parent.mkdir(parents=True)
    file.touch()  # a database that an upgrade has not reached yet
    ended = run_forked(
        "furlong",
        *arguments,
        "--listen",
        "127.0.0.1:0",
        environment=without_settings() | environment,
        folder=tmp_path,
        timeout=PATIENCE_SECONDS,
    )
    assert ended.returncode != 0
    assert said in " ".join(ended.stderr.split())
    assert "Traceback" not in ended.stderr


@pytest.mark.usefixtures("processes")
def test_the_installed_command_says_what_to_do_without_a_traceback(tmp_path: Path) -> None:
    """A wrong setting ends the process with one message on stderr."""
    ended = run_installed(tmp_path, "serve")
    assert ended.returncode != 0
    assert ended.stderr.startswith("furlong: no data found: no demo runs in ")
    assert "Traceback" not in ended.stderr


def test_db_status_tells_how_far_each_database_is(tmp_path: Path) -> None:
    """Before an upgrade it ends with 1 and says for each subgraph what is missing, also as JSON."""
    before = run(tmp_path, "db", "status")
    assert before.exit_code == 1
    assert before.stdout.count("`furlong db upgrade` creates it") == len(DATABASES)
    heads, *rows = before.stdout.splitlines()
    assert heads.split() == ["database", "revision", "wanted", "state", "meaning", "missing", "tables"]
    assert len({row.index("there is no database") for row in rows} | {heads.index("meaning")}) == 1
    assert run(tmp_path, "db", "upgrade").exit_code == 0
    after = run(tmp_path, "db", "status", "--json")
    assert after.exit_code == 0
    found = json.loads(after.stdout)
    assert [(each["subgraph"], each["state"], each["missing"]) for each in found] == [
        (name, "current", []) for name in DATABASES
    ]
    assert all(each["revision"] == each["wanted"] for each in found)


@pytest.mark.usefixtures("processes")
def test_settings_lists_each_setting_with_its_meaning(tmp_path: Path) -> None:
    """`furlong settings` names each variable of the fixed interface, and none without a meaning."""
    lines = run_installed(tmp_path, "settings").stdout.splitlines()
    names = {line.partition("=")[0] for line in lines[::2]}
    assert {
        "FURLONG_DATABASE_URL",
        "FURLONG_KAFKA_BOOTSTRAP",
        "FURLONG_UPSTREAM_URL",
        "FURLONG_JWT_JWKS_URL",
        "FURLONG_JWT_SECRET",
        "FURLONG_JWT_ISSUER",
        "FURLONG_JWT_AUDIENCE",
    } <= names
    assert all(meaning.strip() for meaning in lines[1::2])


def test_the_plan_of_the_bet_slip_is_three_fetches_in_two_steps(tmp_path: Path) -> None:
    """`furlong gateway plan` prints one fetch a subgraph: club, then progress and rewards in parallel."""
    query = ROOT / "contracts" / "betslip.graphql"
    plan = run(tmp_path, "gateway", "plan", "--supergraph", str(ROOT / "schema.graphql"), str(query)).stdout
    fetches = [line.strip() for line in plan.splitlines() if "Fetch(service" in line]
    assert fetches == [
        'Fetch(service: "club") {',
        'Fetch(service: "progress") {',
        'Fetch(service: "rewards") {',
    ]
    assert plan.index('"club"') < plan.index("Parallel {") < plan.index('"progress"')


@pytest.mark.usefixtures("processes")
@pytest.mark.parametrize("steps", range(3))
def test_a_demo_that_is_still_starting_stops_when_told(tmp_path: Path, steps: int) -> None:
    """SIGTERM ends the demo cleanly at any point of its start, and leaves no ready file."""
    with programs_in(tmp_path) as programs:
        demo = programs.start("demo", "--port", "0", "--data", "data")
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not (tmp_path / "data" / "session.key").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(steps)  # somewhere in the start; wherever it is, the outcome is the same
        demo.send_signal(signal.SIGTERM)
        assert demo.wait(PATIENCE_SECONDS) == 0, programs.logs()
        assert not (tmp_path / ".furlong" / "demo.json").exists()
