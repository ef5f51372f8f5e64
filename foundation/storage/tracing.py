"""Which trace a fact belongs to: that of the request or record that caused it.

A trace is the `traceparent` header of W3C Trace Context, passed on unparsed.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, TypeAlias

TraceOf: TypeAlias = Callable[[str], str | None]
"""Returns the trace of a record's key, such as `brand:customer`; None if there is none."""

TRACEPARENT: Final = "traceparent"
_WELL_FORMED: Final = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")

_FOLLOWED: Final[ContextVar[TraceOf]] = ContextVar("followed trace")
"""Each task has its own, so code in between need not pass it on."""


def follow_request(traceparent: str | None) -> None:
    """Make the facts that this task writes from now on belong to a request's trace."""
    if traceparent is not None or _FOLLOWED.get(None) is not None:
        _FOLLOWED.set(lambda _key: traceparent)


@contextmanager
def following(trace_of: TraceOf) -> Iterator[None]:
    """Make facts that are written in the block belong to the traces of records, by their keys."""
    before = _FOLLOWED.set(trace_of)
    try:
        yield
    finally:
        _FOLLOWED.reset(before)


def trace_of(key: str) -> str | None:
    """Return the trace that a fact with a key belongs to; None without a valid one."""
    followed = _FOLLOWED.get(None)
    traceparent = followed(key) if followed is not None else None
    return traceparent if traceparent is not None and _WELL_FORMED.fullmatch(traceparent) else None
