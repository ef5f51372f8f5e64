"""The recorded span that the current task works for, found faster than by OpenTelemetry's own context."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from opentelemetry.context import attach, detach
from opentelemetry.trace import Span, set_span_in_context

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
