"""Merges entity fetches that can become one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from gateway.plan.nodes import Path
from gateway.planner.choose.representations import Fields, compatible, merged_fields
from gateway.planner.fetch.fetch_node import FetchNode
from gateway.supergraph.deferral import Delivery


def merge_matching(
    fetches: Sequence[FetchNode], match: Callable[[FetchNode, FetchNode], bool]
) -> tuple[list[FetchNode], dict[FetchNode, FetchNode]]:
    """Merge entity fetches to one subgraph, at one path, if they match and are mergeable.

    Returns:
        The remaining fetches, and the replacement of each fetch that was merged away.
    """
    kept: list[FetchNode] = []
    replaced: dict[FetchNode, FetchNode] = {}
    at: dict[tuple[str, Path, Delivery], list[FetchNode]] = {}
    for fetch in fetches:
        siblings = at.setdefault((fetch.subgraph, fetch.path, fetch.delivery), [])
        twin = next(
            (sibling for sibling in siblings if match(sibling, fetch) and _mergeable(sibling, fetch)), None
        )
        if twin is None:
            kept.append(fetch)
            siblings.append(fetch)
        else:
            _absorb(twin, fetch)
            replaced[fetch] = twin
    return kept, replaced


def redirect(fetches: Sequence[FetchNode], replaced: Mapping[FetchNode, FetchNode]) -> None:
    """Make fetches depend on the replacements of those that were merged away."""
    for fetch in fetches:
        fetch.depends_on = {replaced.get(earlier, earlier) for earlier in fetch.depends_on}


def _mergeable(one: FetchNode, other: FetchNode) -> bool:
    # A fetch with context variables is sent once for each set of values.
    return (
        not (one.context_variables or other.context_variables)
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
    """Return whether all types that are sent under an interface object's name send the same fields.

    The subgraph cannot tell such types apart, so the same is requested for all of them.
    """
    names = {*one.selection.interface_object_of.values(), *other.selection.interface_object_of.values()}
    sent: dict[str, set[frozenset[str]]] = {}
    for concrete, name in {**one.sent_as, **other.sent_as}.items():
        fields = [
            field for fetch in (one, other) for field in (fetch.representations or {}).get(concrete, ())
        ]
        if name in names:
            sent.setdefault(name, set()).add(frozenset(field.name for field in fields))
    return all(len(variants) == 1 for variants in sent.values())


def _keys(one: FetchNode, other: FetchNode) -> Iterator[tuple[str, dict[str, Fields]]]:
    """Yield the keys that both can use, each with the fields that both send for that key alone."""
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
