"""Makes calls of fetches: entity fetches of different places share one where nothing takes longer by it.

Two entity fetches to one subgraph can share a call if they can be made at the same level of the plan. A fetch
has room to wait where others of the plan take longer anyway. Which levels make the fewest calls is a
scheduling problem; a few simple schedules are compared, in time that grows with fetches times levels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gateway.planner.drafts import Call, Draft
from gateway.planner.levels import earliest, latest, remove_transitive
from gateway.planner.merges import merge_where

Levels = Mapping[Draft, int]


def calls(drafts: Sequence[Draft]) -> list[Call]:
    """Put all fetches into calls: as few as found, none deeper than the fetches alone."""
    early = earliest(drafts)
    late = latest(drafts, early)
    schedules = (early, waiting(drafts, late), hurrying(drafts, early))
    levels = min(schedules, key=lambda schedule: (len(_grouped(drafts, schedule)), sum(schedule.values())))
    groups = [merge_where(group, _anywhere) for group in _grouped(drafts, levels).values()]
    made = [Call(kept) for kept, _ in groups]
    where = {draft: call for call in made for draft in call.drafts}
    for _, replaced in groups:
        where |= {draft: where[twin] for draft, twin in replaced.items()}
    for draft in drafts:
        where[draft].depends_on |= {where[each] for each in draft.depends_on}
    remove_transitive(made)
    return made


def waiting(drafts: Sequence[Draft], late: Levels) -> dict[Draft, int]:
    """A schedule where each fetch waits until one to its subgraph can wait no longer."""
    levels: dict[Draft, int] = {}
    for level in range(1 + max(late.values(), default=-1)):
        ready = [
            each
            for each in drafts
            if each not in levels and all(levels.get(before, level) < level for before in each.depends_on)
        ]
        due = {each.subgraph for each in ready if late[each] == level}
        levels |= {each: level for each in ready if each.representations is None or each.subgraph in due}
    return levels


def hurrying(drafts: Sequence[Draft], early: Levels) -> dict[Draft, int]:
    """The same from the end: each fetch goes ahead until one to its subgraph can go no further."""
    following: dict[Draft, list[Draft]] = {each: [] for each in drafts}
    for each in drafts:
        for before in each.depends_on:
            following[before].append(each)
    levels: dict[Draft, int] = {}
    for level in range(max(early.values(), default=-1), -1, -1):
        ready = [
            each
            for each in drafts
            if each not in levels and all(levels.get(later, level) > level for later in following[each])
        ]
        due = {each.subgraph for each in ready if early[each] == level}
        levels |= {
            each: level
            for each in ready
            if early[each] == level or (each.representations is not None and each.subgraph in due)
        }
    return levels


def _grouped(drafts: Sequence[Draft], levels: Levels) -> dict[tuple[object, ...], list[Draft]]:
    groups: dict[tuple[object, ...], list[Draft]] = {}
    for draft in drafts:
        group: tuple[object, ...] = (levels[draft], draft.subgraph, bool(draft.from_above))
        if draft.representations is None:
            group = (draft,)
        groups.setdefault(group, []).append(draft)
    return groups


def _anywhere(_one: Draft, _other: Draft) -> bool:
    """Within a call, fetches wait for the same."""
    return True
