"""Ends an application's tracing together with the application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI

from foundation.tracing import Tracing


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
