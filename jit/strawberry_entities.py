"""Strawberry's resolver of `_entities`; what that looks up for every entity is looked up once a type."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from strawberry import Schema
from strawberry.federation import Schema as FederatedSchema
from strawberry.types import Info
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.utils.inspect import get_func_args

Refer: TypeAlias = Callable[..., Any]
TYPENAME = "__typename"


@dataclass(frozen=True, slots=True)
class Reference:
    """How a type's entities are found.

    Attributes:
        refer: the type's `resolve_reference`.
        asks_info: whether it gets the info.
    """

    refer: Refer
    asks_info: bool


class EntitiesResolver:
    """Does what Strawberry's resolver does; representations are not changed."""

    def __init__(self, schema: FederatedSchema) -> None:
        """Knows no type yet.

        Args:
            schema: its own resolver is asked where any type has no `resolve_reference`, or is none.
        """
        self._schema = schema
        self._references: dict[str, Reference] = {}

    def __call__(self, info: Info[Any, Any], representations: Sequence[Any]) -> list[Any]:
        """The entities, or awaitables of them, or why there are none."""
        found: list[Any] = []
        for representation in representations:
            reference = self._reference(representation)
            if reference is None:
                return self._by_strawberry(info, representations)
            found.append(reference)
        for at, representation in enumerate(representations):
            reference, given = found[at], representation.copy()
            del given[TYPENAME]
            if reference.asks_info:
                given["info"] = info
            try:
                found[at] = reference.refer(**given)
            except Exception as error:  # noqa: BLE001 - it becomes the entity's
                found[at] = error
        return found

    def _reference(self, representation: Any) -> Reference | None:
        if type(representation) is not dict:
            return None
        name = representation.get(TYPENAME)
        if type(name) is not str:
            return None
        return self._references.get(name) or self._learn(name)

    def _learn(self, name: str) -> Reference | None:
        concrete = self._schema.schema_converter.type_map.get(name)
        definition = getattr(concrete, "definition", None)
        if not isinstance(definition, StrawberryObjectDefinition):
            return None
        refer = getattr(definition.origin, "resolve_reference", None)
        if refer is None:
            return None
        self._references[name] = Reference(refer, "info" in get_func_args(refer))
        return self._references[name]

    def _by_strawberry(self, info: Info[Any, Any], representations: Sequence[Any]) -> list[Any]:
        own: list[Any] = [each.copy() if type(each) is dict else each for each in representations]
        return self._schema.entities_resolver(info, own)


def entities_resolver(schema: Schema, function: Any) -> EntitiesResolver | None:
    """What stands for a field's function, if that is Strawberry's own for `_entities`."""
    own = getattr(function, "__func__", None) is FederatedSchema.entities_resolver
    if not own or not isinstance(schema, FederatedSchema) or function.__self__ is not schema:
        return None
    return EntitiesResolver(schema)
