"""Installs Furlong and the packages of a lock into `.venv`: by uv, which takes seconds, or else by pip."""

import ast
import os
import shutil
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tools.set_up.commands import Commands
from tools.set_up.failures import CommandError, SetUpError, is_about_disk

TOOLS_LOCK: Final = "tools/set_up/requirements.lock"
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


SCRIPT: Final = """\
#!{python}
import sys

from {module} import {function}

sys.exit({function}())
"""


def install_furlong(root: Path, environment: Path) -> None:
    """Let the Python of an environment import the clone, and write the commands that pyproject.toml names."""
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    name, version, scripts = project["name"], project["version"], project["scripts"]
    (packages,) = environment.glob("lib/python3*/site-packages")
    for former in packages.glob(f"{name}-*.dist-info"):
        shutil.rmtree(former)
    (packages / f"{name}.pth").write_text(f"{root}\n")
    folder = packages / f"{name}-{version}.dist-info"
    folder.mkdir()
    files = {
        "METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        "INSTALLER": "set_up\n",
        "entry_points.txt": "\n".join(
            ["[console_scripts]", *(f"{each} = {at}" for each, at in scripts.items()), ""]
        ),
    }
    for file, text in files.items():
        (folder / file).write_text(text)
    commands = [environment / "bin" / script for script in scripts]
    for command in commands:
        module, _, function = scripts[command.name].partition(":")
        command.write_text(
            SCRIPT.format(python=environment / "bin" / "python", module=module, function=function)
        )
        command.chmod(0o755)
    installed = [packages / f"{name}.pth", *(folder / each for each in (*files, "RECORD")), *commands]
    (folder / "RECORD").write_text("".join(f"{each},,\n" for each in installed))


COMMANDS: Final = frozenset({"global", "install", "site", "user", ":env:"})
NAMES: Final = {
    "index-url": ("UV_DEFAULT_INDEX", " "),
    "extra-index-url": ("UV_INDEX", " "),
    "find-links": ("UV_FIND_LINKS", ","),
    "trusted-host": ("UV_INSECURE_HOST", " "),
    "cert": ("SSL_CERT_FILE", " "),
    "client-cert": ("SSL_CLIENT_CERT", " "),
    "proxy": ("ALL_PROXY", " "),
    "no-index": ("UV_NO_INDEX", " "),
    "timeout": ("UV_HTTP_TIMEOUT", " "),
    "default-timeout": ("UV_HTTP_TIMEOUT", " "),
}
"""By pip's name: uv's variable, and what stands between several values."""


def uv_environment(configuration: str, environment: Mapping[str, str]) -> dict[str, str]:
    """Return uv's variables for what `pip config list` prints; the user's own variables of uv win.

    Pip looks in all indexes for the best version. So does uv then: the hashes decide what is accepted.
    """
    variables = {"UV_SYSTEM_CERTS": "true", "UV_INDEX_STRATEGY": "unsafe-best-match", "UV_NO_CONFIG": "true"}
    # Variables of the environment come last in pip's list only by chance.
    lines = sorted(configuration.splitlines(), key=lambda line: line.startswith(":env:"))
    for line in lines:
        key, equals, value = line.partition("=")
        scope, _, name = key.rpartition(".")
        if not equals or scope not in COMMANDS or name not in NAMES:
            continue
        variable, between = NAMES[name]
        variables[variable] = between.join(str(ast.literal_eval(value)).split())
    return {name: value for name, value in variables.items() if name not in environment}
