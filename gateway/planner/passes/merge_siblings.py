"""Pass: merge entity fetches to one subgraph, at one path, that depend on the same fetches."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.planner.fetch.fetch_node import FetchNode
from gateway.planner.passes.merge import merge_matching, redirect


def merge_siblings(fetches: Sequence[FetchNode]) -> list[FetchNode]:
    """Merge entity fetches to one subgraph, at one path, that depend on the same fetches."""
    kept, replaced = merge_matching(fetches, lambda one, other: one.depends_on == other.depends_on)
    redirect(kept, replaced)
    return kept
