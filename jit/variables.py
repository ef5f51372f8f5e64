"""Coercion of variables: compiled for what usually comes; for the rest, and errors, graphql-core's own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
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
new_tuple: Final = tuple.__new__


class _Unusual(Exception):
    """A value that graphql-core should look at."""


@dataclass(frozen=True, slots=True)
class _Usual:
    """A variable whose values need not be looked at by graphql-core, as a rule.

    Attributes:
        coerce: None where all values are unusual.
        needed: whether it is unusual that there is no value.
        absent: what is noted where there is none.
    """

    name: str
    signature: GraphQLVariableSignature
    coerce: Coerce | None
    needed: bool
    absent: VariableValueSource


class Variables:
    """The variables of an operation, whose coercion is compiled once.

    Values given to `coerce` are not changed; lists among the coerced ones are new, and what custom
    scalars parse is what their parsers give.
    """

    def __init__(self, schema: GraphQLSchema, operation: OperationDefinitionNode) -> None:
        """Compiles the coercion of an operation's variables.

        Args:
            schema: must not be changed afterwards.
            operation: validated against the schema.
        """
        self._schema = schema
        self._definitions = operation.variable_definitions or ()
        self._usual: list[_Usual] | None = []
        for node in self._definitions:
            signature = get_variable_signature(schema, node)
            if isinstance(signature, GraphQLError):
                self._usual = None
                return
            needed = bool(node.default_value) or is_non_null_type(signature.type)
            absent = VariableValueSource(signature)
            self._usual.append(
                _Usual(signature.name, signature, _compile(signature.type), needed=needed, absent=absent)
            )

    def coerce(
        self, inputs: Mapping[str, Any], max_errors: int = 50, *, hide_suggestions: bool = False
    ) -> VariableValues | list[GraphQLError]:
        """The coerced values, or what is wrong with them: exactly graphql-core's.

        Args:
            inputs: the values as the caller sent them.
            max_errors: how many errors are told.
            hide_suggestions: whether errors propose names of the schema.
        """
        if self._usual is not None:
            try:
                return _coerce_usual(self._usual, inputs)
            except Exception:  # noqa: BLE001, S110 - a scalar's parser may raise anything: graphql-core tells
                pass
        return get_variable_values(
            self._schema, self._definitions, dict(inputs), max_errors, hide_suggestions
        )


def _coerce_usual(usual: list[_Usual], inputs: Mapping[str, Any]) -> VariableValues:
    sources: dict[str, VariableValueSource] = {}
    coerced: dict[str, Any] = {}
    for each in usual:
        name = each.name
        value = inputs.get(name, Undefined)
        if value is not Undefined:
            if each.coerce is None:
                raise _Unusual
            sources[name] = new_tuple(VariableValueSource, (each.signature, value))
            coerced[name] = each.coerce(value)
        elif each.needed:
            raise _Unusual
        else:
            sources[name] = each.absent
    return VariableValues(sources, coerced)


def _compile(type_: GraphQLInputType) -> Coerce | None:
    """A function that coerces usual values of a type and raises for others; None where all are unusual."""
    if is_non_null_type(type_):
        return _compile_nullable(type_.of_type, _refuse_null)
    return _compile_nullable(type_, _keep_null)


def _compile_nullable(type_: Any, null: Coerce) -> Coerce | None:
    if is_list_type(type_):
        return _compile_list(type_.of_type, null)
    if not is_scalar_type(type_):
        return None
    if type_ is not specified_scalar_types.get(type_.name):
        return _custom(type_.coerce_input_value, null)
    if type_.name == "Int":
        return _integer(null)
    exact = EXACT.get(type_.name)
    return None if exact is None else _exactly(exact, null)


def _refuse_null(_value: Any) -> Any:
    raise _Unusual


def _keep_null(value: Any) -> Any:
    if value is not None:
        raise _Unusual


def _compile_list(item_type: GraphQLInputType, null: Coerce) -> Coerce | None:
    item = _compile(item_type)
    if item is None:
        return None

    def coerce(value: Any) -> Any:
        if type(value) is not list:
            return null(value)
        return [item(each) for each in value]

    return coerce


def _custom(parse: Coerce, null: Coerce) -> Coerce:
    def coerce(value: Any) -> Any:
        if value is None:
            return null(value)
        parsed = parse(value)
        if parsed is Undefined or value is Undefined:
            raise _Unusual
        return parsed

    return coerce


def _integer(null: Coerce) -> Coerce:
    def coerce(value: Any) -> Any:
        if type(value) is int and -MOST_INT <= value < MOST_INT:
            return value
        return null(value)

    return coerce


def _exactly(kind: type, null: Coerce) -> Coerce:
    def coerce(value: Any) -> Any:
        return value if type(value) is kind else null(value)

    return coerce
