"""Small passes over the drawn fetches; each leaves a correct plan, and a better one."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.planner.drafts import Draft
from gateway.planner.representations import agree, together


def optimized(drafts: Sequence[Draft]) -> list[Draft]:
    """All passes, again and again until nothing changes."""
    current = list(drafts)
    while True:
        remove_transitive(current)
        merged = merge_siblings(current)
        if len(merged) == len(current):
            return merged
        current = merged


def remove_transitive(drafts: Sequence[Draft]) -> None:
    """Drop each dependency that another dependency implies."""
    reach: dict[Draft, frozenset[Draft]] = {}

    def above(draft: Draft) -> frozenset[Draft]:
        if draft not in reach:
            reach[draft] = frozenset(draft.after).union(*(above(each) for each in draft.after))
        return reach[draft]

    for draft in drafts:
        above(draft)
    for draft in drafts:
        implied = frozenset[Draft]().union(*(reach[each] for each in draft.after))
        draft.after -= implied


def merge_siblings(drafts: Sequence[Draft]) -> list[Draft]:
    """Make one request of entity fetches to one subgraph, for one place, that wait for the same fetches."""
    kept: list[Draft] = []
    replaced: dict[Draft, Draft] = {}
    for draft in drafts:
        twin = next((each for each in kept if _mergeable(each, draft)), None)
        if twin is None:
            kept.append(draft)
        else:
            _absorb(twin, draft)
            replaced[draft] = twin
    for draft in kept:
        draft.after = {replaced.get(each, each) for each in draft.after}
    return kept


def _mergeable(one: Draft, other: Draft) -> bool:
    return (
        one.representations is not None
        and other.representations is not None
        and one.subgraph == other.subgraph
        and one.path == other.path
        and one.after == other.after
        and all(
            agree(fields, other.representations[concrete])
            and one.sent_as.get(concrete) == other.sent_as.get(concrete)
            for concrete, fields in one.representations.items()
            if concrete in other.representations
        )
    )


def _absorb(draft: Draft, other: Draft) -> None:
    if draft.representations is None or other.representations is None:
        raise AssertionError("only entity fetches are merged")
    draft.parts = [*(draft.parts or [draft.copy()]), *(other.parts or [other.copy()])]
    draft.block.absorb(other.block)
    for concrete, fields in other.representations.items():
        mine = draft.representations.get(concrete, ())
        draft.representations[concrete] = together(mine, fields)
    draft.sent_as.update(other.sent_as)
    draft.stand_ins.update(other.stand_ins)


def depth(drafts: Sequence[Draft]) -> dict[Draft, int]:
    """How many fetches each one waits for, one after the other."""
    levels: dict[Draft, int] = {}

    def level(draft: Draft) -> int:
        if draft not in levels:
            levels[draft] = 1 + max((level(each) for each in draft.after), default=-1)
        return levels[draft]

    for draft in drafts:
        level(draft)
    return levels
