"""Plans for clients that may not see everything survive a reload, as far as rules stay."""

from __future__ import annotations

from foundation.graphql_http import GraphQLRequest
from gateway.pipeline.access.operations import OperationAccess
from gateway.pipeline.access.requirements import Granted, Rule
from gateway.pipeline.operation_executor import OperationExecutor
from gateway.pipeline.preparation.plan_cache import DocumentPlans, PlannedOperation
from gateway.pipeline.preparation.preparer import Preparer
from gateway.serving.reload.warm_up import all_operations, warm_up
from gateway.supergraph import load_supergraph
from tests.federation_kit.comparison import GatewayOf
from tests.federation_kit.generous_limits import GENEROUS_LIMITS
from tests.gateway.pipeline.access.guarded_shop import shop

SERVED = shop()
SDL = SERVED.composed.supergraph
ASKED = GraphQLRequest("{ open guarded me { secret } }", None, {}, read_only=False)


def preparer(sdl: str) -> Preparer:
    """What prepares documents for a version of the graph."""
    supergraph = load_supergraph(sdl)
    return Preparer(supergraph, GENEROUS_LIMITS, access=OperationAccess.of(supergraph))


def warmed(sdl: str) -> DocumentPlans:
    """The plans that another version has of what an anonymous client sent to the first one."""
    former, other = preparer(SDL), preparer(sdl)
    request = former.prepare_request(ASKED)
    assert request.document.access is not None
    request.unmet = Granted().unmet(request.document.access.rules)
    former.plan_request(request)
    executor = OperationExecutor(other, GatewayOf(SERVED).transports(), lambda *_: None)
    result = warm_up(executor, all_operations(former), {}, seconds=600, fading=1.0)
    assert (result.plans, result.broken) == (1, ())
    return other.prepare_request(ASKED).document.plans


def unmet_in(plans: DocumentPlans) -> list[tuple[set[str], PlannedOperation]]:
    """The unmet rules of each plan."""
    return [({each.kind for each in unmet}, planned) for _, unmet, _, planned in plans.each()]


def test_the_plan_of_a_client_is_made_before_it_asks_again() -> None:
    """For the same unmet rules, not for those who may see everything."""
    ((kinds, planned),) = unmet_in(warmed(SDL))
    assert kinds == {"authenticated", "scopes"}
    assert planned.executable is not None
    assert [fetch.subgraph for fetch in planned.plan.fetches] == ["a"]


def test_rules_that_are_gone_hide_nothing() -> None:
    """The plan is that of the rules which are left."""
    guarded = "guarded: String @join__field(graph: A)"
    assert f"{guarded} @authenticated" in SDL
    ((kinds, _),) = unmet_in(warmed(SDL.replace(f"{guarded} @authenticated", guarded)))
    assert kinds == {"scopes"}


def test_plans_are_listed_by_what_they_were_made_for() -> None:
    """By conditions, unmet rules and labels, in whatever combination."""
    unmet = frozenset({Rule("authenticated")})
    plans = DocumentPlans(8)
    request = preparer(SDL).prepare_request(ASKED)
    planned = preparer(SDL).plan_request(request)
    conditions = (("a", True), ("b", False))
    for variant in ((), conditions, ((), unmet), (conditions, unmet)):
        plans.put(variant, frozenset(), planned)
    expected = {((), frozenset()), (conditions, frozenset()), ((), unmet), (conditions, unmet)}
    assert {(found, rules) for found, rules, _, _ in plans.each()} == expected
