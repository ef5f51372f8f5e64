"""Chooses among ways: first greedily, then by trying other choices and keeping what makes a better plan."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import Generic, TypeVar

from gateway.errors import BudgetExceeded, Unreachable
from gateway.planner.search.graph import FieldPath, Node, Requirements
from gateway.planner.search.search import Search, most_complete
from gateway.planner.search.unreachable import why_not
from gateway.supergraph import Field

ChoicePoint = tuple[tuple[str, ...], str, str]
"""A choice point: the response_key path, the concrete type, the field."""
MadeMove = tuple[str, Requirements]
"""Where a move leads, and what for."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Decision:
    """A choice that was made.

    Attributes:
        node: Where one stood.
        paths: Those that were there.
        chosen: The one that was taken.
        forced: Whether it was taken to try another plan.
    """

    node: Node
    paths: tuple[FieldPath, ...]
    chosen: FieldPath
    forced: bool = False


@dataclass(slots=True)
class Choices:
    """The choices made in one draft of a plan.

    Attributes:
        search: Finds the ways.
        preferred: A subgraph to be asked wherever it can answer, or None.
        forced: Which of its ways a choice point takes.
        met: All decisions, in the order in which they were made.
    """

    search: Search
    preferred: str | None = None
    forced: Mapping[ChoicePoint, int] = field(default_factory=dict)
    met: dict[ChoicePoint, Decision] = field(default_factory=dict)

    def open(self) -> list[tuple[ChoicePoint, Decision]]:
        """The choice points that had several ways."""
        return [(point, each) for point, each in self.met.items() if len(each.paths) > 1]

    def offered(self) -> set[str | None]:
        """The subgraphs that a preference could lead to: no other one makes a difference."""
        return {_at(path, each.node) for _, each in self.open() for path in each.paths}

    def choose(
        self, fields: Sequence[Field], node: Node, response_path: tuple[str, ...], moves_made: set[MadeMove]
    ) -> dict[Field, FieldPath]:
        """A way for each of the fields that are wanted of one object.

        Args:
            fields: What is wanted.
            node: Where one stands.
            response_path: The response_key path, for telling choice points apart.
            moves_made: Moves that are made from here anyway; the chosen ones are added.

        Raises:
            Unreachable: A field cannot be fetched from here.
        """
        paths = {wanted: self._remembered(wanted, node) for wanted in fields}
        chosen = {wanted: found[0] for wanted, found in paths.items() if len(found) == 1}
        moves_made.update(made for path in chosen.values() if (made := _made_move(path)) is not None)
        for wanted in fields:
            if wanted not in chosen:
                path = chosen[wanted] = self._pick(wanted, paths[wanted], node, response_path, moves_made)
                if (made := _made_move(path)) is not None:
                    moves_made.add(made)
        for wanted in fields:
            point = (response_path, node.type, wanted.response or wanted.name)
            decision = Decision(node, paths[wanted], chosen[wanted], point in self.forced)
            self.met.setdefault(point, decision)
        return chosen

    def _remembered(self, wanted: Field, node: Node) -> tuple[FieldPath, ...]:
        """The ways to choose from, which are the same in every draft."""
        known = self.search.options.get((wanted, node))
        if known is None:
            known = self.search.options[wanted, node] = tuple(self._complete(wanted, node))
        return known

    def _complete(self, wanted: Field, node: Node) -> list[FieldPath]:
        """The ways that leave nothing, or the one that leaves least."""
        paths = self.search.paths(wanted, node)
        whole = [path for path in paths if path.remaining is None]
        complete = _undominated([path for path in whole if path.unknown_types == whole[0].unknown_types])
        best = most_complete(paths)
        if complete:
            side_by_side = self._side_by_side(wanted, node, complete[0])
            return complete if side_by_side is None else [side_by_side]
        remaining = self.search.coverage(wanted, node).remaining
        if best is None or remaining is not None:
            raise Unreachable(why_not(self.search, remaining or wanted, node))
        return [best]

    def _side_by_side(self, wanted: Field, node: Node, other: FieldPath) -> FieldPath | None:
        """The first of several root fetches that give a field together, earlier than another way does."""
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

        def cost(path: FieldPath) -> tuple[bool, int, bool, int]:
            made = _made_move(path)
            return (
                self.preferred is not None and _at(path, node) != self.preferred,
                path.cost.depth,
                made is not None and made not in moves_made,
                len(path.cost.calls),
            )

        return min(paths, key=cost)


def _undominated(paths: Sequence[FieldPath]) -> list[FieldPath]:
    """The ways that are better in something than each one before them."""
    kept: list[FieldPath] = []
    for path in paths:
        if not any(
            each.cost.depth <= path.cost.depth and each.cost.calls <= path.cost.calls for each in kept
        ):
            kept.append(path)
    return kept


def _at(path: FieldPath, node: Node) -> str | None:
    """The subgraph that a way asks for the field."""
    return node.subgraph if path.move is None else path.move.subgraph


def _made_move(path: FieldPath) -> MadeMove | None:
    return None if path.move is None else (path.move.subgraph, path.move.requirements)


@dataclass(slots=True)
class Best(Generic[T]):
    """The best plan so far.

    Attributes:
        plan: Itself.
        choices: What made it.
        costs: By number, the first plan's worth and that of each one that was better.
        tried: How many were drawn.
    """

    plan: T
    choices: Choices
    costs: dict[int, tuple[int, ...]]
    tried: int = 1


def improve(
    draw: Callable[[Choices], T],
    cost: Callable[[T], tuple[int, ...]],
    search: Search,
    subgraphs: Sequence[str],
    tries: int,
    *,
    bound: tuple[int, ...] | None = None,
) -> Best[T]:
    """Draw plans by different choices and return the best that the budget allows to find.

    Args:
        draw: Makes a plan, asking `Choices` at every choice point.
        cost: Less is better.
        search: The ways.
        subgraphs: All of them.
        tries: How many plans may be drawn.
        bound: The first numbers of a worth that no plan can be below; there the search for a better one ends.
            None where nothing is known.

    Raises:
        CannotPlan: There is no plan.
    """
    choices = Choices(search)
    first = draw(choices)
    best = Best(first, choices, {1: cost(first)})
    least = best.costs[1]
    for other in islice(_others(best, subgraphs), tries - 1):
        if not search.work.leaves_time_to_compare():
            break
        if bound is not None and least[: len(bound)] <= bound:
            break
        best.tried += 1
        with suppress(BudgetExceeded, Unreachable):
            drawn = draw(other)
            if cost(drawn) < least:
                best.plan, best.choices = drawn, other
                best.costs[best.tried] = least = cost(drawn)
    return best


def _others(best: Best[T], subgraphs: Sequence[str]) -> Iterator[Choices]:
    """Other choices: each subgraph preferred in its turn, then one choice of the best changed at a time."""
    search = best.choices.search
    offered = best.choices.offered()
    yield from (Choices(search, subgraph) for subgraph in subgraphs if subgraph in offered)
    for point, decision in best.choices.open():
        for index, path in enumerate(decision.paths):
            if path is not decision.chosen:
                yield Choices(search, best.choices.preferred, {**best.choices.forced, point: index})
