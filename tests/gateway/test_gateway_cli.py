"""The gateway's command line: plans on stdout, mistakes on stderr, no traceback."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from gateway.cli import cli
from tests.gateway.plans import joined
from tests.gateway.world import FOLDER
from tools.server_process import free_port

SHOP = str(FOLDER / "shop" / "supergraph.graphql")


def invoke(*arguments: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of a command."""
    result = CliRunner().invoke(cli, list(arguments))
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture
def document(tmp_path: Path) -> Path:
    """A file with two operations, one of them conditional."""
    file = tmp_path / "query.graphql"
    file.write_text(
        "query A($s: Boolean!) { me { id reviews @include(if: $s) { body } } } query B { users { id } }"
    )
    return file


def test_plan_prints_the_plan_of_one_operation(document: Path) -> None:
    """A condition without a value counts as included."""
    code, out, _ = invoke("plan", "--supergraph", SHOP, "--operation", "A", str(document))
    assert code == 0
    assert re.findall(r'service: "(\w+)"', out) == ["accounts", "reviews"]


def test_plan_takes_values_for_conditions(document: Path) -> None:
    """With a value, the plan is the one for that value."""
    _, out, _ = invoke(
        "plan", "--supergraph", SHOP, "--operation", "A", "--variables", '{"s": false}', str(document)
    )
    assert re.findall(r'service: "(\w+)"', out) == ["accounts"]


def test_plan_shows_the_functions_that_are_made_of_it(document: Path) -> None:
    """They are Python that somebody can read."""
    code, out, _ = invoke("plan", "--supergraph", SHOP, "--operation", "B", "--code", str(document))
    assert code == 0
    functions = out[out.index("\ndef ") :]
    ast.parse(functions)
    assert 'return {"users": v0}' in functions


def test_plan_explains_itself(tmp_path: Path) -> None:
    """The graph, the paths to each field with the chosen one marked, and how many plans were compared."""
    file = tmp_path / "query.graphql"
    file.write_text('{ item(code: "p") { name maker { name } region { zone } } }')
    atlas = str(FOLDER / "atlas" / "supergraph.graphql")
    code, out, _ = invoke("plan", "--supergraph", atlas, "--explain", str(file))
    graph, paths = out.split("\nGraph\n")[1].split("\nPaths\n")
    assert code == 0
    assert re.search(r"  Item\n    a: key \"code\"", graph)
    assert re.search(r"  Query\.item\.maker of Item\n(      .*\n)*    \* .*: depth \d, \d calls", paths)
    assert re.search(
        r"\n  \d+ candidates compared by depth, calls, waiting, selected fields\n  plan 1: depth \d", paths
    )


