"""Tracing for a whole process, according to the settings."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from foundation.tracing.settings import TracingSettings
from foundation.tracing.tracing import Tracing


def opened(service: str, *, wanted: bool = False) -> Tracing | None:
    """Return the tracing of a process; None if the settings do not ask for any.

    Args:
        service: The name of the process in traces, unless the standard variables name it.
        wanted: Whether other settings ask for traces.

    Raises:
        ValueError: A standard variable has an unknown value.
    """
    return Tracing.open(service) if wanted or TracingSettings().tracing else None


@asynccontextmanager
async def recording(service: str) -> AsyncIterator[Tracing | None]:
    """Record a process's traces while the block runs, if the settings ask for it; see `opened`."""
    tracing = opened(service)
    try:
        yield tracing
    finally:
        if tracing is not None:
            await tracing.close()
