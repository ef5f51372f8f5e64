"""`furlong gateway path`: what is done for a request, and which feature added it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from gateway.cli import cli
from gateway.feature import VersionParts
from gateway.pipeline.documents import SentDocuments
from gateway.pipeline.hooks import Hooks
from gateway.request_path import assemble
from gateway.settings.feature_list import FEATURES
from tests.gateway.world import FOLDER

SHOP = FOLDER / "shop" / "supergraph.graphql"
OFF = {
    "FURLONG_GATEWAY__COST__MODE": "off",
    "FURLONG_GATEWAY_INCREMENTAL_DELIVERY": "false",
    "FURLONG_GATEWAY__COMPRESSION__ENABLED": "false",
    "FURLONG_GATEWAY__RESILIENCE__ENABLED": "false",
}


def path_of(*arguments: str, **environment: str) -> list[dict[str, Any]]:
    """Return the steps of a path."""
    ended = CliRunner().invoke(cli, ["path", "--json", *arguments], env=environment)
    assert ended.exit_code == 0, ended.output
    steps: list[dict[str, Any]] = json.loads(ended.stdout)
    return steps


def test_a_feature_that_is_off_is_not_on_the_path() -> None:
    """With all of them off, only the core is left."""
    assert {each["by"] for each in path_of("--supergraph", str(SHOP), **OFF)} == {"core"}


@pytest.mark.parametrize(
    ("variable", "value", "step"),
    [
        ("_RESILIENCE__ENABLED", "true", ("calls", "resilience")),
        ("_COMPRESSION__ENABLED", "true", ("replies", "compression")),
        ("_CORS__ORIGINS", '["https://www.brand.example"]', ("origins", "cors")),
        ("_DOCUMENTS__APQ", "true", ("ids", "documents")),
        ("_USAGE__FILE", "/nowhere/usage.sqlite", ("recorders", "usage")),
        ("RATE_LIMITS", '[{"by":"address","points":100,"seconds":1}]', ("policies", "rate_limits")),
    ],
)
def test_a_feature_is_named_at_its_stage(variable: str, value: str, step: tuple[str, str]) -> None:
    """Each adds a step to those of the core."""
    found = path_of("--supergraph", str(SHOP), **OFF | {f"FURLONG_GATEWAY_{variable}": value})
    assert step in [(each["stage"], each["by"]) for each in found]


def test_the_path_needs_no_supergraph() -> None:
    """The outermost of what is around a call comes first, and the call itself last."""
    calls = [each["by"] for each in path_of() if each["stage"] == "calls"]
    assert calls == ["resilience", "core"]


def test_what_nobody_uses_is_not_on_the_path() -> None:
    """Without sessions none is looked up; without subscriptions their guards guard nothing."""
    stages = {each["stage"] for each in path_of()}
    assert stages.isdisjoint({"session", "arrival", "sources", "events", "headers", "batches"})


def test_each_step_says_what_its_feature_costs() -> None:
    """As the list of features says; people read it once for each feature."""
    costs = {each["by"]: each["instructions"] for each in path_of()}
    assert costs["core"] is None
    assert costs["resilience"] == {entry.name: entry.instructions for entry in FEATURES}["resilience"]
    lines = CliRunner().invoke(cli, ["path"]).stdout.splitlines()
    resilience = [line for line in lines if " resilience " in line]
    assert [f"+{costs['resilience']:,}" in line for line in resilience] == [True, False]


def test_only_one_feature_may_claim_a_stage() -> None:
    """A second claim is an error that names both."""
    claim = VersionParts(documents=SentDocuments())
    with pytest.raises(ValueError, match="Both one and other claim documents"):
        assemble([("one", claim), ("other", claim)], Hooks(), authenticates=False)


def test_people_read_a_line_a_step(tmp_path: Path) -> None:
    """With settings of a file as well, and wrong ones are named."""
    file = tmp_path / "gateway.env"
    file.write_text("FURLONG_GATEWAY__COMPRESSION__ENABLED=false\n")
    ended = CliRunner().invoke(cli, ["path", "--settings", str(file)])
    assert "compression" not in ended.stdout
    *lines, legend = ended.stdout.splitlines()
    assert len(lines) == len(path_of("--settings", str(file)))
    assert "BENCH=features" in legend
    file.write_text("FURLONG_GATEWAY__COMPRESSION__ENABLE=false\n")
    ended = CliRunner().invoke(cli, ["path", "--settings", str(file)])
    assert ended.exit_code == 2
    assert "is FURLONG_GATEWAY__COMPRESSION__ENABLED meant?" in ended.stderr
