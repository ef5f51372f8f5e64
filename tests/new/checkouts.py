"""Copies of the repository into which parts are begun, and programs of the environment in them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from tests.support.repository_files import ROOT, repository_files

COPIED: Final = ("*.py", "*.toml", "*.json", "*.yaml", "*.graphql", "*.md", "*.mako", "deploy", "tools")
PATIENCE_SECONDS: Final = 600.0


def copy_checkout(folder: Path) -> None:
    """Copy what git has, without the web, into a folder."""
    for name in repository_files(*COPIED):
        if not name.startswith(("web/", "bench/", "tests/node/")):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, folder / name)


def run(checkout: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a program of the environment in the checkout, with its packages."""
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("FURLONG_", "PYTEST"))
    }
    return subprocess.run(
        [Path(sys.executable).with_name(command[0]), *command[1:]],
        cwd=checkout,
        env=inherited | {"PYTHONPATH": str(checkout)},
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
