"""Contracts of the graph: what is composed for customers and for operators, and what each cannot reach."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from graphql import build_client_schema, get_introspection_query

from furlong.demo.internal_graph import create_internal_graph
from furlong.settings import ServeSettings
from gateway import GatewaySettings, MemoryTransport, create_gateway
from gateway.supergraph import Supergraph, load_supergraph
from subgraphs.club.membership.membership import MembershipKind
from tests.support.subgraphs.club_fixture import ClubFixture, session
from tests.support.subgraphs.club_samples import NOW, OWNER

ROOT = Path(__file__).resolve().parents[2]
BETSLIP = (ROOT / "contracts/betslip.graphql").read_text()
INTERNAL = ("jurisdiction", "currency", "leftAt", "onBreak")
"""The internal fields; `currency` is the name of a public field of other types as well."""

FACTS = '{ club(brand: "northbet") { jurisdiction currency membership { leftAt } } }'
GUESS = {"graphql-client-key": "a guess"}
KEY = {"graphql-client-key": "a key of the tests"}
SUGGESTING = GatewaySettings(introspection=True)


def supergraph(contract: str = "") -> str:
    """Return a composed supergraph: the whole, or a contract."""
    return (ROOT / f"schema.{contract}{'.' if contract else ''}graphql").read_text(encoding="utf-8")


@pytest.fixture
async def northbet(club_fixture: ClubFixture) -> ClubFixture:
    """Northbet with one member."""
    await club_fixture.add_northbet()
    await club_fixture.add_membership(OWNER, (MembershipKind.OPTED_IN, NOW))
    return club_fixture


def app_of(club_fixture: ClubFixture, contract: str = "", settings: GatewaySettings = SUGGESTING) -> Any:
    """Serve a variant of the graph over the fixture's subgraphs."""
    subgraphs = (club_fixture.club, club_fixture.rewards, club_fixture.progress)
    transports = {subgraph.name: MemoryTransport(subgraph.prepare, trusted=True) for subgraph in subgraphs}
    return create_gateway(supergraph(contract), transports, settings)


async def ask(app: Any, query: str, variables: Any = None, headers: dict[str, str] | None = None) -> Any:
    """Return the response to the usual customer."""
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway.test") as client:
        body = {"query": query, "variables": variables or {}}
        answer = await client.post("/graphql", json=body, headers={**session(), **(headers or {})})
        return answer.json()


def fields_of(model: Supergraph) -> set[str]:
    """Return all public fields and their arguments."""
    return {
        f"{kind.name}.{name}({', '.join(sorted(getattr(field, 'args', ())))})"
        for kind in model.public.type_map.values()
        if not kind.name.startswith("__")
        for name, field in getattr(kind, "fields", {}).items()
    }


def test_the_public_contract_is_the_whole_without_what_is_internal() -> None:
    """Nothing else is left out, and the site serves it unless told otherwise."""
    whole, public = fields_of(load_supergraph(supergraph())), fields_of(load_supergraph(supergraph("public")))
    internal = ("Club.jurisdiction()", "Club.currency()", "Club.onBreak()", "Membership.leftAt()")
    assert whole - public == set(internal)
    assert public < whole
    assert ServeSettings.model_fields["supergraph"].default == ROOT / "schema.public.graphql"


def test_the_internal_contract_only_reads() -> None:
    """It has what is internal, and neither mutations, subscriptions nor anything that only they lead to."""
    whole, internal = fields_of(load_supergraph(supergraph())), load_supergraph(supergraph("internal"))
    assert internal.public.mutation_type is internal.public.subscription_type is None
    assert {each.split(".")[0] for each in whole - fields_of(internal)} == {
        "Mutation", "ClubPayload", "ClubError", "OptInInput", "OptOutInput", "ChangeRewardInput",
        "Subscription", "ClubUpdate", "EventsUpdate", "LimitPayload", "PlatformError", "SetLimitInput",
        "TakeBreakInput", "SelfExcludeInput", "DeclineLimitInput", "AcknowledgePromptInput",
        "DepositInput", "WithdrawInput", "PaymentPayload", "AddBankAccountInput", "BankAccountPayload",
        "RemoveBankAccountInput",
        "PlaceBetInput", "PlaceBetPayload", "LaunchGameInput", "LaunchPayload",
    }  # fmt: skip
    assert "ErrorCode" not in internal.public.type_map


@pytest.mark.parametrize("contract", ["public", "internal"])
def test_a_contract_does_not_name_its_tags(contract: str) -> None:
    """Whoever reads it does not learn what others are allowed."""
    assert "@tag" not in supergraph(contract)


