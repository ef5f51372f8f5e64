"""Lets a resolver return a value at once, or an awaitable of it, under one declared type.

An `async def` resolver costs a coroutine on every call, although most calls on the hot path need not wait.
Execution, compiled or interpreted, awaits a resolver's result if it is awaitable. This function is the only
code that relies on it, and hides it from the type checker.
"""

from collections.abc import Awaitable
from typing import TypeVar, cast

T = TypeVar("T")


def deferred(value: Awaitable[T]) -> T:
    """Return an awaitable as if it were the value that execution will obtain by awaiting it."""
    return cast("T", value)
