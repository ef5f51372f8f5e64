"""Coercion of variables: compiled for what usually comes; for the rest, and errors, graphql-core's own."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Final, TypeAlias

from graphql import (
    GraphQLError,
    GraphQLInputType,
    GraphQLSchema,
    OperationDefinitionNode,
    Undefined,
    is_list_type,
    is_non_null_type,
    is_scalar_type,
    specified_scalar_types,
)
from graphql.execution.get_variable_signature import GraphQLVariableSignature, get_variable_signature
from graphql.execution.values import VariableValues, VariableValueSource, get_variable_values

Coerce: TypeAlias = Callable[[Any], Any]
EXACT: Final[Mapping[str, type]] = {"String": str, "ID": str, "Boolean": bool}
MOST_INT: Final = 2**31


class _Unusual(Exception):
    """A value that graphql-core should look at."""


class Variables:
    """The variables of an operation."""

    def __init__(self, schema: GraphQLSchema, operation: OperationDefinitionNode) -> None:
        self._schema = schema
        self._definitions = operation.variable_definitions or ()
        self._usual: list[tuple[str, GraphQLVariableSignature, Coerce | None, bool]] | None = []
        for node in self._definitions:
            signature = get_variable_signature(schema, node)
            if isinstance(signature, GraphQLError):
                self._usual = None
                return
            required = bool(node.default_value) or is_non_null_type(signature.type)
            self._usual.append((signature.name, signature, _compile(signature.type), required))

    def coerce(
        self, inputs: Mapping[str, Any], max_errors: int, *, hide_suggestions: bool
    ) -> VariableValues | list[GraphQLError]:
        """The coerced values, or what is wrong with them."""
        if self._usual is not None:
            # A scalar's parser may raise anything: graphql-core then tells what is wrong.
            with suppress(Exception):
                return self._coerce_usual(self._usual, inputs)
        return get_variable_values(
            self._schema, self._definitions, dict(inputs), max_errors, hide_suggestions
        )

    @staticmethod
    def _coerce_usual(
        usual: list[tuple[str, GraphQLVariableSignature, Coerce | None, bool]], inputs: Mapping[str, Any]
    ) -> VariableValues:
        sources: dict[str, VariableValueSource] = {}
        coerced: dict[str, Any] = {}
        for name, signature, coerce, needed in usual:
            if name in inputs and inputs[name] is not Undefined:
                if coerce is None:
                    raise _Unusual
                value = inputs[name]
                sources[name] = VariableValueSource(signature, value)
                coerced[name] = coerce(value)
            elif needed:
                raise _Unusual
            else:
                sources[name] = VariableValueSource(signature)
        return VariableValues(sources, coerced)


def _compile(type_: GraphQLInputType) -> Coerce | None:
    """A function that coerces usual values of a type and raises for others; None where all are unusual."""
    non_null = is_non_null_type(type_)
    nullable: Any = type_.of_type if is_non_null_type(type_) else type_
    inner = _compile_list(nullable.of_type) if is_list_type(nullable) else _compile_scalar(nullable)
    if inner is None:
        return None

    def coerce(value: Any) -> Any:
        if value is None:
            if non_null:
                raise _Unusual
            return None
        return inner(value)

    return coerce


def _compile_list(item_type: GraphQLInputType) -> Coerce | None:
    item = _compile(item_type)
    if item is None:
        return None

    def coerce(value: Any) -> Any:
        if type(value) is not list:
            raise _Unusual
        return [item(each) for each in value]

    return coerce


def _compile_scalar(type_: Any) -> Coerce | None:
    if not is_scalar_type(type_):
        return None
    if type_ is not specified_scalar_types.get(type_.name):
        return _custom(type_.coerce_input_value)
    if type_.name == "Int":
        return _int
    exact = EXACT.get(type_.name)
    return None if exact is None else _exactly(exact)


def _custom(parse: Coerce) -> Coerce:
    def coerce(value: Any) -> Any:
        parsed = parse(value)
        if parsed is Undefined or value is Undefined:
            raise _Unusual
        return parsed

    return coerce


def _int(value: Any) -> Any:
    if type(value) is int and -MOST_INT <= value < MOST_INT:
        return value
    raise _Unusual


def _exactly(kind: type) -> Coerce:
    def coerce(value: Any) -> Any:
        if type(value) is not kind:
            raise _Unusual
        return value

    return coerce
