"""Makes one fetch of several where they wait for the same: for one place, or for neighbours of a mutation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from gateway.plan.nodes import Step
from gateway.planner.choose.representations import Fields, compatible, merged_fields
from gateway.planner.fetch.fetch_node import FetchNode


def merge_neighbours(fetches: Sequence[FetchNode]) -> list[FetchNode]:
    """Ask for neighbouring fields of a mutation in one request, which its subgraph executes in their order.

    Not if anything stands between: what follows the first field must be done before the second takes effect.
    """
    kept: list[FetchNode] = []
    replaced: dict[FetchNode, FetchNode] = {}
    for fetch in fetches:
        before = next(iter(fetch.depends_on)) if len(fetch.depends_on) == 1 else None
        before = None if before is None else replaced.get(before, before)
        if before is not None and _is_root(before) and _is_root(fetch) and before.subgraph == fetch.subgraph:
            before.selection.absorb(fetch.selection)
            replaced[fetch] = before
        else:
            kept.append(fetch)
    _redirect(kept, replaced)
    return kept


def _is_root(fetch: FetchNode) -> bool:
    return fetch.representations is None and not fetch.path


def merge_siblings(fetches: Sequence[FetchNode]) -> list[FetchNode]:
    """Make one request of entity fetches to one subgraph, for one place, that wait for the same fetches."""
    kept, replaced = merge_matching(fetches, lambda one, other: one.depends_on == other.depends_on)
    _redirect(kept, replaced)
    return kept


def merge_matching(
    fetches: Sequence[FetchNode], may: Callable[[FetchNode, FetchNode], bool]
) -> tuple[list[FetchNode], dict[FetchNode, FetchNode]]:
    """Make one of entity fetches to one subgraph, for one place, of which it is said that they may.

    Returns:
        Those that are left, and by which of them each other one is replaced.
    """
    kept: list[FetchNode] = []
    replaced: dict[FetchNode, FetchNode] = {}
    there: dict[tuple[str, tuple[Step, ...]], list[FetchNode]] = {}
    for fetch in fetches:
        beside = there.setdefault((fetch.subgraph, fetch.path), [])
        twin = next((each for each in beside if may(each, fetch) and _mergeable(each, fetch)), None)
        if twin is None:
            kept.append(fetch)
            beside.append(fetch)
        else:
            _absorb(twin, fetch)
            replaced[fetch] = twin
    return kept, replaced


def _redirect(kept: Sequence[FetchNode], replaced: dict[FetchNode, FetchNode]) -> None:
    for fetch in kept:
        fetch.depends_on = {replaced.get(each, each) for each in fetch.depends_on}


def _mergeable(one: FetchNode, other: FetchNode) -> bool:
    # What has values from above is asked for as often as these differ.
    return (
        not (one.from_above or other.from_above)
        and one.representations is not None
        and other.representations is not None
        and all(
            compatible(fields, other.representations[concrete])
            and one.sent_as.get(concrete) == other.sent_as.get(concrete)
            for concrete, fields in one.representations.items()
            if concrete in other.representations
        )
        and _alike_as_interface_objects(one, other)
    )


def _alike_as_interface_objects(one: FetchNode, other: FetchNode) -> bool:
    """Whether all that goes by an interface object's name brings the same, as it is asked for the same."""
    interface_object_of = {
        *one.selection.interface_object_of.values(),
        *other.selection.interface_object_of.values(),
    }
    brought: dict[str, set[frozenset[str]]] = {}
    for concrete, name in {**one.sent_as, **other.sent_as}.items():
        fields = [field for each in (one, other) for field in (each.representations or {}).get(concrete, ())]
        if name in interface_object_of:
            brought.setdefault(name, set()).add(frozenset(field.name for field in fields))
    return all(len(each) == 1 for each in brought.values())


def _keys(one: FetchNode, other: FetchNode) -> Iterator[tuple[str, dict[str, Fields]]]:
    """The keys by which both can ask, each with what both send beside it."""
    for concrete in one.keys.keys() | other.keys.keys():
        mine, theirs = one.keys.get(concrete, {}), other.keys.get(concrete, {})
        if concrete not in (one.representations or {}):
            yield concrete, theirs
        elif concrete not in (other.representations or {}):
            yield concrete, mine
        elif shared := {key: merged_fields(mine[key], theirs[key]) for key in mine if key in theirs}:
            yield concrete, shared


def _absorb(fetch: FetchNode, other: FetchNode) -> None:
    if fetch.representations is None or other.representations is None:
        raise AssertionError("only entity fetches are merged")
    fetch.parts = [*(fetch.parts or [fetch.copy()]), *(other.parts or [other.copy()])]
    fetch.selection.absorb(other.selection)
    fetch.keys = dict(_keys(fetch, other))
    for concrete, fields in other.representations.items():
        mine = fetch.representations.get(concrete, ())
        fetch.representations[concrete] = merged_fields(mine, fields)
    fetch.sent_as.update(other.sent_as)
    fetch.known_interfaces.update(other.known_interfaces)
