"""The resolved query tree: for each field, the move that leads to it and its response key.

The resolver creates the tree, and the fetch graph is built from it in the same order. The tree contains no
fetches: a move that several fields share is one object in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from msgspec import Struct

from gateway.plan.nodes import ContextSource, RepresentationField
from gateway.planner.choose.position import Position
from gateway.planner.choose.representations import Fields
from gateway.planner.choose.response_scope import ResponseScope
from gateway.planner.search.graph import KeyMove, Move
from gateway.supergraph import ContextArgument, Field, SubgraphField

ResolvedFields: TypeAlias = Sequence["ResolvedField"]
"""Fields of one object, in the order in which they are selected."""


class ResolvedOperation(Struct, frozen=True):
    """All fields of an operation that have to be fetched.

    Attributes:
        root: The name of the root type.
        steps: Groups of fields that are fetched together; a mutation has one step for each of its fields.
        scope: The response keys.
    """

    root: str
    steps: tuple[ResolvedFields, ...]
    scope: ResponseScope


@dataclass(slots=True, eq=False)
class ResolvedField:
    """A field, resolved for some concrete types of an object.

    Attributes:
        wanted: The part of the field that is selected here.
        definition: The field in the subgraph.
        types: The concrete types for which it is selected.
        move: The move to make first; None to stay in the same fetch.
        response_key: Its key in the fetched data; None for a `__typename` that the move itself determines.
        identifies_only: Whether it only serves as part of a key; its value in the response comes from another
            subgraph.
        needs_typename: Whether the objects below may have several types.
        below: The fields of the objects below; None for a leaf.
    """

    wanted: Field
    definition: SubgraphField
    types: frozenset[str]
    move: ResolvedMove | None
    response_key: str | None = None
    identifies_only: bool = False
    needs_typename: bool = False
    below: ResolvedFields | None = None


@dataclass(slots=True, eq=False)
class ResolvedMove:
    """A move that objects of several types make together in one fetch.

    Attributes:
        first: One of the moves; all of them lead to the same subgraph, with the same requirements.
        types: The concrete types that move.
        position: The position of the objects.
        representations: The representations that a key move sends, for each type.
        contexts: The arguments whose values come from ancestors.
    """

    first: Move
    types: tuple[str, ...]
    position: Position
    representations: Sequence[ResolvedRepresentation] = ()
    contexts: Sequence[ResolvedContext] = ()


@dataclass(slots=True, eq=False)
class ResolvedRepresentation:
    """The representation that a key move sends for objects of one concrete type.

    Attributes:
        concrete: The type.
        move: The type's own move.
        known_interface: The interface, if the concrete type may still be unknown when the object is sent.
        needed: The fields that have to be fetched first.
        sent: The fields that are sent, by name.
        keys: If several keys are known, the fields to send for each key alone.
    """

    concrete: str
    move: KeyMove
    known_interface: str | None
    needed: list[ResolvedField] = field(default_factory=list)
    sent: dict[str, RepresentationField] = field(default_factory=dict)
    keys: dict[str, Fields] = field(default_factory=dict)

    def names(self) -> tuple[str, ...]:
        """Return the type names that the objects may have in the fetched data."""
        return (self.concrete,) if self.known_interface is None else (self.concrete, self.known_interface)


@dataclass(slots=True, eq=False)
class ResolvedContext:
    """An argument with the ancestors that may set it, nearest first."""

    argument: ContextArgument
    sources: list[ResolvedContextSource] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class ResolvedContextSource:
    """An ancestor that sets an argument.

    Attributes:
        position: The ancestor's position.
        needed: The fields of the ancestor that have to be fetched.
        source: The same source in the form that the plan uses.
    """

    position: Position
    needed: ResolvedFields
    source: ContextSource
