"""Orders fetches by what they depend on: the first and the last level at which each can run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from graphlib import TopologicalSorter
from typing import TypeVar

from gateway.planner.fetch.fetch_node import Call, FetchNode

N = TypeVar("N", FetchNode, Call)


def topological_order(nodes: Sequence[N]) -> list[N]:
    """Return the nodes, each after all that it depends on."""
    return list(TopologicalSorter({node: node.depends_on for node in nodes}).static_order())


def earliest(nodes: Sequence[N]) -> dict[N, int]:
    """Return the first level at which each node can run."""
    levels: dict[N, int] = {}
    for node in topological_order(nodes):
        levels[node] = 1 + max((levels[each] for each in node.depends_on), default=-1)
    return levels


def latest(nodes: Sequence[N], levels: Mapping[N, int]) -> dict[N, int]:
    """Return the last level at which each node can run without making the whole deeper.

    Args:
        nodes: All nodes.
        levels: The first level of each.
    """
    last = max(levels.values(), default=-1)
    late = dict.fromkeys(nodes, last)
    for node in reversed(topological_order(nodes)):
        for each in node.depends_on:
            late[each] = min(late[each], late[node] - 1)
    return late
