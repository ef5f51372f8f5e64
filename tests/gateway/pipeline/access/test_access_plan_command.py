"""`furlong gateway plan` shows what is planned for a client."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from gateway.cli import cli
from tests.gateway.pipeline.access.guarded_shop import shop

SDL = shop().composed.supergraph


@pytest.mark.parametrize(
    ("options", "hidden", "fetched"),
    [
        ([], [], True),
        (["--anonymous"], ["guarded", "me.sum"], False),
        (["--authenticated"], ["me.sum"], False),
        (["--scope", "read"], ["me.sum"], False),
        (["--scope", "read", "--scope", "see"], [], True),
        (["--policy", "owner"], ["guarded", "me.sum"], False),
    ],
)
def test_the_plan_of_a_client_leaves_out_what_is_hidden(
    tmp_path: Path, options: list[str], hidden: list[str], *, fetched: bool
) -> None:
    """The hidden fields are named; without such an option, nothing is hidden."""
    (tmp_path / "shop.graphql").write_text(SDL)
    (tmp_path / "query.graphql").write_text("{ open guarded me { sum } }")
    files = ["--supergraph", str(tmp_path / "shop.graphql"), str(tmp_path / "query.graphql")]
    shown = CliRunner().invoke(cli, ["plan", *options, *files])
    assert shown.exit_code == 0, shown.output
    lines = shown.output.splitlines()
    assert [line.removeprefix("# Hidden: ") for line in lines if line.startswith("#")] == hidden
    assert ('Fetch(service: "b")' in shown.output) is fetched
