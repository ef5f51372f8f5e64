"""The command that tells what documents cost, and proposes limits from a log."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from gateway import GatewaySettings
from gateway.cli import cli
from gateway.features.cost.limit_report import LIMITS, BadLine, LoggedRequest, read_log
from gateway.features.cost.limit_report.proposals import Seen, with_headroom
from gateway.settings.limits import DocumentLimits

ROOT = Path(__file__).resolve().parents[4]
CLUB = str(ROOT / "schema.graphql")
BETSLIP = ROOT / "contracts" / "betslip.graphql"
RECENT = "query R($n: Int = 4, $b: ID!) { recentClubs(brand: $b, first: $n) { id week { id } } }"


def invoke(*arguments: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of `gateway cost`."""
    result = CliRunner().invoke(cli, ["cost", "--supergraph", CLUB, *arguments])
    return result.exit_code, result.stdout, result.stderr


def written(folder: Path, text: str, name: str = "query.graphql") -> str:
    """The path of a new file."""
    file = folder / name
    file.write_text(text)
    return str(file)


def test_a_document_is_shown_beside_all_limits() -> None:
    """With the cost of each operation; variables without a value are named."""
    code, out, _ = invoke(str(BETSLIP))
    assert code == 0
    assert "Betslip: cost 31 of 50000" in out
    assert "without values for $brand" in out
    assert re.search(r"tokens +\d+ +of 1000 +FURLONG_GATEWAY_DOCUMENT_TOKENS", out)
    for limit in LIMITS:
        if limit.setting not in {"limit", "mutation_fields"}:
            assert limit.variable in out


def test_variables_change_the_cost(tmp_path: Path) -> None:
    """Those of slicing arguments and of conditions."""
    file = written(tmp_path, RECENT)
    assert "cost 8 of" in invoke(file)[1]
    code, out, _ = invoke(file, "--variables", '{"n": 20, "b": "x"}')
    assert (code, "R: cost 40 of" in out, "without values" in out) == (0, True, False)


def test_a_folder_has_all_its_operations_and_no_schemas() -> None:
    """As JSON for programs, too."""
    code, out, _ = invoke(str(ROOT / "contracts"), "--json")
    read = json.loads(out)
    names = [each["name"] for file in read["documents"].values() for each in file["operations"]]
    assert (code, names) == (0, ["Betslip", "OptIn", "OptOut", "ChangeReward", "ClubUpdates"])
    assert read["limits"]["FURLONG_GATEWAY__COST__LIMIT"] == 50_000
    one = json.loads(
        invoke(str(ROOT / "contracts" / "mutations.graphql"), "--operation", "OptIn", "--json")[1]
    )
    (file,) = one["documents"].values()
    assert [(each["name"], each["mutationFields"]) for each in file["operations"]] == [("OptIn", 1)]


