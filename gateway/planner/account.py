"""Tells how a plan came about: the parts of the graph, the ways to each field, and why one of them won."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar

from gateway.planner.choose import Best, Decision, Spot
from gateway.planner.ways import Place, Way
from gateway.supergraph import Key, Subgraph, Supergraph

T = TypeVar("T")


def account(supergraph: Supergraph, best: Best[T], root: str) -> str:
    """The story of a plan, for people."""
    decisions = best.choices.met
    types = dict.fromkeys(place.type for place in (each.place for each in decisions.values()))
    return "\n".join(
        (
            "Graph",
            *(line for each in types for line in _type(supergraph, each)),
            "Paths",
            *_paths(decisions, root),
            "Plans",
            *_plans(best),
        )
    )


def _type(supergraph: Supergraph, name: str) -> Iterator[str]:
    yield f"  {name}"
    for subgraph in supergraph.subgraphs.values():
        for seen in subgraph.guises(name):
            yield f"    {subgraph.name}{'' if seen == name else f' as {seen}'}: {_known(subgraph, seen)}"


def _known(subgraph: Subgraph, name: str) -> str:
    known = subgraph.types[name]
    external = [each.name for each in known.fields.values() if each.external]
    parts = [*(_key(key) for key in known.keys), f"{len(known.fields) - len(external)} fields"]
    return "; ".join((*parts, f"external {', '.join(external)}") if external else parts)


def _key(key: Key) -> str:
    return f'key "{key.text}"' if key.resolvable else f'key "{key.text}", not resolvable'


def _paths(decisions: Mapping[Spot, Decision], root: str) -> Iterator[str]:
    for (path, concrete, response), decision in decisions.items():
        yield f"  {'.'.join((root, *path, response))}{'' if not path else f' of {concrete}'}"
        for way in decision.ways:
            yield f"    {'*' if way is decision.chosen else ' '} {_way(way, decision.place)}"
        yield f"      {_why(decision)}"


def _way(way: Way, place: Place) -> str:
    if way.move is None:
        route = f"stay in {place.subgraph}"
    elif way.move.key is None:
        route = f"ask {way.move.subgraph}"
    else:
        required = "" if way.move.requires is None else ", with what the field requires"
        route = f'to {way.move.subgraph} as {way.move.sent_as} by "{way.move.key.text}"{required}'
    left = "" if way.left is None else f", {way.left.leaves} leaves left for other ways"
    return f"{route}: depth {way.cost.depth}, {len(way.cost.calls)} calls{left}"


def _why(decision: Decision) -> str:
    first, others = decision.chosen, [each for each in decision.ways if each is not decision.chosen]
    if not others:
        return "the only way that is not worse in everything"
    if decision.forced:
        return "tried against the first choice, and the whole plan was better"
    if all(first.cost.depth < each.cost.depth for each in others):
        return "least depth"
    if all(first.cost.depth <= each.cost.depth for each in others):
        return "no deeper than the others, and by fetches that are made anyway or are fewer"
    return "preferred, because the whole plan was better"


def _plans(best: Best[T]) -> Iterator[str]:
    yield f"  {best.tried} drawn and compared by depth, calls, waiting, selected fields"
    for number, worth in best.worths.items():
        depth, calls, waiting, size = worth
        won = ", which won" if worth == min(best.worths.values()) and number == max(best.worths) else ""
        yield f"  plan {number}: depth {depth + 1}, {calls} calls, waiting {waiting}, {size} fields{won}"
