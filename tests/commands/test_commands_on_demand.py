"""`furlong` imports a command when it is run, and lists all of them without importing any."""

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from furlong.cli import app
from furlong.cli.main import COMMANDS


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_says_what_the_command_says(name: str) -> None:
    """The help line in the list is that of the command itself."""
    command = COMMANDS[name].load(name)
    assert COMMANDS[name].stub(name).get_short_help_str(1000) == command.get_short_help_str(1000)


def test_an_unknown_command_is_named() -> None:
    """A misspelt command fails with its name and a suggestion."""
    result = CliRunner().invoke(app, ["demoo"])
    assert result.exit_code == 2
    assert "No such command 'demoo'" in result.output


HEAVY = ("alembic", "fastapi", "gateway.planner", "simulator", "sqlalchemy", "strawberry", "uvicorn")


@pytest.mark.usefixtures("processes")
@pytest.mark.parametrize(
    ("imported", "unneeded"),
    [
        ("furlong.cli", HEAVY),
        ("furlong.cli.processes.consume", ("gateway.planner", "simulator", "strawberry")),
        ("furlong.cli.options", ("fastapi", "gateway.planner", "simulator", "strawberry")),
        ("gateway.settings", HEAVY),
    ],
)
def test_modules_import_no_more_than_they_need(imported: str, unneeded: tuple[str, ...]) -> None:
    """A process that does not plan operations imports no planner, and so on."""
    code = f"import sys, {imported}; print([each for each in {unneeded!r} if each in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
