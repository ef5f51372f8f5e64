"""Generated worlds with directives about access, and the gateway before them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from hypothesis import strategies as st
from msgspec import structs

from foundation.graphql_http import GraphQLRequest
from gateway.pipeline.access.operations import OperationAccess
from gateway.pipeline.access.requirements import Granted
from gateway.pipeline.operation_executor import ExecutionMode, OperationExecutor
from gateway.pipeline.preparation.preparer import Preparer
from gateway.plan import QueryPlan
from gateway.supergraph import Access, Supergraph, load_supergraph
from tests.federation_kit.case import Operation, Served
from tests.federation_kit.comparison import GatewayOf, Record
from tests.federation_kit.generous_limits import GENEROUS_LIMITS
from tests.federation_kit.objects import Truth
from tests.gateway.pipeline.access.guards import POLICIES, SCOPES, Caller


@dataclass
class GuardedGateway(GatewayOf):
    """A gateway over the strict subgraphs of a world, with rules of access."""

    stated: Mapping[str, Access] = field(default_factory=dict)
    rejects: bool = False

    @cached_property
    def supergraph(self) -> Supergraph:
        """The supergraph with the rules."""
        model = load_supergraph(self.served.composed.supergraph)
        annotations = structs.replace(model.annotations, access=dict(self.stated), guarded=True)
        return replace(model, annotations=annotations)

    @cached_property
    def preparer(self) -> Preparer:
        """What prepares documents."""
        access = OperationAccess.of(self.supergraph, rejects=self.rejects)
        return Preparer(self.supergraph, GENEROUS_LIMITS, access=access)

    async def answered(self, operation: Operation, caller: Caller, mode: ExecutionMode) -> dict[str, Any]:
        """The answer to an operation of a caller."""
        self.record = Record()
        self._known.clear()
        request = self.preparer.prepare_request(
            GraphQLRequest(operation.document, None, operation.variables, read_only=False)
        )
        access = request.document.access
        if access is not None:
            granted = Granted(
                authenticated=caller.authenticated, scopes=caller.scopes, policies=caller.policies
            )
            request.unmet = granted.unmet(access.rules)
        planned = replace(self.preparer.plan_request(request), executable=None)
        executor = OperationExecutor(self.preparer, self.transports(), lambda *_: None, mode)
        answer = dict((await executor.execute(planned, operation.variables, {})).body)
        self.plan: QueryPlan = planned.plan
        return answer


ALTERNATIVES = st.lists(st.sets(st.sampled_from(SCOPES), min_size=1), min_size=1, max_size=2)


@st.composite
def accesses(draw: Any) -> Access:
    """What directives at one coordinate may demand."""
    kind = draw(st.sampled_from(("authenticated", "authenticated", "scopes", "policies")))
    if kind == "authenticated":
        return Access(authenticated=True)
    if kind == "policies":
        return Access(policies=((POLICIES[0],),))
    return Access(scopes=tuple(tuple(sorted(each)) for each in draw(ALTERNATIVES)))


@st.composite
def rules(draw: Any, served: Served) -> dict[str, Access]:
    """Directives on some types and fields of a world; at times with those that composition adds."""
    truth = served.monolith.truth
    types = sorted(
        {
            name
            for subgraph in truth.subgraphs
            for name, kind in subgraph.types.items()
            if not kind.members and name not in ("Query", "Mutation")
        }
    )
    leaves = sorted(set(served.public.type_map) & {"Hue", "Filter", "Money", "Date"})
    fields = sorted(set(_fields(truth)))
    stated: dict[str, Access] = {}
    for name in draw(st.lists(st.sampled_from(fields), max_size=5, unique=True)):
        stated[name] = draw(accesses())
    for name in draw(st.lists(st.sampled_from(types + leaves), max_size=2, unique=True)):
        stated[name] = draw(accesses())
    if draw(st.booleans()):
        stated |= dict(_derived(truth, stated))
    return stated


def _fields(truth: Truth) -> Iterator[str]:
    for subgraph in truth.subgraphs:
        for name, each in subgraph.types.items():
            yield from (f"{name}.{field}" for field in each.fields)


def _derived(truth: Truth, stated: Mapping[str, Access]) -> Iterator[tuple[str, Access]]:
    """What recent composition writes at interfaces: all that their implementations demand."""
    interfaces = {name for above in truth.abstract.values() for name in above}
    fields = {at.partition(".")[2] for at in stated if "." in at}
    for at in sorted({*interfaces, *(f"{name}.{each}" for name in interfaces for each in fields)}):
        interface, _, name = at.partition(".")
        suffix = f".{name}" if name else ""
        members = [each for each, above in truth.abstract.items() if interface in above]
        below = [stated[f"{member}{suffix}"] for member in members if f"{member}{suffix}" in stated]
        if below and at not in stated:
            yield (
                at,
                Access(
                    authenticated=any(each.authenticated for each in below),
                    scopes=_all_of([each.scopes for each in below if each.scopes]),
                    policies=_all_of([each.policies for each in below if each.policies]),
                ),
            )


def _all_of(lists: list[tuple[tuple[str, ...], ...]]) -> tuple[tuple[str, ...], ...]:
    combined: list[frozenset[str]] = [frozenset()]
    for each in lists:
        combined = [one | frozenset(other) for one in combined for other in each]
    return tuple(tuple(sorted(each)) for each in combined) if lists else ()
