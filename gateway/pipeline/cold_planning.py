"""Plans new documents in a thread, so that the event loop serves other requests meanwhile.

Parsing, validation, planning and compiling are CPU-bound. In the event loop they would block every other
request; in a thread, the interpreter switches between the two.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar

from foundation.graphql_http import GraphQLRequest
from gateway.errors import Overloaded
from gateway.pipeline.introspection_responses import Introspection
from gateway.pipeline.preparation.plan_cache import PlannedOperation
from gateway.pipeline.preparation.prepared import PreparedRequest
from gateway.pipeline.preparation.preparer import Preparer

T = TypeVar("T")

MAX_WAITING: Final = 64
"""How many documents may be in planning or waiting for it; requests with more new documents are refused."""


class ColdPlanning:
    """Prepares and plans requests; new documents are handled in a thread, one at a time."""

    def __init__(
        self,
        preparer: Preparer,
        make_executable: Callable[[PlannedOperation], object],
        make_interpretable: Callable[[PlannedOperation], object],
        introspection: Introspection | None = None,
    ) -> None:
        """Start no thread yet.

        Args:
            preparer: Prepares and plans documents.
            make_executable: Compiles a plan.
            make_interpretable: Prepares a plan for the interpreter.
            introspection: Answers introspection, which is slow as well.
        """
        self._preparer = preparer
        self._make_executable = make_executable
        self._make_interpretable = make_interpretable
        self._introspection = introspection
        self._thread = ThreadPoolExecutor(1, "gateway-planning")
        self._running: dict[Hashable, asyncio.Future[Any]] = {}

    @property
    def waiting(self) -> int:
        """How many documents are being prepared or planned, or are waiting for it."""
        return len(self._running)

    def is_known(self, graphql_request: GraphQLRequest) -> bool:
        """Return whether a document is in the cache."""
        return (
            self._preparer.cached_document(graphql_request.query, graphql_request.operation_name) is not None
        )

    async def prepare(self, graphql_request: GraphQLRequest) -> PreparedRequest:
        """Prepare a request; parse and validate its document if it is new.

        Concurrent requests with the same document share the work; cancelling one does not affect the others.

        Raises:
            RequestError: The document or its variables are not valid.
            Overloaded: Too many documents wait.
        """
        preparer = self._preparer
        document = await self._known_or_made(
            (graphql_request.query, graphql_request.operation_name),
            lambda: preparer.cached_document(graphql_request.query, graphql_request.operation_name),
            lambda: preparer.prepare(graphql_request.query, graphql_request.operation_name),
        )
        request = preparer.request(document, graphql_request)
        if request is None:
            conditions = preparer.conditions(document, graphql_request.variables)
            await self._known_or_made(
                (document.key, conditions, "cost"),
                lambda: document.plans.cost(conditions),
                lambda: preparer.estimate(document, conditions),
            )
            request = preparer.request(document, graphql_request)
        if request is None:
            raise AssertionError("a document keeps the cost that was made last")
        return request

    def known_plan(self, prepared: PreparedRequest) -> PlannedOperation | None:
        """Return the plan of a request if both it and its introspection are known, else None.

        Raises:
            RequestError: An earlier attempt has shown that it cannot be planned.
        """
        planned = self._preparer.cached_plan(prepared)
        if planned is None or planned.is_ready:
            return planned
        if planned.introspection is None:
            self._compile_later(prepared, planned)
        elif self._introspection is not None and not self._introspection.is_answered(prepared, planned):
            return None
        return planned

    async def plan(self, prepared: PreparedRequest) -> PlannedOperation:
        """Return the plan of a request; make it if it is new.

        Some clients send most of their documents only once: a plan is compiled when it is used again.

        Raises:
            RequestError: It cannot be planned.
            Overloaded: Too many documents wait.
        """
        return await self._known_or_made(
            prepared.key, lambda: self.known_plan(prepared), lambda: self._plan(prepared)
        )

    async def in_background(self, work: Callable[[], T]) -> T:
        """Run work in the thread, between the documents of requests."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def close(self) -> None:
        """Let the thread end once it is idle."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _known_or_made(self, key: Hashable, known: Callable[[], T | None], make: Callable[[], T]) -> T:
        """Return the known result; else compute it in the thread, or join a request that already does.

        The other request's result is used even if no cache has kept it.
        """
        result = known()
        if result is not None:
            return result
        running = self._running.get(key)
        if running is None:
            return await asyncio.shield(self._start(key, make))
        await asyncio.wait([running])
        made: T = known() or running.result()
        return made

    def _start(self, key: Hashable, make: Callable[[], T]) -> asyncio.Future[T]:
        if self.waiting >= MAX_WAITING:
            raise Overloaded
        running = asyncio.get_running_loop().run_in_executor(self._thread, make)
        self._running[key] = running

        def ended(future: asyncio.Future[T]) -> None:
            del self._running[key]
            if not future.cancelled():
                future.exception()  # mark it as retrieved: all waiting requests may be cancelled

        running.add_done_callback(ended)
        return running

    def _compile_later(self, prepared: PreparedRequest, planned: PlannedOperation) -> None:
        """Compile a plan in the thread; until then, the interpreter executes it."""
        if self.waiting >= MAX_WAITING:
            return
        planned.is_ready = True

        def compile_plan() -> None:
            self._make_executable(planned)
            self._preparer.measure(prepared.document)

        # No request waits for it: an error is the event loop's to report.
        running = self._start((prepared.key, "compiled"), compile_plan)
        running.add_done_callback(lambda done: None if done.cancelled() else done.result())

    def _plan(self, prepared: PreparedRequest) -> PlannedOperation:
        planned = self._preparer.plan_request(prepared)
        planned.uses += 1
        if planned.executable is None:
            is_stream = planned.plan.kind == "subscription"
            (self._make_executable if is_stream else self._make_interpretable)(planned)
        self._preparer.measure(prepared.document)
        if planned.introspection is not None and self._introspection is not None:
            self._introspection.prepare_answer(prepared, planned)
        return planned
