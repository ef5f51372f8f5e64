"""Executes planned operations: fetches from subgraphs, and projects the data to the client's response."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Mapping
from itertools import islice
from sys import maxsize
from typing import Any, Literal, TypeAlias

from msgspec import Struct, field
from msgspec.structs import replace

from gateway.compiled.deopt import OnDeopt, ignore_deopt
from gateway.executor import (
    CallMiddleware,
    Calls,
    Context,
    Failure,
    FetchedData,
    interpret,
)
from gateway.executor.failures import MAX_ERRORS, UNAUTHORIZED
from gateway.executor.masking import ErrorMasking
from gateway.pipeline.introspection_responses import Introspection
from gateway.pipeline.preparation.plan_cache import ExecutablePlan, PlannedOperation
from gateway.pipeline.preparation.prepared import PreparedRequest
from gateway.pipeline.preparation.preparer import Preparer
from gateway.pipeline.preparation.sizes import plan_bytes
from gateway.pipeline.stages import GraphQLResponse
from gateway.plan import QueryPlan
from gateway.plan.field_origin import providing_subgraph
from gateway.projection import introspect, project
from gateway.settings.limits import ResponseLimits
from gateway.transport import SubgraphSubscription, Transport
from jit.codegen import BUDGET, ResponseBudget

ExecutionMode: TypeAlias = Literal["compiled", "interpreted"]
"""How plans are executed: compiled, or interpreted, which is the reference."""


def _ignore_errors(_errors: list[dict[str, Any]]) -> None:
    """No-op observer."""


class OperationExecutor(Struct, frozen=True):
    """Executes operations by their plans.

    Attributes:
        preparer: Plans documents.
        transports: The transports by subgraph name.
        observe: Called after every fetch with the subgraph, the outcome and the duration in seconds.
        execution: How plans are executed.
        on_deopt: Called when compiled code gives up.
        on_errors: Called with the errors of a response.
        introspection: Answers introspection and caches the answers; None to execute introspection each time.
        limits: Limits on the data of a response.
        middleware: Wrapped around each call of a subgraph; the first is the outermost.
        events: Additional middleware for the events of subscriptions, wrapped around `middleware`.
        masking: Decides what clients see of subgraphs' errors.
    """

    preparer: Preparer
    transports: Mapping[str, Transport]
    observe: Callable[[str, str, float], None]
    execution: ExecutionMode = "compiled"
    on_deopt: OnDeopt = ignore_deopt
    on_errors: Callable[[list[dict[str, Any]]], None] = _ignore_errors
    introspection: Introspection | None = None
    limits: ResponseLimits = field(default_factory=ResponseLimits)
    middleware: tuple[CallMiddleware, ...] = ()
    events: tuple[CallMiddleware, ...] = ()
    masking: ErrorMasking = field(default_factory=ErrorMasking)

    @property
    def fresh(self) -> OperationExecutor:
        """This executor: it fetches for each request."""
        return self

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
            session: The client's session, which in-process subgraphs receive in addition to the headers.

        Raises:
            ResponseTooLarge: Raised while awaiting the result; data fetched so far is discarded.
        """
        ready = planned.executable or self.make_executable(planned)
        # All calls made by this task share the budget, including in-process subgraphs.
        BUDGET.set(ResponseBudget(self.limits.places))
        most = self.limits.fetch_entities
        return ready.execution.fetch(
            Context(ready.calls, variables, headers, self.observe, session, most, self.masking)
        )

    def context(
        self,
        planned: PlannedOperation,
        variables: Mapping[str, Any],
        headers: Mapping[str, str],
        session: object,
    ) -> Context:
        """Return what the fetches of a response in parts need, and start the response budget of the task.

        Args:
            planned: The plan.
            variables: The client's variables, checked.
            headers: The headers that subgraphs may see.
            session: The client's session, which in-process subgraphs receive in addition to the headers.
        """
        ready = planned.executable or self.make_executable(planned)
        self.budget()
        most = self.limits.fetch_entities
        return Context(ready.calls, variables, headers, self.observe, session, most, self.masking)

    def introspected(self, prepared: PreparedRequest, planned: PlannedOperation) -> Mapping[str, Any]:
        """Return the introspection fields of a request by response key."""
        if planned.introspection is None:
            return {}
        if self.introspection is not None:
            return self.introspection.answer(prepared, planned)
        return introspect(self.preparer.supergraph.public, planned.introspection, prepared.variables)

    def formatted(
        self, failures: Iterable[Failure], plan: QueryPlan, data: Mapping[str, Any]
    ) -> list[dict[str, Any]]:
        """Return the `errors` entries of the first failures, and report them to the observer.

        Args:
            failures: The failures.
            plan: The plan that was executed.
            data: The tree of data.
        """
        first = islice(failures, MAX_ERRORS)
        errors = [_attributed(failure, plan, data).formatted() for failure in first]
        if errors:
            self.on_errors(errors)
        return errors

    def budget(self) -> None:
        """Start an response budget for the current task, shared with in-process subgraphs."""
        BUDGET.set(ResponseBudget(self.limits.places))

    def fetch_event(
        self,
        planned: PlannedOperation,
        variables: Mapping[str, Any],
        headers: Mapping[str, str],
        session: object,
        event: Mapping[str, Any],
    ) -> Coroutine[Any, Any, FetchedData]:
        """Fetch the missing fields of a subscription's event within the current task's budget.

        Args:
            planned: The plan.
            variables: The client's variables, checked.
            headers: The headers that subgraphs may see.
            session: The client's session, which in-process subgraphs receive in addition to the headers.
            event: The event from the subgraph; it is modified.
        """
        ready = planned.executable or self.make_executable(planned)
        most = self.limits.fetch_entities
        return ready.execution.fetch(
            Context(ready.calls, variables, headers, self.observe, session, most, self.masking, event)
        )

    def passes_events(self, planned: PlannedOperation) -> bool:
        """Return whether the encoded events of a subscription are the client's responses."""
        ready = planned.executable or self.make_executable(planned)
        return ready.passes_events and planned.introspection is None

    def subscription(self, planned: PlannedOperation) -> SubgraphSubscription:
        """Return the function that subscribes to the first fetch of a subscription's plan."""
        ready = planned.executable or self.make_executable(planned)
        return ready.calls.subscription(planned.plan.fetches[0])

    def project(
        self, prepared: PreparedRequest, planned: PlannedOperation, fetched: FetchedData
    ) -> GraphQLResponse:
        """Project fetched data to the client's response."""
        if planned.introspection is not None:
            fetched.data.update(self.introspected(prepared, planned))
        return self._project(planned, fetched)

    async def execute(
        self, planned: PlannedOperation, variables: Mapping[str, Any], headers: Mapping[str, str]
    ) -> GraphQLResponse:
        """Execute a planned operation outside the pipeline.

        Args:
            planned: The plan.
            variables: The client's variables, checked.
            headers: The headers that subgraphs may see.
        """
        fetched = await self.fetch(planned, variables, headers)
        if planned.introspection is not None:
            public = self.preparer.supergraph.public
            fetched.data.update(introspect(public, planned.introspection, variables))
        return self._project(planned, fetched)

    def make_executable(self, planned: PlannedOperation) -> ExecutablePlan:
        """Build the plan's functions and subgraph calls, none of which depend on a request."""
        made = self._make(planned, self.execution)
        planned.is_ready = planned.introspection is None
        return made

    def make_interpretable(self, planned: PlannedOperation) -> ExecutablePlan:
        """Prepare a plan for the interpreter: for one request, compiling it would take longer."""
        return self._make(planned, "interpreted")

    def _make(self, planned: PlannedOperation, mode: ExecutionMode) -> ExecutablePlan:
        made = executable(
            planned.plan,
            self.transports,
            mode,
            self.on_deopt,
            self.limits.list_items,
            middleware=(
                self.middleware if planned.plan.kind != "subscription" else (*self.events, *self.middleware)
            ),
        )
        planned.size = plan_bytes(planned.plan, made.code_chars, made.calls)
        planned.executable = made
        return made

    def _project(self, planned: PlannedOperation, fetched: FetchedData) -> GraphQLResponse:
        ready = planned.executable or self.make_executable(planned)
        data, failures = ready.execution.project(fetched.data, fetched.failures)
        if failures:
            return GraphQLResponse(
                {"errors": self.formatted(failures, planned.plan, fetched.data), "data": data}
            )
        return GraphQLResponse({"data": data})