async def test_both_contracts_answer_as_the_whole_does(northbet: ClubFixture) -> None:
    """The same data for what both have; subgraphs exchange internal facts in either."""
    variables = {"brand": "northbet"}
    whole = await ask(app_of(northbet), BETSLIP, variables)
    assert whole["data"]["club"]["options"], "the options need the jurisdiction, which is internal"
    assert "errors" not in whole
    for contract in ("public", "internal"):
        assert await ask(app_of(northbet, contract), BETSLIP, variables) == whole
    assert (await ask(app_of(northbet, "internal"), FACTS))["data"]["club"] == {
        "jurisdiction": "GB",
        "currency": "GBP",
        "membership": {"leftAt": None},
    }


ATTEMPTS = [
    FACTS,
    '{ club(brand: "northbet") { x: jurisdiction } }',
    '{ club(brand: "northbet") { ...F } } fragment F on Club { membership { ... on Membership { leftAt } } }',
    'query ($no: Boolean = false) { club(brand: "northbet") { id currency @include(if: $no) } }',
    '{ club(brand: "northbet") { jurisdictio } }',
    '{ club(brand: "northbet") { membership { left leftA } } }',
    '{ club(brand: "northbet") { curency } }',
    '{ club(brand: "northbet") { currency { minor } } }',
    '{ _entities(representations: [{__typename: "Club", id: "x"}]) { ... on Club { jurisdiction } } }',
    "{ _service { sdl } }",
    '{ club(brand: "northbet", jurisdiction: "GB") { id } }',
    'query ($club: Club) { club(brand: "northbet") { id } }',
    '{ club(brand: "northbet", week: {jurisdiction: "GB"}) { id } }',
    'mutation { optOut(input: {brand: "x", idempotencyKey: "k", jurisdiction: "GB"}) { club { id } } }',
]


@pytest.mark.parametrize("attempt", ATTEMPTS)
async def test_customers_cannot_reach_what_is_internal(northbet: ClubFixture, attempt: str) -> None:
    """Not under another name, not in vain, not through what subgraphs use among themselves, nor by an error.

    An error may repeat what the client wrote. It must not tell more, even where suggestions are on.
    """
    answer = await ask(app_of(northbet, "public"), attempt)
    assert answer.get("data") is None
    said = str(answer["errors"])
    suggested = re.findall(r"Did you mean ([^?]*)\?", said)
    assert not any(f"'{name}'" in each for name in INTERNAL for each in suggested)
    assert not any(name in said for name in INTERNAL if name not in attempt)


async def test_introspection_does_not_show_what_is_internal(northbet: ClubFixture) -> None:
    """Neither as a whole nor type by type; the internal graph shows it."""
    for contract, seen in (("public", False), ("internal", True)):
        app = app_of(northbet, contract)
        data = (await ask(app, get_introspection_query(descriptions=True)))["data"]
        schema = build_client_schema(data)
        club, membership = schema.type_map["Club"].fields, schema.type_map["Membership"].fields  # type: ignore[attr-defined]
        assert ("jurisdiction" in club, "currency" in club, "leftAt" in membership) == (seen, seen, seen)
        one = await ask(app, '{ __type(name: "Membership") { fields(includeDeprecated: true) { name } } }')
        assert ({"name": "leftAt"} in one["data"]["__type"]["fields"]) is seen
        assert ("leftAt" in str(data)) is seen


async def test_the_internal_graph_needs_a_key(northbet: ClubFixture) -> None:
    """Without it, or with another, a request learns nothing; with it, the session decides about whom."""
    subgraphs = [northbet.club, northbet.rewards, northbet.progress]
    app = create_internal_graph(subgraphs, KEY["graphql-client-key"])
    for query in (FACTS, "{ nope }", "{ __schema { types { name } } }"):
        for headers, code in ({}, "CLIENT_KEY_REQUIRED"), (GUESS, "UNKNOWN_CLIENT_KEY"):
            for _ in range(2):
                refused = await ask(app, query, headers=headers)
                assert [error["extensions"]["code"] for error in refused["errors"]] == [code]
                assert "data" not in refused
    assert (await ask(app, FACTS, headers=KEY))["data"]["club"]["jurisdiction"] == "GB"
    anonymous = await ask(app, FACTS, headers={**KEY, "authorization": ""})
    assert "GB" not in str(anonymous)
    refused = await ask(
        app,
        'mutation { optOut(input: {brand: "northbet", idempotencyKey: "k"}) { errors { code } } }',
        headers=KEY,
    )
    assert refused["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
    assert (await ask(app, "{ __schema { queryType { name } } }", headers=KEY))["data"]
