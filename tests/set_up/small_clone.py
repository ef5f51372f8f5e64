"""A clone to set up, with programs that stand in for pip, uv, Node, npm and bun: nothing is downloaded."""

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
RUN: Final = """\
import pathlib, sys
from tools.set_up.program import main
sys.exit(main(sys.argv[2:], pathlib.Path(sys.argv[1])))
"""
PIP: Final = """\
import os, pathlib, sys
log = pathlib.Path(os.environ["CALLS"])
with log.open("a") as calls:
    calls.write("pip " + " ".join(sys.argv[1:]) + "\\n")
if "--target" in sys.argv:
    uv = pathlib.Path(sys.argv[sys.argv.index("--target") + 1], "bin", "uv")
    uv.parent.mkdir(parents=True)
    uv.write_text(pathlib.Path(os.environ["FAKES"], "uv").read_text())
    uv.chmod(0o755)
"""
PROJECT: Final = """\
[project]
name = "furlong"
version = "1.2"

[project.scripts]
furlong = "furlong.cli:app"
"""
FILES: Final = {
    "pyproject.toml": PROJECT,
    "requirements.lock": "one==1\n",
    "requirements-dev.lock": "one==1\ntwo==2\n",
    "tools/set_up/requirements.lock": "uv==1\n",
    "tools/set_up/bun/package.json": "{}",
    "tools/set_up/bun/package-lock.json": "{}",
    "furlong/__init__.py": "",
    "furlong/cli.py": "def app(): print('this is furlong')\n",
    "furlong/demo/__init__.py": "",
    "furlong/demo/process.py": "",
    "web/package.json": '{"engines": {"node": ">=20.19"}}',
    "web/package-lock.json": "{}",
    "web/demo/App.tsx": "one",
    "contracts/betslip.graphql": "two",
}
NODE: Final = """\
if [ "$1" = --version ]; then echo v20.19.0; exit; fi
echo "node $*" >> "$CALLS"; mkdir -p dist; echo built > dist/index.html"""
NPM: Final = """\
if [ "$1" = --version ]; then echo 11.0.0; exit; fi
echo "npm $*" >> "$CALLS"
if [ "$1" = --prefix ]; then
  mkdir -p "$2/node_modules/@oven/bun/bin"; cp "$FAKES/bun" "$2/node_modules/@oven/bun/bin"; exit
fi
"""
BUN: Final = 'echo "bun $*" >> "$CALLS"\n'
INSTALLS: Final = "rm -rf node_modules; mkdir -p node_modules/vite"
UV: Final = 'echo "uv $*" >> "$CALLS"'


@dataclass
class SmallClone:
    """A clone in a folder, and the programs around it.

    Attributes:
        folder: The clone.
        fakes: The folder with the programs.
        path: The value of PATH.
    """

    folder: Path
    fakes: Path
    path: str = field(default="")

    @property
    def calls(self) -> list[str]:
        """The programs' calls so far, each with its first argument."""
        file = self.fakes / "calls"
        lines = file.read_text().splitlines() if file.exists() else []
        return [" ".join(line.split()[:2]) for line in lines]

    def program(self, name: str, text: str) -> None:
        """Let a program do this, in the language of the shell."""
        file = self.fakes / name
        file.write_text(f"#!/bin/sh\n{text}\n")
        file.chmod(0o755)

    def npm(self, text: str = INSTALLS) -> None:
        """Let npm do this when it is to install, and bun too."""
        self.program("bun", f"{BUN}{text}")
        self.program("npm", f"{NPM}{text}")

    def start(self, target: str = "demo") -> subprocess.Popen[str]:
        """Start the set-up."""
        environment = {
            **os.environ,
            "PATH": self.path or f"{self.fakes}:{os.environ['PATH']}",
            "PYTHONPATH": f"{ROOT}:{self.fakes}",
            "CALLS": str(self.fakes / "calls"),
            "FAKES": str(self.fakes),
        }
        return subprocess.Popen(
            [sys.executable, "-c", RUN, str(self.folder), target],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def set_up(self, target: str = "demo") -> tuple[int, str, str]:
        """Run the set-up, and return its exit status, its output and what it says of errors."""
        process = self.start(target)
        out, error = process.communicate(timeout=60)
        return process.returncode, out, error


def make_clone(folder: Path) -> SmallClone:
    """Make a clone whose programs do what they should."""
    clone = SmallClone(folder / "clone", folder / "fakes")
    for name, text in FILES.items():
        file = clone.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    (clone.fakes / "pip").mkdir(parents=True)
    (clone.fakes / "pip" / "__init__.py").touch()
    (clone.fakes / "pip" / "__main__.py").write_text(PIP)
    for name, text in (("node", NODE), ("uv", UV)):
        clone.program(name, text)
    clone.npm()
    return clone
