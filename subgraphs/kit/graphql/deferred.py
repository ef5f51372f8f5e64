"""Lets a resolver return a value at once, or an awaitable of it, under one declared type.

An `async def` resolver costs a coroutine on every call, although most calls on the hot path need not wait.
Execution, compiled and interpreted, awaits whatever a resolver returns if it is awaitable. This function is
the one place that relies on it and tells the type checker so.
"""

from collections.abc import Awaitable
from typing import TypeVar, cast

T = TypeVar("T")


def deferred(value: Awaitable[T]) -> T:
    """Return an awaitable as the value that the execution will await it for."""
    return cast("T", value)
