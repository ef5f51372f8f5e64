"""Turns a candidate into the query plan, with its tree of nodes and the shape of the client's response."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from msgspec.structs import replace

from gateway.errors import CannotPlan
from gateway.plan.field_origin import preceding
from gateway.plan.nodes import (
    Entities,
    Fetch,
    Names,
    Parallel,
    Path,
    PlanNode,
    QueryPlan,
    RepresentationField,
    RootFields,
)
from gateway.plan.nodes import Sequence as InSequence
from gateway.plan.shape import Shape
from gateway.planner.choose.response_scope import ResponseScope
from gateway.planner.comparison import CandidatePlan
from gateway.planner.fetch.fetch_node import Call
from gateway.planner.normalize import Operation
from gateway.planner.output.decided_before import decided_before
from gateway.planner.output.documents import OperationHeader, write_root
from gateway.planner.output.entity_fetches import (
    context_batch_fetch,
    entity_fetch,
    group_alike,
    provided_by,
)
from gateway.planner.output.response_shape import ResponseShaper
from gateway.supergraph import Supergraph
from gateway.supergraph.deferral import INITIALLY, Delivery


def assemble(supergraph: Supergraph, operation: Operation, candidate: CandidatePlan) -> QueryPlan:
    """Return the query plan of an operation."""
    header = OperationHeader(operation.kind, operation.name, operation.definitions)
    levels = candidate.levels
    ordered = sorted(candidate.calls, key=lambda call: levels[call])
    numbers = {call: number for number, call in enumerate(ordered)}
    fetches = tuple(_fetch(supergraph, header, call, numbers) for call in ordered)
    shaper = ResponseShaper(supergraph, operation.hidden_types, whole=objects_read(fetches))
    shape = shaper.shape(operation.wanted, candidate.scope, operation.root)
    if operation.root == supergraph.mutation:
        fetches = tuple(_after_nulls(fetch, fetches, shape) for fetch in fetches)
    trees = _trees(fetches, [levels[call] for call in ordered])
    return QueryPlan(
        kind=operation.kind,
        fetches=fetches,
        tree=trees.pop(INITIALLY, None),
        names=_names(candidate.scope),
        interface_objects=frozenset(supergraph.interface_objects),
        shape=shape,
        restricted=operation.restricted,
        deferred=operation.deferred,
        deferred_trees=trees,
        streams=tuple(shaper.streams.values()),
    )


def _fetch(supergraph: Supergraph, header: OperationHeader, call: Call, numbers: Mapping[Call, int]) -> Fetch:
    number, subgraph = numbers[call], supergraph.subgraphs[call.subgraph]
    depends_on = frozenset(numbers[earlier] for earlier in call.depends_on)
    first = call.fetches[0]
    if first.representations is not None:
        if first.context_variables:
            fetch = context_batch_fetch(subgraph, header, number, call.fetches)
        else:
            fetch = entity_fetch(subgraph, header, number, group_alike(call.fetches))
        return replace(fetch, depends_on=depends_on, delivery=call.delivery)
    mutates = bool(first.path) and first.selection.static == supergraph.mutation
    if mutates and header.kind != "mutation":
        raise CannotPlan(f"A {header.kind} cannot execute a field of {supergraph.mutation}.")
    kind = "query" if first.path and not mutates else header.kind
    document = write_root(first.selection, subgraph, header, number, kind)
    return Fetch(
        number=number,
        subgraph=subgraph.name,
        document=document.text,
        operation_name=document.operation_name,
        variables=document.variables,
        depends_on=depends_on,
        returns=RootFields(first.path, provided_by(first.selection), mutates),
        delivery=call.delivery,
    )


def _after_nulls(fetch: Fetch, fetches: Sequence[Fetch], shape: Shape) -> Fetch:
    """Return a fetch that, if it mutates, leaves out the objects that are null in the response by then."""
    returns = fetch.returns
    if not isinstance(returns, RootFields) or not (returns.mutates or not returns.path):
        return fetch
    decided = decided_before(shape, preceding(fetches, fetch), returns)
    return replace(fetch, returns=replace(returns, decided=decided))


def _trees(fetches: Sequence[Fetch], levels: Sequence[int]) -> dict[Delivery, PlanNode]:
    """Return the fetches of each delivery as a tree."""
    steps: dict[Delivery, dict[int, list[PlanNode]]] = {}
    for fetch, level in zip(fetches, levels, strict=True):
        steps.setdefault(fetch.delivery, {}).setdefault(level, []).append(fetch)
    return {delivery: _tree(tuple(by_level.values())) for delivery, by_level in steps.items()}


def _tree(steps: Sequence[Sequence[PlanNode]]) -> PlanNode:
    nodes = [step[0] if len(step) == 1 else Parallel(tuple(step)) for step in steps]
    return nodes[0] if len(nodes) == 1 else InSequence(tuple(nodes))


def _names(scope: ResponseScope) -> Names:
    return Names(
        {key: owner.response for key, owner in scope.owners.items()},
        {key: _names(child) for key, child in scope.children.items()},
        scope.place_types(),
    )


Keys: TypeAlias = tuple[str, ...]


def objects_read(fetches: Iterable[Fetch]) -> frozenset[Keys]:
    """Return the paths, in response keys, of the objects that representations and arguments are read from."""
    return frozenset(
        read
        for fetch in fetches
        if not isinstance(fetch.returns, RootFields)
        for entities in fetch.returns
        for path in entities.paths
        for read in _read(entities, path)
    )


def _read(entities: Entities, path: Path) -> Iterator[Keys]:
    keys = tuple(step.response_key for step in path)
    for fields in entities.representations.values():
        yield from _below(fields, keys)
    for variable in entities.context_variables:
        for source in variable.sources:
            for fields in source.fields.values():
                yield from _below(fields, keys[: len(keys) - source.levels_up])


def _below(fields: Iterable[RepresentationField], above: Keys) -> Iterator[Keys]:
    for field in fields:
        if field.below is not None:
            path = (*above, field.response_key)
            yield path
            for group in field.below:
                yield from _below(group.fields, path)
