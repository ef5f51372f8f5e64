"""The passes over the drawn fetches; each leaves a correct plan, and a better one."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.planner.calls import calls
from gateway.planner.drafts import Call, Draft
from gateway.planner.levels import remove_transitive
from gateway.planner.merges import merge_neighbours, merge_siblings
from gateway.planner.repeats import drop_repeats


def optimized(drafts: Sequence[Draft]) -> list[Call]:
    """Merge until nothing changes, drop what comes twice, let fetches of different places share calls."""
    current = list(drafts)
    while True:
        remove_transitive(current)
        merged = merge_siblings(merge_neighbours(current))
        if len(merged) == len(current):
            drop_repeats(merged)
            return calls(merged)
        current = merged
