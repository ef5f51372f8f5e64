"""Makes calls of fetches: entity fetches of different places share one where nothing takes longer by it.

Two entity fetches to one subgraph can share a call if they can be made at the same level of the plan. A fetch
has room to wait where others of the plan take longer anyway. Which levels make the fewest calls is a
scheduling problem; a few simple schedules are compared, in time that grows with fetches times levels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gateway.planner.fetch.fetch_node import Call, FetchNode
from gateway.planner.passes.merge import merge_matching
from gateway.planner.passes.schedule import earliest, latest, remove_transitive

Levels = Mapping[FetchNode, int]


def share_calls(fetches: Sequence[FetchNode]) -> list[Call]:
    """Put all fetches into calls: as few as found, none deeper than the fetches alone."""
    early = earliest(fetches)
    late = latest(fetches, early)
    schedules = (early, schedule_late(fetches, late), schedule_early(fetches, early))
    levels = min(schedules, key=lambda schedule: (len(_grouped(fetches, schedule)), sum(schedule.values())))
    groups = [merge_matching(group, _anywhere) for group in _grouped(fetches, levels).values()]
    made = [Call(kept) for kept, _ in groups]
    where = {fetch: call for call in made for fetch in call.fetches}
    for _, replaced in groups:
        where |= {fetch: where[twin] for fetch, twin in replaced.items()}
    for fetch in fetches:
        where[fetch].depends_on |= {where[each] for each in fetch.depends_on}
    remove_transitive(made)
    return made


def schedule_late(fetches: Sequence[FetchNode], late: Levels) -> dict[FetchNode, int]:
    """A schedule where each fetch waits until one to its subgraph can wait no longer."""
    levels: dict[FetchNode, int] = {}
    for level in range(1 + max(late.values(), default=-1)):
        ready = [
            each
            for each in fetches
            if each not in levels and all(levels.get(before, level) < level for before in each.depends_on)
        ]
        due = {each.subgraph for each in ready if late[each] == level}
        levels |= {each: level for each in ready if each.representations is None or each.subgraph in due}
    return levels


def schedule_early(fetches: Sequence[FetchNode], early: Levels) -> dict[FetchNode, int]:
    """The same from the end: each fetch goes ahead until one to its subgraph can go no further."""
    following: dict[FetchNode, list[FetchNode]] = {each: [] for each in fetches}
    for each in fetches:
        for before in each.depends_on:
            following[before].append(each)
    levels: dict[FetchNode, int] = {}
    for level in range(max(early.values(), default=-1), -1, -1):
        ready = [
            each
            for each in fetches
            if each not in levels and all(levels.get(later, level) > level for later in following[each])
        ]
        due = {each.subgraph for each in ready if early[each] == level}
        levels |= {
            each: level
            for each in ready
            if early[each] == level or (each.representations is not None and each.subgraph in due)
        }
    return levels


def _grouped(fetches: Sequence[FetchNode], levels: Levels) -> dict[tuple[object, ...], list[FetchNode]]:
    groups: dict[tuple[object, ...], list[FetchNode]] = {}
    for fetch in fetches:
        group: tuple[object, ...] = (levels[fetch], fetch.subgraph, bool(fetch.from_above))
        if fetch.representations is None:
            group = (fetch,)
        groups.setdefault(group, []).append(fetch)
    return groups


def _anywhere(_one: FetchNode, _other: FetchNode) -> bool:
    """Within a call, fetches wait for the same."""
    return True
