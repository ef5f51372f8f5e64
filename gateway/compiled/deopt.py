"""Deoptimization: compiled code gives up on data that it does not handle, and the interpreter takes over.

Compiled code never decides about unusual data. It raises one of `DEOPT_ERRORS`; whatever catches it reports
the error, so that a defect in generated code shows in metrics and not only as slowness.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias


class Deoptimize(Exception):
    """Data is not as compiled code expects it."""


DEOPT_ERRORS: Final = (Deoptimize, LookupError, TypeError, AttributeError, RecursionError)
"""What compiled code raises for unexpected data, such as a missing key or a value that is not an object."""

OnDeopt: TypeAlias = Callable[[str, str], None]
"""Called with the stage, `represent`, `fetch` or `project`, and the name of the error's class."""


def ignore_deopt(_stage: str, _error: str) -> None:
    """No-op observer."""
