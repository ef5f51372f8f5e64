"""`--help` and `-h` of every command import only what declares it, and `--version` prints the version."""

import json
import platform
import subprocess
import sys
from importlib.metadata import version

import pytest
from typer.testing import CliRunner

from furlong.cli import app
from gateway.cli import cli as gateway

HEAVY = (
    "aiokafka",
    "alembic",
    "fastapi",
    "graphql",
    "opentelemetry",
    "prometheus_client",
    "redis",
    "sqlalchemy",
    "strawberry",
    "uvicorn",
)
"""What no declaration of a command needs; typer itself imports pydantic where it parses a number."""
MAX_MODULES = 900
"""Modules in all, with those of Python, typer and pydantic: time depends on the machine, imports do not."""
EVERY_HELP = """
import contextlib, io, json, sys
from furlong.cli import app
from furlong.cli.main import COMMANDS

def below(command, name):
    yield name
    for each, found in getattr(command, "commands", {}).items():
        yield from below(found, [*name, each])

names = [[], *(each for name, one in COMMANDS.items() for each in below(one.load(name), [name]))]
for name in names:
    with contextlib.redirect_stdout(io.StringIO()) as shown, contextlib.suppress(SystemExit):
        app([*name, "-h"], prog_name="furlong")
    assert " ".join(["Usage: furlong", *name]) in " ".join(shown.getvalue().split()), name
imported = [each for each in sys.argv[1].split() if each in sys.modules]
print(json.dumps([len(names), len(sys.modules), imported]))
"""


@pytest.mark.usefixtures("processes")
def test_the_help_of_every_command_imports_only_declarations() -> None:
    """All helps in one process import no library that only running commands need."""
    told = subprocess.run(
        [sys.executable, "-c", EVERY_HELP, " ".join(HEAVY)], capture_output=True, text=True, check=True
    )
    shown, modules, imported = json.loads(told.stdout)
    assert shown > 60
    assert modules < MAX_MODULES
    assert imported == []


def test_the_version_is_that_of_the_package() -> None:
    """`furlong --version` prints the versions of the package and of Python, and ends with 0."""
    told = CliRunner().invoke(app, ["--version"])
    assert told.exit_code == 0
    assert told.output == f"furlong {version('furlong')} (Python {platform.python_version()})\n"


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_the_gateway_by_itself_takes_both_flags(flag: str) -> None:
    """`python -m gateway COMMAND` takes `-h` as well as `--help`."""
    told = CliRunner().invoke(gateway, ["key", "new", flag])
    assert told.exit_code == 0
    assert "Print a key set" in told.output
