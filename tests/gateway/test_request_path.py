"""`furlong gateway path`: what is done for a request, and which feature added it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from gateway.cli import cli
from tests.gateway.world import FOLDER

SHOP = FOLDER / "shop" / "supergraph.graphql"
OFF = {
    "FURLONG_GATEWAY_COST_MODE": "off",
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


def test_people_read_a_line_a_step(tmp_path: Path) -> None:
    """With settings of a file as well, and wrong ones are named."""
    file = tmp_path / "gateway.env"
    file.write_text("FURLONG_GATEWAY__COMPRESSION__ENABLED=false\n")
    ended = CliRunner().invoke(cli, ["path", "--settings", str(file)])
    assert "compression" not in ended.stdout
    assert len(ended.stdout.splitlines()) == len(path_of("--settings", str(file)))
    file.write_text("FURLONG_GATEWAY__COMPRESSION__ENABLE=false\n")
    ended = CliRunner().invoke(cli, ["path", "--settings", str(file)])
    assert ended.exit_code == 2
    assert "is FURLONG_GATEWAY__COMPRESSION__ENABLED meant?" in ended.stderr
