"""Strawberry's arguments under their Python names, converted by functions that are built once."""

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

from jit.compile.reading.arguments import (
    ConstantArguments,
    FieldArguments,
    InlineArguments,
    VariableArguments,
    are_keywords,
)

Converter: TypeAlias = Callable[[Any], Any]


class NotConvertible(Exception):
    """A type whose values Strawberry itself must convert."""


class ArgumentConverter:
    """Converts arguments for one schema, as Strawberry's `convert_arguments` does."""

    def __init__(self, schema: Schema) -> None:
        self._config = schema.config
        self._scalars = schema.schema_converter.scalar_registry
        self._objects: dict[type, Converter] = {}

    def converted(self, field: StrawberryField, arguments: FieldArguments) -> FieldArguments:
        """Convert the arguments of a field.

        Raises:
            NotConvertible: Strawberry must convert one of them.
        """
        if not field.arguments:
            return ConstantArguments({})
        name_of = self._config.name_converter.from_argument
        converters = {
            name_of(argument): (argument.python_name, self._converter(argument.type))
            for argument in field.arguments
        }

        def convert(values: dict[str, Any]) -> dict[str, Any]:
            return {
                python_name: convert_value(values[name])
                for name, (python_name, convert_value) in converters.items()
                if name in values
            }

        if isinstance(arguments, ConstantArguments):
            return ConstantArguments(convert(arguments.values))
        varying = arguments.values
        return VariableArguments(
            lambda execution: convert(varying(execution)), _renamed(arguments.inline, converters)
        )

    def _converter(self, type_: Any) -> Converter:
        if type(type_) is StrawberryOptional:
            return self._converter(type_.of_type)
        if isinstance(type_, LazyType):
            return self._converter(type_.resolve_type())
        if type_ is GlobalID:
            raise NotConvertible
        if isinstance(type_, StrawberryEnumDefinition) or is_scalar(type_, self._scalars):
            return _same
        if has_enum_definition(type_):
            return _same
        if type(type_) is StrawberryList:
            return _list_of(self._converter(type_.of_type))
        if isinstance(type_, type) and has_object_definition(type_):
            return self._object(type_, type_.__strawberry_definition__)
        raise NotConvertible

    def _object(self, type_: type, definition: StrawberryObjectDefinition) -> Converter:
        if definition.from_input is not None or not definition.is_input:
            raise NotConvertible
        if type_ in self._objects:
            return self._objects[type_]
        converters: dict[str, tuple[str, Converter]] = {}

        def convert(value: Any) -> Any:
            if value is None or value is UNSET:
                return value
            values = absent.copy()
            for name, (python_name, convert_value) in converters.items():
                if name in value:
                    values[python_name] = convert_value(value[name])
            return type_(**values)

        self._objects[type_] = convert  # before its fields: input objects may contain themselves
        absent = {
            field.python_name: None
            for field in definition.fields
            if field.default_value is MISSING and field.default_factory is MISSING
        }
        try:
            for field in definition.fields:
                field_type = field.resolve_type(type_definition=definition)
                converters[self._config.name_converter.from_field(field)] = (
                    field.python_name,
                    self._converter(field_type),
                )
        except NotConvertible:
            self._objects.clear()  # others may contain this one
            raise
        return convert


def _renamed(
    inline: InlineArguments | None, converters: dict[str, tuple[str, Converter]]
) -> InlineArguments | None:
    """Return the inlined arguments under their Python names, if none needs conversion."""
    if inline is None or not all(
        name in converters and converters[name][1] is _same for name in inline.arguments
    ):
        return None
    renamed = InlineArguments(
        {converters[name][0]: value for name, value in inline.arguments.items()},
        {converters[name][0]: variable for name, variable in inline.variables.items()},
    )
    return renamed if are_keywords(renamed) else None


def _same(value: Any) -> Any:
    return value


def _list_of(item: Converter) -> Converter:
    """Make a new list, whose dicts are copies: federation's resolver removes `__typename` from them."""

    def convert(value: Any) -> Any:
        if value is None or value is UNSET:
            return value
        if item is _same:
            return [entry.copy() if type(entry) is dict else entry for entry in value]
        return [item(entry) for entry in value]

    return convert
