"""Orders fetches by what they wait for: how early each can be made, and how late."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from graphlib import TopologicalSorter
from typing import TypeVar

from gateway.planner.fetch.fetch_node import Call, FetchNode

N = TypeVar("N", FetchNode, Call)


def remove_transitive(nodes: Sequence[N]) -> None:
    """Drop each dependency that another dependency implies."""
    reach: dict[N, frozenset[N]] = {}
    for node in topological_order(nodes):
        implied = frozenset[N]().union(*(reach[each] for each in node.depends_on))
        reach[node] = implied | node.depends_on
        node.depends_on -= implied


def topological_order(nodes: Sequence[N]) -> list[N]:
    """The nodes, each after all that it waits for."""
    return list(TopologicalSorter({node: node.depends_on for node in nodes}).static_order())


def earliest(nodes: Sequence[N]) -> dict[N, int]:
    """How many each one waits for, one after the other."""
    levels: dict[N, int] = {}
    for node in topological_order(nodes):
        levels[node] = 1 + max((levels[each] for each in node.depends_on), default=-1)
    return levels


def latest(nodes: Sequence[N], levels: Mapping[N, int]) -> dict[N, int]:
    """Until which level each one may wait while the whole takes no longer.

    Args:
        nodes: All of them.
        levels: As early as can be.
    """
    last = max(levels.values(), default=-1)
    late = dict.fromkeys(nodes, last)
    for node in reversed(topological_order(nodes)):
        for each in node.depends_on:
            late[each] = min(late[each], late[node] - 1)
    return late
