"""Executes planned operations: fetches from subgraphs, and projects the result to the client's response."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, replace
from typing import Any

from gateway.compiled import OnDeopt, ignore_deopt
from gateway.executor import Context, Failure, FetchedData
from gateway.pipeline.document_cache import PreparedDocument, PreparedRequest, Preparer
from gateway.pipeline.execution_mode import ExecutablePlan, ExecutionMode, executable
from gateway.pipeline.graphql_request import GraphQLResponse, require_query
from gateway.pipeline.introspection_answers import Introspection
from gateway.pipeline.plan_cache import PlannedOperation
from gateway.plan import QueryPlan
from gateway.plan.field_origin import providing_subgraph
from gateway.projection import introspect
from gateway.transport import Transport
from graphql_http import GraphQLRequest


@dataclass(frozen=True, slots=True)
class OperationExecutor:
    """Executes operations by their plans.

    Attributes:
        preparer: Plans documents.
        transports: By subgraph.
        observe: Called for every fetch with the subgraph and the outcome.
        execution: How plans are executed.
        on_deopt: Called when compiled code gives up.
        introspection: Answers introspection, and keeps its answers; None: each is made anew.
    """

    preparer: Preparer
    transports: Mapping[str, Transport]
    observe: Callable[[str, str], None]
    execution: ExecutionMode = "compiled"
    on_deopt: OnDeopt = ignore_deopt
    introspection: Introspection | None = None

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
        """
        ready = planned.executable or self.make_executable(planned)
        return ready.execution.fetch(Context(ready.calls, variables, headers, self.observe, session))

    def project(
        self, prepared: PreparedRequest, planned: PlannedOperation, fetched: FetchedData
    ) -> GraphQLResponse:
        """Project fetched data to the client's response."""
        if planned.operation.introspection:
            known = self.introspection
            fetched.data.update(
                self._introspect(prepared.document, planned, prepared.variables)
                if known is None
                else known.answer(prepared, planned)
            )
        return self._project(planned, fetched)

    async def execute_request(self, request: GraphQLRequest, headers: Mapping[str, str]) -> GraphQLResponse:
        """Plan and execute a request, outside the pipeline.

        Raises:
            RequestError: It cannot be answered at all.
        """
        require_query(request, is_query=self.preparer.prepare(request.query, request.operation_name).is_query)
        document, planned = self.preparer.plan(request.query, request.operation_name, request.variables)
        return await self.execute(document, planned, request.variables, headers)

    async def execute(
        self,
        document: PreparedDocument,
        planned: PlannedOperation,
        variables: Mapping[str, Any],
        headers: Mapping[str, str],
    ) -> GraphQLResponse:
        """Execute a planned operation, outside the pipeline.

        Args:
            document: The document, prepared by the same preparer.
            planned: The plan.
            variables: The client's variables, checked.
            headers: The headers that subgraphs may see.
        """
        fetched = await self.fetch(planned, variables, headers)
        if planned.operation.introspection:
            fetched.data.update(self._introspect(document, planned, variables))
        return self._project(planned, fetched)

    def make_executable(self, planned: PlannedOperation) -> ExecutablePlan:
        """Make the plan's functions and its subgraphs' calls, which do not depend on a request."""
        planned.executable = executable(planned.plan, self.transports, self.execution, self.on_deopt)
        return planned.executable

    def _project(self, planned: PlannedOperation, fetched: FetchedData) -> GraphQLResponse:
        ready = planned.executable or self.make_executable(planned)
        data, failures = ready.execution.project(fetched.data, fetched.failures)
        if failures:
            errors = [_attributed(each, planned.plan).formatted() for each in failures]
            return GraphQLResponse({"errors": errors, "data": data})
        return GraphQLResponse({"data": data})

    def _introspect(
        self, document: PreparedDocument, planned: PlannedOperation, variables: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        return introspect(
            self.preparer.supergraph.public,
            document.document,
            document.operation,
            planned.operation.introspection,
            variables,
        )


def _attributed(failure: Failure, plan: QueryPlan) -> Failure:
    """Name the subgraph that supplied a value in which projection found an error."""
    if failure.service is not None or failure.path is None:
        return failure
    return replace(failure, service=providing_subgraph(plan, failure.path))
