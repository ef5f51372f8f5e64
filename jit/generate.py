"""Writes the functions of an operation: one for each selection of an object type, one for each list."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from keyword import iskeyword
from typing import Any, Final

from graphql import (
    GraphQLAbstractType,
    GraphQLObjectType,
    GraphQLOutputType,
    Undefined,
    default_field_resolver,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)

from jit.complete import Select, complete_abstract, complete_leaf, complete_list, complete_object
from jit.kinds import Kinds
from jit.libraries import CAST
from jit.place import Place
from jit.reading import Attribute, Direct, Property, Reading, Resolver, Surroundings, TypeName, choose_reading
from jit.reading_code import called, has_any, read
from jit.run import Run
from jit.selection import Selections
from jit.shortcuts import Finish, FinishAt, Spot, finish_leaf, names_of
from jit.source import Lines, Source, checked, indent
from jit.straight import (
    Part,
    Straight,
    Test,
    append_straight,
    or_null,
    straight_head,
    straight_leaf,
    straight_list,
    straight_object,
)

AT_ONCE: Final = 1000
"""So many fields are compiled before an operation runs; what lies beyond is compiled when it is reached."""

DEPTH: Final = 40
WORTH_IT: Final = 2
"""From so many fields on it is worth trying whether all values are as expected."""


@dataclass(frozen=True, slots=True)
class Completion:
    """How values of a type are completed.

    Attributes:
        general: the short cuts of the general way.
        straight: the straight way, where there is one.
        first: the same for values that are not null, where it is worth trying before the short cuts.
    """

    general: FinishAt
    straight: Straight | None = None
    first: Test | None = None

    def finish(self, spot: Spot) -> Finish:
        """The short cuts, the straight way first."""
        general = self.general(spot)
        if self.first is None:
            return general
        return Finish(self.first(spot.value, "found"), (f"{spot.value} = found",), general)


class Generator:
    """Compiles the selections of one operation under one set of conditions."""

    def __init__(self, selections: Selections, surroundings: Surroundings, title: str) -> None:
        self._selections = selections
        self._schema = selections.schema
        self._surroundings = surroundings
        self._kinds = Kinds()
        self._fields = 0
        self._depth = 0
        self._wiring: list[Callable[[], None]] = []
        names: dict[str, Any] = {
            "plain": self._kinds.plain,
            "unmapped": self._kinds.unmapped,
            "is_mapping": self._kinds.maps,
            "called": called,
            "CAST": CAST,
            "Undefined": Undefined,
            "default_field_resolver": default_field_resolver,
        }
        self.source = Source(title, names)
        self.starts_async = False

    def root(self, type_: GraphQLObjectType) -> Select:
        """A function that executes the operation's selection at once."""
        fields = self._selections.of_root(type_)
        name, _ = self._selection(type_, fields, 0)
        self._load()
        return self.source.names[name]  # type: ignore[no-any-return] # what was compiled under that name

    def serial_root(self, type_: GraphQLObjectType) -> list[Callable[[Run, Any, dict[str, Any]], None]]:
        """Functions that execute the root fields one after another, each into the result that it is given."""
        found = []
        for key, details in self._selections.of_root(type_).items():
            name = self.source.name(f"{checked(type_.name)}_{checked(key)}")
            lines = [f"def {name}(run, source, result):", "    steps = None", *self._mapped(type_, [details])]
            self.source.function(lines + self._field(type_, key, details, 0)[0])
            found.append(name)
        self._load()
        return [self.source.names[name] for name in found]

    def _load(self) -> None:
        self.source.load()
        wiring, self._wiring = self._wiring, []
        for wire in wiring:
            wire()

    def _below(self, place: Place, type_: GraphQLObjectType) -> tuple[str, Straight | None]:
        """The function for a place's selection, and the straight way; beyond the bounds it comes later."""
        if self._fields < AT_ONCE and self._depth < DEPTH:
            self._depth += 1
            found = self._selection(type_, self._selections.below(type_, place.details), place.up)
            self._depth -= 1
            return found
        return self.source.constant(f"{checked(type_.name)}_later", self._later(place, type_)), None

    def _later(self, place: Place, type_: GraphQLObjectType) -> Select:
        compiled: list[Select] = []

        def select(run: Run, value: Any, steps: Any) -> dict[str, Any]:
            if not compiled:
                compiled.append(self._at_last(place, type_))
            return compiled[0](run, value, steps)

        return select

    def _at_last(self, place: Place, type_: GraphQLObjectType) -> Select:
        """The function for a place's selection on a type that has turned up."""
        self._depth, self._fields = 0, 0
        name, _ = self._selection(type_, self._selections.below(type_, place.details), place.up)
        self._load()
        return self.source.names[name]  # type: ignore[no-any-return] # what was compiled under that name

    def _selection(
        self, type_: GraphQLObjectType, fields: Mapping[str, list[Any]], up: int
    ) -> tuple[str, Straight | None]:
        name = self.source.name(checked(type_.name))
        lines: list[Lines] = []
        parts: list[Part | None] = []
        for key, details in fields.items():
            field_lines, part = self._field(type_, key, details, up)
            lines.append(field_lines)
            parts.append(part)
        head = _until_none(parts)
        straight = None
        body = ["    result = {}", *chain.from_iterable(lines)]
        if len(head) == len(parts):
            straight = straight_object(self.source, type_.name, head)
        elif len(head) >= WORTH_IT:
            rest = chain.from_iterable(lines[len(head) :])
            others = [checked(key) for key, written in zip(fields, lines, strict=True) if written][
                len(head) :
            ]
            first = chain.from_iterable(lines[: len(head)])
            body = [*straight_head(self.source, head, others), *indent(["    result = {}", *first]), *rest]
        mapped = self._mapped(type_, list(fields.values()))
        self.source.function([f"def {name}(run, source, steps):", *mapped, *body, "    return result"])
        return name, straight

    def _mapped(self, type_: GraphQLObjectType, fields: list[list[Any]]) -> Lines:
        """What default-resolved fields need to know of the source."""
        definitions = (self._schema.get_field(type_, each[0].node.name.value) for each in fields)
        if not any(each and each.resolve is None for each in definitions):
            return []
        kind = "source.__class__"
        return [f"    mapped = {kind} is dict or ({kind} not in unmapped and is_mapping(source))"]

    def _field(
        self, type_: GraphQLObjectType, key: str, details: list[Any], up: int
    ) -> tuple[Lines, Part | None]:
        """A field's statements, and its part in a straight line if it can have one."""
        field = self._schema.get_field(type_, details[0].node.name.value)
        if field is None:
            return [], None  # as in graphql-core; validation does not let it come to this
        self._fields += 1
        place = Place(field.type, type_, details, up)
        reading = choose_reading(field, type_, place, self._surroundings)
        if isinstance(reading, TypeName):
            constant = f'"{checked(reading.name)}"'
            return [f'    result["{checked(key)}"] = {constant}'], Part(key, "", None, constant)
        here = f'(steps, "{checked(key)}", "{checked(type_.name)}")'
        completion = self._finish(place, field.type)
        name = self.source.constant("place", place)
        spot = Spot("value", "result", here)
        body = read(self.source, reading, name, key)
        body += self._completed(reading, name, key, spot, completion.finish)
        error = _error_lines(place, name, spot, f'result["{key}"] =')
        lines = [
            f"    # {checked(key)}: {field.type}",
            "    try:",
            *indent(body, 2),
            f'        result["{key}"] = value',
            "    except Exception as error:",
            *indent(error, 2),
        ]
        return lines, _part(key, reading, completion.straight)

    # Completing

    def _completed(self, reading: Reading, place: str, key: str, spot: Spot, finish_at: FinishAt) -> Lines:
        if isinstance(reading, Resolver | Direct) and reading.is_async:
            self.starts_async = True
            return [f'value = run.wait({place}, value, result, steps, "{checked(key)}")']
        value = spot.value
        if isinstance(reading, Property):
            arguments = "arguments" if has_any(reading.arguments) else "{}"
            value = f"called(run, {place}, {value}, {spot.here}, {arguments})"
        return self._finished(place, spot, finish_at, value)

    def _finished(self, place: str, spot: Spot, finish_at: FinishAt, value: str) -> Lines:
        otherwise = "" if self.source.names[place].non_null else f"{spot.value} is not None"
        settle = f"{spot.value} = {place}.settle(run, {value}, {spot.container}, {spot.here})"
        lines: Lines = []
        finish: Finish | None = finish_at(spot)
        while finish is not None and finish.test is not None:
            if finish.lines:
                lines += [f"{'elif' if lines else 'if'} {finish.test}:", *indent(list(finish.lines))]
            else:
                test = f"not ({finish.test})" + (f" and {otherwise}" if otherwise else "")
                return [f"if {test}:", f"    {settle}"]
            finish = finish.otherwise
        if not lines:
            return [f"if {otherwise}:", f"    {settle}"] if otherwise else [settle]
        return [*lines, f"elif {otherwise}:" if otherwise else "else:", f"    {settle}"]

    def _finish(self, place: Place, type_: GraphQLOutputType) -> Completion:
        """Says how a place's values are completed; wires the general way into the place itself."""
        if is_non_null_type(type_):
            return self._finish_nullable(place, type_.of_type)
        completion = self._finish_nullable(place, type_)
        straight = completion.straight
        return replace(completion, straight=None if straight is None else or_null(straight))

    def _finish_nullable(self, place: Place, type_: Any) -> Completion:
        if is_list_type(type_):
            return self._finish_list(place, type_.of_type)
        if is_leaf_type(type_):
            place.complete = complete_leaf(place, type_, self._kinds)
            straight = straight_leaf(self.source, type_, names_of)
            first = straight.test if straight and straight.is_better else None
            return Completion(finish_leaf(self.source, place, type_), straight, first)
        if is_abstract_type(type_):
            return self._finish_abstract(place, type_)
        assert is_object_type(type_)  # noqa: S101 - there are no other output types
        return self._finish_object(place, type_)

    def _finish_abstract(self, place: Place, type_: GraphQLAbstractType) -> Completion:
        usual: dict[type, Select] = {}
        place.complete = complete_abstract(
            place, type_, self._schema, lambda found: self._at_last(place, found), usual
        )
        name = self.source.constant("selects", usual.get)

        def general(spot: Spot) -> Finish:
            value = spot.value
            known = f"(select := {name}({value}.__class__)) is not None"
            selected = f"{value} = select(run, {value}, {spot.here})"
            return Finish(f"{known} and getattr({value}, CAST, None) is None", (selected,))

        return Completion(general)

    def _finish_object(self, place: Place, type_: GraphQLObjectType) -> Completion:
        select, straight = self._below(place, type_)

        def wire() -> None:
            names = self.source.names
            way = names[straight.function] if straight else None
            place.complete = complete_object(place, type_, names[select], way, self._kinds)

        self._wiring.append(wire)
        if type_.is_type_of is not None:
            return Completion(lambda _spot: Finish())

        def general(spot: Spot) -> Finish:
            selected = f"{spot.value} = {select}(run, {spot.value}, {spot.here})"
            return Finish(f"{spot.value}.__class__ in plain", (selected,))

        return Completion(general, straight, straight.test if straight else None)

    def _finish_list(self, place: Place, item_type: GraphQLOutputType) -> Completion:
        item_place = Place(item_type, place.parent, place.details, place.up, of_items=True)
        completion = self._finish(item_place, item_type)
        name = self.source.constant("place", item_place)
        stem = f"{checked(place.parent.name)}_{checked(place.field_name)}_items"
        items = self.source.name(stem)
        spot = Spot("item", "results", "(steps, len(results), None)")
        lines = [
            f"def {items}(run, items, steps):",
            f"    # [{item_type}]",
            "    results = []",
            *indent(["kept = None"] if _is_taken(completion.straight) else []),
            *indent(["rest = iter(items)"] if item_place.non_null else []),
            f"    for item in {'rest' if item_place.non_null else 'items'}:",
            *indent(_item_straight(completion.straight), 2),
            "        try:",
            *indent(self._finished(name, spot, completion.general, "item"), 3),
            "        except Exception as error:",
            *(["            run.give_up(rest)"] if item_place.non_null else []),
            *indent(_error_lines(item_place, name, spot, "item ="), 3),
            "        results.append(item)",
            "    return results",
        ]
        self.source.function(lines)

        def wire() -> None:
            place.complete = complete_list(place, item_place, self.source.names[items])

        self._wiring.append(wire)
        straight = None
        if completion.straight is not None:
            straight = straight_list(self.source, f"{stem}_straight", completion.straight)

        def general(spot: Spot) -> Finish:
            completed = f"{spot.value} = {items}(run, {spot.value}, {spot.here})"
            return Finish(f"{spot.value}.__class__ is list", (completed,))

        return Completion(general, straight, straight.test if straight else None)


def _until_none(parts: list[Part | None]) -> list[Part]:
    head: list[Part] = []
    for part in parts:
        if part is None:
            break
        head.append(part)
    return head


def _is_taken(straight: Straight | None) -> bool:
    return straight is not None and straight.taken is not None


def _item_straight(straight: Straight | None) -> Lines:
    """An item that is an object with all values as expected; for others it comes to nothing."""
    if straight is None or not _is_taken(straight):
        return []
    return ["try:", *indent(append_straight(straight, "continue")), "except Exception:", "    pass"]


def _part(key: str, reading: Reading, straight: Straight | None) -> Part | None:
    """A field's part in a straight line: an attribute that is there under a name."""
    match reading:
        case Attribute(name):
            pass
        case Property(name, arguments) if not has_any(arguments):
            pass
        case _:
            return None
    return None if straight is None or iskeyword(name) else Part(checked(key), checked(name), straight)


def _error_lines(place: Place, name: str, spot: Spot, target: str) -> Lines:
    if place.non_null:
        return [f"raise {name}.located(error, {spot.here})"]
    return [f"{target} {name}.failed(run, error, {spot.here})"]
