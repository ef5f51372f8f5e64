"""The shape of the client's response: where each fetched value goes, and which type it must have."""

from __future__ import annotations

from collections.abc import Mapping

from graphql import GraphQLOutputType
from msgspec import Struct, field

from gateway.supergraph.deferral import INITIALLY, Delivery


class StreamedList(Struct, frozen=True):
    """A list with `@stream`.

    Attributes:
        label: The client's label.
        initial_count: How many items are sent first, or the name of the variable that says so.
        path: The response keys that lead to it.
        delivery: The deferred fragments with which its first items are delivered.
    """

    label: str | None
    initial_count: int | str
    path: tuple[str, ...]
    delivery: Delivery


class ShapeField(Struct, frozen=True):
    """One field of the response.

    Attributes:
        response: The client's name for the field.
        response_key: The key in the fetched data; None for `__typename` and introspection.
        coordinate: The field's schema coordinate, such as `Club.state`, for messages.
        type: Its type in the public schema.
        below: The shape of its objects; None for a leaf.
        hidden: Whether the client may not see it: it is null, with an error.
        streamed: How its list is sent in parts; None if it is sent as a whole.
        fragments: The innermost deferred fragments in which the client selects it, by number.
    """

    response: str
    response_key: str | None
    coordinate: str
    type: GraphQLOutputType
    below: Shape | None = None
    hidden: bool = False
    streamed: StreamedList | None = None
    fragments: Delivery = INITIALLY


class DeferredFields(Struct, frozen=True):
    """The fields of an object that are delivered later than the object, with the same deferred fragments."""

    delivery: Delivery
    fields: tuple[ShapeField, ...]


class Shape(Struct, frozen=True):
    """The shape of the objects at one position of the response.

    Attributes:
        only: The type, if it is the only possible one: a concrete type, or an interface object whose
            implementations are all shown alike.
        fields: The fields by concrete type, in the order of the response.
        hidden: The concrete types whose objects the client may not see: they are null, with an error.
        deferred: The fields that are delivered later, by concrete type.
    """

    only: str | None
    fields: Mapping[str, tuple[ShapeField, ...]]
    hidden: frozenset[str] = frozenset()
    deferred: Mapping[str, tuple[DeferredFields, ...]] = field(default_factory=dict)
