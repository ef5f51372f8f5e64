"""All passes over the fetch graph, in their order."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.planner.fetch.fetch_node import Call, FetchNode
from gateway.planner.passes.merge_mutation_fields import merge_mutation_fields
from gateway.planner.passes.merge_siblings import merge_siblings
from gateway.planner.passes.prune_redundant import prune_redundant
from gateway.planner.passes.remove_transitive import remove_transitive
from gateway.planner.passes.share_calls import share_calls


def optimize(fetches: Sequence[FetchNode]) -> list[Call]:
    """Merge until nothing changes, prune fields that are fetched twice, and share calls."""
    current = list(fetches)
    while True:
        remove_transitive(current)
        merged = merge_siblings(merge_mutation_fields(current))
        if len(merged) == len(current):
            break
        current = merged
    prune_redundant(merged)
    return share_calls(merged)
