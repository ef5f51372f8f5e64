"""Explains a plan: the relevant parts of the graph, the paths to each field, and why one was chosen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gateway.planner.choose.choices import ChoicePoint, Decision
from gateway.planner.comparison import Best
from gateway.planner.search.graph import FieldPath, Node, RootMove
from gateway.supergraph import Key, Subgraph, Supergraph


def explain_plan(supergraph: Supergraph, best: Best, root: str) -> str:
    """Describe in plain text how a plan was found."""
    decisions = best.choices.decisions
    types = dict.fromkeys(node.type for node in (decision.node for decision in decisions.values()))
    return "\n".join(
        (
            "Graph",
            *(line for name in types for line in _type(supergraph, name)),
            "Paths",
            *_paths(decisions, root),
            "Plans",
            *_plans(best),
        )
    )


def _type(supergraph: Supergraph, name: str) -> Iterator[str]:
    yield f"  {name}"
    for subgraph in supergraph.subgraphs.values():
        for seen in subgraph.names_of(name):
            yield f"    {subgraph.name}{'' if seen == name else f' as {seen}'}: {_known(subgraph, seen)}"


def _known(subgraph: Subgraph, name: str) -> str:
    known = subgraph.types[name]
    external = [field.name for field in known.fields.values() if field.external]
    parts = [*(_key(key) for key in known.keys), f"{len(known.fields) - len(external)} fields"]
    return "; ".join((*parts, f"external {', '.join(external)}") if external else parts)


def _key(key: Key) -> str:
    return f'key "{key.text}"' if key.resolvable else f'key "{key.text}", not resolvable'


def _paths(decisions: Mapping[ChoicePoint, Decision], root: str) -> Iterator[str]:
    for (response_path, concrete, response), decision in decisions.items():
        owner = f" of {concrete}" if response_path else ""
        yield f"  {'.'.join((root, *response_path, response))}{owner}"
        for path in decision.paths:
            yield f"    {'*' if path is decision.chosen else ' '} {_described(path, decision.node)}"
        yield f"      {_why(decision)}"


def _described(path: FieldPath, node: Node) -> str:
    if path.move is None:
        route = f"stay in {node.subgraph}"
    elif isinstance(path.move, RootMove):
        route = f"ask {path.move.subgraph}"
    else:
        required = "" if path.move.requires is None else ", with what the field requires"
        route = f'to {path.move.subgraph} as {path.move.sent_as} by "{path.move.key.text}"{required}'
    remaining = "" if path.remaining is None else f", {path.remaining.leaves} leaves remain for other paths"
    return f"{route}: depth {path.cost.depth}, {len(path.cost.calls)} calls{remaining}"


def _why(decision: Decision) -> str:
    first, others = decision.chosen, [path for path in decision.paths if path is not decision.chosen]
    if not others:
        return "the only path that is not worse in every respect"
    if decision.forced:
        return "tried against the first choice, and the whole plan was better"
    if all(first.cost.depth < other.cost.depth for other in others):
        return "least depth"
    if all(first.cost.depth <= other.cost.depth for other in others):
        return "no deeper than the others, and by fetches that are made anyway or are fewer"
    return "preferred, because the whole plan was better"


def _plans(best: Best) -> Iterator[str]:
    yield f"  {best.tried} candidates compared by depth, calls, waiting, selected fields"
    for number, cost in best.costs.items():
        depth, calls, waiting, size = cost
        won = ", which won" if cost == min(best.costs.values()) and number == max(best.costs) else ""
        yield f"  plan {number}: depth {depth + 1}, {calls} calls, waiting {waiting}, {size} fields{won}"
