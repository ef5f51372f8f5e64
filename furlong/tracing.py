"""Opens what records traces in a process of the product, by the settings."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI

from tracing import Tracing, TracingSettings


def opened(service: str, *, wanted: bool = False) -> Tracing | None:
    """Return what records a process's traces; None if the settings do not ask for any.

    Args:
        service: the name of the process in traces, unless the standard variables name it.
        wanted: whether other settings ask for traces.

    Raises:
        ValueError: a standard variable has a value that is not known.
    """
    return Tracing.open(service) if wanted or TracingSettings().tracing else None


@asynccontextmanager
async def running(service: str) -> AsyncIterator[Tracing | None]:
    """Record a process's traces while the block runs, if the settings ask for it."""
    tracing = opened(service)
    try:
        yield tracing
    finally:
        if tracing is not None:
            await tracing.close()


def close_with(app: FastAPI, tracing: Tracing | None) -> None:
    """Send the last spans when an application has shut down."""
    if tracing is None:
        return
    inner = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(served: FastAPI) -> AsyncIterator[Any]:
        try:
            async with inner(served) as state:
                yield state
        finally:
            await tracing.close()

    app.router.lifespan_context = lifespan
