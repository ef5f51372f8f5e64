"""Deoptimization: compiled code gives up on data that it does not handle, and the interpreter takes over.

Compiled code never decides about unusual data. It raises one of `DEOPT_ERRORS`; the code that catches the
error reports it, so that a defect in generated code shows in metrics and not only as slowness.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias


class Deoptimize(Exception):
    """The data is not what compiled code expects."""


DEOPT_ERRORS: Final = (Deoptimize, LookupError, TypeError, AttributeError, RecursionError)
"""The errors of compiled code for unexpected data, such as a missing key or a value that is not an object."""

OnDeopt: TypeAlias = Callable[[str, str], None]
"""Called with the stage, `represent`, `fetch` or `project`, and the name of the error's class."""


def ignore_deopt(_stage: str, _error: str) -> None:
    """No-op observer."""
