"""Installs the packages of npm, and builds the pages from them."""

import json
import re
import subprocess
from pathlib import Path
from typing import Final

from deploy.set_up.commands import Commands
from deploy.set_up.failures import SetUpError

HOW: Final = "install it from https://nodejs.org or by the system's packages, and run the same command again."
QUIETLY: Final = ("--no-audit", "--no-fund", "--loglevel=error")


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


def install_packages(commands: Commands, *, folder: str = "web", build_only: bool = False) -> None:
    """Install the packages of a lock: all, or those that the build needs."""
    # Without a log of its own npm says everything here, and tries again for half a minute instead of three.
    settings = {"npm_config_logs_max": "0", "npm_config_fetch_retries": "1"}
    commands.run(
        "npm packages",
        f"npm-{folder.replace('/', '-')}",
        [
            "npm",
            "ci",
            *QUIETLY,
            "--prefer-offline",
            "--ignore-scripts",
            *(["--omit=dev"] if build_only else []),
        ],
        folder=folder,
        env=settings,
    )


def build(commands: Commands, *, everything: bool) -> None:
    """Build the pages; also what only readers of the npm packages need, if `everything` is true."""
    commands.run("Pages", "pages", ["node", "build.mjs", *(["--all"] if everything else [])], folder="web")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version)[:3])
