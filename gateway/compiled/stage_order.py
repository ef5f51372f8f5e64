"""Orders the steps of a plan: single steps follow one another; steps that overlap form a parallel stage."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeAlias

from gateway.compiled.runtime.parallel_stage import ParallelStage
from gateway.compiled.runtime.state import State, Step
from gateway.plan import Fetch

Stage: TypeAlias = Callable[[State], Awaitable[None]]
"""Executes a stage: the fetches that all fetches of the next stage wait for."""


def stages(fetches: Sequence[Fetch], steps: Mapping[int, Step]) -> tuple[Stage, ...]:
    """Divide the steps of a plan into stages.

    Args:
        fetches: The fetches, each after those that it waits for.
        steps: The step of each fetch, by its number.
    """
    if not fetches:
        return ()
    before: dict[int, frozenset[int]] = {}
    for fetch in fetches:
        before[fetch.number] = fetch.depends_on.union(*(before[each] for each in fetch.depends_on))
    cuts = [
        index
        for index in range(len(fetches))
        if all({each.number for each in fetches[:index]} <= before[later.number] for later in fetches[index:])
    ]
    parts = [fetches[begin:end] for begin, end in zip(cuts, [*cuts[1:], len(fetches)], strict=True)]
    return tuple(
        steps[part[0].number] if len(part) == 1 else _parallel_stage(part, steps).execute for part in parts
    )


def _parallel_stage(fetches: Sequence[Fetch], steps: Mapping[int, Step]) -> ParallelStage:
    numbers = frozenset(each.number for each in fetches)
    waits = {each.number: len(each.depends_on & numbers) for each in fetches}
    following = {each: [later.number for later in fetches if each in later.depends_on] for each in numbers}
    return ParallelStage(
        steps={each: steps[each] for each in numbers},
        first=tuple(number for number, others in waits.items() if others == 0),
        waiting={number: others for number, others in waits.items() if others},
        following={number: later for number, later in following.items() if later},
    )
