"""Coercion of variables: compiled for what usually comes; for the rest, and errors, graphql-core's own."""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple, TypeAlias, cast

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

from jit.source import Lines, Source, checked, indent

Coerce: TypeAlias = Callable[[Any], Any]
Usual: TypeAlias = Callable[[Mapping[str, Any]], VariableValues | None]
EXACT: Final[Mapping[str, type]] = {"String": str, "ID": str, "Boolean": bool}
MOST_INT: Final = 2**31
NAMES: Final[Mapping[str, Any]] = {
    "Undefined": Undefined,
    "VariableValueSource": VariableValueSource,
    "VariableValues": VariableValues,
    "new_tuple": tuple.__new__,
}


class _Unusual(Exception):
    """A value that graphql-core should look at."""


class _Usual(NamedTuple):
    """A variable whose values need not be looked at by graphql-core, as a rule.

    Attributes:
        coerce: None where all values are unusual.
        item: coerces the items of lists, where all usual values are lists.
        exact: the class of all usual values, where they are their own results.
        is_needed: whether it is unusual that there is no value.
        absent: what is noted where there is none.
    """

    name: str
    signature: GraphQLVariableSignature
    coerce: Coerce | None
    item: Coerce | None
    exact: type | None
    is_needed: bool
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
        self.usual: Usual = _nothing_is_usual
        """Gives the coerced values, if all are as they usually are; None when `coerce` must look at them."""
        usual: list[_Usual] = []
        for node in self._definitions:
            signature = get_variable_signature(schema, node)
            if isinstance(signature, GraphQLError):
                return
            needed = bool(node.default_value) or is_non_null_type(signature.type)
            absent = VariableValueSource(signature)
            usual.append(
                _Usual(
                    signature.name,
                    signature,
                    coerce=_compile(signature.type),
                    item=_compile_item(signature.type),
                    exact=_exact_class(signature.type),
                    is_needed=needed,
                    absent=absent,
                )
            )
        self._source = Source("variables", dict(NAMES))  # kept for tracebacks
        self.usual = _write_usual(self._source, usual)

    def coerce(
        self, inputs: Mapping[str, Any], max_errors: int = 50, *, hide_suggestions: bool = False
    ) -> VariableValues | list[GraphQLError]:
        """The coerced values, or what is wrong with them: exactly graphql-core's.

        Args:
            inputs: the values as the caller sent them.
            max_errors: how many errors are told.
            hide_suggestions: whether errors propose names of the schema.
        """
        return self.usual(inputs) or get_variable_values(
            self._schema, self._definitions, dict(inputs), max_errors, hide_suggestions
        )


def _write_usual(source: Source, variables: list[_Usual]) -> Usual:
    """Writes the function that coerces usual values of all variables, and gives None for others."""
    write = _as_displays if all(each.is_needed for each in variables) else _as_statements
    lines, made = write(source, variables)
    guarded = ["try:", *indent(lines or ["pass"]), "except Exception:", "    return None"]
    made = f"return new_tuple(VariableValues, {made})"
    name = source.name("usual")
    source.function([f"def {name}(inputs):", *indent([*guarded, made])])
    source.load()
    return cast("Usual", source.names[name])


def _as_displays(source: Source, variables: list[_Usual]) -> tuple[Lines, str]:
    """For variables of which each has a value: lines, and an expression for sources and coerced values."""
    lines: Lines = []
    sources: list[str] = []
    coerced: list[str] = []
    for number, each in enumerate(variables):
        given, name = f"given_{number}", f'"{checked(each.name)}"'
        coercing, value = _coercing(source, each, given)
        lines.append(f"{given} = inputs.get({name}, Undefined)")
        if each.exact is None and each.item is None:  # else its class shows that it is there
            lines += [f"if {given} is Undefined:", "    return None"]
        lines += coercing
        sources.append(f"{name}: {_noted(source, each, given)}")
        coerced.append(f"{name}: {value}")
    return lines, f"({{{', '.join(sources)}}}, {{{', '.join(coerced)}}})"


def _as_statements(source: Source, variables: list[_Usual]) -> tuple[Lines, str]:
    """The same for variables that may have none."""
    lines: Lines = ["sources, coerced = {}, {}"]
    for each in variables:
        name = f'"{checked(each.name)}"'
        absent = source.constant("absent", each.absent)
        coercing, value = _coercing(source, each, "given")
        stored = [f"sources[{name}] = {_noted(source, each, 'given')}", f"coerced[{name}] = {value}"]
        lines += [
            f"given = inputs.get({name}, Undefined)",
            "if given is Undefined:",
            "    return None" if each.is_needed else f"    sources[{name}] = {absent}",
            "else:",
            *indent([*coercing, *stored]),
        ]
    return lines, "(sources, coerced)"


def _noted(source: Source, variable: _Usual, given: str) -> str:
    """An expression for where a value came from."""
    return f"new_tuple(VariableValueSource, ({source.constant('signature', variable.signature)}, {given}))"


def _coercing(source: Source, variable: _Usual, given: str) -> tuple[Lines, str]:
    """Lines that coerce a value that is there, and an expression for the result."""
    if variable.coerce is None:
        return ["return None"], "None"
    if variable.exact is not None:
        kind = source.constant("kind", variable.exact)
        return [f"if {given}.__class__ is not {kind}:", "    return None"], given
    coerced = f"{given}_coerced"
    if variable.item is not None:
        item = source.constant("item", variable.item)
        refused = [f"if {given}.__class__ is not list:", "    return None"]
        return [
            *refused,
            f"{coerced} = []",
            f"for each in {given}:",
            f"    {coerced}.append({item}(each))",
        ], coerced
    return [f"{coerced} = {source.constant('coerce', variable.coerce)}({given})"], coerced


def _nothing_is_usual(_inputs: Mapping[str, Any]) -> None:
    """For variables of which graphql-core has something to say each time."""


def _exact_class(type_: GraphQLInputType) -> type | None:
    """The class of values that need nothing but a look; None where there is more to it."""
    if not is_non_null_type(type_):
        return None
    of_type: Any = type_.of_type
    is_built_in = is_scalar_type(of_type) and of_type is specified_scalar_types.get(of_type.name)
    return EXACT.get(of_type.name) if is_built_in else None


def _compile_item(type_: GraphQLInputType) -> Coerce | None:
    """A function for the items of a list that must be there; None for other types, and unusual items."""
    list_type: Any = type_.of_type if is_non_null_type(type_) else None
    return _compile(list_type.of_type) if is_list_type(list_type) else None


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
