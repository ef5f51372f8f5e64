"""Executes operations of the graph for a person, within the limits of one request."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from graphql import ExecutionResult

from backoffice.access.actor import Actor
from backoffice.graph.area import Area, OfficeContext
from backoffice.graph.documents import Documents, GraphLimits
from backoffice.graph.schema import OfficeSchema
from foundation.graphql_http import GraphQLRequest
from gateway.errors import ResponseTooLarge
from jit import Settings
from jit.codegen import BUDGET, BudgetSpent, ResponseBudget
from subgraphs.kit.graphql.operations import answer_of, failed

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
        # Strawberry gives its graphql-core schema by no other name.
        documents = Documents(schema._schema, limits)  # noqa: SLF001
        return cls(documents, {type(area): area for area in areas}, limits)

    async def execute(self, request: GraphQLRequest, actor: Actor) -> dict[str, Any]:
        """Return the response: `data`, and `errors` if there are any, of which faults are masked and logged.

        Raises:
            RequestError: The operation is not valid or asks for too much, before any resolver ran; or its
                response holds too much.
        """
        prepared = self.documents.prepared(request.query, request.operation_name)
        variables = self.documents.variables(prepared, request.variables)
        context = OfficeContext(actor, self.areas)
        BUDGET.set(ResponseBudget(self.limits.places))
        try:
            result = prepared.compiled.run(None, context, variables, AWAITED)
            if result is None:  # graphql-core executes it
                result = prepared.compiled.execute(None, context, dict(request.variables))
            if not isinstance(result, ExecutionResult):
                result = await result
        except BudgetSpent:
            message = f"The response has more than {self.limits.places} fields and list items."
            raise ResponseTooLarge(message) from None
        except Exception as error:  # noqa: BLE001 - whatever goes wrong in an execution is masked and logged
            result = failed(error)
        return answer_of(result)
