"""What a caller gives for one execution."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from graphql import FragmentDefinitionNode, GraphQLSchema, MiddlewareManager, OperationDefinitionNode
from graphql.execution.values import VariableValues


@dataclass(slots=True)  # not frozen: that would take longer to make than all the rest of a run
class Request:
    """What the caller gave for one execution; it does not change.

    Attributes:
        variables: coerced.
        field_resolver: stands in for graphql-core's default, when the caller gave one.
        type_resolver: the same for abstract types.
    """

    schema: GraphQLSchema
    operation: OperationDefinitionNode
    fragments: dict[str, FragmentDefinitionNode]
    root_value: Any
    context: Any
    variables: VariableValues
    field_resolver: Callable[..., Any]
    type_resolver: Callable[..., Any]
    middleware: MiddlewareManager | None
    hide_suggestions: bool
