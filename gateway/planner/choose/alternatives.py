"""The alternatives to the first choices, and the best candidate plan so far."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Generic, Protocol, TypeVar

from gateway.planner.choose.choices import Choices


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

    def compare(self, plan: C, choices: Choices) -> None:
        """Keep a candidate if it is better."""
        if plan.cost < self.plan.cost:
            self.plan, self.choices = plan, choices
            self.costs[self.tried] = plan.cost


def alternatives(best: Best[C], tries: int, bound: tuple[int, ...] | None) -> Iterator[Choices]:
    """Yield other choices while a better candidate is possible and the budget allows to look for it.

    Args:
        best: The best candidate so far; the choices depend on it.
        tries: How many candidates there may be, with the first.
        bound: The first numbers of a cost that no candidate can be below. None if no bound is known.
    """
    work = best.choices.search.work
    for choices in islice(_others(best), tries - 1):
        if not work.leaves_time_to_compare():
            return
        if bound is not None and best.plan.cost[: len(bound)] <= bound:
            return
        best.tried += 1
        yield choices


def _others(best: Best[C]) -> Iterator[Choices]:
    """Yield each subgraph as preferred, then one choice of the best candidate changed at a time."""
    search = best.choices.search
    offered = best.choices.offered()
    yield from (Choices(search, subgraph) for subgraph in search.supergraph.subgraphs if subgraph in offered)
    for point, decision in best.choices.open():
        for index, path in enumerate(decision.paths):
            if path is not decision.chosen:
                yield Choices(search, best.choices.preferred, {**best.choices.forced, point: index})
