"""Pass: request neighbouring fields of a mutation together if one subgraph has them."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.planner.fetch.fetch_node import FetchNode
from gateway.planner.passes.merge import redirect


def merge_mutation_fields(fetches: Sequence[FetchNode]) -> list[FetchNode]:
    """Merge root fetches that follow one another; the subgraph executes their fields in order.

    Fetches with anything between them stay apart: what follows the first field must finish before the second
    field takes effect.
    """
    kept: list[FetchNode] = []
    replaced: dict[FetchNode, FetchNode] = {}
    for fetch in fetches:
        before = next(iter(fetch.depends_on)) if len(fetch.depends_on) == 1 else None
        before = None if before is None else replaced.get(before, before)
        if before is not None and _is_continued(before, fetch):
            before.selection.absorb(fetch.selection)
            replaced[fetch] = before
        else:
            kept.append(fetch)
    redirect(kept, replaced)
    return kept


def _is_continued(before: FetchNode, fetch: FetchNode) -> bool:
    """Return whether the fields of a root fetch can be added to those of another one, of the same object."""
    roots = before.representations is None and fetch.representations is None
    return roots and (before.subgraph, before.path) == (fetch.subgraph, fetch.path)
