"""Pass: drop each dependency that another dependency implies."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.planner.passes.dependencies import N, topological_order


def remove_transitive(nodes: Sequence[N]) -> None:
    """Drop each dependency that another dependency implies."""
    reach: dict[N, frozenset[N]] = {}
    for node in topological_order(nodes):
        implied = frozenset[N]().union(*(reach[earlier] for earlier in node.depends_on))
        reach[node] = implied | node.depends_on
        node.depends_on -= implied
