"""Measures a run of the tests: prepares the marked modules, and reads afterwards which blocks were run."""

import hashlib
import json
import marshal
import os
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from typing import Any, Final

from tools.runner.coverage.blocks import Block, mark
from tools.runner.coverage.recording import VARIABLE, record
from tools.runner.coverage.table import Measured, table

UNMEASURED: Final = ("tests", "bench", "deploy", "docs", "tools", "web")
"""Folders whose Python is no part of the product."""
SITE_LINE: Final = (
    f"import os; {VARIABLE!r} in os.environ and __import__('tools.runner.coverage.recording')\n"
)


@dataclass(frozen=True, slots=True)
class MarkedModule:
    """A module, and where its marks are.

    Attributes:
        name: Its path, relative to the root.
        first: The place of its first byte among the marks.
        blocks: Its blocks, a byte each.
    """

    name: str
    first: int
    blocks: list[Block]


class Measurement:
    """A run that is measured, as a plugin of pytest that prints the table: for the process that reports.

    Args:
        root: The repository.
        folder: A folder for the marked modules, which later runs use again, and for the marks.
    """

    def __init__(self, root: Path, folder: Path) -> None:
        self._root = root
        self._code = folder / f"code-{sys.implementation.cache_tag}"
        self._code.mkdir(parents=True, exist_ok=True)
        self._marks = folder / f"{os.getpid()}.marks"
        self._missed = folder / "missed.txt"
        self._plan = folder / f"{os.getpid()}.json"
        self._modules: list[MarkedModule] = []

    def begin(self) -> None:
        """Measure this process and those that it starts, if they inherit its environment."""
        described, count = {}, 0
        for path in product_modules(self._root):
            file, blocks = self._marked(path)
            described[str(path)] = (count, len(blocks), str(file))
            self._modules.append(MarkedModule(str(path.relative_to(self._root)), count, blocks))
            count += len(blocks)
        self._marks.write_bytes(bytes(count))
        self._plan.write_text(json.dumps({"marks": str(self._marks), "modules": described}))
        (Path(sysconfig.get_path("purelib")) / "furlong_coverage.pth").write_text(SITE_LINE)
        os.environ[VARIABLE] = str(self._plan)
        record(self._plan)

    def _marked(self, path: Path) -> tuple[Path, list[Block]]:
        """Return the file with the marked code of a module, and its blocks."""
        source = path.read_bytes()
        digest = hashlib.sha256(b"\0".join([str(path).encode(), _MARKER, source])).hexdigest()
        file, blocks_file = self._code / digest, self._code / f"{digest}.json"
        if not blocks_file.exists():
            code, blocks = mark(source.decode(), str(path))
            _write(file, code)
            blocks_file.write_text(json.dumps(blocks))
            return file, blocks
        return file, [Block(*block) for block in json.loads(blocks_file.read_text())]

    def measured(self) -> Iterator[Measured]:
        """Yield how much of each module was run; a module that nothing imports is one, too."""
        marks = self._marks.read_bytes()
        for module in self._modules:
            missed = [block for at, block in enumerate(module.blocks, module.first) if not marks[at]]
            statements = sum(block.statements for block in module.blocks)
            lines = [block.line for block in missed]
            yield Measured(module.name, statements, sum(block.statements for block in missed), lines)

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Print the table, and write the blocks that no test ran into a file."""
        measured = list(self.measured())
        terminalreporter.section("what the tests run")
        terminalreporter.line(table(measured))
        lines = [f"{module.name}:{line}" for module in measured for line in sorted(module.lines)]
        self._missed.write_text("".join(f"{line}\n" for line in lines))
        terminalreporter.line(f"{self._missed.relative_to(self._root)} has the lines that no test ran.")

    def pytest_unconfigure(self) -> None:
        """Remove the marks, which are of this run alone."""
        self._plan.unlink()
        self._marks.unlink()


_MARKER: Final = (Path(__file__).parent / "blocks.py").read_bytes()


def product_modules(root: Path) -> list[Path]:
    """Return the files of the product's modules, which git knows."""
    names = subprocess.check_output(["git", "ls-files", "-z", "*.py"], cwd=root, text=True).split("\0")
    folders = [
        name
        for name in names
        if "/" in name and not name.startswith(tuple(f"{folder}/" for folder in UNMEASURED))
    ]
    return [root / name for name in folders if (root / name).is_file()]


def _write(file: Path, code: CodeType) -> None:
    """Write a module's code so that no run reads half of it."""
    half = file.with_suffix(f".{os.getpid()}")
    half.write_bytes(marshal.dumps(code))
    half.replace(file)
