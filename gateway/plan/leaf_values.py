"""Which JSON values the leaf types allow."""

from __future__ import annotations

from graphql import GRAPHQL_MAX_INT, GRAPHQL_MIN_INT, GraphQLEnumType, GraphQLScalarType


def is_valid_leaf(output: GraphQLEnumType | GraphQLScalarType, value: object) -> bool:
    """Return whether a value is valid in a response; custom scalars are left to the subgraphs."""
    if isinstance(output, GraphQLEnumType):
        return isinstance(value, str) and value in output.values
    match output.name, value:
        case ("Boolean", bool()):
            fits = True
        case ("Int" | "Float" | "ID", bool()):
            fits = False
        case ("Int", int()):
            fits = GRAPHQL_MIN_INT <= value <= GRAPHQL_MAX_INT
        case ("Float", int() | float()) | ("ID", int() | str()) | ("String", str()):
            fits = True
        case (name, _):
            fits = name not in {"Boolean", "Int", "Float", "ID", "String"}
    return fits


def is_valid_key(output: GraphQLEnumType | GraphQLScalarType, value: object) -> bool:
    """Return whether a value can be sent in a representation: also a whole number written as `2.0`."""
    if isinstance(output, GraphQLScalarType) and output.name == "Int" and isinstance(value, float):
        return value.is_integer() and GRAPHQL_MIN_INT <= value <= GRAPHQL_MAX_INT
    return is_valid_leaf(output, value)
