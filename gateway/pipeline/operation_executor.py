"""Executes planned operations: fetches from subgraphs, and projects the result to the client's response."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from gateway.compiled import OnDeopt, ignore_deopt
from gateway.executor import AnswerLimits, CallMiddleware, Context, Failure, FetchedData
from gateway.executor.failures import UNAUTHORIZED
from gateway.masking import ErrorMasking
from gateway.pipeline.execution_mode import ExecutablePlan, ExecutionMode, executable
from gateway.pipeline.graphql_request import GraphQLResponse, require_query
from gateway.pipeline.introspection_answers import Introspection
from gateway.pipeline.preparation.document_cache import Preparer
from gateway.pipeline.preparation.plan_cache import PlannedOperation
from gateway.pipeline.preparation.prepared import PreparedRequest
from gateway.pipeline.preparation.sizes import plan_bytes
from gateway.plan import QueryPlan
from gateway.plan.field_origin import providing_subgraph
from gateway.projection import introspect
from gateway.transport import Transport
from graphql_http import GraphQLRequest
from jit.codegen import BUDGET, AnswerBudget


def _ignore_errors(_errors: list[dict[str, Any]]) -> None:
    """No-op observer."""


@dataclass(frozen=True, slots=True)
class OperationExecutor:
    """Executes operations by their plans.

    Attributes:
        preparer: Plans documents.
        transports: By subgraph.
        observe: Called for every fetch with the subgraph, the outcome and its seconds.
        execution: How plans are executed.
        on_deopt: Called when compiled code gives up.
        on_errors: Called with the errors of a response.
        introspection: Answers introspection, and keeps its answers; None: each is made anew.
        limits: What the answer to a request may hold.
        middleware: Wrapped around each call of a subgraph; the first is the outermost.
        masking: Decides what clients see of subgraphs' errors.
    """

    preparer: Preparer
    transports: Mapping[str, Transport]
    observe: Callable[[str, str, float], None]
    execution: ExecutionMode = "compiled"
    on_deopt: OnDeopt = ignore_deopt
    on_errors: Callable[[list[dict[str, Any]]], None] = _ignore_errors
    introspection: Introspection | None = None
    limits: AnswerLimits = field(default_factory=AnswerLimits)
    middleware: tuple[CallMiddleware, ...] = ()
    masking: ErrorMasking = field(default_factory=ErrorMasking)

    def fetch(
        self,
        planned: PlannedOperation,
        variables: Mapping[str, Any],
        headers: Mapping[str, str],
        session: object = None,
    ) -> Coroutine[Any, Any, FetchedData]:
        """Fetch from subgraphs.

        Args:
            planned: The plan.
            variables: The client's variables, checked.
            headers: The headers that subgraphs may see.
            session: What subgraphs in this process are told of the client, beside the headers.

        Raises:
            AnswerTooLarge: Awaiting the result may raise it; what was fetched by then is lost.
        """
        ready = planned.executable or self.make_executable(planned)
        # Whatever the task calls shares the budget, also the subgraphs in this process.
        BUDGET.set(AnswerBudget(self.limits.places))
        most = self.limits.entities
        return ready.execution.fetch(
            Context(ready.calls, variables, headers, self.observe, session, most, self.masking)
        )

    def project(
        self, prepared: PreparedRequest, planned: PlannedOperation, fetched: FetchedData
    ) -> GraphQLResponse:
        """Project fetched data to the client's response."""
        if planned.introspection is not None and self.introspection is not None:
            fetched.data.update(self.introspection.answer(prepared, planned))
            return self._project(planned, fetched)
        return self._introspected(planned, prepared.variables, fetched)

    async def execute_request(self, request: GraphQLRequest, headers: Mapping[str, str]) -> GraphQLResponse:
        """Plan and execute a request, outside the pipeline, which alone asks who may see what.

        Raises:
            RequestError: It cannot be answered at all.
        """
        require_query(request, is_query=self.preparer.prepare(request.query, request.operation_name).is_query)
        _, planned = self.preparer.plan(request.query, request.operation_name, request.variables)
        return await self.execute(planned, request.variables, headers)

    async def execute(
        self, planned: PlannedOperation, variables: Mapping[str, Any], headers: Mapping[str, str]
    ) -> GraphQLResponse:
        """Execute a planned operation, outside the pipeline.

        Args:
            planned: The plan.
            variables: The client's variables, checked.
            headers: The headers that subgraphs may see.
        """
        return self._introspected(planned, variables, await self.fetch(planned, variables, headers))

    def make_executable(self, planned: PlannedOperation) -> ExecutablePlan:
        """Make the plan's functions and its subgraphs' calls, which do not depend on a request."""
        made = executable(
            planned.plan,
            self.transports,
            self.execution,
            self.on_deopt,
            self.limits.list_items,
            middleware=self.middleware,
        )
        planned.size = plan_bytes(planned.plan, made.code_chars, made.calls)
        planned.executable = made
        return made

    def _project(self, planned: PlannedOperation, fetched: FetchedData) -> GraphQLResponse:
        ready = planned.executable or self.make_executable(planned)
        data, failures = ready.execution.project(fetched.data, fetched.failures)
        if failures:
            errors = [_attributed(each, planned.plan).formatted() for each in failures]
            self.on_errors(errors)
            return GraphQLResponse({"errors": errors, "data": data})
        return GraphQLResponse({"data": data})

    def _introspected(
        self, planned: PlannedOperation, variables: Mapping[str, Any], fetched: FetchedData
    ) -> GraphQLResponse:
        if planned.introspection is not None:
            public = self.preparer.supergraph.public
            fetched.data.update(introspect(public, planned.introspection, variables))
        return self._project(planned, fetched)


def _attributed(failure: Failure, plan: QueryPlan) -> Failure:
    """Name the subgraph that supplied a value in which projection found an error."""
    if failure.service is not None or failure.path is None or failure.code == UNAUTHORIZED:
        return failure
    return replace(failure, service=providing_subgraph(plan, failure.path))
