"""The operations of a schema, each parsed, validated and compiled once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias
from weakref import WeakValueDictionary

from graphql import (
    DirectiveNode,
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    Visitor,
    get_operation_ast,
    parse,
    validate,
    visit,
)
from graphql import OperationType as Kind
from graphql.pyutils import AwaitableOrValue
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types.graphql import OperationType

from foundation.graphql_http import GraphQLRequest, MethodNotAllowed
from jit import CompiledOperation, WholeDocuments, compile_operation
from jit.operation import MAX_KEPT_LENGTH
from subgraphs.kit.graphql.context import RequestContext
from subgraphs.kit.graphql.http import Answer
from subgraphs.kit.graphql.schema_building import DOCUMENTS_KEPT, SubgraphSchema, shown_to_caller

Execute: TypeAlias = Callable[[Any, RequestContext, Any], AwaitableOrValue[ExecutionResult]]
"""Executes an operation for a root value, a context and variables, and does not change the variables."""


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class PreparedOperation:
    """A valid query or mutation, compiled.

    Attributes:
        execute: Runs the operation; a coroutine must await its result at once.
    """

    compiled: CompiledOperation
    is_query: bool
    execute: Execute

    async def run(self, variables: Mapping[str, Any], context: RequestContext) -> Answer:
        """Execute the operation for a response over HTTP."""
        try:
            result = self.execute(None, context, variables)
            if not isinstance(result, ExecutionResult):
                result = await result
        except Exception as error:  # noqa: BLE001 - whatever goes wrong in an execution is masked and logged
            result = failed(error)
        body = answer_of(result)
        if body["data"] is None and "errors" in body and _precede_execution(body["errors"]):
            return Answer({"errors": body["errors"]}, executed=False)
        return Answer(body)


def failed(error: Exception) -> ExecutionResult:
    """Return the result of an execution that failed outside resolvers."""
    return ExecutionResult(None, [GraphQLError(str(error), original_error=error)])


def answer_of(result: ExecutionResult) -> dict[str, Any]:
    """Return a result's `data`, and `errors` if there are any; faults are masked."""
    if not result.errors:
        return {"data": result.data}
    return {"data": result.data, "errors": [shown_to_caller(error).formatted for error in result.errors]}


class Operations:
    """Runs the operations of a schema: compiled, or interpreted by Strawberry and graphql-core."""

    def __init__(self, schema: SubgraphSchema, *, compiled: bool) -> None:
        self._schema = schema
        self._compiled = compiled
        self._whole = WholeDocuments(schema._schema)  # noqa: SLF001 - as in `_prepare`
        self._kept = lru_cache(maxsize=DOCUMENTS_KEPT)(self._prepare)
        self._held: WeakValueDictionary[tuple[str, str | None], PreparedOperation] = WeakValueDictionary()

    def prepared(self, document: str, operation_name: str | None) -> PreparedOperation | None:
        """Return the operation; None for one that is left to `interpret`, which reports its errors."""
        if not self._compiled or len(document) > MAX_KEPT_LENGTH:
            return None
        return self._kept(document, operation_name)

    def compiled(self, document: str, operation_name: str | None) -> PreparedOperation | None:
        """Return the compiled operation for a caller that keeps it; it is shared as long as any caller does.

        Its errors have no locations.
        """
        if not self._compiled or len(document) > MAX_KEPT_LENGTH:
            return None
        known = self._held.get((document, operation_name))
        if known is None:
            known = self._prepare(document, operation_name, located=False)
            if known is not None:
                self._held[document, operation_name] = known
        return known

    async def interpret(self, graphql_request: GraphQLRequest, context: RequestContext) -> Answer:
        """Execute an operation without preparing it.

        Raises:
            MethodNotAllowed: Only a query is allowed, and this is not one.
        """
        try:
            result = await self._schema.execute(
                graphql_request.query,
                variable_values=_own(graphql_request.variables),
                operation_name=graphql_request.operation_name,
                context_value=context,
                allowed_operation_types=(OperationType.QUERY,) if graphql_request.read_only else None,
            )
        except CannotGetOperationTypeError as error:
            return Answer({"errors": [{"message": error.as_http_error_reason()}]}, executed=False)
        except InvalidOperationTypeError as error:
            raise MethodNotAllowed(error.as_http_error_reason("GET")) from error
        return _with_errors(result.data, result.errors) if result.errors else Answer({"data": result.data})

    def _prepare(
        self, document: str, operation_name: str | None, *, located: bool = True
    ) -> PreparedOperation | None:
        schema = self._schema._schema  # noqa: SLF001 - Strawberry gives its graphql-core schema by no other name
        try:
            # A location refers to all tokens of its document.
            parsed = parse(document, no_location=not located)
            operation = get_operation_ast(parsed, operation_name)
            if operation is None or operation.operation is Kind.SUBSCRIPTION:
                return None
            if "@" in document:
                parsed, errors = self._whole.validated(parsed)
            else:
                errors = validate(schema, parsed)
            if errors:
                return None
        except (GraphQLError, RecursionError):
            return None
        compiled = compile_operation(schema, parsed, operation_name)
        if compiled.fallback_reason is not None:
            return None
        execute: Execute = compiled.execute_awaited
        if _has_conditions(parsed):
            # It may end up being interpreted; compiled code never writes into variables.
            execute = _with_own_variables(execute)
        return PreparedOperation(compiled, operation.operation is Kind.QUERY, execute)


def _with_errors(data: Any, errors: list[GraphQLError]) -> Answer:
    formatted = [error.formatted for error in errors]
    if data is None and _precede_execution(formatted):
        return Answer({"errors": formatted}, executed=False)
    return Answer({"data": data, "errors": formatted})


def _precede_execution(errors: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether errors precede execution: only an error of a resolver has a path."""
    return all("path" not in error for error in errors)


def _with_own_variables(execute: Execute) -> Execute:
    return lambda root, context, variables: execute(root, context, _own(variables))


def _own(variables: Mapping[str, Any]) -> dict[str, Any]:
    """Copy variables for Strawberry, which removes `__typename` from entities."""
    return {
        name: [dict(item) if isinstance(item, dict) else item for item in value]
        if isinstance(value, list)
        else value
        for name, value in variables.items()
    }


def _has_conditions(document: DocumentNode) -> bool:
    """Return whether there is `@skip` or `@include`: such operations may end up being interpreted."""
    seen: list[str] = []

    class Conditions(Visitor):
        def enter_directive(self, node: DirectiveNode, *_: Any) -> None:
            seen.append(node.name.value)

    visit(document, Conditions())
    return bool(seen)
