"""Where the builder of fetches stands: in a fetch, at a place in the tree of data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from gateway.plan.nodes import Step
from gateway.planner.choose.response_scope import ResponseScope
from gateway.planner.fetch.fetch_node import FetchNode, SelectionDraft
from gateway.planner.search.graph import Move, Node
from gateway.supergraph import Selections


@dataclass(frozen=True, slots=True)
class Above:
    """Where a field was selected that leads further down, and for which concrete types."""

    here: Here
    types: frozenset[str]


@dataclass(frozen=True, slots=True)
class Here:
    """Where the builder stands: in a fetch, at a place in the tree of data.

    Attributes:
        fetch: The fetch; None before the first.
        selection: The selection set to write into.
        subgraph: Of the fetch.
        known: The concrete types that the subgraph may give here.
        provided: What a `@provides` on the way made resolvable.
        path: The place in the tree of data.
        scope: The same, for names.
        beside: All concrete types that may lie here, in this fetch or the one before.
        interface_object_of: The interface objects that stand for concrete types in the subgraph.
        known_interfaces: The interfaces whose names are all that is known of these types so far.
        above: The object whose field led here.
    """

    fetch: FetchNode | None
    selection: SelectionDraft
    subgraph: str | None
    known: frozenset[str]
    provided: tuple[Selections, ...]
    path: tuple[Step, ...]
    scope: ResponseScope
    beside: frozenset[str]
    interface_object_of: Mapping[str, str] = field(default_factory=dict)
    known_interfaces: Mapping[str, str] = field(default_factory=dict)
    above: Above | None = None

    def node(self, concrete: str) -> Node:
        """The same for the search, for one of the types."""
        return Node(
            concrete,
            self.subgraph,
            self.provided,
            self.interface_object_of.get(concrete),
            self.known_interfaces.get(concrete),
        )

    def moved(self, fetch: FetchNode, moves: Mapping[str, Move]) -> Here:
        """The same place in another fetch, for the types that moved there."""
        landings = {concrete: move.target for concrete, move in moves.items()}
        return replace(
            self,
            fetch=fetch,
            selection=fetch.selection,
            subgraph=fetch.subgraph,
            known=frozenset(moves),
            provided=(),
            interface_object_of={
                each: there.interface_object
                for each, there in landings.items()
                if there.interface_object is not None
            },
            known_interfaces={
                each: there.known_interface
                for each, there in landings.items()
                if there.known_interface is not None
            },
        )

    def ancestors(self) -> Iterator[Above]:
        """The objects above, nearest first."""
        above = self.above
        while above is not None:
            yield above
            above = above.here.above

    def type_names(self, types: frozenset[str]) -> frozenset[str]:
        """The names that objects of these types may have in the data."""
        return types.union(self.known_interfaces[each] for each in types if each in self.known_interfaces)
