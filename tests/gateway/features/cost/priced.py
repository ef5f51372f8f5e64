"""Schemas with `@cost` and `@listSize`, and what operations over them cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from graphql import build_ast_schema, parse
from graphql.execution.values import VariableValues

from foundation.graphql_http.request import GraphQLRequest
from gateway.pipeline.costs import CostRules, OperationCost, operation_cost
from gateway.pipeline.preparation.prepared import PreparedRequest
from gateway.pipeline.preparation.preparer import Preparer
from gateway.supergraph import Supergraph
from gateway.supergraph.annotations.access_and_cost import read_annotations
from gateway.supergraph.directives import read_links
from tests.federation_kit.generous_limits import GENEROUS_LIMITS

MACHINERY = """
directive @link(url: String, as: String, for: String, import: [String]) repeatable on SCHEMA
directive @cost(weight: Int!) on
  ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | INPUT_FIELD_DEFINITION | OBJECT | SCALAR | INTERFACE
directive @listSize(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!],
  requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION
schema @link(url: "https://specs.apollo.dev/cost/v0.1", import: ["@cost", "@listSize"]) {
"""


@dataclass(frozen=True)
class Priced:
    """A schema, and a preparer that knows what its operations cost."""

    supergraph: Supergraph
    preparer: Preparer

    @classmethod
    def of(cls, sdl: str, list_size: int = 10) -> Priced:
        """From a schema with a type Query, and perhaps a type Mutation."""
        roots = "query: Query" + (" mutation: Mutation" if "type Mutation" in sdl else "")
        document = parse(f"{MACHINERY} {roots} }} {sdl}")
        schema = build_ast_schema(document)
        supergraph = Supergraph(
            subgraphs={},
            schema=schema,
            public=schema,
            query="Query",
            mutation="Mutation" if "mutation" in roots else None,
            annotations=read_annotations(document, read_links(document)),
        )
        rules = CostRules(schema, supergraph.annotations, list_size)
        return cls(supergraph, Preparer(supergraph, GENEROUS_LIMITS, cost_of=partial(operation_cost, rules)))

    def request(self, query: str, variables: Mapping[str, Any] | None = None) -> PreparedRequest:
        """A prepared request, which knows its cost."""
        return self.preparer.prepare_request(GraphQLRequest(query, None, variables or {}))

    def cost(self, query: str, variables: Mapping[str, Any] | None = None) -> int:
        """What a request may cost."""
        return self.request(query, variables).cost

    def fault(self, query: str, variables: Mapping[str, Any] | None = None) -> str | None:
        """What is wrong with the slicing arguments of a request."""
        return self.request(query, variables).cost_fault

    def actual(self, query: str, data: object, variables: Mapping[str, Any] | None = None) -> int:
        """What a response has cost."""
        request = self.request(query, variables)
        assert isinstance(request.operation_cost, OperationCost)
        given = request.document.variables.coerce(request.variables)
        assert isinstance(given, VariableValues)
        return request.operation_cost.actual(data, given)
