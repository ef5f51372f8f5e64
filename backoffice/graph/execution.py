"""The schema of the back office, which each area extends by its fields, and its execution for a person.

`jit` compiles it; an execution stays within the limits of one request.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from graphql import ExecutionResult, GraphQLError
from strawberry.tools import merge_types
from strawberry.types import ExecutionContext

from backoffice.access import Actor
from backoffice.graph.area import Area, OfficeContext, forever
from backoffice.graph.documents import Documents, GraphLimits
from foundation.graphql_http import GraphQLRequest
from gateway.errors import ResponseTooLarge
from jit import Settings
from jit.codegen import BUDGET, BudgetSpent, ResponseBudget
from jit.schema import Schema
from subgraphs.kit.graphql.operations import answer_of, failed


class OfficeSchema(Schema):
    """The compiled schema; `OfficeGraph` masks and logs the errors of its executions."""

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Do nothing: an error that is meant for the person needs no traceback."""
        del errors, execution_context


def build_schema(queries: Iterable[type[Any]], mutations: Iterable[type[Any]]) -> OfficeSchema:
    """Build the schema of the areas' root types.

    Args:
        queries: Strawberry types, whose fields become those of `Query`.
        mutations: Strawberry types, whose fields become those of `Mutation`.
    """
    return OfficeSchema(
        query=merge_types("Query", tuple(queries)), mutation=merge_types("Mutation", tuple(mutations))
    )


AWAITED: Final = Settings(awaited=True)


@dataclass(frozen=True, slots=True)
class OfficeGraph:
    """The graph over its areas.

    Attributes:
        documents: Reads documents.
        areas: The areas, by their class.
        limits: How much one request may ask for.
    """

    documents: Documents
    areas: Mapping[type[Area], Area]
    limits: GraphLimits

    @classmethod
    def over(cls, schema: OfficeSchema, areas: Iterable[Area], limits: GraphLimits | None = None) -> Self:
        """Build the graph of a schema over areas; without limits, those of a screen's request."""
        limits = limits or GraphLimits()
        by_class = {type(area): area for area in areas}
        costs = {field: points for area in by_class.values() for field, points in area.costs.items()}
        # Strawberry gives its graphql-core schema by no other name.
        documents = Documents(schema._schema, limits, costs)  # noqa: SLF001
        return cls(documents, by_class, limits)

    async def execute(
        self, request: GraphQLRequest, actor: Actor, gone: Callable[[], Awaitable[None]] = forever
    ) -> dict[str, Any]:
        """Return the response: `data`, and `errors` if there are any, of which faults are masked and logged.

        Args:
            request: The operation.
            actor: Who acts.
            gone: Returns once nobody waits for the response any more.

        Raises:
            RequestError: The operation is not valid or asks for too much, before any resolver ran; or its
                response holds too much.
        """
        prepared = self.documents.prepared(request.query, request.operation_name)
        variables = self.documents.variables(prepared, request.variables)
        context = OfficeContext(actor, self.areas, gone)
        BUDGET.set(ResponseBudget(self.limits.response.places))
        try:
            result = prepared.compiled.run(None, context, variables, AWAITED)
            if result is None:  # graphql-core executes it
                result = prepared.compiled.execute(None, context, dict(request.variables))
            if not isinstance(result, ExecutionResult):
                result = await result
        except BudgetSpent:
            message = f"The response has more than {self.limits.response.places} fields and list items."
            raise ResponseTooLarge(message) from None
        except Exception as error:  # noqa: BLE001 - whatever goes wrong in an execution is masked and logged
            result = failed(error)
        return answer_of(result)
