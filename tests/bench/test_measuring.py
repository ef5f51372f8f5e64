"""How figures are obtained: interleaved rounds, counting, comparing."""

import json
from pathlib import Path

import httpx
import pytest
import respx

from bench.harness.measurement import Contender, Measurement, Series, ratios
from bench.harness.profile import heaviest
from bench.harness.servers import ROOT
from bench.load.target import Target, WrongAnswerError, check_agreement
from bench.load.wrk import LoadTool, Run
from bench.peers.node_gateways import write_supergraph

COUNTED = {
    "microseconds": 2_000_000,
    "right": 100,
    "refused": 0,
    "p50_us": 1500,
    "p99_us": 9000,
    "connect": 0,
    "read": 0,
    "write": 0,
    "timeout": 0,
    "wrong": 0,
    "first_wrong": "",
}


@pytest.fixture
def tool(processes: None, tmp_path: Path) -> LoadTool:
    """A load tool with a folder of its own."""
    return LoadTool(tmp_path, ["a", "b"], connections=4)


def _wrk_that_counts(folder: Path, monkeypatch: pytest.MonkeyPatch, **counted: object) -> None:
    """Put a program `wrk` first on the PATH that only prints these counts and records its arguments."""
    program = folder / "wrk"
    line = f"RESULT {json.dumps(COUNTED | counted)}"
    program.write_text(f"#!/bin/sh\necho \"$@\" >> '{folder}/arguments'\necho '{line}'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")


def test_a_run_has_rate_and_latency(tool: LoadTool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counts and microseconds become requests per second and milliseconds."""
    _wrk_that_counts(tmp_path, monkeypatch)
    run = tool.run("ours", Target(1, "/"), 2)
    assert run == Run(requests=100, seconds=2.0, p50=1.5, p99=9.0)
    assert run.rate == 50


@pytest.mark.parametrize("kind", ["wrong", "timeout", "read", "connect", "write", "refused"])
def test_a_failure_ends_the_benchmark(
    tool: LoadTool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """One wrong or missing answer ends the benchmark."""
    _wrk_that_counts(tmp_path, monkeypatch, **{kind: 1, "first_wrong": "500 oh"})
    with pytest.raises(WrongAnswerError, match="oh"):
        tool.run("ours", Target(1, "/"), 2)


def test_each_contender_gets_the_number_of_connections_that_suits_it(
    tool: LoadTool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The best of several numbers is determined for each; a given number is used for all."""
    program = tmp_path / "wrk"
    line = json.dumps(COUNTED | {"right": 50}), json.dumps(COUNTED)
    program.write_text(f"""#!/bin/sh
case "$2$*" in
  -c32*:1?--*|-c64*:2?--*) echo 'RESULT {line[1]}' ;;
  *) echo 'RESULT {line[0]}' ;;
esac
""")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    contenders = [Contender(name, Target(port, "/"), ()) for name, port in (("ours", 1), ("peer", 2))]
    suited = Measurement(rounds=1, seconds=2, warm_up=1).measure(contenders, tool)
    assert {name: each.connections for name, each in suited.items()} == {"ours": 32, "peer": 64}
    fixed = Measurement(rounds=1, seconds=2, warm_up=1, connections=8).measure(contenders, tool)
    assert {name: each.connections for name, each in fixed.items()} == {"ours": 8, "peer": 8}


def test_rounds_are_interleaved(tool: LoadTool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each contender is warmed up, then all are measured in every round."""
    _wrk_that_counts(tmp_path, monkeypatch)
    contenders = [Contender(name, Target(port, "/"), ()) for name, port in (("ours", 1), ("peer", 2))]
    series = Measurement(rounds=2, seconds=2, warm_up=1, connections=4).measure(contenders, tool)
    commands = [line.split() for line in (tmp_path / "arguments").read_text().splitlines()]
    assert [words[words.index("--") - 1][-1] for words in commands] == ["1", "2"] * 3
    assert [words[2] for words in commands] == ["-d1s"] * 2 + ["-d2s"] * 4
    assert {name: len(each.runs) for name, each in series.items()} == {"ours": 2, "peer": 2}


def test_a_ratio_above_one_means_that_ours_is_faster() -> None:
    """Medians of requests per second are compared."""
    ours = Series([Run(100, 1, 1, 2), Run(300, 1, 1, 2), Run(900, 1, 1, 2)], [1, 2, 3], connections=32)
    peer = Series([Run(100, 1, 1, 2)] * 3, [1, 2, 3], connections=16)
    assert ratios({"ours": ours, "peer": peer}) == {"ours_vs_peer": 3.0}


def test_a_request_is_complete() -> None:
    """The content length is that of the bytes, and there is a placeholder for the token."""
    text = Target.graphql(80, "{ a }", {"b": "£"}, "A").text()
    head, _, content = text.partition("\r\n\r\n")
    assert f"Content-Length: {len(content.encode())}" in head
    assert "Authorization: Bearer {token}\r\n" in head


@respx.mock
def test_answers_that_differ_end_the_benchmark() -> None:
    """If the data of two contenders differs for one customer, their speed is not compared."""
    respx.get("http://127.0.0.1:1/").mock(httpx.Response(200, json={"club": 1}))
    respx.get("http://127.0.0.1:2/").mock(httpx.Response(200, json={"club": 2}))
    with pytest.raises(WrongAnswerError, match="peer answers"):
        check_agreement({"ours": Target(1, "/"), "peer": Target(2, "/")}, ["token"])


def test_each_subgraph_gets_its_port(tmp_path: Path) -> None:
    """Only the URLs in the product's supergraph change."""
    ports = {"club": 5001, "rewards": 5002, "progress": 5003}
    written = write_supergraph(tmp_path, ports).read_text()
    for name, port in ports.items():
        assert f'@join__graph(name: "{name}", url: "http://127.0.0.1:{port}/graphql")' in written
    original = (ROOT / "schema.graphql").read_text()
    moved = [f'join__graph(name: "{name}"' for name in ports]

    def of_others(text: str) -> list[str]:
        return [line for line in text.splitlines() if not any(each in line for each in moved)]

    assert of_others(written) == of_others(original)


def test_a_profile_lists_own_time_apart_from_time_below() -> None:
    """A function's own samples are those where it is innermost; recursion counts once."""
    listed = list(heaviest(["main;run;run;parse 30", "main;run 10", "main;wait 60"]))
    own, below = listed[: listed.index("")], listed[listed.index("") :]
    assert [line.split() for line in own[1:]] == [["60.0%", "wait"], ["30.0%", "parse"], ["10.0%", "run"]]
    assert ["40.0%", "run"] in [line.split() for line in below]
