"""An area's part of the graph, which the gateway calls in this process."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from graphql import ExecutionResult
from starlette.routing import BaseRoute

from backoffice.access.actor import Actor
from backoffice.errors import NotSignedIn
from graphql_http import GraphQLRequest
from subgraphs.kit.graphql.context import RequestContext
from subgraphs.kit.graphql.operations import Operations, answer_of, failed
from subgraphs.kit.graphql.schema.schema_building import SubgraphSchema

Download = Callable[[Actor, Mapping[str, str]], Awaitable[AsyncIterator[str]]]
"""Returns a table as parts of CSV, for who acts; what is refused is raised before the first part."""

Call = Callable[[Mapping[str, Any], Mapping[str, str], object], Awaitable[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class AdminSubgraph:
    """A subgraph of the back office.

    Attributes:
        name: The area.
        schema: Its fields, each with `@permitted`.
        make_context: Returns what resolvers get as `info.context`, for who acts.
        background: What runs as long as the back office is served, until the event is set.
        routes: HTTP routes besides the graph; they are public.
        downloads: Tables as CSV by name, for signed-in people: `POST /backoffice/downloads/NAME`.
        closing: Closes what the area opened.
    """

    name: str
    schema: SubgraphSchema
    make_context: Callable[[Actor], object]
    background: tuple[Callable[[asyncio.Event], Coroutine[None, None, None]], ...] = ()
    routes: tuple[BaseRoute, ...] = ()
    downloads: Mapping[str, Download] = field(default_factory=dict)
    closing: tuple[Callable[[], Awaitable[None]], ...] = ()
    _operations: Operations = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_operations", Operations(self.schema, compiled=True))  # of a frozen class

    def prepare(self, document: str, operation_name: str | None) -> Call:
        """Prepare an operation for any number of calls; a call never raises, and its faults are masked."""
        prepared = self._operations.compiled(document, operation_name)

        async def call(
            variables: Mapping[str, Any], headers: Mapping[str, str], session: object, /
        ) -> dict[str, Any]:
            del headers
            try:
                context = self._context(session)
                if prepared is None:
                    request = GraphQLRequest(document, operation_name, dict(variables))
                    answer = await self._operations.interpret(request, context)
                    return {"data": None, **answer.body}
                result = prepared.execute(None, context, variables)
                if not isinstance(result, ExecutionResult):
                    result = await result
            except Exception as error:  # noqa: BLE001 - a fault is masked and logged
                return answer_of(failed(error))
            return answer_of(result)

        return call

    def _context(self, session: object) -> RequestContext:
        if not isinstance(session, Actor):
            raise NotSignedIn
        return cast("RequestContext", self.make_context(session))  # resolvers know their own context
