"""Builds a subgraph's schema: Federation 2.9, tags and list sizes, with faults masked."""

import uuid
from collections.abc import Awaitable, Iterator
from typing import Any, Final, Protocol, TypeVar, cast, runtime_checkable

import strawberry
import structlog
from graphql import GraphQLError, OperationDefinitionNode, ValueNode, VariableDefinitionNode
from strawberry import UNSET
from strawberry.exceptions import StrawberryInputCoercionError
from strawberry.extensions import ParserCache, SchemaExtension, ValidationCache
from strawberry.federation.schema_directives import ListSize
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext

from foundation.storage.errors import is_unavailable
from jit.schema import FederationSchema
from subgraphs.kit.domain.errors import CallerError
from subgraphs.kit.domain.products import Product
from subgraphs.kit.graphql.money import MINOR_UNITS, MinorUnits
from subgraphs.kit.settings import Execution

log = structlog.get_logger(__name__)
FEDERATION_VERSION: Final = "2.9"  # the newest that the composition library knows
DOCUMENTS_KEPT = 512
UNAVAILABLE: Final = "SERVICE_UNAVAILABLE"
INTERNAL: Final = "internal"
"""For operators and subgraphs; left out of the public variant, which customers see."""

CUSTOMER: Final = "customer"
"""Actions that only customers take; left out of the internal variant, which operators use for lookups."""


T = TypeVar("T")


def deferred(value: Awaitable[T]) -> T:
    """Return an awaitable as if it were the value that execution will obtain by awaiting it.

    An `async def` resolver costs a coroutine on every call, although most calls on the hot path need not
    wait. Execution, compiled or interpreted, awaits a resolver's result if it is awaitable. This function is
    the only code that relies on it, and hides it from the type checker.
    """
    return cast("T", value)


def assumed_size(length: int) -> ListSize:
    """Return the directive for a list that is hardly ever longer than `size`."""
    return ListSize(assumed_size=length, slicing_arguments=UNSET, sized_fields=UNSET)


def sliced_by(argument: str, *lists: str) -> ListSize:
    """Return the directive for a list that an argument limits, or for a page that has such lists."""
    return ListSize(
        assumed_size=UNSET, slicing_arguments=[argument], sized_fields=list(lists) if lists else UNSET
    )


"""The code of errors that the request has not caused: the same request may succeed later."""

strawberry.enum(Product)


@runtime_checkable
class _Result(Protocol):
    errors: list[GraphQLError] | None


class MaskFaults(SchemaExtension):
    """Shows callers the errors that are meant for them; others become an id that is in the log."""

    def on_operation(self) -> Iterator[None]:
        """Mask the errors of the finished operation."""
        yield
        result = self.execution_context.result
        if isinstance(result, _Result) and result.errors:
            result.errors = [shown_to_caller(error) for error in result.errors]


def shown_to_caller(error: GraphQLError) -> GraphQLError:
    """Return an error that is meant for the caller; for any other, one with the id of its log entry."""
    if _is_of_a_value(error):
        return GraphQLError(error.message, nodes=error.nodes, extensions={"code": CallerError.code})
    original = error.original_error
    if original is None or isinstance(original, CallerError | GraphQLError):
        return error
    if is_unavailable(original):
        log.warning("database_unavailable", path=error.path, fault=repr(original))
        return GraphQLError(
            "This is not available at the moment. Please try again soon.",
            nodes=error.nodes,
            path=error.path,
            extensions={"code": UNAVAILABLE},
        )
    fault = uuid.uuid4().hex
    log.error("resolver_fault", fault=fault, path=error.path, exc_info=original)
    return GraphQLError(
        "Something went wrong on our side.",
        nodes=error.nodes,
        path=error.path,
        extensions={"code": "INTERNAL_SERVER_ERROR", "id": fault},
    )


def _is_of_a_value(error: GraphQLError) -> bool:
    """Return whether an error says that a value of the request does not fit its type."""
    if error.path is not None:
        return False
    of = next(iter(error.nodes or ()), None)
    return isinstance(of, ValueNode | VariableDefinitionNode) or isinstance(
        error, StrawberryInputCoercionError
    )


class ChosenOperation(SchemaExtension):
    """Refuses a document with several operations if none is chosen: Strawberry would run the first."""

    def on_validate(self) -> Iterator[None]:
        """Add the error that the specification requires."""
        context = self.execution_context
        # Only here does Strawberry reveal whether the request named an operation.
        chosen = context._provided_operation_name is not None  # noqa: SLF001
        definitions = context.graphql_document.definitions if context.graphql_document else ()
        several = sum(isinstance(definition, OperationDefinitionNode) for definition in definitions) > 1
        if several and not chosen:
            error = GraphQLError("The document has several operations: say which by operationName.")
            context.pre_execution_errors = [*(context.pre_execution_errors or ()), error]
        yield


class SubgraphSchema(FederationSchema):
    """A compiled federated schema whose errors are logged by `MaskFaults` alone."""

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Do nothing: an error meant for the caller needs no traceback."""
        del errors, execution_context


def build_schema(
    query: type[Any],
    mutation: type[Any] | None = None,
    types: tuple[type[Any], ...] = (),
    subscription: type[Any] | None = None,
    *,
    execution: Execution = "compiled",
) -> SubgraphSchema:
    """Build a subgraph's schema.

    Args:
        query: A Strawberry type.
        mutation: A Strawberry type.
        types: Entities that no field of Query or Mutation returns.
        subscription: A Strawberry type.
        execution: Whether operations are compiled.
    """
    schema = SubgraphSchema(
        query=query,
        mutation=mutation,
        subscription=subscription,
        types=types,
        federation_version=FEDERATION_VERSION,
        config=StrawberryConfig(scalar_map={MinorUnits: MINOR_UNITS}),
        extensions=[
            lambda: ParserCache(maxsize=DOCUMENTS_KEPT),
            lambda: ValidationCache(maxsize=DOCUMENTS_KEPT),
            ChosenOperation,  # after the cache, which sets its own list of errors
            MaskFaults,
        ],
    )
    if execution == "plain":
        schema.interpret("FURLONG_SUBGRAPH_EXECUTION is plain")
    return schema