def test_plan_takes_labels_of_overrides(tmp_path: Path) -> None:
    """The plan is that for a request for which they are on."""
    sdl = tmp_path / "supergraph.graphql"
    sdl.write_text(
        joined(
            """
            type Query @join__type(graph: A) @join__type(graph: B) {
              n: Int
                @join__field(graph: A, overrideLabel: "moving")
                @join__field(graph: B, override: "a", overrideLabel: "moving")
            }
            """,
            "a",
            "b",
        )
    )
    file = tmp_path / "query.graphql"
    file.write_text("{ n }")
    asked = [
        invoke("plan", "--supergraph", str(sdl), *more, str(file))[1] for more in ((), ("--label", "moving"))
    ]
    assert [re.findall(r'service: "(\w+)"', out) for out in asked] == [["a"], ["b"]]


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("{ me { nope } }", 1, "query.graphql:1: Cannot query field 'nope'"),
        ("{ me {", 1, "query.graphql:1: Syntax Error"),
        ("query A { me { id } } query B { me { id } }", 1, "several operations"),
    ],
)
def test_a_bad_document_is_reported_with_its_line(tmp_path: Path, text: str, code: int, message: str) -> None:
    """The message says what is wrong and where."""
    file = tmp_path / "query.graphql"
    file.write_text(text)
    exit_code, out, err = invoke("plan", "--supergraph", SHOP, str(file))
    assert (exit_code, out) == (code, "")
    assert message in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("plan", "--supergraph", "missing.graphql", "DOCUMENT"), "missing.graphql: No such file"),
        (("plan", "--supergraph", SHOP, "missing.graphql"), "missing.graphql: No such file"),
        (("plan", "--supergraph", "DOCUMENT", "DOCUMENT"), "not a valid schema"),
        (
            ("plan", "--supergraph", SHOP, "--operation", "A", "--variables", "[]", "DOCUMENT"),
            "expected a JSON object",
        ),
        (("serve", "--supergraph", "missing.graphql"), "missing.graphql: No such file"),
        (("serve", "--supergraph", SHOP, "--listen", "nowhere"), "HOST:PORT"),
    ],
)
def test_what_cannot_be_read_is_a_usage_error(
    document: Path, arguments: tuple[str, ...], message: str
) -> None:
    """Exit code 2, a message, and no traceback."""
    code, out, err = invoke(
        *(str(document) if argument == "DOCUMENT" else argument for argument in arguments)
    )
    assert (code, out) == (2, "")
    assert message in err
    assert "Traceback" not in err


@pytest.mark.usefixtures("processes")
def test_serve_answers_until_it_is_stopped(tmp_path: Path) -> None:
    """The process needs nothing but a supergraph, and stops by SIGTERM."""
    with httpx.Client() as client, (tmp_path / "log").open("wb") as log:
        port = free_port()
        process = subprocess.Popen(
            [sys.executable, "-m", "gateway", "serve", "--supergraph", SHOP, "--listen", f"127.0.0.1:{port}"],
            stderr=log,
            stdout=log,
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": str(Path(__file__).parents[2]),
                "FURLONG_GATEWAY_DRAIN_SECONDS": "0",
            },
        )
        try:
            wait_until_ready(client, f"http://127.0.0.1:{port}/ready", process)
            answer = client.post(f"http://127.0.0.1:{port}/graphql", json={"query": "{ __typename }"})
            assert answer.json() == {"data": {"__typename": "Query"}}
        finally:
            process.terminate()
            assert process.wait(60) == 0


def wait_until_ready(client: httpx.Client, url: str, process: subprocess.Popen[bytes]) -> None:
    """Wait with a generous limit, but not for a process that has ended."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, "the gateway ended"
        try:
            if client.get(url).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError("the gateway was not ready in time")


def test_the_sample_of_the_guide_can_be_planned(tmp_path: Path) -> None:
    """Who follows the guide gets a plan over all three subgraphs."""
    sample = Path(__file__).parents[2] / "docs" / "examples" / "supergraph.graphql"
    file = tmp_path / "query.graphql"
    file.write_text("{ products { title shippingCost reviews { stars } } }")
    code, out, _ = invoke("plan", "--supergraph", str(sample), str(file))
    assert code == 0
    assert set(re.findall(r'service: "(\w+)"', out)) == {"catalogue", "reviews", "shipping"}


@pytest.mark.parametrize("name", ["nobodys", "nowhere.at_all:FEATURE", "gateway.feature:NOTHING"])
@pytest.mark.parametrize("command", ["usage", "cost", "schema", "plan", "path", "serve"])
def test_a_feature_that_is_not_there_ends_each_command_with_a_sentence(
    command: str, name: str, document: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It names the setting and the feature."""
    monkeypatch.setenv("FURLONG_GATEWAY_FEATURES", json.dumps([name]))
    supergraph = () if command == "usage" else ("--supergraph", SHOP)
    asked = (str(document),) if command in {"cost", "plan"} else ()
    code, _, told = invoke(command, *supergraph, *asked)
    assert code == 2
    assert told.startswith("FURLONG_GATEWAY_FEATURES: ")
    assert name.partition(":")[0] in told
