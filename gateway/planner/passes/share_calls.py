"""Pass: let entity fetches at different paths share a call, unless that makes the plan deeper.

Two entity fetches to one subgraph can share a call if they can run at the same level of the plan. A fetch may
run later than it could where other fetches take longer anyway. Which levels give the fewest calls is a
scheduling problem: a few simple schedules are compared, in time that grows with fetches times levels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gateway.planner.fetch.fetch_node import Call, FetchNode
from gateway.planner.passes.dependencies import earliest, latest
from gateway.planner.passes.merge import merge_matching
from gateway.planner.passes.remove_transitive import remove_transitive

Levels = Mapping[FetchNode, int]


def share_calls(fetches: Sequence[FetchNode]) -> list[Call]:
    """Put all fetches into calls, as few as the schedules allow, without making the plan deeper."""
    early = earliest(fetches)
    late = latest(fetches, early)
    schedules = (early, schedule_late(fetches, late), schedule_early(fetches, early))
    levels = min(schedules, key=lambda schedule: (len(_grouped(fetches, schedule)), sum(schedule.values())))
    groups = [merge_matching(group, _always) for group in _grouped(fetches, levels).values()]
    calls = [Call(kept) for kept, _ in groups]
    call_of = {fetch: call for call in calls for fetch in call.fetches}
    for _, replaced in groups:
        call_of |= {fetch: call_of[twin] for fetch, twin in replaced.items()}
    for fetch in fetches:
        call_of[fetch].depends_on |= {call_of[earlier] for earlier in fetch.depends_on}
    remove_transitive(calls)
    return calls


def schedule_late(fetches: Sequence[FetchNode], late: Levels) -> dict[FetchNode, int]:
    """Return a schedule in which each fetch waits until a fetch to its subgraph can wait no longer."""
    levels: dict[FetchNode, int] = {}
    for level in range(1 + max(late.values(), default=-1)):
        ready = [
            fetch
            for fetch in fetches
            if fetch not in levels and all(levels.get(before, level) < level for before in fetch.depends_on)
        ]
        due = {fetch.subgraph for fetch in ready if late[fetch] == level}
        levels |= {fetch: level for fetch in ready if fetch.representations is None or fetch.subgraph in due}
    return levels


def schedule_early(fetches: Sequence[FetchNode], early: Levels) -> dict[FetchNode, int]:
    """Schedule from the end: each fetch moves ahead until a fetch to its subgraph can move no further."""
    following: dict[FetchNode, list[FetchNode]] = {fetch: [] for fetch in fetches}
    for fetch in fetches:
        for before in fetch.depends_on:
            following[before].append(fetch)
    levels: dict[FetchNode, int] = {}
    for level in range(max(early.values(), default=-1), -1, -1):
        ready = [
            fetch
            for fetch in fetches
            if fetch not in levels and all(levels.get(later, level) > level for later in following[fetch])
        ]
        due = {fetch.subgraph for fetch in ready if early[fetch] == level}
        levels |= {
            fetch: level
            for fetch in ready
            if early[fetch] == level or (fetch.representations is not None and fetch.subgraph in due)
        }
    return levels


def _grouped(fetches: Sequence[FetchNode], levels: Levels) -> dict[tuple[object, ...], list[FetchNode]]:
    """Group the fetches that may share a call; a root fetch is always alone."""
    groups: dict[tuple[object, ...], list[FetchNode]] = {}
    for fetch in fetches:
        has_contexts = bool(fetch.context_variables)
        group: tuple[object, ...] = (levels[fetch], fetch.subgraph, has_contexts, fetch.delivery)
        if fetch.representations is None:
            group = (fetch,)
        groups.setdefault(group, []).append(fetch)
    return groups


def _always(_one: FetchNode, _other: FetchNode) -> bool:
    """Match any two fetches: all fetches of a call have the same dependencies."""
    return True
