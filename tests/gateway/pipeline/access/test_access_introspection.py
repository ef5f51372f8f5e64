"""A client's introspection shows what the client may see, and a valid schema."""

from __future__ import annotations

from typing import Any

from graphql import (
    GraphQLObjectType,
    build_client_schema,
    get_introspection_query,
    introspection_from_schema,
    validate_schema,
)
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from gateway.pipeline.access.requirements import Granted
from gateway.pipeline.access.rules import AccessRules
from gateway.pipeline.access.visible_schema import visible_schema
from gateway.pipeline.sessions import Session
from tests.federation_kit.case import serve
from tests.federation_kit.composer import NotComposable
from tests.federation_kit.worlds import some_features, worlds
from tests.federation_kit.worlds.features import NAMES
from tests.gateway.pipeline.access.guarded_shop import Shop, asked, shop
from tests.gateway.pipeline.access.guarded_worlds import GuardedGateway, rules
from tests.gateway.pipeline.access.guards import EVERYBODY, Guards
from tests.support.examples import examples

SERVED = shop()
SESSIONS = {
    "ann": Session("https://login.test", {}),
    "painter": Session("https://login.test", {"scope": "paint all"}),
}
TYPES = "{ __schema { types { name fields { name } } } }"


def types(answer: dict[str, Any]) -> dict[str, set[str]]:
    """The fields of each type of our own."""
    return {
        each["name"]: {field["name"] for field in each["fields"] or ()}
        for each in answer["data"]["__schema"]["types"]
        if not each["name"].startswith("__")
    }


async def test_a_client_sees_what_it_may_see_and_caches_do_not_mix_clients() -> None:
    """Types, fields, enums and arguments; the same bytes give each client its own answer."""
    async with Shop(SERVED, SESSIONS).client(access={"policies": {"staff": "authenticated"}}) as client:
        for _ in range(2):
            nobody, ann, painter = [
                types(await asked(client, TYPES, who)) for who in (None, "ann", "painter")
            ]
            assert nobody["Query"] == {"open", "me", "nodes", "found", "painted"}
            assert nobody["User"] == {"id", "name"}
            assert nobody["Mutation"] == {"buy"}
            assert nobody.keys().isdisjoint({"Item", "Colour"})
            assert ann["Query"] == {*nobody["Query"], "guarded", "items"}
            assert ann["Item"] == {"id", "name", "price"}
            assert painter["User"] == {"id", "name", "secret", "sum"}
            assert "Colour" in painter
        brush = '{ __type(name: "Brush") { inputFields { name } } }'
        assert (await asked(client, brush))["data"] == {"__type": {"inputFields": [{"name": "size"}]}}
        hidden_type = '{ __type(name: "Item") { name } }'
        assert (await asked(client, hidden_type))["data"] == {"__type": None}
        members = '{ __type(name: "Found") { possibleTypes { name } } }'
        assert (await asked(client, members))["data"]["__type"] == {"possibleTypes": [{"name": "User"}]}


async def test_no_error_suggests_a_hidden_name() -> None:
    """Neither for a misspelt field, nor for a misspelt value."""
    async with Shop(SERVED).client() as client:
        for query in ("{ me { secre } }", "{ painted(by: REDD) }"):
            assert "mean" not in str(await asked(client, query))


async def test_tools_can_build_a_schema_of_the_usual_introspection() -> None:
    """The answer to it is whole."""
    async with Shop(SERVED).client(document_depth=30, cost={"mode": "off"}) as client:
        answer = await asked(client, get_introspection_query())
    schema = build_client_schema(answer["data"])
    assert validate_schema(schema) == []
    assert "Item" not in schema.type_map


async def test_who_leaves_access_to_the_subgraphs_shows_everything() -> None:
    """Nothing is hidden then."""
    async with Shop(SERVED).client(access={"mode": "subgraphs"}) as client:
        assert "secret" in types(await asked(client, TYPES))["User"]


@settings(
    max_examples=examples(10),
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
    report_multiple_bugs=False,
    print_blob=False,
)
@given(worlds(some_features(frozenset(NAMES))), st.data())
def test_every_callers_schema_is_valid_and_has_the_fields_that_it_may_see(
    world: Any, data: st.DataObject
) -> None:
    """For generated worlds and rules; only what leads to nothing is left out besides."""
    try:
        served = serve(world)
    except NotComposable:
        assume(condition=False)
    stated = data.draw(rules(served))
    supergraph = GuardedGateway(served, stated=stated).supergraph
    access = AccessRules.of(supergraph)
    for caller in data.draw(st.lists(st.sampled_from(EVERYBODY), min_size=1, max_size=4, unique=True)):
        granted = Granted(authenticated=caller.authenticated, scopes=caller.scopes, policies=caller.policies)
        seen = visible_schema(access, granted.unmet(access.all))
        guards = Guards(served.monolith.truth, stated, caller)
        if seen.query_type is not None and seen.query_type.fields:
            build_client_schema(introspection_from_schema(seen))
            errors = [str(each) for each in validate_schema(seen)]
            assert errors == [], stated
        for name, each in seen.type_map.items():
            if isinstance(each, GraphQLObjectType) and name in guards.concrete:
                for field in each.fields:
                    assert guards.sees(name, field), (name, field, caller, stated)
        query = supergraph.public.query_type
        assert query is not None
        assert seen.query_type is not None
        leaves = {
            name
            for name, each in query.fields.items()
            if guards.sees("Query", name)
            and str(each.type).strip("[]!") in ("String", "Int", "ID")
            and not each.args
        }
        assert leaves <= seen.query_type.fields.keys()
