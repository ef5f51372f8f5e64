"""Counts the calls of functions: a measure of work that does not depend on the machine."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any


@dataclass(slots=True)
class CountedCalls:
    """Calls of functions, those written in C included.

    Attributes:
        count: How many there were.
    """

    count: int = 0

    def _observe(self, _frame: object, event: str, _argument: Any) -> None:
        if event in {"call", "c_call"}:
            self.count += 1


@contextmanager
def counted_calls() -> Iterator[CountedCalls]:
    """Count the calls that this thread makes inside.

    Garbage is not collected meanwhile: the finalizers of what earlier tests left behind would be counted.
    """
    counted = CountedCalls()
    before, collects = sys.getprofile(), gc.isenabled()
    gc.disable()
    sys.setprofile(counted._observe)
    try:
        yield counted
    finally:
        sys.setprofile(before)
        if collects:
            gc.enable()
