"""The recorded span that the current task works for, and how a span names a failure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from opentelemetry.context import attach, detach
from opentelemetry.trace import Span, Status, StatusCode, set_span_in_context

CURRENT: Final[ContextVar[Span | None]] = ContextVar("recorded span", default=None)
"""The recorded span that the current task works for; None for most tasks. Set it by `within`."""


@contextmanager
def within(span: Span) -> Iterator[None]:
    """Make everything in the block belong to a span; it becomes OpenTelemetry's current span as well."""
    if not span.is_recording():
        yield
        return
    before, token = CURRENT.set(span), attach(set_span_in_context(span))
    try:
        yield
    finally:
        detach(token)
        CURRENT.reset(before)


_CODE: Final = re.compile(r"[A-Z][A-Z0-9_]{0,63}")
OTHER: Final = "_OTHER"
"""The name of an unknown error in the semantic conventions."""


def error_type(error: object) -> str:
    """Return the code that an error has, or else the name of its type."""
    code = error if isinstance(error, str) else getattr(error, "code", None)
    if isinstance(code, str) and _CODE.fullmatch(code):
        return code
    return type(error).__name__ if isinstance(error, BaseException) else OTHER


def fail(span: Span, error: object) -> None:
    """Mark a span as failed."""
    span.set_attribute("error.type", error_type(error))
    span.set_status(Status(StatusCode.ERROR))
