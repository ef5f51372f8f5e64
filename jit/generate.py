"""Writes the functions of an operation: one for each selection of an object type, one for each list."""

from collections.abc import Callable, Mapping
from keyword import iskeyword
from typing import Any, Final, TypeAlias

from graphql import (
    GraphQLObjectType,
    GraphQLOutputType,
    Undefined,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)

from jit.arguments import Constant, Varying
from jit.complete import Select, complete_abstract, complete_as, complete_leaf, complete_list, complete_object
from jit.kinds import Kinds
from jit.place import Place
from jit.reading import Attribute, Direct, Property, Reading, Resolver, Surroundings, TypeName, choose_reading
from jit.run import Run
from jit.selection import Selections
from jit.shortcuts import Finish, FinishAt, Spot, finish_leaf
from jit.source import Source, checked

AT_ONCE: Final = 1000
"""So many fields are compiled before an operation runs; what lies beyond is compiled when it is reached."""

DEPTH: Final = 40
Lines: TypeAlias = list[str]


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
            "found": _found,
            "Undefined": Undefined,
        }
        self.source = Source(title, names)
        self.starts_async = False

    def root(self, type_: GraphQLObjectType) -> Select:
        """A function that executes the operation's selection at once."""
        fields = self._selections.of_root(type_)
        name = self._selection(type_, fields, 0)
        self._load()
        return self.source.names[name]  # type: ignore[no-any-return] # what was compiled under that name

    def serial_root(self, type_: GraphQLObjectType) -> list[Callable[[Run, Any, dict[str, Any]], None]]:
        """Functions that execute the root fields one after another, each into the result that it is given."""
        found = []
        for key, details in self._selections.of_root(type_).items():
            name = self.source.name(f"{checked(type_.name)}_{checked(key)}")
            lines = [f"def {name}(run, source, result):", "    steps = None", *self._mapped(type_, [details])]
            self.source.function(lines + self._field(type_, key, details, 0))
            found.append(name)
        self._load()
        return [self.source.names[name] for name in found]

    def _load(self) -> None:
        self.source.load()
        wiring, self._wiring = self._wiring, []
        for wire in wiring:
            wire()

    def _below(self, place: Place, type_: GraphQLObjectType) -> str:
        """The name of the function for a place's selection; beyond the bounds it compiles itself later."""
        if self._fields < AT_ONCE and self._depth < DEPTH:
            self._depth += 1
            name = self._selection(type_, self._selections.below(type_, place.details), place.up)
            self._depth -= 1
            return name
        return self.source.constant(f"{checked(type_.name)}_later", self._later(place, type_))

    def _later(self, place: Place, type_: GraphQLObjectType) -> Select:
        compiled: list[Select] = []

        def select(run: Run, value: Any, steps: Any) -> dict[str, Any]:
            if not compiled:
                self._depth, self._fields = 0, 0
                name = self._selection(type_, self._selections.below(type_, place.details), place.up)
                self._load()
                compiled.append(self.source.names[name])
            return compiled[0](run, value, steps)

        return select

    def _selection(self, type_: GraphQLObjectType, fields: Mapping[str, list[Any]], up: int) -> str:
        name = self.source.name(checked(type_.name))
        lines = [f"def {name}(run, source, steps):", *self._mapped(type_, list(fields.values()))]
        lines.append("    result = {}")
        for key, details in fields.items():
            lines += self._field(type_, key, details, up)
        self.source.function([*lines, "    return result"])
        return name

    def _mapped(self, type_: GraphQLObjectType, fields: list[list[Any]]) -> Lines:
        """What default-resolved fields need to know of the source."""
        definitions = (self._schema.get_field(type_, each[0].node.name.value) for each in fields)
        if not any(each and each.resolve is None for each in definitions):
            return []
        kind = "source.__class__"
        return [f"    mapped = {kind} is dict or ({kind} not in unmapped and is_mapping(source))"]

    def _field(self, type_: GraphQLObjectType, key: str, details: list[Any], up: int) -> Lines:
        field = self._schema.get_field(type_, details[0].node.name.value)
        if field is None:
            return []  # as in graphql-core; validation does not let it come to this
        self._fields += 1
        place = Place(field.type, type_, details, up)
        reading = choose_reading(field, type_, place, self._surroundings)
        if isinstance(reading, TypeName):
            return [f'    result["{checked(key)}"] = "{checked(reading.name)}"']
        here = f'(steps, "{checked(key)}", "{checked(type_.name)}")'
        finish_at = self._finish(place, field.type)
        name = self.source.constant("place", place)
        spot = Spot("value", "result", here)
        body = self._read(reading, name, key) + self._completed(reading, name, spot, finish_at)
        error = _error_lines(place, name, spot, f'result["{key}"] =')
        return [
            f"    # {checked(key)}: {field.type}",
            "    try:",
            *_indent(body, 2),
            f'        result["{key}"] = value',
            "    except Exception as error:",
            *_indent(error, 2),
        ]

    # Reading

    def _read(self, reading: Reading, place: str, key: str) -> Lines:
        match reading:
            case Property():
                return self._read_property(reading)
            case Attribute(name):
                return [f"value = {_attribute(name)}"]
            case Resolver():
                resolver = "run.request.field_resolver"
                if reading.resolve is not None:
                    resolver = self.source.constant("resolve", reading.resolve)
                if reading.through_middleware:
                    resolver = f"run.request.middleware.get_field_resolver({resolver})"
                info = f'run.info({place}, steps, "{key}")'
                return [f"value = {resolver}(source, {info}{self._keywords(reading.arguments)})"]
            case Direct():
                return self._read_direct(reading, place, key)
        raise AssertionError(reading)

    def _read_property(self, reading: Property) -> Lines:
        lines = [f"arguments = {self._arguments(reading.arguments)}"] if _has_any(reading.arguments) else []
        return [
            *lines,
            "if mapped:",
            f'    value = source.get("{checked(reading.name)}")',
            "else:",
            "    try:",
            f"        value = {_attribute(reading.name)}",
            "    except AttributeError:",
            "        value = None",
        ]

    def _read_direct(self, reading: Direct, place: str, key: str) -> Lines:
        function = self.source.constant("resolve", reading.function)
        given = ["source"] if reading.with_source else []
        given += [f"{checked(name)}=source" for name in reading.source_names]
        if reading.info_names:
            make_info = self.source.constant("info", reading.make_info)
            given += [
                f'{checked(name)}={make_info}(run, {place}, steps, "{key}")' for name in reading.info_names
            ]
        return [f"value = {function}({', '.join(given)}{self._keywords(reading.arguments, first=not given)})"]

    def _arguments(self, arguments: Constant | Varying) -> str:
        if isinstance(arguments, Constant):
            return self.source.constant("arguments", arguments.values)
        return f"{self.source.constant('arguments', arguments.values)}(run)"

    def _keywords(self, arguments: Constant | Varying, *, first: bool = False) -> str:
        if not _has_any(arguments):
            return ""
        return f"{'' if first else ', '}**{self._arguments(arguments)}"

    # Completing

    def _completed(self, reading: Reading, place: str, spot: Spot, finish_at: FinishAt) -> Lines:
        if isinstance(reading, Resolver | Direct) and reading.is_async:
            self.starts_async = True
            return [f"value = run.wait({place}, value, result, {spot.here}, {place}.complete)"]
        value = spot.value
        if isinstance(reading, Property):
            arguments = "arguments" if _has_any(reading.arguments) else "{}"
            value = f"found(run, {place}, {value}, {spot.here}, {arguments})"
        return self._finished(place, spot, finish_at, value)

    def _finished(self, place: str, spot: Spot, finish_at: FinishAt, value: str) -> Lines:
        non_null = self.source.names[place].non_null
        finish = finish_at(spot)
        settle = f"{spot.value} = {place}.settle(run, {value}, {spot.container}, {spot.here})"
        otherwise = "" if non_null else f"{spot.value} is not None"
        if finish.test is None:
            return [f"if {otherwise}:", f"    {settle}"] if otherwise else [settle]
        if not finish.lines:
            test = f"not ({finish.test})" + (f" and {otherwise}" if otherwise else "")
            return [f"if {test}:", f"    {settle}"]
        branch = f"elif {otherwise}:" if otherwise else "else:"
        return [f"if {finish.test}:", *_indent(list(finish.lines), 1), branch, f"    {settle}"]

    def _finish(self, place: Place, type_: GraphQLOutputType) -> FinishAt:
        """Says how a place's values are completed; wires the general way into the place itself."""
        nullable: Any = type_.of_type if is_non_null_type(type_) else type_
        if is_list_type(nullable):
            return self._finish_list(place, nullable.of_type)
        if is_leaf_type(nullable):
            place.complete = complete_leaf(place, nullable, self._kinds)
            return finish_leaf(self.source, place, nullable)
        if is_abstract_type(nullable):
            place.complete = complete_abstract(
                place,
                nullable,
                self._schema,
                lambda found: complete_as(place, found, self._later(place, found)),
            )
            return lambda _spot: Finish()
        assert is_object_type(nullable)  # noqa: S101 - there are no other output types
        return self._finish_object(place, nullable)

    def _finish_object(self, place: Place, type_: GraphQLObjectType) -> FinishAt:
        select = self._below(place, type_)

        def wire() -> None:
            place.complete = complete_object(place, type_, self.source.names[select], self._kinds)

        self._wiring.append(wire)
        if type_.is_type_of is not None:
            return lambda _spot: Finish()
        return lambda spot: Finish(
            f"{spot.value}.__class__ in plain", (f"{spot.value} = {select}(run, {spot.value}, {spot.here})",)
        )

    def _finish_list(self, place: Place, item_type: GraphQLOutputType) -> FinishAt:
        item_place = Place(item_type, place.parent, place.details, place.up)
        finish_at = self._finish(item_place, item_type)
        name = self.source.constant("place", item_place)
        items = self.source.name(f"{checked(place.parent.name)}_{checked(place.field_name)}_items")
        spot = Spot("item", "results", "(steps, index, None)")
        lines = [
            f"def {items}(run, items, steps):",
            f"    # [{item_type}]",
            "    results = []",
            "    rest = enumerate(items)",
            "    for index, item in rest:",
            "        try:",
            *_indent(self._finished(name, spot, finish_at, "item"), 3),
            "        except Exception as error:",
            *(["            run.give_up(rest)"] if item_place.non_null else []),
            *_indent(_error_lines(item_place, name, spot, "item ="), 3),
            "        results.append(item)",
            "    return results",
        ]
        self.source.function(lines)

        def wire() -> None:
            place.complete = complete_list(place, item_place, self.source.names[items])

        self._wiring.append(wire)
        return lambda spot: Finish(
            f"{spot.value}.__class__ is list", (f"{spot.value} = {items}(run, {spot.value}, {spot.here})",)
        )


def _found(run: Run, place: Place, value: Any, here: Any, arguments: dict[str, Any]) -> Any:
    """What the default resolver makes of a value: a callable is called."""
    return value(run.info(place, here[0], here[1]), **arguments) if callable(value) else value


def _has_any(arguments: Constant | Varying) -> bool:
    return isinstance(arguments, Varying) or bool(arguments.values)


def _attribute(name: str) -> str:
    return f'getattr(source, "{checked(name)}")' if iskeyword(name) else f"source.{checked(name)}"


def _error_lines(place: Place, name: str, spot: Spot, target: str) -> Lines:
    if place.non_null:
        return [f"raise {name}.located(error, {spot.here})"]
    return [f"{target} {name}.failed(run, error, {spot.here})"]


def _indent(lines: Lines, levels: int) -> Lines:
    return ["    " * levels + line for line in lines]
