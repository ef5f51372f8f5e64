"""A plugin of pytest that compiles all Strawberry schemas, for Strawberry's own tests."""

import atexit
import os
from collections import Counter
from pathlib import Path
from typing import Any, Final

import strawberry

from jit.schema import compile_executions

SCHEMAS: Final[list[Any]] = []
MADE: Final = strawberry.Schema.__init__


def _init_compiled(self: Any, *args: Any, **kwargs: Any) -> None:
    MADE(self, *args, **kwargs)
    compile_executions(self)
    SCHEMAS.append(self)


def _report() -> None:
    """Write what was compiled, and why something was not."""
    reasons: Counter[str] = sum((schema.executions.interpreted for schema in SCHEMAS), Counter())
    compiled = sum(schema.executions.compiled for schema in SCHEMAS)
    lines = [f"{compiled} compiled", *(f"{count} {reason}" for reason, count in reasons.items())]
    Path(os.environ["COMPILED_STRAWBERRY_REPORT"]).write_text("\n".join(lines) + "\n", encoding="utf-8")


strawberry.Schema.__init__ = _init_compiled  # type: ignore[method-assign] # that is what the plugin is for
atexit.register(_report)
