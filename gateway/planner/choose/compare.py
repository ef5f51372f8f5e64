"""Compares candidate plans: the first choices, then others, as long as the budget allows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Generic, Protocol, TypeVar

from gateway.errors import BudgetExceeded, Unreachable
from gateway.planner.choose.choices import Choices
from gateway.planner.search.search import Search


class Candidate(Protocol):
    """What can be compared."""

    @property
    def cost(self) -> tuple[int, ...]:
        """Less is better."""


C = TypeVar("C", bound=Candidate)


@dataclass(slots=True)
class Best(Generic[C]):
    """The best candidate so far.

    Attributes:
        plan: The candidate.
        choices: The choices that made it.
        costs: By number, the cost of the first candidate and of each one that was better than all before.
        tried: How many candidates there were.
    """

    plan: C
    choices: Choices
    costs: dict[int, tuple[int, ...]]
    tried: int = 1


def best_of(
    candidate: Callable[[Choices], C],
    search: Search,
    subgraphs: Sequence[str],
    tries: int,
    *,
    bound: tuple[int, ...] | None = None,
) -> Best[C]:
    """Return the best candidate that the budget allows to find.

    Args:
        candidate: Makes a candidate by these choices.
        search: Finds the paths.
        subgraphs: All subgraphs.
        tries: How many candidates may be made.
        bound: The first numbers of a cost that no candidate can be below; once they are reached, no more
            candidates are made. None if no bound is known.

    Raises:
        CannotPlan: The first choices lead to no plan.
    """
    choices = Choices(search)
    first = candidate(choices)
    best = Best(first, choices, {1: first.cost})
    for other in islice(_others(best, subgraphs), tries - 1):
        if not search.work.leaves_time_to_compare():
            break
        if bound is not None and best.plan.cost[: len(bound)] <= bound:
            break
        best.tried += 1
        with suppress(BudgetExceeded, Unreachable):
            made = candidate(other)
            if made.cost < best.plan.cost:
                best.plan, best.choices = made, other
                best.costs[best.tried] = made.cost
    return best


def _others(best: Best[C], subgraphs: Sequence[str]) -> Iterator[Choices]:
    """Yield other choices: each subgraph preferred in turn, then one choice of the best changed at a time."""
    search = best.choices.search
    offered = best.choices.offered()
    yield from (Choices(search, subgraph) for subgraph in subgraphs if subgraph in offered)
    for point, decision in best.choices.open():
        for index, path in enumerate(decision.paths):
            if path is not decision.chosen:
                yield Choices(search, best.choices.preferred, {**best.choices.forced, point: index})
