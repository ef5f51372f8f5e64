"""Counts what the interpreter does: a measure of work that does not depend on the machine or on its load."""

from __future__ import annotations

import gc
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import CodeType, FrameType, ModuleType
from typing import Any, Final, Self, TypeAlias, TypeVar

BENCH: Final = str(Path(__file__).resolve().parents[1])
"""The code of the benchmarks stands for clients, subgraphs and the kernel: its own work is not counted."""

KERNEL: Final = frozenset({"_posixsubprocess", "_socket", "fcntl", "posix", "select", "signal", "socket"})
"""The modules whose functions are thin covers of system calls."""

STAND_INS: Final = set[CodeType]()
"""The functions of doubles that `stand_in` has marked."""

Tracer: TypeAlias = Any
F = TypeVar("F", bound=Callable[..., Any])


def stand_in(function: F) -> F:
    """Mark a double's function that stands for one written in C: its calls are counted as calls of C."""
    STAND_INS.add(function.__code__)
    return function


def system_call() -> None:
    """Stand for a system call: doubles call this where the event loop or a driver would enter the kernel."""


class Counting:
    """Counts what this thread does inside a `with` block.

    Garbage is not collected meanwhile: the finalizers of what was left behind earlier would be counted.

    Args:
        opcodes: Whether to count instructions, which takes fifty times as long.

    Attributes:
        calls: How often each function written in Python was called; a coroutine or generator is called again
            each time that it goes on.
        c_calls: How often functions written in C were called from functions written in Python, by name.
        opcodes: How many instructions of each function written in Python were executed.
        system_calls: How many reads and writes of sockets there were, statements sent to a database, and
            calls of the operating system from Python.
    """

    def __init__(self, *, opcodes: bool = True) -> None:
        self.calls = Counter[CodeType]()
        self.c_calls = Counter[str]()
        self.opcodes = Counter[CodeType]()
        self.system_calls = 0
        self._counts_opcodes = opcodes
        self._is_counted: dict[CodeType, bool] = {}
        self._before: tuple[Any, Any, bool] = (None, None, False)

    def __enter__(self) -> Self:
        self._before = sys.getprofile(), sys.gettrace(), gc.isenabled()
        gc.disable()
        if self._counts_opcodes:
            sys.settrace(self._enter_function)
        sys.setprofile(self._observe)
        return self

    def __exit__(self, *_error: object) -> None:
        profile, trace, collects = self._before
        sys.setprofile(profile)
        if self._counts_opcodes:
            sys.settrace(trace)
        if collects:
            gc.enable()

    @property
    def all_calls(self) -> int:
        """How many calls there were, of functions of either kind."""
        return self.calls.total() + self.c_calls.total()

    @property
    def totals(self) -> dict[str, int]:
        """How much there was of each kind of work."""
        return {
            "python_calls": self.calls.total(),
            "c_calls": self.c_calls.total(),
            "opcodes": self.opcodes.total(),
            "system_calls": self.system_calls,
        }

    def files(self, root: Path) -> list[str]:
        """Return the files below a folder whose functions were called, in the order of their first calls."""
        entered = dict.fromkeys(Path(code.co_filename) for code in self.calls)
        below = (file.relative_to(root).as_posix() for file in entered if file.is_relative_to(root))
        return [file for file in below if not file.startswith(".")]

    def _observe(self, frame: FrameType, event: str, function: Any) -> None:
        code = frame.f_code
        if event == "call":
            if code in STAND_INS:
                self.c_calls[code.co_qualname] += 1
            elif self._counted(code):
                self.calls[code] += 1
            elif code is system_call.__code__:
                self.system_calls += 1
        elif event == "c_call" and self._counted(code):
            self.c_calls[name_of(function)] += 1
            self.system_calls += _module_of(function) in KERNEL

    def _enter_function(self, frame: FrameType, _event: str, _argument: Any) -> Tracer:
        if not self._counted(frame.f_code):
            return None
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        return self._observe_opcode

    def _observe_opcode(self, frame: FrameType, event: str, _argument: Any) -> Tracer:
        if event == "opcode":
            self.opcodes[frame.f_code] += 1
        return self._observe_opcode

    def _counted(self, code: CodeType) -> bool:
        counted = self._is_counted.get(code)
        if counted is None:
            counted = self._is_counted[code] = not code.co_filename.startswith(BENCH)
        return counted


def name_of(function: Any) -> str:
    """Return the name of a function written in C, with its module or the type it belongs to."""
    return f"{_module_of(function)}.{getattr(function, '__qualname__', repr(function))}"


def _module_of(function: Any) -> str:
    owner = getattr(function, "__self__", None)
    if owner is None or isinstance(owner, ModuleType):
        return getattr(function, "__module__", None) or "builtins"
    return (owner if isinstance(owner, type) else type(owner)).__module__
