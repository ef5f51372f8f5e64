"""The worker's side: reports to the operators' port on request, and when the worker ends."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

import structlog
from msgspec import Struct
from prometheus_client import CollectorRegistry
from starlette.applications import Starlette

from gateway.http.routes import Gateway
from gateway.monitoring import snapshot
from gateway.serving.operators.messages import Report, encoder, read_message, write_message

RETRY_SECONDS: Final = 1.0
READY_SECONDS: Final = 2.0
"""A worker that takes longer to determine whether it is ready counts as not ready."""


class Reporter(Struct, frozen=True):
    """Creates the reports of a worker.

    Attributes:
        registry: The worker's metrics.
        ready: Returns whether the worker can serve requests.
        remark: Returns a line for operators.
    """

    registry: CollectorRegistry
    ready: Callable[[], Awaitable[bool]]
    remark: Callable[[], str]

    async def report(self, *, ends: bool = False) -> Report:
        """Return a current report; a worker that is ending is not ready."""
        ready = not ends and await self._is_ready()
        return Report(os.getpid(), ready, self.remark(), snapshot(self.registry))

    async def _is_ready(self) -> bool:
        try:
            async with asyncio.timeout(READY_SECONDS):
                return await self.ready()
        except Exception:  # noqa: BLE001 - whatever keeps a worker from finding out, it is not ready
            return False


def report_to(path: str, app: Any) -> None:
    """Make an application report to the operators' port at a Unix socket while it serves.

    Its own port then serves no metrics: each scrape would reach a different worker.
    """
    if not isinstance(app, Gateway) or app.operators is None:
        return
    seen = app.operators
    reporter = Reporter(seen.registry.registry, seen.is_ready, seen.remark or str)
    routes = app.router.routes
    routes[:] = [route for route in routes if getattr(route, "path", None) != "/metrics"]
    inner = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(served: Starlette) -> AsyncIterator[Any]:
        async with inner(served) as state:
            reporting = asyncio.create_task(_report(path, reporter), name="reports for operators")
            try:
                yield state
            finally:
                reporting.cancel()
                with suppress(asyncio.CancelledError):
                    await reporting

    app.router.lifespan_context = lifespan


async def _report(path: str, reporter: Reporter) -> None:
    while True:
        try:
            reader, writer = await asyncio.open_unix_connection(path)
            try:
                await _answer(reader, writer, reporter)
            finally:
                writer.close()
                with suppress(OSError):  # the last report may still be on its way
                    async with asyncio.timeout(RETRY_SECONDS):
                        await writer.wait_closed()
        except (OSError, EOFError) as error:
            structlog.get_logger("gateway").warning("operators_port_away", reason=repr(error))
        except Exception:  # noqa: BLE001 - the outermost edge: a broken metric must not end a worker
            _log_failure()
        await asyncio.sleep(RETRY_SECONDS)


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, reporter: Reporter) -> None:
    try:
        while True:
            write_message(writer, encoder.encode(await reporter.report()))
            await writer.drain()
            await read_message(reader)
    except asyncio.CancelledError:
        try:
            write_message(writer, encoder.encode(await reporter.report(ends=True)))
        except Exception:  # noqa: BLE001 - a broken metric must not keep a worker from ending
            _log_failure()
        raise


def _log_failure() -> None:
    structlog.get_logger("gateway").error("operators_report_failed", exc_info=True)
