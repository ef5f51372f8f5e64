"""Strawberry's resolvers without their wrapper, where leaving it out is provably the same."""

from collections.abc import Callable
from dataclasses import dataclass
from types import FunctionType
from typing import Any, Final

from graphql import GraphQLField
from strawberry import Schema
from strawberry.relay.types import GlobalID
from strawberry.schema.compat import is_scalar
from strawberry.types.base import StrawberryList, StrawberryOptional
from strawberry.types.enum import StrawberryEnumDefinition
from strawberry.types.field import StrawberryField
from strawberry.types.fields.resolver import StrawberryResolver
from strawberry.types.info import Info

from jit.arguments import Constant, Varying, plan_arguments
from jit.place import Place
from jit.reading import Attribute, Direct, Reading
from jit.strawberry_info import MakeInfo, infos_of

DEFINITION: Final = "strawberry-definition"
WRAPPERS: Final = {
    "GraphQLCoreConverter.from_resolver.<locals>._resolver",
    "GraphQLCoreConverter.from_resolver.<locals>._async_resolver",
    "GraphQLCoreConverter.from_resolver.<locals>._get_basic_result",
}


@dataclass(frozen=True, slots=True)
class Unwrapping:
    """The shortcuts for one schema."""

    schema: Schema

    def shortcut(self, field: GraphQLField, place: Place) -> Reading | None:
        """How a field's resolver is called directly; None where the wrapper is needed."""
        definition = field.extensions.get(DEFINITION)
        resolve = field.resolve
        if (
            not isinstance(definition, StrawberryField)
            or not isinstance(resolve, FunctionType)
            or resolve.__qualname__ not in WRAPPERS
            or type(definition).get_result is not StrawberryField.get_result
            or _cell(resolve, "field_exception_handlers")
            or definition.extensions
        ):
            return None
        if definition.base_resolver is None:
            return Attribute(definition.python_name) if definition.default_resolver is getattr else None
        return self._direct(definition, plan_arguments(field, place.nodes[0]))

    def _direct(self, field: StrawberryField, arguments: Constant | Varying) -> Reading | None:

        resolver = field.base_resolver
        assert resolver is not None  # noqa: S101 - the caller has looked
        function = resolver.wrapped_func
        if type(resolver).__call__ is not StrawberryResolver.__call__ or not callable(function):
            return None
        converted = self._converted(field, arguments)
        if converted is None:
            return None
        sources = (resolver.parent_parameter, resolver.root_parameter)
        return Direct(
            function=function,
            with_source=bool(resolver.self_parameter),
            source_names=tuple(dict.fromkeys(each.name for each in sources if each)),
            info_names=(resolver.info_parameter.name,) if resolver.info_parameter else (),
            infos_of=self._infos_of(field),
            arguments=converted,
            is_async=field.is_async,
        )

    def _infos_of(self, field: StrawberryField) -> Callable[[Place, str], MakeInfo]:
        info_class = self.schema.config.info_class

        def infos(place: Place, key: str) -> MakeInfo:
            if info_class is Info:
                return infos_of(place, key, field)
            return lambda run, steps: info_class(_raw_info=run.info(place, steps, key), _field=field)

        return infos

    def _converted(self, field: StrawberryField, arguments: Constant | Varying) -> Constant | Varying | None:
        """The arguments under their Python names; None where Strawberry makes objects of them."""
        if not field.arguments:
            return Constant({})
        registry = self.schema.schema_converter.scalar_registry
        name_of = self.schema.config.name_converter.from_argument
        ways = {name_of(each): (each.python_name, _way(each.type, registry)) for each in field.arguments}
        if any(way is None for _, way in ways.values()):
            return None

        def convert(values: dict[str, Any]) -> dict[str, Any]:
            return {ways[name][0]: ways[name][1](value) for name, value in values.items()}  # type: ignore[misc] # none is None

        return _converted_by(convert, arguments)


def _converted_by(
    convert: Callable[[dict[str, Any]], dict[str, Any]], arguments: Constant | Varying
) -> Constant | Varying:
    if isinstance(arguments, Constant):
        return Constant(convert(arguments.values))
    varying = arguments.values
    return Varying(lambda run: convert(varying(run)))


def _way(type_: Any, registry: Any) -> Callable[[Any], Any] | None:
    """How Strawberry converts an argument: not at all, or lists by a copy; None for the rest."""
    if type(type_) is StrawberryOptional:
        type_ = type_.of_type
    if _stays(type_, registry):
        return lambda value: value
    if type(type_) is StrawberryList:
        item = type_.of_type.of_type if type(type_.of_type) is StrawberryOptional else type_.of_type
        return _copied if _stays(item, registry) else None
    return None


def _copied(value: Any) -> Any:
    """A list of its own, and of dicts of its own: federation's resolver takes `__typename` out of them."""
    if not isinstance(value, list | tuple):
        return value
    return [each.copy() if type(each) is dict else each for each in value]


def _stays(type_: Any, registry: Any) -> bool:

    if type_ is GlobalID:
        return False
    return isinstance(type_, StrawberryEnumDefinition) or is_scalar(type_, registry)


def _cell(function: FunctionType, name: str) -> Any:
    """What a closure holds under a name."""
    cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
    return cells[name].cell_contents if name in cells else None