def test_a_broken_limit_is_marked_and_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Any of them, the cost as well."""
    file = written(tmp_path, RECENT)
    for name, value in (("_COST__LIMIT", "7"), ("DOCUMENT_DEPTH", "2"), ("DOCUMENT_CHARS", "10")):
        with monkeypatch.context() as patched:
            patched.setenv(f"FURLONG_GATEWAY_{name}", value)
            code, out, _ = invoke(file)
            assert (code, len(re.findall("over the limit", out))) == (1, 1), name
            (document,) = json.loads(invoke(file, "--json")[1])["documents"].values()
            assert document["broken"] == [f"FURLONG_GATEWAY_{name}"]
    monkeypatch.setenv("FURLONG_GATEWAY_MUTATION_FIELDS", "1")
    two = written(tmp_path, "mutation($i: OptOutInput!) { a: optOut(input: $i) { errors { code } } "
                  "b: optOut(input: $i) { errors { code } } }")  # fmt: skip
    code, out, _ = invoke(two)
    assert (code, "2 mutation fields of 1  over the limit" in out) == (1, True)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{ nope }", "line 1: Cannot query field 'nope'"),
        ("{ club", "Syntax Error"),
        ("{ club(brand: 1) { ...F } } fragment F on Club { ...F }", "within itself"),
        ("type Query { a: Int }", "has no operation"),
    ],
)
def test_a_document_that_cannot_be_executed_says_why(tmp_path: Path, text: str, message: str) -> None:
    """And fails; a limit or an operation that does not exist is a failure, too."""
    code, out, _ = invoke(written(tmp_path, text))
    assert (code, message in out) == (1, True), out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "either documents or --log"),
        ([str(BETSLIP), "--log", "x"], "either documents or --log"),
        (["missing.graphql"], "No such file"),
        (["--log", "missing.jsonl"], "No such file"),
        ([str(ROOT / "docs" / "decisions")], "no *.graphql files"),
        ([str(BETSLIP), "--variables", "[]"], "expected a JSON object"),
    ],
)
def test_what_cannot_be_read_is_a_usage_error(arguments: list[str], message: str) -> None:
    """Exit code 2 and a message."""
    code, _, err = invoke(*arguments)
    assert (code, message in err) == (2, True), err


def log_of(folder: Path, *entries: object) -> str:
    """A log with a line for each entry; text stands as it is."""
    lines = [entry if isinstance(entry, str) else json.dumps(entry) for entry in entries]
    return written(folder, "\n".join(lines), "log.jsonl")


def test_limits_are_proposed_from_a_log(tmp_path: Path) -> None:
    """The most that was seen, where, and headroom; by client as well; bad lines have their numbers."""
    log = log_of(
        tmp_path,
        {"query": RECENT, "variables": {"b": "x"}, "client": "web"},
        "not JSON",
        {"query": RECENT, "operationName": "R", "variables": {"b": "x", "n": 10}, "client": "app"},
        "",
        {"query": "{ nope }"},
        {"query": RECENT, "operationName": "Missing"},
        {"client": "app", "body": json.dumps({"query": RECENT, "variables": {"b": "x", "n": 2}})},
    )
    code, out, _ = invoke("--log", log, "--json")
    found = json.loads(out)
    assert (code, found["requests"]) == (0, 3)
    assert [each["line"] for each in found["bad"]] == [2, 5, 6]
    cost = "FURLONG_GATEWAY__COST__LIMIT"
    assert found["limits"][cost] == {"p999": 20, "max": 20, "line": 3, "proposed": 30}
    assert {client: each[cost]["max"] for client, each in found["clients"].items()} == {"app": 20, "web": 8}
    _, text, _ = invoke("--log", log)
    assert "line 2: it is not JSON" in text
    proposed = dict(re.findall(r"^FURLONG_GATEWAY_([A-Z_]+)=(\d+)$", text, re.MULTILINE))
    assert proposed["_COST__LIMIT"] == "30"
    assert 'As a class of clients: "cost": 12' in text


def test_what_is_proposed_can_be_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each printed line is a setting, and with all of them the logged requests pass."""
    log = log_of(tmp_path, {"query": BETSLIP.read_text(), "variables": {"brand": "x"}})
    proposed = dict(re.findall(r"^(FURLONG_GATEWAY_[A-Z_]+)=(\d+)$", invoke("--log", log)[1], re.MULTILINE))
    for name, value in proposed.items():
        monkeypatch.setenv(name, value)
    settings = GatewaySettings()
    assert all(limit.value(settings) == int(proposed.get(limit.variable, 0)) for limit in LIMITS)
    assert invoke(str(BETSLIP))[0] == 0


def test_a_log_without_requests_fails(tmp_path: Path) -> None:
    """There is nothing to propose."""
    code, out, _ = invoke("--log", log_of(tmp_path, "[]", {"query": 1}, {"query": "{ a }", "variables": []}))
    assert (code, "0 requests counted, 3 lines skipped." in out) == (1, True)


@given(
    st.lists(
        st.binary(max_size=30)
        | st.recursive(
            st.none() | st.integers() | st.text(max_size=5),
            lambda inner: st.dictionaries(st.sampled_from(["query", "variables", "client", "body"]), inner),
        ).map(lambda value: json.dumps(value).encode())
    )
)
def test_any_line_is_a_request_or_a_bad_line(lines: list[bytes]) -> None:
    """No text in a line causes a fault."""
    read = list(read_log(lines))
    assert len(read) == sum(bool(line.strip()) for line in lines)
    assert all(isinstance(each, LoggedRequest | BadLine) for each in read)


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=50))
def test_percentile_and_headroom_cover_what_was_seen(values: list[int]) -> None:
    """Of fewer than a thousand requests, the percentile is the most; a proposal is never below it."""
    seen = Seen()
    for line, value in enumerate(values, 1):
        seen.add(value, line)
    assert (seen.percentile(), seen.most) == (max(values), max(values))
    assert values[seen.line - 1] == seen.most
    assert seen.most < with_headroom(seen.most) <= max(2, 1.65 * seen.most + 1)


def test_the_percentile_leaves_out_the_rarest() -> None:
    """One request of ten thousand is above it."""
    seen = Seen()
    for line in range(9_999):
        seen.add(5, line)
    seen.add(999, 1)
    assert (seen.percentile(), seen.most) == (5, 999)


def test_every_limit_on_documents_is_shown() -> None:
    """A limit that is added to the settings is added here as well, except those on a request's variables."""
    shown = [limit.setting for limit in LIMITS if limit.section is DocumentLimits]
    assert sorted(shown) == sorted(DocumentLimits.model_fields.keys() - {"variable_values"})


def test_a_document_whose_fragments_multiply_is_told_at_once(tmp_path: Path) -> None:
    """Two to the power of thirty fields are counted, not visited."""
    twice = "a: club {{ week {{ ...F{0} }} }} b: club {{ week {{ ...F{0} }} }}"
    fragments = [f"fragment F{n} on Week {{ {twice.format(n + 1)} }}" for n in range(30)]
    text = " ".join(["{ __typename ...F0 }", *fragments, "fragment F30 on Week { id }"])
    code, out, err = invoke(written(tmp_path, text))
    assert code == 1
    assert "more than 10000 fields" in out + err
