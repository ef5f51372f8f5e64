"""Reads the documents of the graph: each is limited, validated and compiled once.

The limits and the costs are those of the customers' graph, with bounds of the back office's own.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from graphql import (
    BooleanValueNode,
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    VariableNode,
    parse,
    validate,
)
from graphql.execution.values import VariableValues

from foundation.graphql_http import RequestError
from gateway.errors import CannotPlan, InvalidDocument
from gateway.pipeline.costs import CostRules, OperationCost, operation_cost
from gateway.pipeline.limits import (
    IntrospectionSizes,
    check_document,
    check_variables,
    introspection_too_large,
)
from gateway.settings.limits import DocumentLimits, ResponseLimits
from gateway.supergraph import Annotations, Normalizer
from jit import CompiledOperation, compile_operation

DOCUMENTS_KEPT: Final = 512
MAX_ERRORS: Final = 5
"""How many errors of a document or of its variables are reported."""

INTROSPECTION_TYPES: Final = {"__schema": frozenset({"__Schema"}), "__type": frozenset({"__Type"})}

Conditions: TypeAlias = tuple[bool | None, ...]
"""The values of the variables in `@skip` and `@include`, in the order of `CompiledOperation.conditions`."""


_DOCUMENT: Final = DocumentLimits(fields=250, root_fields=8, mutation_fields=1)


@dataclass(frozen=True, slots=True)
class GraphLimits:
    """How much one request may ask for.

    Attributes:
        document: Limits on a document; the screens' largest one has 70 fields.
        cost: The most points that an operation may cost; roughly the number of objects in its response.
        list_size: The length of a list, for estimates.
        response: Limits on a response.
        body_bytes: The most bytes of a request: an image of 5 MiB in base64.
        requests: The most requests that are answered at once.
    """

    document: DocumentLimits = _DOCUMENT
    cost: int = 20_000
    list_size: int = 10
    response: ResponseLimits = field(default_factory=ResponseLimits)
    body_bytes: int = 8 * 2**20
    requests: int = 256


@dataclass(frozen=True, slots=True, eq=False)
class PreparedOperation:
    """A valid operation, compiled.

    Attributes:
        compiled: Executes it.
        document: The parsed document.
        node: The operation in the document.
        costs: Its cost functions, by the values of its conditions.
    """

    compiled: CompiledOperation
    document: DocumentNode
    node: OperationDefinitionNode
    costs: dict[Conditions, OperationCost] = field(default_factory=dict)


class Documents:
    """The documents of one schema, of which the last ones stay prepared.

    Args:
        schema: The schema.
        limits: How much one request may ask for.
        costs: The points of fields that cost more than the objects they return, such as `Query.field`.
    """

    def __init__(
        self, schema: GraphQLSchema, limits: GraphLimits, costs: Mapping[str, int] = MappingProxyType({})
    ) -> None:
        self._schema = schema
        self._limits = limits
        self._rules = CostRules(schema, Annotations(cost=dict(costs)), limits.list_size)
        self._sizes = IntrospectionSizes.of(schema)
        self._introspection_bytes = 2 * self._sizes.standard_bytes()
        self.prepared = lru_cache(DOCUMENTS_KEPT)(self._prepare)

    def variables(self, prepared: PreparedOperation, given: Mapping[str, Any]) -> VariableValues:
        """Return the coerced variables of a request, whose cost is within the limit.

        Raises:
            RequestError: A value is not valid, there are too many, or the operation may cost too much.
        """
        check_variables(given, self._limits.document.variable_values)
        reader = prepared.compiled.variables
        values = reader.coerce_fast(given) or reader.coerce(given, MAX_ERRORS)
        if isinstance(values, list):
            raise InvalidDocument([dict(error.formatted) for error in values], "BAD_USER_INPUT")
        conditions = tuple(values.coerced.get(name) for name in prepared.compiled.conditions)
        cost = prepared.costs.get(conditions)
        if cost is None:
            with bounded_nesting():
                cost = prepared.costs[conditions] = self._cost(prepared, conditions)
        points = cost.estimate(values).cost
        if points > self._limits.cost:
            message = f"The operation may cost {points} points, more than the limit of {self._limits.cost}."
            raise InvalidDocument([{"message": message}], "COST_ESTIMATED_TOO_EXPENSIVE")
        return values

    def _prepare(self, query: str, operation_name: str | None) -> PreparedOperation:
        """Read a document and choose its operation.

        Raises:
            RequestError: The document is not valid or beyond a limit, or there is no such operation.
        """
        limits = self._limits.document
        if len(query) > limits.chars:
            message = f"The document is longer than {limits.chars} characters."
            raise RequestError(message, code="DOCUMENT_TOO_LARGE", status=413)
        with bounded_nesting():
            try:
                document = parse(query, max_tokens=limits.tokens, allow_empty_selection_sets=False)
            except GraphQLError as error:
                raise InvalidDocument([dict(error.formatted)], "GRAPHQL_PARSE_FAILED") from error
            check_document(document, limits)
            if errors := validate(self._schema, document, max_errors=MAX_ERRORS):
                raise InvalidDocument(
                    [dict(error.formatted) for error in errors], "GRAPHQL_VALIDATION_FAILED"
                )
            node = chosen_operation(document, operation_name)
            introspection = self._sizes.introspection_of(document, node)
            if introspection is not None and introspection.response_bytes > self._introspection_bytes:
                raise introspection_too_large(self._introspection_bytes)
            compiled = compile_operation(self._schema, document, operation_name)
        return PreparedOperation(compiled, document, node)

    def _cost(self, prepared: PreparedOperation, conditions: Conditions) -> OperationCost:
        """Return the cost function of an operation for values of its conditions.

        Raises:
            RequestError: It has too many fields, or is a mutation with more than one root field.
        """
        values = dict(zip(prepared.compiled.conditions, conditions, strict=True))
        node = prepared.node
        fragments = {
            definition.name.value: definition
            for definition in prepared.document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        normalizer = Normalizer(
            self._schema, fragments, lambda selection: _is_included(selection, values), for_client=True
        )
        root = self._schema.get_root_type(node.operation)
        if root is None:
            raise CannotPlan(f"There are no {node.operation.value}s here.")
        wanted = normalizer.normalize(frozenset({root.name}), [node.selection_set])
        fields = wanted.of(root.name)
        if node.operation is OperationType.MUTATION:
            self._check_mutation(sum(not field.name.startswith("__") for field in fields))
        introspected = {
            field.response or field.name: normalizer.normalize(
                INTROSPECTION_TYPES[field.name], [field.node.selection_set]
            )
            for field in fields
            if field.name in INTROSPECTION_TYPES and field.node is not None and field.node.selection_set
        }
        return operation_cost(self._rules, node.operation.value, root.name, wanted, introspected)

    def _check_mutation(self, fields: int) -> None:
        most = self._limits.document.mutation_fields
        if fields > most:
            raise RequestError(
                f"The operation has {fields} mutation fields, but may have only {most}: send them one by "
                "one.",
                code="TOO_MANY_MUTATIONS",
            )


def chosen_operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    """Return the operation with the given name; without a name, the only one.

    Raises:
        InvalidDocument: There is no such operation, or there are several and no name is given.
    """
    operations = [
        definition for definition in document.definitions if isinstance(definition, OperationDefinitionNode)
    ]
    if name is None and len(operations) == 1:
        return operations[0]
    named = [
        operation
        for operation in operations
        if name is not None and operation.name and operation.name.value == name
    ]
    if named:
        return named[0]
    message = (
        "The document has several operations: choose one by operationName."
        if name is None
        else f'The document has no operation "{name}".'
    )
    raise InvalidDocument([{"message": message}], "OPERATION_RESOLUTION_FAILURE")


@contextmanager
def bounded_nesting() -> Iterator[None]:
    """Refuse a document that turns out to be nested too deeply.

    Raises:
        RequestError: A `RecursionError` was raised in the block.
    """
    try:
        yield
    except RecursionError:
        raise RequestError("The document is nested too deeply.", code="DOCUMENT_TOO_DEEP") from None


def _is_included(selection: SelectionNode, conditions: Mapping[str, bool | None]) -> bool:
    """Tell whether `@skip` and `@include` leave a selection in; a variable without a value does."""
    for directive in selection.directives or ():
        wanted = {"skip": False, "include": True}.get(directive.name.value)
        for argument in directive.arguments or ():
            value = argument.value
            given = (
                conditions.get(value.name.value)
                if isinstance(value, VariableNode)
                else isinstance(value, BooleanValueNode) and value.value
            )
            if wanted is not None and given is not None and given is not wanted:
                return False
    return True
