"""Installs the packages of npm, by bun or else by npm, and builds the pages from them."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tools.set_up.commands import Commands
from tools.set_up.failures import CommandError, SetUpError, is_about_disk

HOW: Final = "install it from https://nodejs.org or by the system's packages, and run the same command again."
TITLE: Final = "npm packages"
NAME: Final = "npm-web"
TOOLS: Final = ("tools/set_up/bun/package.json", "tools/set_up/bun/package-lock.json")
# Without a log of its own npm says everything here, and tries again for half a minute instead of three.
SETTINGS: Final = {"npm_config_logs_max": "0", "npm_config_fetch_retries": "1"}
UNUSED: Final = ("dev", "min", "min-maps")
"""Monaco's ready-made bundles, 74 MB: the pages are built from its modules."""
CI: Final = ("ci", "--no-audit", "--no-fund", "--loglevel=error", "--prefer-offline", "--ignore-scripts")


def require_node(root: Path) -> None:
    """Check that Node is there and new enough.

    Raises:
        SetUpError: It is not; the message says which version is needed.
    """
    wanted = json.loads((root / "web" / "package.json").read_text())["engines"]["node"].removeprefix(">=")
    version = _output_of("node")
    if version is None or _output_of("npm") is None:
        raise SetUpError(f"Node.js {wanted} or later, with npm, builds the pages, and is missing: {HOW}")
    if _numbers(version) < _numbers(wanted):
        raise SetUpError(f"Node.js {wanted} or later builds the pages, and this is {version}: {HOW}")


def _output_of(program: str) -> str | None:
    """Return the version that a program prints; None if there is no such program."""
    try:
        run = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return run.stdout.strip().removeprefix("v")


def install_packages(commands: Commands, *, build_only: bool = False) -> None:
    """Install the packages of the web's lock, by their hashes: all, or those that the build needs.

    Raises:
        SetUpError: Neither bun nor npm could do it.
    """
    try:
        with _bun(commands) as bun:
            shutil.rmtree(commands.root / "web" / "node_modules", ignore_errors=True)
            options = ["--frozen-lockfile", "--ignore-scripts", *_omitted(build_only=build_only)]
            commands.run(TITLE, NAME, [bun, "install", *options], folder="web")
    except CommandError as error:
        if is_about_disk(error.output):
            raise
        install_by_npm(commands, build_only=build_only)
    for bundle in UNUSED:
        shutil.rmtree(commands.root / "web" / "node_modules" / "monaco-editor" / bundle, ignore_errors=True)


def install_by_npm(commands: Commands, *, folder: str = "web", build_only: bool = False) -> None:
    """Install the packages of a folder's lock in npm's own way.

    Raises:
        SetUpError: It failed.
    """
    install = ["npm", *CI, *_omitted(build_only=build_only)]
    commands.run(TITLE, f"npm-{folder.replace('/', '-')}", install, folder=folder, env=SETTINGS)


def _omitted(*, build_only: bool) -> list[str]:
    return ["--omit=dev"] if build_only else []


@contextmanager
def _bun(commands: Commands) -> Iterator[Path]:
    """Give a bun for the block, since it has 100 MB; there is none for every machine."""
    tools = commands.root / ".furlong" / "set-up" / "bun"
    tools.mkdir(parents=True, exist_ok=True)
    try:
        for file in TOOLS:
            shutil.copy(commands.root / file, tools)
        output = commands.run(TITLE, NAME, ["npm", "--prefix", tools, *CI], env=SETTINGS)
        path = next(tools.glob("node_modules/@oven/*/bin/bun"), None)
        if path is None:
            raise CommandError(TITLE, output, commands.log(NAME))
        yield path
    finally:
        shutil.rmtree(tools)


def build(commands: Commands, *, everything: bool) -> None:
    """Build the pages; also what only readers of the npm packages need, if `everything` is true."""
    commands.run("Pages", "pages", ["node", "build.mjs", *(["--all"] if everything else [])], folder="web")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version)[:3])
