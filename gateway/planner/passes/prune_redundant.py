"""Pass: do not fetch again what an earlier fetch has returned."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.plan.nodes import Path
from gateway.planner.fetch.fetch_node import FetchNode, FieldDraft, SelectionDraft
from gateway.planner.passes.dependencies import topological_order


def prune_redundant(fetches: Sequence[FetchNode]) -> None:
    """Drop fields of entity fetches whose values are already known when the fetches are sent.

    Fields that an earlier fetch needed, such as key fields, need not be returned again by the fetch of the
    rest. A key field that only names an entity is fetched again from the subgraph that resolves it.
    """
    before: dict[FetchNode, frozenset[FetchNode]] = {}
    for fetch in topological_order(fetches):
        before[fetch] = frozenset(fetch.depends_on).union(*(before[earlier] for earlier in fetch.depends_on))
        if fetch.representations is None or fetch.context_variables or fetch.known_interfaces:
            continue
        for earlier in sorted(before[fetch], key=fetches.index):
            there = _at(earlier, fetch.path)
            if there is not None:
                _prune(fetch.selection, there)


def _at(fetch: FetchNode, path: Path) -> SelectionDraft | None:
    """Return what a fetch selects at a path, or None if it selects nothing there."""
    if path[: len(fetch.path)] != fetch.path:
        return None
    selection: SelectionDraft | None = fetch.selection
    for step in path[len(fetch.path) :]:
        selected = None if selection is None else _selected(selection, step.response_key, step.types)
        selection = None if selected is None else selected.selection
    return selection


def _selected(
    selection: SelectionDraft, response_key: str, types: frozenset[str] | None
) -> FieldDraft | None:
    """Return the field at a response key, if one selection of it serves all of the types."""
    for known, fields in selection.fields_by_types.items():
        if response_key in fields and (types is None or types <= known):
            return fields[response_key]
    return None


def _prune(mine: SelectionDraft, theirs: SelectionDraft) -> None:
    """Drop the leaves that the other selection also has, but never the last field."""
    if mine.interface_object_of or theirs.interface_object_of:
        return  # an unknown concrete type may stand for another object
    for types, fields in mine.fields_by_types.items():
        for response_key, selected in list(fields.items()):
            there = _selected(theirs, response_key, types)
            if there is None or (there.identifies_only and not selected.identifies_only):
                continue
            if selected.selection is not None and there.selection is not None:
                _prune(selected.selection, there.selection)
            elif selected.selection is None and len(fields) > 1:
                del fields[response_key]
