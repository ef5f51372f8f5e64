"""Plans new documents in a thread, so that the event loop serves other requests meanwhile.

Parsing, validation, planning and compiling need the CPU alone. In the event loop they would block every other
request; with a thread, the interpreter switches between both.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from gateway.errors import Overloaded
from gateway.pipeline.document_cache import PreparedRequest, Preparer
from gateway.pipeline.graphql_request import GraphQLRequest

MAX_WAITING: Final = 64
"""How many documents may be planned or wait for it; requests with further ones are refused."""


class ColdPlanning:
    """Prepares requests; a thread prepares new documents one at a time."""

    def __init__(self, preparer: Preparer, make_executable: Callable[[PreparedRequest], None]) -> None:
        """Start no thread yet.

        Args:
            preparer: Plans documents.
            make_executable: Compiles the plan of a request.
        """
        self._preparer = preparer
        self._make_executable = make_executable
        self._thread = ThreadPoolExecutor(1, "gateway-planning")
        self._running: dict[tuple[str, str | None], asyncio.Future[PreparedRequest]] = {}

    async def prepare(self, asked: GraphQLRequest) -> PreparedRequest:
        """Prepare a request, and plan its document if it is new.

        Requests with the same document wait for one plan; cancelling one of them does not affect the others.

        Raises:
            RequestError: The document or its variables are not valid, or it cannot be planned.
            Overloaded: Too many documents wait to be planned.
        """
        while True:
            known = self._preparer.cached_request(asked)
            if known is not None:
                return known
            key = (asked.query, asked.operation_name)
            running = self._running.get(key)
            if running is None:
                return await asyncio.shield(self._start(key, asked))
            await asyncio.wait([running])

    def close(self) -> None:
        """Let the thread end when it is idle."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _start(self, key: tuple[str, str | None], asked: GraphQLRequest) -> asyncio.Future[PreparedRequest]:
        if len(self._running) >= MAX_WAITING:
            raise Overloaded
        running = asyncio.get_running_loop().run_in_executor(self._thread, self._prepare, asked)
        self._running[key] = running

        def ended(future: asyncio.Future[PreparedRequest]) -> None:
            del self._running[key]
            if not future.cancelled():
                future.exception()  # mark it as retrieved: all waiting requests may be cancelled

        running.add_done_callback(ended)
        return running

    def _prepare(self, asked: GraphQLRequest) -> PreparedRequest:
        prepared = self._preparer.prepare_request(asked)
        self._make_executable(prepared)
        return prepared
