"""Generates the functions that project the tree of data to the client's response.

They do not handle invalid values: these raise, and the interpreter projects the response from the start.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from sys import maxsize
from typing import Final, NamedTuple

from graphql import (
    GraphQLEnumType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLOutputType,
    GraphQLScalarType,
    get_nullable_type,
)
from msgspec import Struct

from gateway.compiled.codegen.functions import FunctionCache
from gateway.compiled.codegen.leaf_tests import UNFIT, LeafTests
from gateway.compiled.deopt import Deoptimize
from gateway.plan import Shape, ShapeField
from gateway.supergraph.selections import TYPENAME
from jit.codegen import SharedList, checked, indent

MAX_NESTED: Final = 3
"""The depth of nested objects that one function completes; deeper objects have functions of their own."""

FEW: Final = 3
"""So many values of an object are read faster one by one than all together."""


class Completion(Struct, frozen=True):
    """How a value that is not null is completed; `{0}` stands for the value.

    Attributes:
        unfit: The test for an invalid value; None if completion reveals it, or if none can occur.
        made: The expression of the completed value; None if the value does not change.
    """

    unfit: str | None = None
    made: str | None = None


class UnchangedList(NamedTuple):
    """The names of two functions of lists of objects.

    Attributes:
        complete: Completes any list.
        check: Returns whether a list is complete as it is: all objects have all selected keys and no others,
            in the order of the response, and valid values.
    """

    complete: str
    check: str


@dataclass(slots=True)
class ProjectionCodegen:
    """Generates functions for shapes.

    Attributes:
        functions: The generated functions.
        leaves: Writes the tests of leaves.
        may_lack: The response keys that objects may lack, because later fetches supply them.
        trusted: Whether non-null values are known to be valid for their types.
        passthrough: The ids of the shapes whose objects are valid responses unchanged, once they are checked:
            by their values, and if the subgraphs are not trusted, by their keys as well.
        most_items: The most items of a list; longer ones are left to the interpreter.
        unchanged: For the ids of shapes of objects in lists, the functions that check such a list.
    """

    functions: FunctionCache
    leaves: LeafTests
    may_lack: frozenset[str]
    trusted: bool
    passthrough: frozenset[int] = frozenset()
    most_items: int = maxsize
    unchanged: dict[int, UnchangedList] = field(default_factory=dict)
    _written: dict[int, Completion] = field(default_factory=dict)
    _in_lines: set[int] = field(default_factory=set)

    def shape(self, shape: Shape) -> str:
        """Return the name of the function for objects of a shape."""
        if shape.only is not None:
            return self._object(shape.only, shape.fields[shape.only])
        makers = {concrete: self._object(concrete, fields) for concrete, fields in shape.fields.items()}
        makers_by_type = self.functions.source.constant("types", {})
        self.functions.source.function(
            [f'{makers_by_type}["{checked(concrete)}"] = {maker}' for concrete, maker in makers.items()]
        )
        return self.functions.of("any", [f'return {makers_by_type}[data["{TYPENAME}"]](data)'])

    def _passes(self, shape: Shape) -> bool:
        """Return whether objects of a shape need not be made again, whatever their keys are."""
        return self.trusted and id(shape) in self.passthrough

    def _objects(self, shape: Shape) -> Completion:
        """Return how a function completes objects of a shape."""
        if id(shape) not in self._written:
            self._written[id(shape)] = self._completion_of(shape)
        return self._written[id(shape)]

    def _completion_of(self, shape: Shape) -> Completion:
        if shape.only is None or not self._passes(shape):
            return Completion(made=f"{self.shape(shape)}({{0}})")
        lines = self._looked_at("data", shape.fields[shape.only])
        if not lines:
            return Completion()
        return Completion(made=f"{self.functions.of(shape.only, [*lines, 'return data'])}({{0}})")

    def _object(self, concrete: str, fields: Sequence[ShapeField]) -> str:
        """Return the name of the function for objects of a type."""
        lines, made = self._taken_apart("data", "v", concrete, fields)
        self.functions.source.names["Deoptimize"] = Deoptimize
        return self.functions.of(concrete, [*lines, f"return {made}"])

    def _taken_apart(
        self, data: str, stem: str, concrete: str, fields: Sequence[ShapeField]
    ) -> tuple[list[str], str]:
        """Return the lines that complete an object's values in variables, and the object's expression."""
        lines: list[str] = []
        pairs = []
        for number, wanted in enumerate(fields):
            if wanted.response_key is None:
                pairs.append(f'"{checked(wanted.response)}": "{checked(concrete)}"')
                continue
            may_lack = wanted.response_key in self.may_lack
            value, key = f"{stem}{number}", checked(wanted.response_key)
            taken = f'{data}.get("{key}")' if may_lack else f'{data}["{key}"]'
            completed = self._completed(value, wanted, may_lack=may_lack)
            lines += [f"{value} = {taken}", *completed] if completed else []
            pairs.append(f'"{checked(wanted.response)}": {value if completed else taken}')
        if all(wanted.response_key is None for wanted in fields):
            # Nothing else would detect a value that is not an object.
            lines = [f"if {data}.__class__ is not dict:", "    raise Deoptimize"]
        return lines, f"{{{', '.join(pairs)}}}"

    def _looked_at(self, data: str, fields: Sequence[ShapeField]) -> list[str]:
        """Return the lines that check the values of a passthrough object, if any value needs a check."""
        lines: list[str] = []
        for number, wanted in enumerate(fields):
            value = f"{data}_{number}"
            completed = self._completed(value, wanted, may_lack=False)
            lines += [f'{value} = {data}["{checked(wanted.response)}"]', *completed] if completed else []
        return lines

    def _in_line(self, value: str, wanted: ShapeField) -> list[str]:
        """Return the lines that complete an object inline; none for a leaf, or if a function completes it."""
        shape = wanted.below
        if shape is None or shape.only is None or isinstance(get_nullable_type(wanted.type), GraphQLList):
            return []
        if id(shape) in self._in_lines or value.count("_") >= MAX_NESTED:
            return []
        self._in_lines.add(
            id(shape)
        )  # only once: the code of an object below several types would be repeated
        fields = shape.fields[shape.only]
        if self._passes(shape):
            return self._looked_at(value, fields)
        lines, made = self._taken_apart(value, f"{value}_", shape.only, fields)
        return [*lines, f"{value} = {made}"]

    def _completed(self, value: str, wanted: ShapeField, *, may_lack: bool) -> list[str]:
        """Return the lines that complete a field's value; none if it does not change."""
        non_null, lines = isinstance(wanted.type, GraphQLNonNull), self._in_line(value, wanted)
        how = Completion() if lines else self._completion(wanted.type, wanted)
        if how.made is not None:
            lines = [f"{value} = {how.made.format(value)}"]
        if lines:
            return lines if non_null else [f"if {value} is not None:", *indent(lines)]
        if non_null:
            if how.unfit is None and self.trusted and not may_lack:
                return []
            return [f"if {(how.unfit or '{0} is None').format(value)}:", "    raise Deoptimize"]
        if how.unfit is not None:
            return [f"if {value} is not None and ({how.unfit.format(value)}):", "    raise Deoptimize"]
        return []

    def _completion(self, output: GraphQLOutputType, wanted: ShapeField) -> Completion:
        match output:
            case GraphQLNonNull():
                return self._completion(output.of_type, wanted)
            case GraphQLList():
                return self._list(output.of_type, wanted)
            case GraphQLEnumType():
                return Completion(self.leaves.unfit_enum(output))
            case GraphQLScalarType():
                return self._scalar(output.name)
        if wanted.below is None:
            raise AssertionError(f"{wanted.coordinate} is not a leaf, but has no shape")
        return self._objects(wanted.below)

    def _scalar(self, name: str) -> Completion:
        if self.trusted and name in {"ID", *UNFIT}:
            return Completion()
        if name == "ID":
            self.functions.source.names["as_id"] = as_id
            return Completion(made="{0} if {0}.__class__ is str else as_id({0})")
        return Completion(UNFIT.get(name))

    def _list(self, item: GraphQLOutputType, wanted: ShapeField) -> Completion:
        """Return how the lists at a field are completed."""
        non_null, loop = isinstance(item, GraphQLNonNull), self._loop(item, wanted)
        how = Completion() if loop else self._completion(item, wanted)
        lines = ["if data.__class__ is not list:", "    raise Deoptimize"]
        short = [f"if len(data) > {self.most_items}:", "    raise Deoptimize"]
        if how.made is not None:
            made = (
                how.made.format("item")
                if non_null
                else f"None if item is None else {how.made.format('item')}"
            )
            loop = [f"return [{made} for item in data]"]
        if loop:
            completing = self.functions.of("each", loop)
            self.functions.source.names["SharedList"] = SharedList
            shared = self.functions.of("shared", [f"return SharedList({completing}(data))"])
            self._write_unchanged(shared, item, wanted)
            lasting = ["if data.__class__ is SharedList:", f"    return data.once({shared})"]
            lines = [*short, *lasting, *lines, f"return {completing}(data)"]
        elif self.trusted and how.unfit is None:
            return Completion(f"len({{0}}) > {self.most_items}")
        else:
            unfit = how.unfit if how.unfit is not None else "{0} is None" if non_null else None
            if unfit is not None:
                test = unfit.format("item") if non_null else f"item is not None and ({unfit.format('item')})"
                lines += ["for item in data:", f"    if {test}:", "        raise Deoptimize"]
            lines = [*short, *lines, "return data"]
        return Completion(made=f"{self.functions.of('items', lines)}({{0}})")

    def _write_unchanged(self, shared: str, item: GraphQLOutputType, wanted: ShapeField) -> None:
        """Write the function that finds out whether a list of objects is complete as it was fetched."""
        shape = wanted.below
        if self.trusted or shape is None or id(shape) not in self.passthrough:
            return
        lines = self._unchanged("item", shape)
        if not lines or isinstance(get_nullable_type(item), GraphQLList):
            return
        if not isinstance(item, GraphQLNonNull):
            lines = ["if item is not None:", *indent(lines)]
        check = self.functions.of("unchanged", ["for item in data:", *indent(lines), "return True"])
        self.unchanged[id(shape)] = UnchangedList(shared, check)

    def _unchanged(self, value: str, shape: Shape) -> list[str]:
        """Return the lines that return False unless an object is complete as it is; none if too nested."""
        fields = shape.fields[shape.only or ""]
        keys = self.functions.source.constant("keys", tuple(wanted.response for wanted in fields))
        lines = [f"if tuple({value}) != {keys}:", "    return False"]
        names = [f"{value}_{number}" for number, _ in enumerate(fields)]
        if len(fields) > FEW:
            lines.append(f"{', '.join(names)} = {value}.values()")
        else:
            lines += [
                f'{name} = {value}["{checked(wanted.response)}"]'
                for name, wanted in zip(names, fields, strict=True)
            ]
        for name, wanted in zip(names, fields, strict=True):
            if isinstance(get_nullable_type(wanted.type), GraphQLList):
                return []
            tests = (
                self._leaf_check(name, wanted)
                if wanted.below is None
                else self._unchanged(name, wanted.below)
            )
            if wanted.below is not None and (not tests or name.count("_") > MAX_NESTED):
                return []
            nullable = tests and not isinstance(wanted.type, GraphQLNonNull)
            lines += [f"if {name} is not None:", *indent(tests)] if nullable else tests
        return lines

    def _leaf_check(self, value: str, wanted: ShapeField) -> list[str]:
        """Return the lines that return False for a leaf that is not null and does not stay as it is."""
        how = self._completion(wanted.type, wanted)
        # An id may be a number, which is written as text.
        unfit = UNFIT["String"] if how.made is not None else how.unfit
        if unfit is None and isinstance(wanted.type, GraphQLNonNull):
            unfit = "{0} is None"
        return [] if unfit is None else [f"if {unfit.format(value)}:", "    return False"]

    def _loop(self, item: GraphQLOutputType, wanted: ShapeField) -> list[str]:
        """Return the lines that complete the objects of a list inline; none if a function completes each."""
        shape = wanted.below
        if shape is None or shape.only is None or isinstance(get_nullable_type(item), GraphQLList):
            return []
        if id(shape) in self._in_lines or self._passes(shape):
            return []
        self._in_lines.add(id(shape))
        lines, made = self._taken_apart("item", "v", shape.only, shape.fields[shape.only])
        lines = [*lines, f"made[index] = {made}"]
        return [
            "made = [None] * len(data)",
            "for index, item in enumerate(data):",
            *indent(lines if isinstance(item, GraphQLNonNull) else ["if item is not None:", *indent(lines)]),
            "return made",
        ]


def as_id(value: object) -> str:
    """Return as text an id that a subgraph returned as a number.

    Raises:
        Deoptimize: The value is not a number either.
    """
    if value.__class__ is not int:
        raise Deoptimize
    return str(value)
