"""Makes one fetch of several where they wait for the same: for one place, or for neighbours of a mutation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from gateway.plan.nodes import Step
from gateway.planner.drafts import Draft
from gateway.planner.representations import Fields, agree, together


def merge_neighbours(drafts: Sequence[Draft]) -> list[Draft]:
    """Ask for neighbouring fields of a mutation in one request, which its subgraph executes in their order.

    Not if anything stands between: what follows the first field must be done before the second takes effect.
    """
    kept: list[Draft] = []
    replaced: dict[Draft, Draft] = {}
    for draft in drafts:
        before = next(iter(draft.depends_on)) if len(draft.depends_on) == 1 else None
        before = None if before is None else replaced.get(before, before)
        if before is not None and _is_root(before) and _is_root(draft) and before.subgraph == draft.subgraph:
            before.block.absorb(draft.block)
            replaced[draft] = before
        else:
            kept.append(draft)
    _redirect(kept, replaced)
    return kept


def _is_root(draft: Draft) -> bool:
    return draft.representations is None and not draft.path


def merge_siblings(drafts: Sequence[Draft]) -> list[Draft]:
    """Make one request of entity fetches to one subgraph, for one place, that wait for the same fetches."""
    kept, replaced = merge_where(drafts, lambda one, other: one.depends_on == other.depends_on)
    _redirect(kept, replaced)
    return kept


def merge_where(
    drafts: Sequence[Draft], may: Callable[[Draft, Draft], bool]
) -> tuple[list[Draft], dict[Draft, Draft]]:
    """Make one of entity fetches to one subgraph, for one place, of which it is said that they may.

    Returns:
        Those that are left, and by which of them each other one is replaced.
    """
    kept: list[Draft] = []
    replaced: dict[Draft, Draft] = {}
    there: dict[tuple[str, tuple[Step, ...]], list[Draft]] = {}
    for draft in drafts:
        beside = there.setdefault((draft.subgraph, draft.path), [])
        twin = next((each for each in beside if may(each, draft) and _mergeable(each, draft)), None)
        if twin is None:
            kept.append(draft)
            beside.append(draft)
        else:
            _absorb(twin, draft)
            replaced[draft] = twin
    return kept, replaced


def _redirect(kept: Sequence[Draft], replaced: dict[Draft, Draft]) -> None:
    for draft in kept:
        draft.depends_on = {replaced.get(each, each) for each in draft.depends_on}


def _mergeable(one: Draft, other: Draft) -> bool:
    # What has values from above is asked for as often as these differ.
    return (
        not (one.from_above or other.from_above)
        and one.representations is not None
        and other.representations is not None
        and all(
            agree(fields, other.representations[concrete])
            and one.sent_as.get(concrete) == other.sent_as.get(concrete)
            for concrete, fields in one.representations.items()
            if concrete in other.representations
        )
        and _alike_under_guises(one, other)
    )


def _alike_under_guises(one: Draft, other: Draft) -> bool:
    """Whether all that goes by an interface object's name brings the same, as it is asked for the same."""
    guises = {*one.block.guises.values(), *other.block.guises.values()}
    brought: dict[str, set[frozenset[str]]] = {}
    for concrete, name in {**one.sent_as, **other.sent_as}.items():
        fields = [field for each in (one, other) for field in (each.representations or {}).get(concrete, ())]
        if name in guises:
            brought.setdefault(name, set()).add(frozenset(field.name for field in fields))
    return all(len(each) == 1 for each in brought.values())


def _keys(one: Draft, other: Draft) -> Iterator[tuple[str, dict[str, Fields]]]:
    """The keys by which both can ask, each with what both send beside it."""
    for concrete in one.keys.keys() | other.keys.keys():
        mine, theirs = one.keys.get(concrete, {}), other.keys.get(concrete, {})
        if concrete not in (one.representations or {}):
            yield concrete, theirs
        elif concrete not in (other.representations or {}):
            yield concrete, mine
        elif shared := {key: together(mine[key], theirs[key]) for key in mine if key in theirs}:
            yield concrete, shared


def _absorb(draft: Draft, other: Draft) -> None:
    if draft.representations is None or other.representations is None:
        raise AssertionError("only entity fetches are merged")
    draft.parts = [*(draft.parts or [draft.copy()]), *(other.parts or [other.copy()])]
    draft.block.absorb(other.block)
    draft.keys = dict(_keys(draft, other))
    for concrete, fields in other.representations.items():
        mine = draft.representations.get(concrete, ())
        draft.representations[concrete] = together(mine, fields)
    draft.sent_as.update(other.sent_as)
    draft.stand_ins.update(other.stand_ins)
