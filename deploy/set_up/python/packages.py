"""Installs the packages of a lock into `.venv`: by uv, which takes seconds, or else by pip."""

import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from deploy.set_up.commands import Commands
from deploy.set_up.failures import CommandError, SetUpError, is_about_disk
from deploy.set_up.python.own_distribution import install_furlong
from deploy.set_up.python.pip_settings import uv_environment

TOOLS_LOCK: Final = "deploy/set_up/requirements.lock"
TITLE: Final = "Python packages"
NAME: Final = "python"


def install_packages(commands: Commands, lock: str) -> None:
    """Install the packages of a lock, by their hashes, and Furlong itself.

    Raises:
        SetUpError: Neither uv nor pip could do it.
    """
    environment = commands.root / ".venv"
    _make_environment(commands, environment)
    try:
        _install_by_uv(commands, environment, lock)
    except CommandError as error:
        if is_about_disk(error.output):
            raise
        pip = _pip(commands, environment)
        # uv has tried a few times already.
        install = _install("--retries", "1", "-r", lock)
        commands.run(TITLE, NAME, [*pip, "--python", _python(environment), *install])
    install_furlong(commands.root, environment)


def _make_environment(commands: Commands, environment: Path) -> None:
    """Make the environment, unless it is one of this Python already."""
    if _python(environment).exists() and _version_of(environment) == sys.version.split()[0]:
        return
    commands.run(TITLE, NAME, [sys.executable, "-m", "venv", "--without-pip", "--clear", environment])


def _version_of(environment: Path) -> str:
    settings = (environment / "pyvenv.cfg").read_text()
    pairs = (line.partition("=") for line in settings.splitlines())
    return next((value.strip() for name, _, value in pairs if name.strip() == "version"), "")


def _install_by_uv(commands: Commands, environment: Path, lock: str) -> None:
    pip = _pip(commands, environment)
    variables = uv_environment(commands.run(TITLE, NAME, [*pip, "config", "list"]), os.environ)
    with _uv(commands, environment, pip) as uv:
        target = ["--python", str(_python(environment))]
        commands.run(
            TITLE, NAME, [uv, "pip", "install", *target, "--require-hashes", "-r", lock], env=variables
        )


@contextmanager
def _uv(commands: Commands, environment: Path, pip: Sequence[str | Path]) -> Iterator[Path]:
    """Give the uv of the packages of development, or one of its own for the block: it has 55 MB."""
    installed = environment / "bin" / "uv"
    if installed.exists():
        yield installed
        return
    tools = environment / "tools"
    only: list[str | Path] = ["--no-deps", "--only-binary", ":all:", "--upgrade"]
    commands.run(TITLE, NAME, [*pip, *_install(*only, "--target", tools, "-r", TOOLS_LOCK)])
    try:
        yield tools / "bin" / "uv"
    finally:
        shutil.rmtree(tools)


def _install(*options: str | Path) -> list[str | Path]:
    return ["install", "--no-compile", "--disable-pip-version-check", "--require-hashes", *options]


def _pip(commands: Commands, environment: Path) -> list[str | Path]:
    """Return the command of pip: that of the Python that runs this, or else the one that comes with Python.

    Raises:
        SetUpError: There is none.
    """
    try:
        commands.run(TITLE, NAME, [sys.executable, "-m", "pip", "--version"])
    except CommandError:
        pass
    else:
        return [sys.executable, "-m", "pip"]
    try:
        commands.run(TITLE, NAME, [_python(environment), "-m", "ensurepip"])
    except CommandError as error:
        raise SetUpError(
            "This Python has no pip: install it (on Debian and Ubuntu: apt install python3-pip), and run the "
            "same command again."
        ) from error
    return [_python(environment), "-m", "pip"]


def _python(environment: Path) -> Path:
    return environment / "bin" / "python"
