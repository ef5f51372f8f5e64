"""Writes the functions that make the client's answer of the tree of data.

They decide nothing about violations: a value that does not fit raises, and the plain projection starts anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from graphql import (
    GRAPHQL_MAX_INT,
    GRAPHQL_MIN_INT,
    GraphQLEnumType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLOutputType,
    GraphQLScalarType,
)

from gateway.compiled.doubt import Doubt
from gateway.compiled.functions import Functions
from gateway.plan import Shape, ShapeField
from gateway.supergraph.selections import TYPENAME
from jit.lasting import Lasting
from jit.source import checked

UNFIT = {
    "Boolean": "{0} is not True and {0} is not False",
    "Int": f"{{0}}.__class__ is not int or not {GRAPHQL_MIN_INT} <= {{0}} <= {GRAPHQL_MAX_INT}",
    "Float": "{0}.__class__ is not float and {0}.__class__ is not int",
    "String": "{0}.__class__ is not str",
}
"""By built-in scalar, when a value that is not null is left to the plain projection."""


@dataclass(frozen=True, slots=True)
class Completion:
    """How a value that is not null comes into the answer; `{0}` stands for it.

    Attributes:
        unfit: When it does not fit; None if that shows when it is made, or never.
        made: What it becomes; None if it is taken as it is.
    """

    unfit: str | None = None
    made: str | None = None


@dataclass(slots=True)
class Projecting:
    """Writes functions for shapes, each once.

    Attributes:
        functions: Where they are written.
        may_lack: Storage names that objects may lack: those that later fetches bring.
        vouched_for: Whether values are of their types as they come, where there are any.
    """

    functions: Functions
    may_lack: frozenset[str]
    vouched_for: bool
    _written: dict[int, str] = field(default_factory=dict)
    _values: dict[str, str] = field(default_factory=dict)

    def shape(self, shape: Shape) -> str:
        """The name of the function for objects of a shape."""
        if id(shape) not in self._written:
            self._written[id(shape)] = self._function(shape)
        return self._written[id(shape)]

    def _function(self, shape: Shape) -> str:
        if shape.only is not None:
            return self._object(shape.only, shape.fields[shape.only])
        makers = {concrete: self._object(concrete, fields) for concrete, fields in shape.fields.items()}
        makers_by_type = self.functions.source.constant("types", {})
        self.functions.source.function(
            [f'{makers_by_type}["{checked(concrete)}"] = {maker}' for concrete, maker in makers.items()]
        )
        return self.functions.of("any", [f'return {makers_by_type}[data["{TYPENAME}"]](data)'])

    def _object(self, concrete: str, fields: Sequence[ShapeField]) -> str:
        lines: list[str] = []
        pairs = []
        for number, each in enumerate(fields):
            if each.storage is None:
                pairs.append(f'"{checked(each.response)}": "{checked(concrete)}"')
                continue
            value, taken = f"v{number}", self._taken(each.storage)
            completed = self._completed(value, each)
            lines += [f"{value} = {taken}", *completed] if completed else []
            pairs.append(f'"{checked(each.response)}": {value if completed else taken}')
        if all(each.storage is None for each in fields):
            # Nothing else would show that it is no object.
            lines = ["if data.__class__ is not dict:", "    raise Doubt"]
        self.functions.source.names["Doubt"] = Doubt
        return self.functions.of(concrete, [*lines, f"return {{{', '.join(pairs)}}}"])

    def _taken(self, storage: str) -> str:
        key = checked(storage)
        return f'data.get("{key}")' if storage in self.may_lack else f'data["{key}"]'

    def _completed(self, value: str, wanted: ShapeField) -> list[str]:
        """The lines that complete a field's value."""
        how = self._completion(wanted.type, wanted)
        if isinstance(wanted.type, GraphQLNonNull):
            if how.made is not None:
                return [f"{value} = {how.made.format(value)}"]
            if how.unfit is None and self.vouched_for and wanted.storage not in self.may_lack:
                return []
            return [f"if {(how.unfit or '{0} is None').format(value)}:", "    raise Doubt"]
        if how.made is not None:
            return [f"if {value} is not None:", f"    {value} = {how.made.format(value)}"]
        if how.unfit is not None:
            return [f"if {value} is not None and ({how.unfit.format(value)}):", "    raise Doubt"]
        return []

    def _completion(self, output: GraphQLOutputType, wanted: ShapeField) -> Completion:
        match output:
            case GraphQLNonNull():
                return self._completion(output.of_type, wanted)
            case GraphQLList():
                return Completion(made=f"{self._items(output.of_type, wanted)}({{0}})")
            case GraphQLEnumType():
                return Completion(f"{{0}} not in {self._values_of(output)}")
            case GraphQLScalarType():
                return self._scalar(output.name)
        if wanted.below is None:
            raise AssertionError(f"{wanted.coordinate} is no leaf and has no shape")
        return Completion(made=f"{self.shape(wanted.below)}({{0}})")

    def _values_of(self, output: GraphQLEnumType) -> str:
        if output.name not in self._values:
            name = f"values_of_{checked(output.name)}"
            self._values[output.name] = self.functions.source.constant(name, frozenset(output.values))
        return self._values[output.name]

    def _scalar(self, name: str) -> Completion:
        if self.vouched_for and name in {"ID", *UNFIT}:
            return Completion()
        if name == "ID":
            self.functions.source.names["as_id"] = as_id
            return Completion(made="{0} if {0}.__class__ is str else as_id({0})")
        return Completion(UNFIT.get(name))

    def _items(self, item: GraphQLOutputType, wanted: ShapeField) -> str:
        """The name of the function for the lists at a field."""
        how, non_null = self._completion(item, wanted), isinstance(item, GraphQLNonNull)
        lines = ["if data.__class__ is not list:", "    raise Doubt"]
        if how.made is not None:
            made = (
                how.made.format("item")
                if non_null
                else f"None if item is None else {how.made.format('item')}"
            )
            each = self.functions.of("each", [f"return [{made} for item in data]"])
            self.functions.source.names["Lasting"] = Lasting
            lasting = ["if data.__class__ is Lasting:", f"    return data.once({each})"]
            return self.functions.of("items", [*lasting, *lines, f"return {each}(data)"])
        unfit = how.unfit if how.unfit is not None else "{0} is None" if non_null else None
        if unfit is not None:
            test = unfit.format("item") if non_null else f"item is not None and ({unfit.format('item')})"
            lines += ["for item in data:", f"    if {test}:", "        raise Doubt"]
        return self.functions.of("items", [*lines, "return data"])


def as_id(value: object) -> str:
    """An id that came as a number.

    Raises:
        Doubt: It is no number either.
    """
    if value.__class__ is not int:
        raise Doubt
    return str(value)
