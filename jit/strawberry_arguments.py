"""Strawberry's arguments under their Python names: what it makes of them is made by functions built once."""

from collections.abc import Callable
from dataclasses import MISSING
from typing import Any, TypeAlias

from strawberry import UNSET, Schema
from strawberry.relay.types import GlobalID
from strawberry.schema.compat import is_scalar
from strawberry.types.base import (
    StrawberryList,
    StrawberryObjectDefinition,
    StrawberryOptional,
    has_object_definition,
)
from strawberry.types.enum import StrawberryEnumDefinition, has_enum_definition
from strawberry.types.field import StrawberryField
from strawberry.types.lazy_type import LazyType

from jit.arguments import Constant, Usual, Varying, are_keywords

Way: TypeAlias = Callable[[Any], Any]


class NotKnown(Exception):
    """A type whose values Strawberry itself must convert."""


class Conversion:
    """Converts arguments for one schema, as Strawberry's `convert_arguments` does."""

    def __init__(self, schema: Schema) -> None:
        self._config = schema.config
        self._scalars = schema.schema_converter.scalar_registry
        self._objects: dict[type, Way] = {}

    def converted(self, field: StrawberryField, arguments: Constant | Varying) -> Constant | Varying:
        """The arguments of a field.

        Raises:
            NotKnown: one of them must be converted by Strawberry.
        """
        if not field.arguments:
            return Constant({})
        name_of = self._config.name_converter.from_argument
        ways = {name_of(each): (each.python_name, self._way(each.type)) for each in field.arguments}

        def convert(values: dict[str, Any]) -> dict[str, Any]:
            return {
                python_name: way(values[name]) for name, (python_name, way) in ways.items() if name in values
            }

        if isinstance(arguments, Constant):
            return Constant(convert(arguments.values))
        varying = arguments.values
        return Varying(lambda run: convert(varying(run)), _renamed(arguments.usual, ways))

    def _way(self, type_: Any) -> Way:
        if type(type_) is StrawberryOptional:
            return self._way(type_.of_type)
        if isinstance(type_, LazyType):
            return self._way(type_.resolve_type())
        if type_ is GlobalID:
            raise NotKnown
        if isinstance(type_, StrawberryEnumDefinition) or is_scalar(type_, self._scalars):
            return _same
        if has_enum_definition(type_):
            return _same
        if type(type_) is StrawberryList:
            return _list_of(self._way(type_.of_type))
        if isinstance(type_, type) and has_object_definition(type_):
            return self._object(type_, type_.__strawberry_definition__)
        raise NotKnown

    def _object(self, type_: type, definition: StrawberryObjectDefinition) -> Way:
        if definition.from_input is not None or not definition.is_input:
            raise NotKnown
        if type_ in self._objects:
            return self._objects[type_]
        ways: dict[str, tuple[str, Way]] = {}

        def convert(value: Any) -> Any:
            if value is None or value is UNSET:
                return value
            values = absent.copy()
            for name, (python_name, way) in ways.items():
                if name in value:
                    values[python_name] = way(value[name])
            return type_(**values)

        self._objects[type_] = convert  # before its fields: input objects may contain themselves
        absent = {
            each.python_name: None
            for each in definition.fields
            if each.default_value is MISSING and each.default_factory is MISSING
        }
        try:
            for each in definition.fields:
                field_type = each.resolve_type(type_definition=definition)
                ways[self._config.name_converter.from_field(each)] = (each.python_name, self._way(field_type))
        except NotKnown:
            self._objects.clear()  # others may contain this one
            raise
        return convert


def _renamed(usual: Usual | None, ways: dict[str, tuple[str, Way]]) -> Usual | None:
    """The usual arguments under their Python names, if all are taken as they are."""
    if usual is None or not all(name in ways and ways[name][1] is _same for name in usual.arguments):
        return None
    renamed = Usual(
        {ways[name][0]: value for name, value in usual.arguments.items()},
        {ways[name][0]: variable for name, variable in usual.variables.items()},
    )
    return renamed if are_keywords(renamed) else None


def _same(value: Any) -> Any:
    return value


def _list_of(item: Way) -> Way:
    """A list of its own, whose dicts are its own: federation's resolver takes `__typename` out of them."""

    def convert(value: Any) -> Any:
        if value is None or value is UNSET:
            return value
        if item is _same:
            return [each.copy() if type(each) is dict else each for each in value]
        return [item(each) for each in value]

    return convert
