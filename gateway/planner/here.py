"""Where the builder of fetches stands: in a fetch, at a place in the tree of data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from gateway.plan.nodes import Step
from gateway.planner.drafts import Block, Draft
from gateway.planner.spots import Spot
from gateway.planner.ways import Move, Place
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
        draft: The fetch; None before the first.
        block: The selection set to write into.
        subgraph: Of the fetch.
        known: The concrete types that the subgraph may give here.
        provided: What a `@provides` on the way made resolvable.
        path: The place in the tree of data.
        spot: The same, for names.
        beside: All concrete types that may lie here, in this fetch or the one before.
        guises: The interface objects that stand for concrete types in the subgraph.
        stand_ins: The interfaces whose names are all that is known of these types so far.
        above: The object whose field led here.
    """

    draft: Draft | None
    block: Block
    subgraph: str | None
    known: frozenset[str]
    provided: tuple[Selections, ...]
    path: tuple[Step, ...]
    spot: Spot
    beside: frozenset[str]
    guises: Mapping[str, str] = field(default_factory=dict)
    stand_ins: Mapping[str, str] = field(default_factory=dict)
    above: Above | None = None

    def place(self, concrete: str) -> Place:
        """The same for the search, for one of the types."""
        return Place(
            concrete, self.subgraph, self.provided, self.guises.get(concrete), self.stand_ins.get(concrete)
        )

    def moved(self, draft: Draft, moves: Mapping[str, Move]) -> Here:
        """The same place in another fetch, for the types that moved there."""
        landings = {concrete: move.there for concrete, move in moves.items()}
        return replace(
            self,
            draft=draft,
            block=draft.block,
            subgraph=draft.subgraph,
            known=frozenset(moves),
            provided=(),
            guises={each: there.guise for each, there in landings.items() if there.guise is not None},
            stand_ins={
                each: there.stand_in for each, there in landings.items() if there.stand_in is not None
            },
        )

    def ancestors(self) -> Iterator[Above]:
        """The objects above, nearest first."""
        above = self.above
        while above is not None:
            yield above
            above = above.here.above

    def told_as(self, types: frozenset[str]) -> frozenset[str]:
        """The names that objects of these types may have in the data."""
        return types.union(self.stand_ins[each] for each in types if each in self.stand_ins)
