"""Turns the events of one subscription into responses: fetches missing fields, projects and encodes."""

from __future__ import annotations

from asyncio import get_running_loop
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any, TypeAlias

from gateway.errors import ResponseTooLarge
from gateway.executor import FetchedData, is_large
from gateway.pipeline.components import AuthenticationComponent
from gateway.pipeline.graphql_response import refused
from gateway.pipeline.operation_executor import OperationExecutor
from gateway.pipeline.policies import PolicyInput
from gateway.pipeline.preparation.plan_cache import PlannedOperation
from gateway.pipeline.stages import Response, encode
from gateway.subscriptions import OperationCounts
from jit.codegen import BudgetSpent

Make: TypeAlias = Callable[[PolicyInput, PlannedOperation, FetchedData], Response]
"""Projects and encodes a response; raises `ResponseTooLarge`."""

Begin: TypeAlias = Callable[[], None]
"""Starts the deadline and the response budget of the next event for the current task."""


Observe: TypeAlias = Callable[[Awaitable[Response], PolicyInput], Awaitable[Response]]
"""Awaits the response to an event, and records how it is made; raises what it raises."""


@dataclass(frozen=True, slots=True)
class EventResponses:
    """Turns events into responses.

    Attributes:
        authentication: Finds the session again for each event, because it may have been revoked.
        executor: Fetches missing fields.
        make: Projects and encodes responses.
        large_responses: An executor with a thread for large responses.
        begin: Called before each event is requested.
        policy_input: The subscription request.
        planned: The subscription's plan.
        headers: The headers that are forwarded to subgraphs.
        counts: Counts responses.
        observe: Observes how each response is made; None if nothing is observed.
    """

    authentication: AuthenticationComponent
    executor: OperationExecutor
    make: Make
    large_responses: Executor
    begin: Begin
    policy_input: PolicyInput
    planned: PlannedOperation
    headers: Mapping[str, str]
    counts: OperationCounts
    observe: Observe | None = None

    def response(self, event: Mapping[str, Any]) -> Awaitable[Response]:
        """Return the response to an event; awaiting it raises `Unauthenticated` if the session has ended."""
        if self.observe is not None:
            return self.observe(self._made(event), self.policy_input)
        return self._made(event)

    async def _made(self, event: Mapping[str, Any]) -> Response:
        request = self.policy_input.request
        session = self.authentication.cached(request.forwarded)
        if session is None and self.authentication.is_required:
            session = await self.authentication.session(request)
        self.counts.events += 1
        planned, variables = self.planned, self.policy_input.prepared.variables
        try:
            fetched = await self.executor.fetch_event(planned, variables, self.headers, session, event)
            if is_large(self.executor.limits):
                loop = get_running_loop()
                return await loop.run_in_executor(
                    self.large_responses, self.make, self.policy_input, planned, fetched
                )
            return self.make(self.policy_input, planned, fetched)
        except ResponseTooLarge as error:
            return encode(refused(error))


def too_large(_spent: BudgetSpent) -> Response:
    """Return the response to an event that exceeds its budget."""
    error = ResponseTooLarge("The response is too large: select less, or ask for shorter lists.")
    return encode(refused(error))
