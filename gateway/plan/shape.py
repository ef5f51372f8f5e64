"""The shape of the client's answer: which stored value goes where, and of what type it must be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from graphql import GraphQLOutputType


@dataclass(frozen=True, slots=True)
class ShapeField:
    """One field of the answer.

    Attributes:
        response: The client's name for it.
        storage: Where its value lies; None for `__typename` and introspection.
        coordinate: For messages, as `Club.state`.
        type: Its type in the public schema.
        below: The shape of its objects; None for a leaf.
    """

    response: str
    storage: str | None
    coordinate: str
    type: GraphQLOutputType
    below: Shape | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """The shape of objects at one place.

    Attributes:
        only: The concrete type, where no other is possible.
        fields: By concrete type, in the order of the answer.
    """

    only: str | None
    fields: Mapping[str, tuple[ShapeField, ...]]
