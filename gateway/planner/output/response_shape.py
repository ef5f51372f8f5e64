"""Works out the shape of the client's response from the response keys."""

from __future__ import annotations

from dataclasses import dataclass, field

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
from gateway.plan.shape import Shape, ShapeField
from gateway.planner.choose.response_scope import ResponseScope
from gateway.planner.normalize import INTROSPECTION
from gateway.supergraph import Field, Selections, Supergraph, possible_types
from gateway.supergraph.selections import TYPENAME
from gateway.supergraph.typed import alike

INTROSPECTED = GraphQLScalarType("__Introspected", description="A value that the gateway itself produces.")


@dataclass(slots=True)
class ResponseShaper:
    """Builds shapes, each once for equal selections in one scope.

    Attributes:
        supergraph: The supergraph with its public types.
        hidden: The concrete types whose objects the client may not see.
    """

    supergraph: Supergraph
    hidden: frozenset[str] = frozenset()
    _known: dict[tuple[Selections, int, str], Shape] = field(default_factory=dict)

    def shape(self, wanted: Selections, scope: ResponseScope, static: str) -> Shape:
        """Return the shape of the objects in a scope.

        Args:
            wanted: What the client selects of them.
            scope: Their response keys.
            static: Their public type.
        """
        index = (wanted, id(scope), static)
        if index not in self._known:
            named = self.supergraph.public.type_map[static]
            possible = possible_types(self.supergraph.public, named)
            concretes = sorted(possible - self.hidden)
            fields = {each: self._fields(wanted, each, scope) for each in concretes}
            for interface, members in self.supergraph.interface_objects.items():
                # If the response is the same for all these types, the concrete type may still be unknown.
                if members & self.hidden:
                    continue
                if members & fields.keys() and alike(wanted, members, self.supergraph.public):
                    fields[interface] = fields[min(members & fields.keys())]
            only = None if is_abstract_type(named) else static
            self._known[index] = Shape(only, fields, possible & self.hidden)
        return self._known[index]

    def _fields(self, wanted: Selections, concrete: str, scope: ResponseScope) -> tuple[ShapeField, ...]:
        return tuple(self._field(each, concrete, scope) for each in wanted.of(concrete))

    def _field(self, wanted: Field, concrete: str, scope: ResponseScope) -> ShapeField:
        response = wanted.response or wanted.name
        coordinate = f"{concrete}.{wanted.name}"
        if wanted.name == TYPENAME:
            return ShapeField(response, None, coordinate, GraphQLNonNull(GraphQLString))
        if wanted.name in INTROSPECTION:
            return ShapeField(response, response, coordinate, INTROSPECTED)
        owner = self.supergraph.public.get_type(concrete)
        if not isinstance(owner, GraphQLObjectType | GraphQLInterfaceType):
            raise CannotPlan(f"{coordinate} is not a field of an object or interface type.")
        output = owner.fields[wanted.name].type
        if wanted.hidden:
            return ShapeField(response, None, coordinate, output, hidden=True)
        response_key = scope.client_key_of(concrete, wanted) or response
        below = None
        if wanted.children is not None:
            below = self.shape(wanted.children, scope.child(response_key), get_named_type(output).name)
        return ShapeField(response, response_key, coordinate, output, below)
