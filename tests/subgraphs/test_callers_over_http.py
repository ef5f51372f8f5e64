"""A subgraph that runs by itself answers its gateway alone, within limits, and knows the facts itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from subgraphs.club_kit.domain.accounts import Account
from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.kit.graphql.app import Subgraph
from subgraphs.kit.graphql.callers import DEVELOPMENT, Callers, asks_for_schema
from subgraphs.kit.settings import CallerSettings, CallLimits
from tests.support.gateway.signing import Signing, fixed, key_text, secret
from tests.support.subgraphs.club_fixture import ClubFixture, ask, session
from tests.support.subgraphs.club_samples import OWNER, WEEK, good_account, make_brand, make_scheme
from tools.private_valkey import PrivateValkey

KEY = secret("gateway-1")
PATIENT = 30.0
NAMES = ["club", "rewards", "progress"]
ENTITIES = "query ($r: [_Any!]!) { _entities(representations: $r) { ... on Club { %s } } }"
DIRECT = {
    "the schema": {"query": "{ _service { sdl } }"},
    "introspection": {"query": "{ __schema { types { name } } }"},
    "entities": {"query": ENTITIES % "id", "variables": {"r": []}},
    "a plain query": {"query": "{ __typename }"},
    "no GraphQL": {"query": "{{{"},
    "no JSON": None,
}


def callers(name: str, **settings: Any) -> Callers:
    """The callers of a subgraph that has the gateway's key."""
    keys = SecretStr(key_text(KEY))
    return Callers.of(CallerSettings(**({"gateway_keys": keys} | settings)), name)


def client(subgraph: Subgraph, allowed: Callers, auth: httpx.Auth | None = None) -> httpx.AsyncClient:
    """A client of a subgraph's server."""
    transport = httpx.ASGITransport(subgraph.http_app(allowed))
    return httpx.AsyncClient(transport=transport, base_url="http://subgraph.test", auth=auth)


def named(club_fixture: ClubFixture, name: str) -> Subgraph:
    """A subgraph by its name."""
    return {"club": club_fixture.club, "rewards": club_fixture.rewards, "progress": club_fixture.progress}[
        name
    ]


async def asked(
    subgraph: Subgraph, query: str, variables: dict[str, Any] | None = None, *, allowed: Callers | None = None
) -> dict[str, Any]:
    """What a subgraph answers its gateway for the usual customer."""
    signing = Signing(fixed(KEY), subgraph.name)
    async with client(subgraph, allowed or callers(subgraph.name), signing) as http:
        body = {"query": query, "variables": variables or {}}
        return dict((await http.post("/graphql", json=body, headers=session())).json())


@pytest.fixture
async def northbet(club_fixture: ClubFixture) -> ClubFixture:
    """Northbet with one customer."""
    await club_fixture.add_northbet()
    return club_fixture


async def test_a_direct_call_is_refused(northbet: ClubFixture) -> None:
    """Whatever it asks for, also with a customer's session: before it is parsed."""
    for name in NAMES:
        async with client(named(northbet, name), callers(name)) as http:
            for what, body in DIRECT.items():
                sent: dict[str, Any] = {"json": body} if body else {"content": b"{"}
                answer = await http.post("/graphql", **sent, headers=session())
                assert (answer.status_code, answer.json()["reason"]) == (401, "unsigned"), (name, what)
            by_get = await http.get("/graphql", params={"query": "{ __typename }"})
            assert by_get.status_code == 401
            assert (await http.get("/health")).status_code == 200


async def test_the_gateway_is_answered(northbet: ClubFixture) -> None:
    """Its requests are those with a signature for this subgraph."""
    club = ClubKey("northbet", WEEK, "c-1").encode()
    answer = await asked(northbet.club, '{ club(brand: "northbet") { id } _service { sdl } }')
    assert answer["data"]["club"] == {"id": club}
    assert "type Club" in answer["data"]["_service"]["sdl"]


async def test_a_replayed_request_is_refused(northbet: ClubFixture) -> None:
    """What somebody overhears brings the answer no second time, here or at another subgraph."""
    heard: list[httpx.Request] = []
    signing = Signing(fixed(KEY), "club", change=heard.append)
    body = {"query": '{ club(brand: "northbet") { id } }'}
    async with client(northbet.club, callers("club"), signing) as http:
        answered = await http.post("/graphql", json=body, headers=session())
        http.auth = httpx.Auth()  # signs nothing
        again = await http.send(heard[0])
    async with client(northbet.rewards, callers("rewards")) as http:
        elsewhere = await http.send(heard[0])
    assert answered.status_code == 200
    assert (again.status_code, again.json()["reason"]) == (401, "replayed")
    assert (elsewhere.status_code, elsewhere.json()["reason"]) == (401, "audience")


