"""Chooses a path for each field: least depth first, then moves that are made anyway, then fewest calls.

The fields of a mutation are chosen so that neighbours share requests.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from msgspec import Struct

from gateway.errors import Unreachable
from gateway.planner.search.graph import FieldPath, KeyMove, Node, Requirements
from gateway.planner.search.order import most_complete, undominated
from gateway.planner.search.search import Search
from gateway.planner.search.unreachable import why_unreachable
from gateway.supergraph import Field, Key

ChoicePoint: TypeAlias = tuple[tuple[str, ...], str, str]
"""Where a choice is made: the response keys that lead to it, the concrete type and the field."""
Pieces: TypeAlias = tuple[FieldPath, ...]
"""The paths that together fetch a field: nearly always one, which fetches all of it."""
MadeMove: TypeAlias = tuple[str, Requirements]
"""A move that is made anyway: its subgraph, and the requirements besides the key."""


class Decision(Struct, frozen=True):
    """A choice that was made.

    Attributes:
        node: Where the path starts.
        paths: The paths to choose from.
        chosen: The chosen path.
        forced: Whether it was chosen in order to try another plan.
    """

    node: Node
    paths: tuple[FieldPath, ...]
    chosen: FieldPath
    forced: bool = False


@dataclass(slots=True)
class Choices:
    """The choices of one candidate plan.

    Attributes:
        search: Finds the paths.
        preferred: A subgraph that is chosen wherever it has the field, or None.
        forced: By choice point, the index of the path to take.
        decisions: All decisions, in the order in which they were made.
    """

    search: Search
    preferred: str | None = None
    forced: Mapping[ChoicePoint, int] = field(default_factory=dict)
    decisions: dict[ChoicePoint, Decision] = field(default_factory=dict)

    def open(self) -> list[tuple[ChoicePoint, Decision]]:
        """Return the choice points with several paths."""
        return [(point, decision) for point, decision in self.decisions.items() if len(decision.paths) > 1]

    def offered(self) -> set[str | None]:
        """Return the subgraphs for which a preference would make a difference."""
        # Leaves that are alike have the same paths.
        offers = {(decision.node, decision.paths) for _, decision in self.open()}
        return {_at(path, node) for node, paths in offers for path in paths}

    def choose(
        self,
        fields: Sequence[Field],
        node: Node,
        response_path: tuple[str, ...],
        moves_made: set[MadeMove],
    ) -> dict[Field, Pieces]:
        """Choose a path for each of the wanted fields of one object, or several if none has all of it.

        Args:
            fields: The fields.
            node: Where the paths start.
            response_path: The response keys that lead to the object.
            moves_made: Moves that are made from here anyway; the chosen moves are added to them.

        Raises:
            Unreachable: A field cannot be fetched from here.
        """
        paths = {wanted: self._options(wanted, node) for wanted in fields}
        chosen = {wanted: options[0] for wanted, options in paths.items() if len(options) == 1}
        moves_made.update(made for path in chosen.values() if (made := _made_move(path)) is not None)
        for wanted in fields:
            if wanted not in chosen:
                path = self._pick(wanted, paths[wanted], node, response_path, moves_made)
                chosen[wanted] = path
                if (made := _made_move(path)) is not None:
                    moves_made.add(made)
        for wanted in fields:
            point = (response_path, node.type, wanted.response or wanted.name)
            decision = Decision(node, paths[wanted], chosen[wanted], point in self.forced)
            self.decisions.setdefault(point, decision)
        return {wanted: self._pieces(wanted, path, node, None) for wanted, path in chosen.items()}

    def choose_in_condition(
        self, fields: Sequence[Field], node: Node, max_nesting: int
    ) -> dict[Field, Pieces]:
        """Take the best path to each field that is needed for others: the one that the search counted on.

        Args:
            fields: The fields.
            node: Where the paths start.
            max_nesting: How deep conditions may nest below this one.

        Raises:
            Unreachable: A field cannot be fetched from here.
        """
        chosen: dict[Field, Pieces] = {}
        for wanted in fields:
            path = most_complete(self.search.paths(wanted, node, max_nesting))
            if path is None:
                raise Unreachable(f"{node.type}.{wanted.name} cannot be fetched, and another field needs it.")
            chosen[wanted] = self._pieces(wanted, path, node, max_nesting)
        return chosen

    def free_keys(self, move: KeyMove, node: Node, max_nesting: int) -> list[Key]:
        """Return the other keys that can be sent with a move, because they take no further call."""
        known = self.search.supergraph.subgraphs[move.subgraph].types[move.sent_as].keys
        others = [key for key in known if key.resolvable and key is not move.key]
        if not others:
            return []
        calls = self.search.calls_before(move, node, max_nesting)
        costs = [(key, self.search.condition_cost(key.fields, node, max_nesting)) for key in others]
        return [key for key, cost in costs if cost is not None and cost.calls <= calls]

    def _pieces(self, wanted: Field, path: FieldPath, node: Node, max_nesting: int | None) -> Pieces:
        """Return a path, and the best ones to what remains of the field after each."""
        pieces: Pieces = (self.search.leaves.own(path, wanted, node),)
        while path.remaining is not None:
            best = most_complete(self.search.paths(path.remaining, node, max_nesting))
            if best is None:
                raise Unreachable(f"Parts of {node.type}.{wanted.name} cannot be fetched.")
            path = best
            pieces += (path,)
        return pieces

    def _options(self, wanted: Field, node: Node) -> tuple[FieldPath, ...]:
        """Return the possible paths, which are the same for every candidate plan."""
        known = self.search.options.get((wanted, node))
        if known is None:
            alike = self.search.leaves.alike(wanted, node)
            if alike is wanted or not self.search.paths(alike, node):
                known = tuple(self._complete(wanted, node))
            else:
                known = self._options(alike, node)
            self.search.options[wanted, node] = known
        return known

    def _complete(self, wanted: Field, node: Node) -> list[FieldPath]:
        """Return the paths that resolve all of a field; if there are none, the one that leaves the least."""
        paths = self.search.paths(wanted, node)
        whole = [path for path in paths if path.remaining is None]
        complete = undominated([path for path in whole if path.unknown_types == whole[0].unknown_types])
        best = most_complete(paths)
        if complete:
            side_by_side = self._side_by_side(wanted, node, complete[0])
            return complete if side_by_side is None else [side_by_side]
        remaining = self.search.coverage(wanted, node).remaining
        if best is None or remaining is not None:
            raise Unreachable(why_unreachable(self.search, remaining or wanted, node))
        return [best]

    def _side_by_side(self, wanted: Field, node: Node, other: FieldPath) -> FieldPath | None:
        """Return the first of several root fetches that together provide a field earliest."""
        is_root = node.subgraph is None and node.type == self.search.supergraph.query
        if not is_root or wanted.children is None or other.cost.depth == 1:
            return None
        pieces = self.search.coverage(wanted, node, 0)
        if pieces.remaining is not None or pieces.unknown_types > other.unknown_types:
            return None
        is_better = pieces.cost.depth < other.cost.depth and len(pieces.cost.calls) <= len(other.cost.calls)
        return most_complete(self.search.paths(wanted, node, 0)) if is_better else None

    def _pick(
        self,
        wanted: Field,
        paths: tuple[FieldPath, ...],
        node: Node,
        response_path: tuple[str, ...],
        moves_made: set[MadeMove],
    ) -> FieldPath:
        point = (response_path, node.type, wanted.response or wanted.name)
        if point in self.forced:
            return paths[self.forced[point] % len(paths)]

        def rank(path: FieldPath) -> tuple[bool, int, bool, int]:
            move, cost = path.move, path.cost
            return (
                self.preferred is not None and _at(path, node) != self.preferred,
                cost.depth,
                move is not None and (move.subgraph, move.requirements) not in moves_made,
                len(cost.calls),
            )

        return min(paths, key=rank)


def _at(path: FieldPath, node: Node) -> str | None:
    """Return the subgraph from which a path fetches the field."""
    return node.subgraph if path.move is None else path.move.subgraph


def _made_move(path: FieldPath) -> MadeMove | None:
    return None if path.move is None else (path.move.subgraph, path.move.requirements)


class _Route(NamedTuple):
    """The choices for the fields so far.

    Attributes:
        requests: How many requests they take.
        forced: By choice point, the index of the path.
    """

    requests: int
    forced: dict[ChoicePoint, int]


def neighbours_together(choices: Choices) -> Choices:
    """Return other choices, by which the fields of a mutation take the fewest requests.

    A field joins the request of the field before it if one subgraph has both, and nothing of the first is
    fetched elsewhere: that has to be done before the second begins.
    """
    # By the subgraph whose request the next field may join; None where it may join none.
    routes: dict[str | None, _Route] = {None: _Route(0, {})}
    for point, decision in choices.decisions.items():
        if point[0]:
            continue  # below a field
        fewest = min(routes.values(), key=_requests)
        following: dict[str | None, _Route] = {}
        for index, path in enumerate(decision.paths):
            subgraph = None if path.move is None else path.move.subgraph
            before, joined = fewest, None if subgraph is None else routes.get(subgraph)
            if joined is not None and joined.requests <= fewest.requests:
                before = _Route(joined.requests - 1, joined.forced)
            calls = len(path.cost.calls)
            still_open = subgraph if calls == 1 else None
            route = _Route(before.requests + calls, {**before.forced, point: index})
            following[still_open] = min(following.get(still_open, route), route, key=_requests)
        routes = following
    return Choices(choices.search, forced=min(routes.values(), key=_requests).forced)


def _requests(route: _Route) -> int:
    return route.requests
