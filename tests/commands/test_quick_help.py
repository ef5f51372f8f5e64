"""`--help` and `-h` of every command import only what declares it, and `--version` prints the version."""

import errno
import json
import platform
import socket
import subprocess
import sys
from importlib.metadata import version

import pytest
from typer.testing import CliRunner

from furlong.cli import app
from furlong.cli.diagnosis import explain
from furlong.cli.main import COMMANDS, PANELS
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
from furlong.cli.diagnosis import explain
from furlong.cli.main import COMMANDS, PANELS
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


def test_the_help_lists_each_command_in_a_group() -> None:
    """Each once; and the groups are those that the help shows, in order."""
    assert sorted(name for names in PANELS.values() for name in names) == sorted(COMMANDS)
    told = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "120"}).output
    places = [told.index(f"─ {panel} ─") for panel in PANELS]
    assert places == sorted(places)
    assert "─ Commands ─" not in told


@pytest.mark.parametrize(
    ("typed", "meant"), [("lode", "load"), ("consum", "consume"), ("deadletter", "deadletters")]
)
def test_a_misspelt_command_is_told_what_it_may_mean(typed: str, meant: str) -> None:
    """With status 2, as every wrong call."""
    told = CliRunner().invoke(app, [typed], env={"COLUMNS": "120"})
    assert told.exit_code == 2
    assert f"No such command '{typed}'. Did you mean '{meant}'" in told.output


def test_an_address_in_use_says_which_option_chooses_another() -> None:
    """It is the same for all commands that listen."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        error = OSError(errno.EADDRINUSE, f"{listen} is in use")
        assert explain(error, str, str).endswith("choose another port by --listen")
        told = CliRunner().invoke(
            app, ["gateway", "serve", "--supergraph", "schema.graphql", "--listen", listen]
        )
    assert (told.exit_code != 0, "--listen" in told.output) == (True, True), told.output