async def test_a_request_replayed_at_another_process_is_refused(
    northbet: ClubFixture, valkey: PrivateValkey
) -> None:
    """If the processes of the subgraph remember signatures together; metrics count it where it happens."""
    heard: list[httpx.Request] = []
    signing = Signing(fixed(KEY), "club", change=heard.append)
    shared = {"signatures_valkey_url": valkey.url, "signatures_valkey_seconds": PATIENT}
    body = {"query": '{ club(brand: "northbet") { id } }'}
    async with client(northbet.club, callers("club", **shared), signing) as one:
        assert (await one.post("/graphql", json=body, headers=session())).status_code == 200
    async with client(northbet.club, callers("club", **shared)) as other:
        answer = await other.send(heard[0])
        metrics = (await other.get("/metrics")).text
    assert (answer.status_code, answer.json()["reason"]) == (401, "replayed")
    assert 'furlong_subgraph_refused_requests_total{reason="replayed"} 1.0' in metrics
    assert "furlong_subgraph_unshared_signatures_total 0.0" in metrics


async def test_metrics_count_requests_by_outcome_and_refusals_by_reason(northbet: ClubFixture) -> None:
    """Without a customer, a token or a name that somebody else has chosen."""
    allowed, text = callers("club"), key_text(KEY)
    app = httpx.ASGITransport(northbet.club.http_app(allowed))
    query = {"query": '{ club(brand: "northbet") { id } }'}
    async with httpx.AsyncClient(transport=app, base_url="http://subgraph.test") as http:
        await http.post("/graphql", json=query, headers=session())
        http.auth = Signing(fixed(KEY), "club")
        await http.post("/graphql", json=query, headers=session())
        await http.post("/graphql", json=query, headers={"authorization": "Bearer wrong"})
        await http.post("/graphql", json={"query": "{ nothing }"}, headers=session())
        http.auth = httpx.Auth()  # signs nothing
        metrics = (await http.get("/metrics")).text
    for line in (
        'furlong_subgraph_refused_requests_total{reason="unsigned"} 1.0',
        'furlong_subgraph_refused_requests_total{reason="replayed"} 0.0',
        'furlong_subgraph_request_seconds_count{outcome="ok"} 1.0',
        'furlong_subgraph_request_seconds_count{outcome="refused"} 1.0',
        'furlong_subgraph_request_seconds_count{outcome="errors"} 1.0',
    ):
        assert line in metrics, metrics
    assert "c-1" not in metrics
    assert text not in metrics


EXCLUDED: dict[str, Account] = {
    "excluded": replace(good_account(), rg_state="self_excluded"),
    "restricted": replace(good_account(), rg_state="restricted"),
    "barred": replace(good_account(), promo_restricted=True),
    "closed": replace(good_account(), status="closed"),
    "unverified": replace(good_account(), verified=False),
    "elsewhere": replace(good_account(), jurisdiction="IE"),
}
FIELDS = {"rewards": "options { id } choice { version }", "progress": "progress { percent } state"}
NOTHING = {
    "rewards": {"options": [], "choice": None},
    "progress": {"progress": None, "state": "INELIGIBLE"},
}


def representation(**changes: Any) -> dict[str, Any]:
    """A club as the gateway would describe a customer in good standing."""
    return {
        "__typename": "Club",
        "id": ClubKey("northbet", WEEK, "c-1").encode(),
        "jurisdiction": "GB",
        "currency": "GBP",
        "ineligibleReason": None,
        "membership": {"optedIn": True, "leftAt": None},
        "week": {"state": "OPEN"},
    } | changes


@pytest.mark.parametrize("allowed", ["signed", "development"])
async def test_a_representation_cannot_make_a_customer_eligible(
    club_fixture: ClubFixture, allowed: str
) -> None:
    """Whoever calls: a customer who may not take part is offered nothing, and told so."""
    await club_fixture.add_northbet()
    await club_fixture.add_accounts(
        {OWNER._replace(customer=why): account for why, account in EXCLUDED.items()}
    )
    for name, fields in FIELDS.items():
        chosen = callers(name) if allowed == "signed" else DEVELOPMENT
        async with client(named(club_fixture, name), chosen, Signing(fixed(KEY), name)) as http:
            for why in EXCLUDED:
                sent = representation(id=ClubKey("northbet", WEEK, why).encode())
                body = {"query": ENTITIES % fields, "variables": {"r": [sent]}}
                answer = (await http.post("/graphql", json=body, headers=session(why))).json()
                assert answer == {"data": {"_entities": [NOTHING[name]]}}, why


