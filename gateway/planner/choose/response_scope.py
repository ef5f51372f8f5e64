"""Response keys: the name of each field in the fetched data, without collisions.

All fetches write into one tree of data. A scope is a place in that tree. Each field has a response key there,
which is also its alias in subgraph requests: usually the client's name for it. If two fields of different
meaning or shape would share a key, or if the gateway needs a field under a name that the client uses for
another, the later field gets a key of its own, and projection gives it the client's name back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from gateway.plan.nodes import ObjectTypes
from gateway.supergraph import Field, SubgraphType, Supergraph
from gateway.supergraph.selections import TYPENAME


@dataclass(slots=True)
class KeyOwner:
    """The field that a response key stands for.

    Attributes:
        name: The field's name.
        arguments: Its arguments as printed.
        shapes: Its type, by subgraph.
        response: The client's name for it; None for a field that the client did not ask for.
    """

    name: str
    arguments: str
    shapes: dict[str, str]
    response: str | None


@dataclass(slots=True)
class ResponseScope:
    """One place in the tree of data.

    Attributes:
        owners: What each response key that was assigned here stands for.
        children: The scopes below, by response key.
        parents: For the types of the objects here, those of the objects above: by the possible type names,
            and the only one if there is no other.
    """

    owners: dict[str, KeyOwner] = field(default_factory=dict)
    children: dict[str, ResponseScope] = field(default_factory=dict)
    parents: dict[tuple[frozenset[str], str | None], frozenset[str]] = field(default_factory=dict)
    _client_keys: dict[tuple[str, str | None, str, str], str] = field(default_factory=dict)
    _keys: dict[tuple[str, str, str], str] = field(default_factory=dict)

    def child(self, response_key: str) -> ResponseScope:
        """Return the scope below a response key."""
        return self.children.setdefault(response_key, ResponseScope())

    def note_types(self, parents: frozenset[str], known: SubgraphType) -> None:
        """Note that objects here have a subgraph's type, below objects of some types."""
        types = (known.possible, known.only)
        self.parents[types] = parents.union(self.parents.get(types, ()))

    def types_below(self, parent: str) -> tuple[ObjectTypes, ...]:
        """Return the types that objects here may have below an object of a type, as far as they are known."""
        return self.place_types(parent) or self.place_types()

    def place_types(self, parent: str | None = None) -> tuple[ObjectTypes, ...]:
        """Return the types that objects here may have, below any object or below one of a type."""
        return tuple(
            ObjectTypes(parents, *types)
            for types, parents in self.parents.items()
            if parent is None or parent in parents
        )

    def client_key_of(self, concrete: str, wanted: Field) -> str | None:
        """Return the response key of a client's field on a type, or None if no fetch provides it."""
        return self._client_keys.get((concrete, wanted.response, wanted.name, wanted.arguments))

    def assign_key(self, supergraph: Supergraph, types: Iterable[str], wanted: Field) -> str:
        """Assign a field its response key, the same for all of these types, and return it.

        The subgraph that selects the field treats the types alike, and a key that it has already is the same.
        """
        members = sorted(types)
        shapes = _shapes(supergraph, members, wanted.name)
        name, arguments, response = wanted.name, wanted.arguments, wanted.response
        response_key = self.key_of(members[0], wanted) or self._free_key(wanted, shapes)
        owner = self.owners.get(response_key)
        if owner is None:
            self.owners[response_key] = KeyOwner(name, arguments, dict(shapes), response)
        else:
            owner.shapes.update(shapes)
            owner.response = owner.response or response
        for concrete in members:
            self._client_keys[concrete, response, name, arguments] = response_key
            self._keys.setdefault((concrete, name, arguments), response_key)
        return response_key

    def key_of(self, concrete: str, wanted: Field) -> str | None:
        """Return the response key that a field has on a type already, or None."""
        if wanted.response is None:
            return self._keys.get((concrete, wanted.name, wanted.arguments))
        return self.client_key_of(concrete, wanted)

    def _free_key(self, wanted: Field, shapes: Mapping[str, str]) -> str:
        preferred = wanted.response or wanted.name
        if preferred != TYPENAME and self._fits(preferred, wanted, shapes):
            return preferred
        number = 0
        while not self._fits(f"_{preferred.strip('_')}_{number}", wanted, shapes):
            number += 1
        return f"_{preferred.strip('_')}_{number}"

    def _fits(self, response_key: str, wanted: Field, shapes: Mapping[str, str]) -> bool:
        owner = self.owners.get(response_key)
        if owner is None:
            return True
        if (owner.name, owner.arguments) != (wanted.name, wanted.arguments):
            return False
        if None not in (owner.response, wanted.response) and owner.response != wanted.response:
            return False
        return all(shape == owner.shapes.get(subgraph, shape) for subgraph, shape in shapes.items())


def _shapes(supergraph: Supergraph, members: list[str], name: str) -> Mapping[str, str]:
    """Return the field's type in each subgraph, reduced to lists and non-nulls for composite types."""
    if len(members) == 1:
        return supergraph.available(members[0]).shapes.get(name, {})
    shapes: dict[str, str] = {}
    for concrete in members:
        for subgraph, shape in supergraph.available(concrete).shapes.get(name, {}).items():
            shapes.setdefault(subgraph, shape)
    return shapes
