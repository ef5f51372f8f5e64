"""The moves from a place into a subgraph: by which key, and under which of an object's names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gateway.planner.ways import NOTHING, Move, Needs, Place
from gateway.supergraph import Subgraph, Supergraph


@dataclass(frozen=True, slots=True)
class Entrance:
    """A way into a subgraph with an object at hand.

    Attributes:
        there: Where one stands then.
        sent_as: The type's name in the representation, whose keys count.
        told: Whether the concrete type must be known before.
    """

    there: Place
    sent_as: str
    told: bool = False


def entrances(supergraph: Supergraph, place: Place, subgraph: Subgraph) -> Iterator[Entrance]:
    """Every name under which an object can be represented in a subgraph.

    As long as only an interface is known of the object, it goes under the name of an interface; where the
    subgraph does not have that, the concrete type must be found first.
    """
    for name in subgraph.guises(place.type):
        # An interface that nobody implements is its own interface object.
        guise = name if subgraph.types[name].interface_object else None
        if place.stand_in is None:
            yield Entrance(Place(place.type, subgraph.name, (), guise), name)
        elif guise is None:
            yield Entrance(Place(place.type, subgraph.name), name, told=True)
        elif _covers(supergraph, guise, place.stand_in):
            yield Entrance(Place(place.type, subgraph.name, (), guise, place.stand_in), guise)
        else:
            yield Entrance(Place(place.type, subgraph.name, (), guise), guise, told=True)
    if place.stand_in is not None and place.type in subgraph.types:
        yield from _by_interface(supergraph, place, place.stand_in, subgraph)


def _by_interface(
    supergraph: Supergraph, place: Place, stand_in: str, subgraph: Subgraph
) -> Iterator[Entrance]:
    """Where a key stands on an interface, its subgraph finds the concrete type itself."""
    for known in subgraph.types.values():
        is_interface = known.keys and known.name != place.type and not known.interface_object
        if is_interface and place.type in known.concrete and _covers(supergraph, known.name, stand_in):
            yield Entrance(Place(place.type, subgraph.name), known.name)


def _covers(supergraph: Supergraph, wide: str, narrow: str) -> bool:
    """Whether whatever is of one interface is of the other as well."""
    implemented = supergraph.schema.type_map[narrow]
    return wide == narrow or wide in {each.name for each in getattr(implemented, "interfaces", ())}


def moves(supergraph: Supergraph, place: Place, entrance: Entrance, needs: Needs) -> Iterator[Move]:
    """The moves through an entrance, one for each key."""
    subgraph = entrance.there.subgraph
    requires, contexts = needs
    if place.type == supergraph.query or (place.subgraph is None and place.type == supergraph.mutation):
        yield Move(entrance.there, place.type, None)
    elif subgraph is not None and (needs == NOTHING or _may_bring(place, entrance)):
        for key in supergraph.subgraphs[subgraph].types[entrance.sent_as].keys:
            if key.resolvable:
                yield Move(entrance.there, entrance.sent_as, key, requires, entrance.told, contexts)


def _may_bring(place: Place, entrance: Entrance) -> bool:
    """Required fields go to the type that requires them, never to an interface of it."""
    return place.stand_in is None or entrance.told or entrance.there.guise is not None
