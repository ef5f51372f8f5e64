"""Other people's clients follow the club for long: many changes, every protocol, restarts, refused tokens."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest

from tests.support.processes.running_furlong import BRAND, PATIENCE_SECONDS, Demo, eventually, running_demo
from tools.server_process import free_port

NODE: Final = Path(__file__).resolve().parents[1] / "node"
CUSTOMER: Final = "c-1002"
ROUNDS: Final = 10
FOLLOWERS: Final = (
    "apollo-websocket",
    "apollo-multipart",
    "urql-websocket",
    "urql-events",
    "urql-fetch",
    "graphql-ws",
    "graphql-sse",
)
READERS: Final = ("apollo", "apollo-older", "urql", "graphql-request")
DOCUMENTS: Final = (
    """query A($brand: ID!) { club(brand: $brand) {
      id state ... @defer(label: "options") { options { id title value { minor display } } }
      ... @defer(label: "progress") { progress { percent staked { display } } membership { optedIn } } } }""",
    """query B($brand: ID!) { club(brand: $brand) {
      id options @stream(initialCount: 1, label: "options") { id title kind value { minor } } } }""",
    """query C($brand: ID!) { club(brand: $brand) { id
      ... @defer(label: "outer") {
        week { id state ... @defer(label: "inner") { endsAt } } options { id } } } }""",
    """query D($brand: ID!) { club(brand: $brand) { id state options { id title } } }""",
)
DIRECTIVE: Final = re.compile(r"@(?:defer|stream)\([^)]*\)")

pytestmark = [
    pytest.mark.skipif(
        os.environ.get("FURLONG_NIGHTLY", "") in {"", "0"}, reason="takes some minutes: make nightly"
    ),
    pytest.mark.timeout(1200),
]


@contextmanager
def following(folder: Path, url: str, token: str) -> Iterator[dict[str, Path]]:
    """Run all followers; yield the file that each writes its lines to."""
    commands = {name: ["node", str(NODE / "clients-at-length.mjs"), name, url, token] for name in FOLLOWERS}
    by_gql = str(Path(__file__).with_name("follow_by_gql.py"))
    commands["gql"] = [sys.executable, by_gql, url.replace("http", "ws"), token]
    files = {name: folder / f"{name}.txt" for name in commands}
    programs = []
    try:
        for name, command in commands.items():
            with files[name].open("wb") as output:
                programs.append(subprocess.Popen(command, stdout=output, stderr=output))
        yield files
    finally:
        for program in programs:
            program.kill()
            program.wait()


def told(file: Path) -> list[dict[str, Any]]:
    """Return what a follower has printed; what is no JSON is an error."""
    return [json.loads(line) for line in file.read_text().splitlines(keepends=True) if line.endswith("\n")]


def read(demo: Demo, client: str, token: str, documents: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return what a client makes of some documents."""
    ended = subprocess.run(
        ["node", "clients-at-length.mjs", client, demo.facts["graphql"], token],
        cwd=NODE,
        input=json.dumps(documents),
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return [json.loads(line) for line in ended.stdout.splitlines()]


def change(demo: Demo, state: str) -> None:
    """Make the customer join or leave, whichever leads to the state."""
    if state == "TRACKING":
        terms = demo.site.club(CUSTOMER)["terms"]["version"]
        assert demo.site.change("OptIn", CUSTOMER, termsVersion=terms)["errors"] == []
    else:
        assert demo.site.change("OptOut", CUSTOMER)["errors"] == []


def until_all_say(files: dict[str, Path], state: str) -> None:
    """Wait until the latest state that each follower has printed is this one."""

    def behind() -> dict[str, list[Any]]:
        states = {
            name: [each["state"] for each in told(file) if "state" in each] for name, file in files.items()
        }
        return {name: said[-3:] for name, said in states.items() if said[-1:] != [state]}

    eventually(lambda: not behind(), f"all say {state}, but {behind()}")


@pytest.mark.slow("forty changes, each seen by eight clients, and a restart")
def test_all_clients_follow_the_club_through_changes_and_a_restart(processes: None, tmp_path: Path) -> None:
    """Each connects when the demo comes, and again after its restart, and sees each change."""
    port = str(free_port())
    run = partial(running_demo, tmp_path, "--port", port, FURLONG_GATEWAY_LIVE_CONNECTIONS_PER_CUSTOMER="50")
    with run() as demo:
        url, token = demo.facts["graphql"], demo.site.tokens[CUSTOMER]
    with following(tmp_path, url, token) as files:
        for _ in range(2):
            with run() as demo:
                for state in ("TRACKING", "NOT_OPTED_IN") * ROUNDS:
                    change(demo, state)
                    until_all_say(files, state)
    for name, file in files.items():
        said = told(file)
        assert not [each for each in said if "errors" in each], name
        assert len([each for each in said if "state" in each]) > 2 * ROUNDS, name


@pytest.mark.slow("four clients, each with four documents, and each with a refused token")
def test_every_client_makes_the_same_of_parts_as_of_one_response(processes: None, tmp_path: Path) -> None:
    """Deferred, nested, streamed and whole documents; and it hears that a token is refused."""
    with running_demo(tmp_path) as demo:
        whole = [
            demo.site.ask(DIRECTIVE.sub("", document), {"brand": BRAND}, customer=CUSTOMER)["data"]
            for document in DOCUMENTS
        ]
        for client in READERS:
            found = [each.get("data") for each in read(demo, client, demo.site.tokens[CUSTOMER], DOCUMENTS)]
            assert _without_typenames(found) == whole, client
            refused = read(demo, client, "nobody", DOCUMENTS[-1:])
            assert refused == [{"refused": "UNAUTHENTICATED"}], client


def _without_typenames(value: Any) -> Any:
    """Return data without what Apollo's cache adds to documents."""
    if isinstance(value, list):
        return [_without_typenames(each) for each in value]
    if isinstance(value, dict):
        return {name: _without_typenames(each) for name, each in value.items() if name != "__typename"}
    return value
