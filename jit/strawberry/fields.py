"""Calls Strawberry's resolvers with as little of their wrapper as is provably equivalent."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial, reduce
from inspect import iscoroutinefunction
from types import FunctionType
from typing import Any, Final, TypeAlias

from graphql import GraphQLField
from strawberry import Schema
from strawberry.extensions.field_extension import FieldExtension, build_field_extension_resolvers
from strawberry.federation import Schema as FederatedSchema
from strawberry.permission import PermissionExtension
from strawberry.types import Info
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField
from strawberry.types.fields.resolver import StrawberryResolver
from strawberry.utils.inspect import get_func_args

from jit.compile.reading.arguments import FieldArguments, plan_arguments
from jit.compile.reading.field_reader import Attribute, DirectCall, FieldReader
from jit.runtime.field_slot import FieldSlot
from jit.strawberry.arguments import ArgumentConverter, NotConvertible
from jit.strawberry.info import info_writer

DEFINITION: Final = "strawberry-definition"
BASIC: Final = "GraphQLCoreConverter.from_resolver.<locals>._get_basic_result"
WRAPPERS: Final = {
    "GraphQLCoreConverter.from_resolver.<locals>._resolver",
    "GraphQLCoreConverter.from_resolver.<locals>._async_resolver",
}
INNER: Final = "_get_result_with_extensions"


class ResolverUnwrapper:
    """Unwraps the resolvers of one schema."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._conversion = ArgumentConverter(schema)

    def unwrap(self, field: GraphQLField, slot: FieldSlot) -> FieldReader | None:
        """Return how a field's resolver is called directly; None if the wrapper is needed."""
        definition = field.extensions.get(DEFINITION)
        resolve = field.resolve
        if (
            not isinstance(definition, StrawberryField)
            or not isinstance(resolve, FunctionType)
            or resolve.__qualname__ not in {BASIC, *WRAPPERS}
            or type(definition).get_result is not StrawberryField.get_result
            or _cell(resolve, "field_exception_handlers")
        ):
            return None
        if resolve.__qualname__ == BASIC:
            return Attribute(definition.python_name) if definition.default_resolver is getattr else None
        return (
            self._entities(definition, field, slot)
            or self._direct(definition, field, slot)
            or self._within(definition, field, slot)
        )

    def _entities(
        self, definition: StrawberryField, field: GraphQLField, slot: FieldSlot
    ) -> FieldReader | None:
        """Return the reader of federation's `_entities` field; its arguments are passed on unchanged."""
        resolver = definition.base_resolver
        if resolver is None or definition.extensions:
            return None
        function = entities_resolver(self._schema, resolver.wrapped_func)
        if function is None:
            return None
        arguments = plan_arguments(field, slot.nodes[0])
        return replace(self._called(definition, resolver, arguments), function=function)

    def _direct(
        self, definition: StrawberryField, field: GraphQLField, slot: FieldSlot
    ) -> FieldReader | None:
        """Return the reader that calls the function itself, with permissions around it."""
        if not all(_is_plain_permission(extension) for extension in definition.extensions):
            return None
        resolver = definition.base_resolver
        if resolver is not None and not (
            type(resolver).__call__ is StrawberryResolver.__call__ and callable(resolver.wrapped_func)
        ):
            return None
        try:
            arguments = self._conversion.converted(definition, plan_arguments(field, slot.nodes[0]))
        except NotConvertible:
            return None
        if definition.extensions:
            return self._permitted(definition, arguments)
        if resolver is None:
            return None
        return self._called(definition, resolver, arguments)

    def _called(
        self,
        field: StrawberryField,
        resolver: StrawberryResolver[Any],
        arguments: FieldArguments,
    ) -> DirectCall:
        return DirectCall(
            function=_function_of(resolver),
            with_source=bool(resolver.self_parameter),
            source_names=_source_names(resolver),
            info_names=(resolver.info_parameter.name,) if resolver.info_parameter else (),
            write_info=info_writer(field, self._schema.config.info_class),
            arguments=arguments,
            is_async=iscoroutinefunction(resolver.wrapped_func),
        )

    def _permitted(self, field: StrawberryField, arguments: FieldArguments) -> DirectCall | None:
        """Return the reader that calls the function within Strawberry's permission checks, linked once."""
        resolver = field.base_resolver
        info_parameter = resolver.info_parameter if resolver else None
        if "info" in {argument.python_name for argument in field.arguments}:
            return None
        links = build_field_extension_resolvers(field)
        chain = reduce(lambda inner, link: partial(link, inner), links, _innermost(field))
        return DirectCall(
            function=chain,
            with_source=True,
            source_names=_source_names(resolver) if resolver else (),
            info_names=("info", info_parameter.name)
            if info_parameter and info_parameter.name != "info"
            else ("info",),
            write_info=info_writer(field, self._schema.config.info_class),
            arguments=arguments,
            is_async=iscoroutinefunction(links[-1]),
        )

    def _within(self, definition: StrawberryField, field: GraphQLField, slot: FieldSlot) -> DirectCall | None:
        """Return the reader that calls the wrapper, without the info that graphql-core would make."""
        assert isinstance(field.resolve, FunctionType)  # noqa: S101 - the caller has checked it
        inner = _cell(field.resolve, INNER)
        if not callable(inner) or {"info", "_source"}.intersection(field.args):
            return None
        links = build_field_extension_resolvers(definition)
        outermost = links[-1] if links else getattr(definition.base_resolver, "wrapped_func", None)
        return DirectCall(
            function=inner,
            with_source=True,
            source_names=(),
            info_names=("info",),
            write_info=info_writer(definition, self._schema.config.info_class),
            arguments=plan_arguments(field, slot.nodes[0]),
            is_async=iscoroutinefunction(outermost),
        )


