"""Where data lies between the subgraphs' answers and the client's: one name a field, without collisions.

A spot is a place in the tree that all fetches write into. Every field gets a response key there, which is
also its alias in subgraph requests. Usually it is the client's response name; where two fields of different
meaning or shape would share it, or the gateway needs a field under a name that the client gave away, the
later one gets a name of its own, and projection undoes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from gateway.supergraph import Field, Supergraph
from gateway.supergraph.selections import TYPENAME


@dataclass(slots=True)
class _Owner:
    """What a response key stands for."""

    name: str
    arguments: str
    shapes: dict[str, str]
    response: str | None


@dataclass(slots=True)
class ResponseScope:
    """One place in the tree of data.

    Attributes:
        children: Below, by response key.
    """

    children: dict[str, ResponseScope] = field(default_factory=dict)
    _owners: dict[str, _Owner] = field(default_factory=dict)
    _client_keys: dict[tuple[str, str | None, str, str], str] = field(default_factory=dict)
    _stored: dict[tuple[str, str, str], str] = field(default_factory=dict)

    def child(self, response_key: str) -> ResponseScope:
        """The spot below a response key."""
        return self.children.setdefault(response_key, ResponseScope())

    def response_keys(self) -> Iterator[str]:
        """Every response key that was given here."""
        return iter(self._owners)

    def client_name(self, response_key: str) -> str | None:
        """The client's name for a response key; None where the client did not ask."""
        owner = self._owners.get(response_key)
        return None if owner is None else owner.response

    def client_key_of(self, concrete: str, wanted: Field) -> str | None:
        """The response key of a client's field on a type, if any fetch brings it."""
        return self._client_keys.get((concrete, wanted.response, wanted.name, wanted.arguments))

    def assign_key(self, supergraph: Supergraph, types: Iterable[str], wanted: Field) -> str:
        """Give a field its response key, the same for all of these types.

        The types are alike in the subgraph that selects the field, and in the name already given.
        """
        members = sorted(types)
        shapes = _shapes(supergraph, members, wanted.name)
        response_key = self.key_of(members[0], wanted) or self._free(wanted, shapes)
        owner = self._owners.setdefault(
            response_key, _Owner(wanted.name, wanted.arguments, dict(shapes), wanted.response)
        )
        owner.shapes.update(shapes)
        owner.response = owner.response or wanted.response
        for concrete in members:
            self._client_keys[concrete, wanted.response, wanted.name, wanted.arguments] = response_key
            self._stored.setdefault((concrete, wanted.name, wanted.arguments), response_key)
        return response_key

    def key_of(self, concrete: str, wanted: Field) -> str | None:
        """The response key that a field already has on a type."""
        if wanted.response is None:
            return self._stored.get((concrete, wanted.name, wanted.arguments))
        return self.client_key_of(concrete, wanted)

    def _free(self, wanted: Field, shapes: Mapping[str, str]) -> str:
        preferred = wanted.response or wanted.name
        if preferred != TYPENAME and self._fits(preferred, wanted, shapes):
            return preferred
        number = 0
        while not self._fits(f"_{preferred.strip('_')}_{number}", wanted, shapes):
            number += 1
        return f"_{preferred.strip('_')}_{number}"

    def _fits(self, response_key: str, wanted: Field, shapes: Mapping[str, str]) -> bool:
        owner = self._owners.get(response_key)
        if owner is None:
            return True
        if (owner.name, owner.arguments) != (wanted.name, wanted.arguments):
            return False
        if None not in (owner.response, wanted.response) and owner.response != wanted.response:
            return False
        return all(shape == owner.shapes.get(subgraph, shape) for subgraph, shape in shapes.items())


def _shapes(supergraph: Supergraph, members: list[str], name: str) -> Mapping[str, str]:
    """The field's type in each subgraph, composite types by their lists and non-nulls alone."""
    if len(members) == 1:
        return supergraph.available(members[0]).shapes.get(name, {})
    shapes: dict[str, str] = {}
    for concrete in members:
        for subgraph, shape in supergraph.available(concrete).shapes.get(name, {}).items():
            shapes.setdefault(subgraph, shape)
    return shapes
