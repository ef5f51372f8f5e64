"""The files that docs/frontend.md shows for other clients are played as they are on the page."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import uuid
from collections.abc import Callable
from pathlib import Path
from threading import Timer
from typing import Any, Final

import pytest

from tests.support import page_snippets
from tests.support.processes.running_furlong import BRAND, PATIENCE_SECONDS, ROOT, Demo

NODE: Final = ROOT / "tests" / "node"
SLIP: Final = """import { graphql } from 'relay-runtime';
graphql`query slipQuery($brand: ID!) {
  club(brand: $brand) { id state ...slipOptions @defer(label: "later") membership { optedIn } }
}`;
graphql`fragment slipOptions on Club { options @stream(initialCount: 1, label: "options") { id title } }`;
graphql`mutation slipJoinMutation($input: OptInInput!) { optIn(input: $input) { errors { code } } }`;
graphql`subscription slipLiveSubscription($brand: ID!) {
  clubUpdated(brand: $brand) { club { id state } }
}`;
"""

Steps = dict[str, list[Any]]


@pytest.fixture
def page(demo: Demo, tmp_path: Path) -> Path:
    """A folder with the files of the page."""
    page_snippets.write(tmp_path, demo.facts["url"])
    return tmp_path


def lines(folder: Path, *command: object, until: Callable[[list[str]], bool]) -> list[str]:
    """Run a program that goes on until it is stopped, and return what it has printed by then."""
    program = subprocess.Popen(
        [str(each) for each in command], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    watchdog = Timer(PATIENCE_SECONDS, program.kill)
    watchdog.start()
    printed: list[str] = []
    assert program.stdout
    for line in program.stdout:
        printed.append(line)
        if until(printed):
            break
    watchdog.cancel()
    program.kill()
    _, errors = program.communicate()
    assert until(printed), f"{printed} {errors}"
    return printed


def steps_of(printed: list[str]) -> Steps:
    """Return the data that each step showed."""
    steps: Steps = {}
    for line in printed:
        told = json.loads(line)
        steps.setdefault(told["step"], []).append(told.get("data"))
    return steps


def is_whole(printed: list[str]) -> bool:
    """Whether the query has all options, and the update came."""
    steps = steps_of(printed)
    latest = (steps.get("query") or [None])[-1]
    return bool(latest and len(latest["club"]["options"]) >= 4 and "update" in steps)


@pytest.mark.parametrize("client", ["apollo", "urql"])
def test_a_client_gets_the_options_in_parts_and_the_club_live(page: Path, client: str) -> None:
    """As the file of the page says; the first part has one option."""
    command = ("node", "--import", NODE / "web-socket.mjs", f"{client}.mjs")
    steps = steps_of(lines(page, *command, until=is_whole))
    queries = [len(each["club"]["options"]) for each in steps["query"] if each]
    assert queries[0] == 1
    assert steps["update"][0]["clubUpdated"]["club"]["state"]


def test_graphql_request_gets_one_response(page: Path) -> None:
    """With all options."""
    printed = lines(page, "node", "request.mjs", until=bool)
    assert len(steps_of(printed)["query"][0]["club"]["options"]) >= 4


def test_gql_follows_the_club(demo: Demo, page: Path) -> None:
    """By the token that the command line makes, as the page does."""
    token = demo.programs.run("token", "--customer", "c-1003", "--brand", BRAND).strip()
    assert lines(page, sys.executable, "follow.py", token, until=bool) == ["TRACKING\n"]


def test_relay_plays_the_bet_slip(demo: Demo, page: Path) -> None:
    """By the network of the page, and documents compiled with the settings of the page."""
    (page / "src").mkdir()
    (page / "src" / "slip.js").write_text(SLIP)
    shutil.copy(ROOT / "schema.api.graphql", page)
    compiler = ["node", str(NODE / "node_modules/relay-compiler/cli.js"), "relay.config.json"]
    subprocess.run(compiler, cwd=page, check=True, capture_output=True, timeout=PATIENCE_SECONDS)
    terms = demo.site.club("c-1001")["terms"]["version"]
    wanted = {"brand": BRAND, "termsVersion": terms, "idempotencyKey": str(uuid.uuid4())}
    command = ("node", "--import", NODE / "web-socket.mjs", NODE / "relay-slip.mjs", json.dumps(wanted))
    steps = steps_of(lines(page, *command, until=lambda printed: "TRACKING" in printed[-1]))
    titles = [len(each["titles"]) for each in steps["part"]]
    assert titles[0] == 0
    assert titles[-1] == len(steps["whole"][0]["titles"]) >= 4
    assert steps["mutation"] == [{"errors": []}]
    assert steps["update"][0] == "NOT_OPTED_IN"