async def test_a_representation_can_make_a_customer_ineligible(northbet: ClubFixture) -> None:
    """The club may know of an exclusion first."""
    sent = representation(ineligibleReason="SELF_EXCLUDED")
    for name, fields in FIELDS.items():
        answer = await asked(named(northbet, name), ENTITIES % fields, {"r": [sent]})
        assert answer == {"data": {"_entities": [NOTHING[name]]}}


async def test_jurisdiction_and_currency_are_the_accounts_own(club_fixture: ClubFixture) -> None:
    """A customer in Great Britain gets what is lawful there, in pounds, whatever the representation says."""
    brand = make_brand(jurisdictions=("GB", "IE"), currencies=("GBP", "EUR"))
    irish = make_scheme(jurisdiction="IE", currency="EUR", target_minor=1)
    await club_fixture.add_brand(brand, make_scheme(), irish)
    await club_fixture.add_accounts({OWNER: good_account()})
    sent = representation(jurisdiction="IE", currency="EUR")
    query = ENTITIES % "progress { target { minor currency } }"
    answer = await asked(club_fixture.progress, query, {"r": [sent]})
    assert answer["data"]["_entities"] == [{"progress": {"target": {"minor": 2500, "currency": "GBP"}}}]


async def test_a_gateway_in_the_process_is_answered_as_over_http(northbet: ClubFixture) -> None:
    """For a customer in good standing both say the same."""
    for name, fields in FIELDS.items():
        some, query, variables = named(northbet, name), ENTITIES % fields, {"r": [representation()]}
        answer = await ask(some, query, variables)
        assert "errors" not in answer
        assert answer == await asked(some, query, variables)


async def test_too_many_representations_are_refused(northbet: ClubFixture) -> None:
    """Before any of them is looked at."""
    sent = {"__typename": "Club", "id": representation()["id"]}
    answer = await asked(northbet.rewards, ENTITIES % "id", {"r": [sent] * 6_000})
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["TOO_MANY_REPRESENTATIONS"]
    assert "data" not in answer


async def test_a_large_answer_is_refused(northbet: ClubFixture) -> None:
    """While it is made, by what it holds; or when it is made, by its bytes."""
    query = ENTITIES % " ".join(f"o{n}: options {{ id title summary }}" for n in range(20))
    for limits in (CallLimits(answer_places=5_000), CallLimits(answer_bytes=50_000)):
        allowed = replace(callers("rewards"), limits=limits)
        answer = await asked(northbet.rewards, query, {"r": [representation()] * 100}, allowed=allowed)
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["RESPONSE_TOO_LARGE"]
        assert "data" not in answer


async def test_a_long_document_is_refused(northbet: ClubFixture) -> None:
    """A gateway sends values as variables."""
    answer = await asked(northbet.rewards, "{ __typename " + " " * 70_000 + "}")
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["DOCUMENT_TOO_LARGE"]


SCHEMA_QUERIES = (
    "{ _service { sdl } }",
    "{ __schema { types { name } } }",
    '{ ...A } fragment A on Query { a: __type(name: "Club") { name } }',
)


async def test_the_schema_is_told_to_nobody_where_requests_are_unsigned(northbet: ClubFixture) -> None:
    """Other queries are answered there."""
    async with client(northbet.club, callers("club", callers="unsigned")) as http:
        for query in SCHEMA_QUERIES:
            answer = (await http.post("/graphql", json={"query": query})).json()
            assert answer["errors"][0]["extensions"]["code"] == "INTROSPECTION_DISABLED"
        other = await http.post("/graphql", json={"query": '{ __typename club(brand: "northbet") { id } }'})
    assert other.json() == {"data": {"__typename": "Query", "club": None}}


@pytest.mark.parametrize(
    ("document", "asks"),
    [
        ("{ __schema { a } }", True),
        ("{ a __typename }", False),
        ('{ a(b: "__schema") }', False),
        ("{ a # __schema\n }", False),
        ("{ _service\n{ sdl } }", True),
        ('{ a(b: """ _service """) }', False),
        ("{ __typeOf }", False),
        ('"', False),
        ('__schema "', True),
    ],
)
def test_a_document_asks_for_the_schema_by_names_alone(document: str, asks: bool) -> None:  # noqa: FBT001
    """Texts and comments do not count."""
    assert asks_for_schema(document) is asks


def test_without_keys_nothing_is_served() -> None:
    """The message says what to set."""
    with pytest.raises(ValueError, match="FURLONG_SUBGRAPH_GATEWAY_KEYS_FILE"):
        Callers.of(CallerSettings(), "club")
    with pytest.raises(ValueError, match="FURLONG_SUBGRAPH_GATEWAY_KEYS: the key set is not JSON"):
        callers("club", gateway_keys=SecretStr("x"))
