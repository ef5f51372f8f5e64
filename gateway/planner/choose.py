"""Chooses among ways: first greedily, then by trying other choices and keeping what makes a better plan."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import Generic, TypeVar

from gateway.errors import OutOfReach, OutOfWork
from gateway.planner.explain import why_not
from gateway.planner.paths import Search, best_covering
from gateway.planner.ways import Needs, Place, Way
from gateway.supergraph import Field

Spot = tuple[tuple[str, ...], str, str]
"""A choice point: the response_key path, the concrete type, the field."""
Target = tuple[str, Needs]
"""Where a move leads, and what for."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Decision:
    """A choice that was made.

    Attributes:
        place: Where one stood.
        ways: Those that were there.
        chosen: The one that was taken.
        forced: Whether it was taken to try another plan.
    """

    place: Place
    ways: tuple[Way, ...]
    chosen: Way
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
    forced: Mapping[Spot, int] = field(default_factory=dict)
    met: dict[Spot, Decision] = field(default_factory=dict)

    def open(self) -> list[tuple[Spot, Decision]]:
        """The choice points that had several ways."""
        return [(point, each) for point, each in self.met.items() if len(each.ways) > 1]

    def offered(self) -> set[str | None]:
        """The subgraphs that a preference could lead to: no other one makes a difference."""
        return {_at(way, each.place) for _, each in self.open() for way in each.ways}

    def choose(
        self, fields: Sequence[Field], place: Place, path: tuple[str, ...], targets: set[Target]
    ) -> dict[Field, Way]:
        """A way for each of the fields that are wanted of one object.

        Args:
            fields: What is wanted.
            place: Where one stands.
            path: The response_key path, for telling choice points apart.
            targets: Moves that are made from here anyway; the chosen ones are added.

        Raises:
            OutOfReach: A field cannot be fetched from here.
        """
        ways = {wanted: self._remembered(wanted, place) for wanted in fields}
        chosen = {wanted: found[0] for wanted, found in ways.items() if len(found) == 1}
        targets.update(target for way in chosen.values() if (target := _target(way)) is not None)
        for wanted in fields:
            if wanted not in chosen:
                way = chosen[wanted] = self._pick(wanted, ways[wanted], place, path, targets)
                if (target := _target(way)) is not None:
                    targets.add(target)
        for wanted in fields:
            point = (path, place.type, wanted.response or wanted.name)
            decision = Decision(place, ways[wanted], chosen[wanted], point in self.forced)
            self.met.setdefault(point, decision)
        return chosen

    def _remembered(self, wanted: Field, place: Place) -> tuple[Way, ...]:
        """The ways to choose from, which are the same in every draft."""
        known = self.search.options.get((wanted, place))
        if known is None:
            known = self.search.options[wanted, place] = tuple(self._complete(wanted, place))
        return known

    def _complete(self, wanted: Field, place: Place) -> list[Way]:
        """The ways that leave nothing, or the one that leaves least."""
        ways = self.search.ways(wanted, place)
        whole = [way for way in ways if way.left is None]
        complete = _undominated([way for way in whole if way.unknown == whole[0].unknown])
        best = best_covering(ways)
        if complete:
            side_by_side = self._side_by_side(wanted, place, complete[0])
            return complete if side_by_side is None else [side_by_side]
        left = self.search.cover(wanted, place).left
        if best is None or left is not None:
            raise OutOfReach(why_not(self.search, left or wanted, place))
        return [best]

    def _side_by_side(self, wanted: Field, place: Place, other: Way) -> Way | None:
        """The first of several root fetches that give a field together, earlier than another way does."""
        is_root = place.subgraph is None and place.type == self.search.supergraph.query
        if not is_root or wanted.children is None or other.cost.depth == 1:
            return None
        pieces = self.search.cover(wanted, place, 0)
        if pieces.left is not None or pieces.unknown > other.unknown:
            return None
        is_better = pieces.cost.depth < other.cost.depth and len(pieces.cost.calls) <= len(other.cost.calls)
        return best_covering(self.search.ways(wanted, place, 0)) if is_better else None

    def _pick(
        self, wanted: Field, ways: tuple[Way, ...], place: Place, path: tuple[str, ...], targets: set[Target]
    ) -> Way:
        point = (path, place.type, wanted.response or wanted.name)
        if point in self.forced:
            return ways[self.forced[point] % len(ways)]

        def worth(way: Way) -> tuple[bool, int, bool, int]:
            target = _target(way)
            return (
                self.preferred is not None and _at(way, place) != self.preferred,
                way.cost.depth,
                target is not None and target not in targets,
                len(way.cost.calls),
            )

        return min(ways, key=worth)


def _undominated(ways: Sequence[Way]) -> list[Way]:
    """The ways that are better in something than each one before them."""
    kept: list[Way] = []
    for way in ways:
        if not any(each.cost.depth <= way.cost.depth and each.cost.calls <= way.cost.calls for each in kept):
            kept.append(way)
    return kept


def _at(way: Way, place: Place) -> str | None:
    """The subgraph that a way asks for the field."""
    return place.subgraph if way.move is None else way.move.subgraph


def _target(way: Way) -> Target | None:
    return None if way.move is None else (way.move.subgraph, way.move.needs)


@dataclass(slots=True)
class Best(Generic[T]):
    """The best plan so far.

    Attributes:
        plan: Itself.
        choices: What made it.
        worths: By number, the first plan's worth and that of each one that was better.
        tried: How many were drawn.
    """

    plan: T
    choices: Choices
    worths: dict[int, tuple[int, ...]]
    tried: int = 1


def improve(
    draw: Callable[[Choices], T],
    worth: Callable[[T], tuple[int, ...]],
    search: Search,
    subgraphs: Sequence[str],
    tries: int,
    *,
    bound: tuple[int, ...] | None = None,
) -> Best[T]:
    """Draw plans by different choices and return the best that the budget allows to find.

    Args:
        draw: Makes a plan, asking `Choices` at every choice point.
        worth: Less is better.
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
    best = Best(first, choices, {1: worth(first)})
    least = best.worths[1]
    for other in islice(_others(best, subgraphs), tries - 1):
        if not search.work.leaves_time_to_compare():
            break
        if bound is not None and least[: len(bound)] <= bound:
            break
        best.tried += 1
        with suppress(OutOfWork, OutOfReach):
            drawn = draw(other)
            if worth(drawn) < least:
                best.plan, best.choices = drawn, other
                best.worths[best.tried] = least = worth(drawn)
    return best


def _others(best: Best[T], subgraphs: Sequence[str]) -> Iterator[Choices]:
    """Other choices: each subgraph preferred in its turn, then one choice of the best changed at a time."""
    search = best.choices.search
    offered = best.choices.offered()
    yield from (Choices(search, subgraph) for subgraph in subgraphs if subgraph in offered)
    for point, decision in best.choices.open():
        for index, way in enumerate(decision.ways):
            if way is not decision.chosen:
                yield Choices(search, best.choices.preferred, {**best.choices.forced, point: index})
