"""Derives the shape of the client's response from the response keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from graphql import (
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLString,
    get_named_type,
    is_abstract_type,
)

from gateway.errors import CannotPlan
from gateway.plan.nodes import ObjectTypes, only_type
from gateway.plan.shape import DeferredFields, Shape, ShapeField, StreamedList
from gateway.planner.choose.response_scope import ResponseScope
from gateway.planner.normalize import INTROSPECTION
from gateway.supergraph import Field, Selections, Supergraph, possible_types
from gateway.supergraph.deferral import INITIALLY, Delivery
from gateway.supergraph.selections import TYPENAME
from gateway.supergraph.typed import alike

Keys: TypeAlias = tuple[str, ...]
"""Response keys from the root."""

INTROSPECTED = GraphQLScalarType("__Introspected", description="A value that the gateway itself produces.")


@dataclass(slots=True)
class ResponseShaper:
    """Builds shapes, once for equal selections in the same scope.

    Attributes:
        supergraph: The supergraph with its public types.
        hidden: The concrete types whose objects the client may not see.
        whole: The paths of response keys whose lists are not sent in parts.
        streams: The lists that are sent in parts, by path.
    """

    supergraph: Supergraph
    hidden: frozenset[str] = frozenset()
    whole: frozenset[Keys] = frozenset()
    streams: dict[Keys, StreamedList] = field(default_factory=dict)
    _known: dict[tuple[Selections, int, str, tuple[ObjectTypes, ...]], Shape] = field(default_factory=dict)

    def shape(
        self,
        wanted: Selections,
        scope: ResponseScope,
        static: str,
        path: Keys = (),
        delivery: Delivery = INITIALLY,
        *,
        types: tuple[ObjectTypes, ...] = (),
    ) -> Shape:
        """Return the shape of the objects in a scope.

        Args:
            wanted: The client's selections on the objects.
            scope: The response keys of the objects.
            static: The public type of the objects.
            path: The response keys that lead to the objects.
            delivery: The deferred fragments with which the objects are delivered.
            types: The types that subgraphs may return for the objects; none for the root.
        """
        index = (wanted, id(scope), static, types)
        if index not in self._known:
            named = self.supergraph.public.type_map[static]
            possible = possible_types(self.supergraph.public, named)
            returned = (
                frozenset[str]().union(*(object_types.possible for object_types in types))
                if types
                else possible
            )
            concretes = sorted(possible & returned - self.hidden)
            every = {concrete: self._fields(wanted, concrete, scope, path) for concrete in concretes}
            fields = {concrete: made.pop(delivery, ()) for concrete, made in every.items()}
            deferred = {concrete: _deferred(made) for concrete, made in every.items() if made}
            for interface, members in self.supergraph.interface_objects.items():
                # If the response is the same for all these types, the concrete type may still be unknown.
                if members & self.hidden:
                    continue
                if members & fields.keys() and alike(wanted, members, self.supergraph.public):
                    member = min(members & fields.keys())
                    fields[interface] = fields[member]
                    deferred |= {interface: deferred[member]} if member in deferred else {}
            only: str | None = static
            if is_abstract_type(named):
                only = only_type(types)
                only = only if only in fields else None
            self._known[index] = Shape(only, fields, possible & self.hidden, deferred)
        return self._known[index]

    def _fields(
        self, wanted: Selections, concrete: str, scope: ResponseScope, path: Keys
    ) -> dict[Delivery, tuple[ShapeField, ...]]:
        """Return the fields of a type, by the deferred fragments with which they are delivered."""
        fields: dict[Delivery, tuple[ShapeField, ...]] = {}
        for selected in wanted.of(concrete):
            made = self._field(selected, concrete, scope, path)
            fields[selected.delivery] = (*fields.get(selected.delivery, ()), made)
        return fields

    def _field(self, wanted: Field, concrete: str, scope: ResponseScope, path: Keys) -> ShapeField:
        response, fragments = wanted.response or wanted.name, wanted.fragments
        coordinate = f"{concrete}.{wanted.name}"
        if wanted.name == TYPENAME:
            typename = GraphQLNonNull(GraphQLString)
            return ShapeField(response, None, coordinate, typename, fragments=fragments)
        if wanted.name in INTROSPECTION:
            return ShapeField(response, response, coordinate, INTROSPECTED, fragments=fragments)
        owner = self.supergraph.public.get_type(concrete)
        if not isinstance(owner, GraphQLObjectType | GraphQLInterfaceType):
            raise CannotPlan(f"{coordinate} is not a field of an object or interface type.")
        output = owner.fields[wanted.name].type
        if wanted.hidden:
            return ShapeField(response, None, coordinate, output, hidden=True, fragments=fragments)
        response_key = scope.client_key_of(concrete, wanted) or response
        below, keys = None, (*path, response_key)
        if wanted.children is not None:
            named = get_named_type(output).name
            child = scope.child(response_key)
            types = child.types_below(concrete)
            below = self.shape(wanted.children, child, named, keys, wanted.delivery, types=types)
        streamed = self._streamed(wanted, keys)
        return ShapeField(
            response, response_key, coordinate, output, below, streamed=streamed, fragments=fragments
        )

    def _streamed(self, wanted: Field, path: Keys) -> StreamedList | None:
        how = wanted.streaming
        if how is None or path in self.whole:
            return None
        return self.streams.setdefault(
            path, StreamedList(how.label, how.initial_count, path, wanted.delivery)
        )


def _deferred(fields: Mapping[Delivery, tuple[ShapeField, ...]]) -> tuple[DeferredFields, ...]:
    return tuple(DeferredFields(delivery, delivered) for delivery, delivered in fields.items())