def _attributed(failure: Failure, plan: QueryPlan, data: Mapping[str, Any]) -> Failure:
    """Name the subgraph that supplied the value in which projection found an error."""
    if failure.service is not None or failure.path is None or failure.code == UNAUTHORIZED:
        return failure
    return replace(failure, service=providing_subgraph(plan, failure.path, data))


class InterpretedPlan(Struct, frozen=True):
    """A plan for the interpreter.

    Attributes:
        most_items: The most items of a list in the response.
    """

    plan: QueryPlan
    most_items: int = maxsize

    async def fetch(self, context: Context) -> FetchedData:
        """Fetch from subgraphs."""
        return await interpret(self.plan, context)

    def project(
        self, data: dict[str, Any], failures: Iterable[Failure]
    ) -> tuple[dict[str, Any] | None, list[Failure]]:
        """Project the data to the client's response."""
        return project(self.plan.shape, data, failures, self.most_items)


def executable(
    plan: QueryPlan,
    transports: Mapping[str, Transport],
    mode: ExecutionMode,
    on_deopt: OnDeopt = ignore_deopt,
    most_items: int = maxsize,
    *,
    middleware: tuple[CallMiddleware, ...] = (),
) -> ExecutablePlan:
    """Compile a plan, or wrap it for the interpreter.

    Args:
        plan: The plan.
        transports: The transport of each subgraph.
        mode: How to execute it; plans of responses in parts, and plans that are too large to compile, are
            always interpreted.
        on_deopt: Called when compiled code gives up.
        most_items: The most items of a list in the response.
        middleware: Wrapped around each call of a subgraph.
    """
    calls = Calls(transports, middleware, plan.kind)
    is_compiled = mode == "compiled" and not plan.is_incremental
    made = None
    if is_compiled:
        from gateway.compiled.compile import compile_plan  # noqa: PLC0415 - it is not needed at the start

        made = compile_plan(plan, calls, on_deopt, most_items)
    if made is None:
        return ExecutablePlan(InterpretedPlan(plan, most_items), calls)
    return ExecutablePlan(made, calls, len(str(made.source)), made.passes_events)
