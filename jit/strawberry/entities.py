"""Strawberry's resolver of `_entities`, with the look-ups for each type made once."""

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
        found: list[Any] = []
        for representation in representations:
            given = representation.copy()
            reference = references[given.pop(TYPENAME)]
            if reference.asks_info:
                given["info"] = info
            try:
                found.append(reference.refer(**given))
            except Exception as error:  # noqa: BLE001 - it becomes the entity's
                found.append(error)
        return found

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
        own: list[Any] = [each.copy() if type(each) is dict else each for each in representations]
        return self._schema.entities_resolver(info, own)


def entities_resolver(schema: Schema, function: Any) -> EntitiesResolver | None:
    """Return the replacement of Strawberry's own `_entities` resolver; None for any other function."""
    own = getattr(function, "__func__", None) is FederatedSchema.entities_resolver
    if not own or not isinstance(schema, FederatedSchema) or function.__self__ is not schema:
        return None
    return EntitiesResolver(schema)
