"""The simulator's single commands."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from simulator.cli import cli


def test_openapi_prints_the_contract() -> None:
    """What the command prints is the checked-in contract, to the letter."""
    printed = CliRunner().invoke(cli, ["openapi"]).stdout
    contract = Path(__file__).parents[2] / "contracts" / "upstream.openapi.json"
    assert printed == contract.read_text()
    assert json.loads(printed)["openapi"].startswith("3.1")


def test_bet_prints_the_id_of_the_bet(broker: str) -> None:
    """A bet placed from the command line has an id of its own each time."""
    command = ["bet", "--kafka", broker, "--customer", "c-1001", "--stake", "500", "--free"]
    results = [CliRunner().invoke(cli, command) for _ in range(2)]
    assert [result.exit_code for result in results] == [0, 0]
    assert len({result.stdout for result in results}) == 2
    assert all(result.stdout.startswith("b-") for result in results)


@pytest.mark.parametrize(
    "arguments",
    [
        ["bet", "--kafka", "x", "--customer", "c-1001", "--stake", "500", "--brand", "nowhere"],
        ["bet", "--kafka", "x", "--customer", "c-1001", "--stake", "0"],
        ["serve", "--kafka", "x", "--data", "y", "--listen", "8100"],
        ["serve", "--kafka", "x", "--data", "y", "--rate", "0"],
    ],
)
def test_wrong_arguments(arguments: list[str]) -> None:
    """What cannot be is said at once, before anything is started."""
    assert CliRunner().invoke(cli, arguments).exit_code == 2
