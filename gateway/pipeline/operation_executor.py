"""The main job: a client's request becomes a plan, fetches, and an answer."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, replace
from typing import Any

from gateway.executor import Context, Failure, Fetched
from gateway.pipeline.document_cache import Prepared, Preparer, Ready
from gateway.pipeline.execution_mode import Carried, Way, carried
from gateway.pipeline.graphql_request import GraphQLAnswer, GraphQLRequest, only_queries
from gateway.pipeline.plan_cache import Planned
from gateway.plan import QueryPlan
from gateway.plan.origin import supplier
from gateway.projection import introspect
from gateway.transport import Transport


@dataclass(frozen=True, slots=True)
class Answering:
    """What is needed to answer any request.

    Attributes:
        preparer: Plans documents.
        transports: By subgraph.
        observe: Told of every fetch.
        execution: How plans are carried out.
    """

    preparer: Preparer
    transports: Mapping[str, Transport]
    observe: Callable[[str, str], None]
    execution: Way = "compiled"

    def is_query(self, asked: GraphQLRequest) -> bool:
        """Whether a request only reads.

        Raises:
            RequestError: The document is not valid.
        """
        return self.preparer.prepare(asked.query, asked.operation_name).is_query

    async def answer(self, asked: GraphQLRequest, headers: Mapping[str, str]) -> GraphQLAnswer:
        """Answer a request.

        Args:
            asked: The request.
            headers: Those that subgraphs may see.

        Raises:
            RequestError: It cannot be answered at all.
        """
        only_queries(asked, is_query=self.is_query(asked))
        prepared, planned = self.preparer.plan(asked.query, asked.operation_name, asked.variables)
        return await self.carry_out(prepared, planned, asked.variables, headers)

    async def carry_out(
        self, prepared: Prepared, planned: Planned, variables: Mapping[str, Any], headers: Mapping[str, str]
    ) -> GraphQLAnswer:
        """Answer an operation that is planned already.

        Args:
            prepared: Its document.
            planned: Its plan, by the same preparer.
            variables: The client's, checked.
            headers: Those that subgraphs may see.
        """
        return self.answered(prepared, planned, variables, await self.fetch(planned, variables, headers))

    def fetch(
        self, planned: Planned, variables: Mapping[str, Any], headers: Mapping[str, str]
    ) -> Coroutine[Any, Any, Fetched]:
        """The first half of `carry_out`: what subgraphs have to say."""
        ready = planned.carried or self.make_ready(planned)
        return ready.execution.run(Context(ready.calls, variables, headers, self.observe))

    def answered(
        self, prepared: Prepared, planned: Planned, variables: Mapping[str, Any], fetched: Fetched
    ) -> GraphQLAnswer:
        """The second half: what the client gets of it."""
        ready = planned.carried or self.make_ready(planned)
        if planned.operation.introspection:
            self._introspect(prepared, planned, variables, fetched)
        data, failures = ready.execution.project(fetched.data, fetched.failures)
        if failures:
            errors = [_attributed(each, planned.plan).formatted() for each in failures]
            return GraphQLAnswer({"errors": errors, "data": data})
        return GraphQLAnswer({"data": data})

    def compile(self, ready: Ready) -> None:
        """Make the plan of a request ready, if it is decided already and nobody has done so."""
        if ready.planned is not None and ready.planned.carried is None:
            self.make_ready(ready.planned)

    def make_ready(self, planned: Planned) -> Carried:
        """Prepare all that can be before a request comes: the plan's functions and its subgraphs' calls."""
        planned.carried = carried(planned.plan, self.transports, self.execution)
        return planned.carried

    def _introspect(
        self, prepared: Prepared, planned: Planned, variables: Mapping[str, Any], fetched: Fetched
    ) -> None:
        fetched.data.update(
            introspect(
                self.preparer.supergraph.public,
                prepared.document,
                prepared.operation,
                planned.operation.introspection,
                variables,
            )
        )


def _attributed(failure: Failure, plan: QueryPlan) -> Failure:
    """What was found wrong in the whole answer, with the subgraph that brought it."""
    if failure.service is not None or failure.path is None:
        return failure
    return replace(failure, service=supplier(plan, failure.path))
