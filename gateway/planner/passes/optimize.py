"""The passes over the drawn fetches; each leaves a correct plan, and a better one."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.planner.fetch.fetch_node import Call, FetchNode
from gateway.planner.passes.merge import merge_neighbours, merge_siblings
from gateway.planner.passes.prune_redundant import prune_redundant
from gateway.planner.passes.schedule import remove_transitive
from gateway.planner.passes.share_calls import share_calls


def optimized(fetches: Sequence[FetchNode]) -> list[Call]:
    """Merge until nothing changes, drop what comes twice, let fetches of different places share calls."""
    current = list(fetches)
    while True:
        remove_transitive(current)
        merged = merge_siblings(merge_neighbours(current))
        if len(merged) == len(current):
            prune_redundant(merged)
            return share_calls(merged)
        current = merged
