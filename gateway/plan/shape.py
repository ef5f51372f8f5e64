"""The shape of the client's response: which fetched value goes where, and which type it must have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from graphql import GraphQLOutputType


@dataclass(frozen=True, slots=True)
class ShapeField:
    """One field of the response.

    Attributes:
        response: The client's name for it.
        response_key: The key in the fetched data; None for `__typename` and introspection.
        coordinate: The field's schema coordinate, such as `Club.state`, for messages.
        type: Its type in the public schema.
        below: The shape of its objects; None for a leaf.
        hidden: Whether the client may not see it: it is null, with an error.
    """

    response: str
    response_key: str | None
    coordinate: str
    type: GraphQLOutputType
    below: Shape | None = None
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """The shape of the objects at one place of the response.

    Attributes:
        only: The concrete type, if no other is possible.
        fields: By concrete type, in the order of the response.
        hidden: The concrete types whose objects the client may not see: they are null, with an error.
    """

    only: str | None
    fields: Mapping[str, tuple[ShapeField, ...]]
    hidden: frozenset[str] = frozenset()
