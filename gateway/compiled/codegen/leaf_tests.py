"""Writes the tests for values that a leaf's type may not allow; these are left to the interpreter."""

from __future__ import annotations

from typing import Final

from graphql import (
    GRAPHQL_MAX_INT,
    GRAPHQL_MIN_INT,
    GraphQLEnumType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLOutputType,
    GraphQLScalarType,
    get_nullable_type,
)
from msgspec import Struct, field

from gateway.compiled.codegen.functions import FunctionCache
from jit.codegen import checked, indent

UNFIT: Final = {
    "Boolean": "{0} is not True and {0} is not False",
    "Int": f"{{0}}.__class__ is not int or not {GRAPHQL_MIN_INT} <= {{0}} <= {GRAPHQL_MAX_INT}",
    "Float": "{0}.__class__ is not float and {0}.__class__ is not int",
    "String": "{0}.__class__ is not str",
}
"""For each built-in scalar, the test for values that are left to the interpreter; null is one of them."""

UNFIT_ID: Final = "{0}.__class__ is not str and {0}.__class__ is not int"
"""The same for ids, which are numbers or text."""


class LeafTests(Struct, frozen=True):
    """Writes tests; `{0}` stands for the value.

    Attributes:
        functions: The generated functions.
    """

    functions: FunctionCache
    _values: dict[str, str] = field(default_factory=dict)

    def unfit_enum(self, output: GraphQLEnumType) -> str:
        """Return the test for what is no value of an enum."""
        if output.name not in self._values:
            name = f"values_of_{checked(output.name)}"
            self._values[output.name] = self.functions.source.constant(name, frozenset(output.values))
        return f"{{0}} not in {self._values[output.name]}"

    def unfit(self, output: GraphQLOutputType) -> str | None:
        """Return the test for a leaf, or a list of them, that does not fit; None if only null may not."""
        match get_nullable_type(output):
            case GraphQLList() as items:
                return self._unfit_list(items.of_type)
            case GraphQLEnumType() as enum:
                return self.unfit_enum(enum)
            case GraphQLScalarType() as scalar:
                return UNFIT_ID if scalar.name == "ID" else UNFIT.get(scalar.name)
        return None

    def _unfit_list(self, item: GraphQLOutputType) -> str:
        test = self.failed(item, "item")
        looked_at = [] if test is None else ["for item in data:", f"    if {test}:", "        return True"]
        lines = ["if data.__class__ is not list:", *indent(["return True"]), *looked_at, "return False"]
        return f"{self.functions.of('unfit', lines)}({{0}})"

    def failed(self, output: GraphQLOutputType, value: str) -> str | None:
        """Return the test for a value that is null where it may not be, or does not fit; None if all do."""
        unfit = self.unfit(output)
        if isinstance(output, GraphQLNonNull):
            return (unfit or "{0} is None").format(value)
        return None if unfit is None else f"{value} is not None and ({unfit.format(value)})"
