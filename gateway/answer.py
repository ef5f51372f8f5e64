"""The main job: a client's request becomes a plan, fetches, and an answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from gateway.executor import Calls, Context, Failure, Fetched, run
from gateway.plan import QueryPlan
from gateway.plan.origin import supplier
from gateway.plans import Planned
from gateway.prepare import Prepared, Preparer
from gateway.projection import introspect, project
from gateway.request import GraphQLAnswer, GraphQLRequest, only_queries
from gateway.transport import Transport


@dataclass(frozen=True, slots=True)
class Answering:
    """What is needed to answer any request.

    Attributes:
        preparer: Plans documents.
        transports: By subgraph.
        observe: Told of every fetch.
    """

    preparer: Preparer
    transports: Mapping[str, Transport]
    observe: Callable[[str, str], None]

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
        if planned.calls is None:
            planned.calls = Calls(self.transports)
        context = Context(planned.calls, variables, headers, self.observe)
        fetched = await run(planned.plan, context)
        self._introspect(prepared, planned, variables, fetched)
        data, failures = project(planned.plan.shape, fetched.data, fetched.failures)
        if failures:
            errors = [_attributed(each, planned.plan).formatted() for each in failures]
            return GraphQLAnswer({"errors": errors, "data": data})
        return GraphQLAnswer({"data": data})

    def _introspect(
        self, prepared: Prepared, planned: Planned, variables: Mapping[str, Any], fetched: Fetched
    ) -> None:
        fields = planned.operation.introspection
        if fields:
            fetched.data.update(
                introspect(
                    self.preparer.supergraph.public,
                    prepared.document,
                    prepared.operation,
                    fields,
                    variables,
                )
            )


def _attributed(failure: Failure, plan: QueryPlan) -> Failure:
    """What was found wrong in the whole answer, with the subgraph that brought it."""
    if failure.service is not None or failure.path is None:
        return failure
    return replace(failure, service=supplier(plan, failure.path))
