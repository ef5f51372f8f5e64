"""What is executed, and what a caller gives for one execution of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from graphql import FragmentDefinitionNode, GraphQLSchema, MiddlewareManager, OperationDefinitionNode


@dataclass(frozen=True, slots=True)
class Subject:
    """What is executed: the same for all executions of an operation."""

    schema: GraphQLSchema
    operation: OperationDefinitionNode
    fragments: dict[str, FragmentDefinitionNode]


@dataclass(frozen=True, slots=True)
class Settings:
    """What a caller may change about one execution; most names are graphql-core's.

    Attributes:
        awaited: the caller is a coroutine that awaits at once what is not there yet, so that nothing has to
            be kept until then.
    """

    field_resolver: Callable[..., Any] | None = None
    type_resolver: Callable[..., Any] | None = None
    max_coercion_errors: int = 50
    middleware: MiddlewareManager | None = None
    hide_suggestions: bool = False
    awaited: bool = False
