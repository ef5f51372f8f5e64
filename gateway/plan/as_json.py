"""A plan as JSON values, with the names that Federation tools use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gateway.plan.nodes import (
    Entities,
    Fetch,
    Parallel,
    Path,
    PlanNode,
    QueryPlan,
    RootFields,
    subscribed,
)
from gateway.plan.nodes import Sequence as InSequence


def plan_as_json(plan: QueryPlan) -> dict[str, Any]:
    """Return a plan: nodes of kind Sequence, Parallel, Flatten and Fetch."""
    if plan.is_incremental:
        return {"kind": "QueryPlan", "node": _incremental(plan)}
    if plan.tree is None:
        return {"kind": "QueryPlan", "node": None}
    if plan.kind != "subscription":
        return {"kind": "QueryPlan", "node": _node(plan.tree)}
    primary, rest = subscribed(plan.tree)
    node = {
        "kind": "Subscription",
        "primary": _fetch(primary),
        "rest": None if rest is None else _node(rest),
    }
    return {"kind": "QueryPlan", "node": node}


def _incremental(plan: QueryPlan) -> dict[str, Any]:
    return {
        "kind": "Defer",
        "primary": None if plan.tree is None else _node(plan.tree),
        "deferred": [
            {
                "fragments": [
                    {"path": list(plan.deferred[number].path), "label": plan.deferred[number].label}
                    for number in sorted(delivery)
                ],
                "node": _node(tree),
            }
            for delivery, tree in plan.deferred_trees.items()
        ],
        "streamed": [list(stream.path) for stream in plan.streams],
    }


def _node(node: PlanNode) -> dict[str, Any]:
    match node:
        case Fetch():
            return _fetch(node)
        case InSequence():
            return {"kind": "Sequence", "nodes": [_node(child) for child in node.nodes]}
        case Parallel():
            return {"kind": "Parallel", "nodes": [_node(child) for child in node.nodes]}


def _fetch(fetch: Fetch) -> dict[str, Any]:
    described = {
        "kind": "Fetch",
        "id": fetch.number,
        "serviceName": fetch.subgraph,
        "operation": fetch.document,
        "variableUsages": list(fetch.variables),
        "dependsOn": sorted(fetch.depends_on),
    }
    match fetch.returns:
        case RootFields(path):
            return {"kind": "Flatten", "paths": [_path(path)], "node": described} if path else described
        case batch:
            described["requires"] = [_required(entities) for entities in batch]
            paths = [_path(path) for entities in batch for path in entities.paths]
            return {"kind": "Flatten", "paths": paths, "node": described}


def _required(entities: Entities) -> dict[str, Any]:
    """Return the fields that are sent for each type of entity."""
    return {
        entities.sent_as.get(concrete, concrete): ["__typename", *(field.name for field in fields)]
        for concrete, fields in entities.representations.items()
    }


def _path(path: Path) -> Sequence[str]:
    return [part for step in path for part in (step.response_key, *("@",) * step.lists)]
