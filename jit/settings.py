"""The settings of one execution, and the operation that all executions share."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from graphql import FragmentDefinitionNode, GraphQLSchema, MiddlewareManager, OperationDefinitionNode


@dataclass(frozen=True, slots=True)
class PreparedOperation:
    """The operation and its fragments; the same for all executions."""

    schema: GraphQLSchema
    node: OperationDefinitionNode
    fragments: dict[str, FragmentDefinitionNode]


@dataclass(frozen=True, slots=True)
class Settings:
    """What the caller of an execution may set; most names are graphql-core's.

    Attributes:
        awaited: Whether the caller is a coroutine that awaits the result at once, so that awaitables may be
            started at once.
    """

    field_resolver: Callable[..., Any] | None = None
    type_resolver: Callable[..., Any] | None = None
    max_coercion_errors: int = 50
    middleware: MiddlewareManager | None = None
    hide_suggestions: bool = False
    awaited: bool = False
