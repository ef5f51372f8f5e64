"""Runs in each measured process: imports the product's modules with marks, and gives them their bytes.

A line in the environment's `site-packages` imports this module if the variable `COVERAGE_OF_TESTS` is set.
"""

import json
import marshal
import mmap
import os
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType
from typing import Final

VARIABLE: Final = "COVERAGE_OF_TESTS"
"""The JSON file that says what is measured: `marks`, the file of all marks, and `modules`, which has for each
path the module's first byte, how many bytes it has, and the file of its code."""


class Recording:
    """The marks of all modules, in a file that all processes share."""

    def __init__(self, plan: Path) -> None:
        described = json.loads(plan.read_text())
        self._modules: dict[str, tuple[int, int, str]] = described["modules"]
        with Path(described["marks"]).open("r+b") as file:
            self._marks = memoryview(mmap.mmap(file.fileno(), 0))

    def code_of(self, path: str) -> CodeType | None:
        """Return the marked code of a module; None if it is not measured."""
        module = self._modules.get(path)
        return marshal.loads(Path(module[2]).read_bytes()) if module else None  # noqa: S302 - our own

    def marks_of(self, path: str) -> memoryview:
        """Return the bytes of a module."""
        first, count, _ = self._modules[path]
        return self._marks[first : first + count]


_recordings: Final[list[Recording]] = []
"""The one of this process, for its modules."""


def marks_of(path: str) -> memoryview:
    """Return the bytes of a module, which it asks for when it is imported."""
    return _recordings[0].marks_of(path)


def record(plan: Path) -> None:
    """Import the product's modules with marks from now on."""
    recording = Recording(plan)
    _recordings.append(recording)
    unmarked = SourceFileLoader.get_code

    def get_code(loader: SourceFileLoader, fullname: str) -> CodeType | None:
        return recording.code_of(loader.path) or unmarked(loader, fullname)

    SourceFileLoader.get_code = get_code  # type: ignore[assignment,method-assign]


if VARIABLE in os.environ:
    record(Path(os.environ[VARIABLE]))