def _is_plain_permission(extension: FieldExtension) -> bool:
    """Return whether an extension is Strawberry's own for permissions, which passes on all arguments."""
    return type(extension) is PermissionExtension


def _innermost(field: StrawberryField) -> Callable[..., Any]:
    """Return the function that the permissions guard, with the parameters that extensions pass."""
    resolver = field.base_resolver
    if resolver is None:
        return lambda source, _info, **_arguments: field.default_resolver(source, field.python_name)
    function = _function_of(resolver)
    with_source = bool(resolver.self_parameter)
    asks_info = resolver.info_parameter is not None and resolver.info_parameter.name == "info"

    def call(source: Any, info: Any, **arguments: Any) -> Any:
        if asks_info:
            arguments["info"] = info
        return function(source, **arguments) if with_source else function(**arguments)

    return call


def _function_of(resolver: StrawberryResolver[Any]) -> Callable[..., Any]:
    function = resolver.wrapped_func
    assert callable(function)  # noqa: S101 - `_direct` has checked it
    return function


def _source_names(resolver: StrawberryResolver[Any]) -> tuple[str, ...]:
    """Return the keyword arguments that get the source."""
    sources = (resolver.parent_parameter, resolver.root_parameter)
    return tuple(dict.fromkeys(source.name for source in sources if source))


def _cell(function: FunctionType, name: str) -> Any:
    """Return the value of a closure's variable."""
    cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
    return cells[name].cell_contents if name in cells else None


Refer: TypeAlias = Callable[..., Any]
TYPENAME = "__typename"


@dataclass(frozen=True, slots=True)
class Reference:
    """How a type's entities are resolved.

    Attributes:
        refer: The type's `resolve_reference`.
        asks_info: Whether it takes the info.
    """

    refer: Refer
    asks_info: bool


class EntitiesResolver:
    """Does what Strawberry's resolver does, without changing the representations."""

    def __init__(self, schema: FederatedSchema) -> None:
        """Start without knowledge of any type.

        Args:
            schema: Its own resolver is called for types without a `resolve_reference`.
        """
        self._schema = schema
        self._references: dict[str, Reference] = {}

    def __call__(self, info: Info[Any, Any], representations: Sequence[Any]) -> list[Any]:
        """Return entities, awaitables of them, or the error for each that failed."""
        references = self._references
        for representation in representations:
            if representation.__class__ is dict and representation.get(TYPENAME) in references:
                continue
            if not self._learn(representation):
                return self._by_strawberry(info, representations)
        entities: list[Any] = []
        for representation in representations:
            given = representation.copy()
            reference = references[given.pop(TYPENAME)]
            if reference.asks_info:
                given["info"] = info
            try:
                entities.append(reference.refer(**given))
            except Exception as error:  # noqa: BLE001 - it becomes the entity's
                entities.append(error)
        return entities

    def _learn(self, representation: Any) -> bool:
        """Look up the type of a representation; return whether it has a `resolve_reference`."""
        name: Any = representation.get(TYPENAME) if type(representation) is dict else None
        concrete = self._schema.schema_converter.type_map.get(name)
        definition = getattr(concrete, "definition", None)
        if not isinstance(definition, StrawberryObjectDefinition):
            return False
        refer = getattr(definition.origin, "resolve_reference", None)
        if refer is None:
            return False
        self._references[name] = Reference(refer, "info" in get_func_args(refer))
        return True

    def _by_strawberry(self, info: Info[Any, Any], representations: Sequence[Any]) -> list[Any]:
        own: list[Any] = [
            representation.copy() if type(representation) is dict else representation
            for representation in representations
        ]
        return self._schema.entities_resolver(info, own)


def entities_resolver(schema: Schema, function: Any) -> EntitiesResolver | None:
    """Return the replacement of Strawberry's own `_entities` resolver; None for any other function."""
    own = getattr(function, "__func__", None) is FederatedSchema.entities_resolver
    if not own or not isinstance(schema, FederatedSchema) or function.__self__ is not schema:
        return None
    return EntitiesResolver(schema)
