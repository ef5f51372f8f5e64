"""Orders fetches by their dependencies: the first and the last level at which each can run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from gateway.planner.fetch.fetch_node import Call, FetchNode

N = TypeVar("N", FetchNode, Call)


def topological_order(nodes: Sequence[N]) -> list[N]:
    """Return the nodes, each after all nodes that it depends on.

    Fetches are built in such an order and mostly stay in it, so one round is nearly always enough.
    """
    order: list[N] = []
    done: set[N] = set()
    pending: Sequence[N] = nodes
    while pending:
        later: list[N] = []
        for node in pending:
            if node.depends_on <= done:
                order.append(node)
                done.add(node)
            else:
                later.append(node)
        if len(later) == len(pending):
            raise AssertionError("fetches depend on one another in a circle")
        pending = later
    return order


def earliest(nodes: Sequence[N]) -> dict[N, int]:
    """Return the first level at which each node can run."""
    levels: dict[N, int] = {}
    for node in topological_order(nodes):
        levels[node] = 1 + max((levels[earlier] for earlier in node.depends_on), default=-1)
    return levels


def latest(nodes: Sequence[N], levels: Mapping[N, int]) -> dict[N, int]:
    """Return the last level at which each node can run without making the plan deeper.

    Args:
        nodes: All nodes.
        levels: The first level of each.
    """
    last = max(levels.values(), default=-1)
    late = dict.fromkeys(nodes, last)
    for node in reversed(topological_order(nodes)):
        for earlier in node.depends_on:
            late[earlier] = min(late[earlier], late[node] - 1)
    return late
