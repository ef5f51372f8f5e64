"""A subgraph over HTTP and in process: who gets in, and what its answers never tell."""

from collections.abc import AsyncIterator, MutableMapping
from typing import Any

import httpx
import pytest

from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.kit.graphql.app import Subgraph
from subgraphs.kit.graphql.callers import DEVELOPMENT
from subgraphs.kit.graphql.http import HEADER
from tests.support.subgraphs.club_fixture import ClubFixture, ask, codes, make_token, session
from tests.support.subgraphs.club_samples import NOW, OWNER, WEEK, good_account

CLUB = '{ club(brand: "northbet") { id } }'
ENTITIES = "query ($r: [_Any!]!) { _entities(representations: $r) { ... on Club { id } } }"
NAMES = ["club", "rewards", "progress"]
LEAKS = ("Traceback", "KeyError", "TypeError", "AttributeError", "subgraphs", "sqlalchemy", ".py", "SELECT")


@pytest.fixture
async def northbet(club_fixture: ClubFixture) -> ClubFixture:
    """Northbet with one customer."""
    await club_fixture.add_northbet()
    return club_fixture


@pytest.fixture
async def http(northbet: ClubFixture) -> AsyncIterator[httpx.AsyncClient]:
    """The club subgraph's server."""
    transport = httpx.ASGITransport(northbet.club.http_app(DEVELOPMENT))
    async with httpx.AsyncClient(transport=transport, base_url="http://club") as client:
        yield client


async def post(http: httpx.AsyncClient, query: str, **headers: str) -> httpx.Response:
    """A query by POST."""
    return await http.post("/graphql", json={"query": query}, headers=headers)


def subgraph(club_fixture: ClubFixture, name: str) -> Subgraph:
    """A subgraph by its name."""
    return {"club": club_fixture.club, "rewards": club_fixture.rewards, "progress": club_fixture.progress}[
        name
    ]


async def test_a_session_is_served_over_http(http: httpx.AsyncClient) -> None:
    """A good token gets its customer's club."""
    answer = await post(http, CLUB, **session())
    assert answer.json() == {"data": {"club": {"id": ClubKey("northbet", WEEK, "c-1").encode()}}}


async def test_a_document_that_defers_gets_one_complete_response(http: httpx.AsyncClient) -> None:
    """A subgraph alone sends no parts."""
    answer = await post(http, '{ club(brand: "northbet") { ... @defer(label: "id") { id } } }', **session())
    assert answer.json() == {"data": {"club": {"id": ClubKey("northbet", WEEK, "c-1").encode()}}}


async def test_no_header_is_anonymous_over_http(http: httpx.AsyncClient) -> None:
    """Without a session the club is null, without an error."""
    answer = await post(http, CLUB)
    assert (answer.status_code, answer.json()) == (200, {"data": {"club": None}})


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Basic x", "Bearer a.b.c", f"Bearer {make_token(aud='another')}"]
)
async def test_a_bad_session_is_401_over_http(http: httpx.AsyncClient, header: str) -> None:
    """A header that does not hold is answered with 401 and how to do it, and no resolver runs."""
    answer = await post(http, CLUB, authorization=header)
    challenge = 'Bearer error="invalid_token"'
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, challenge)
    assert "data" not in answer.json()


@pytest.mark.parametrize("name", NAMES)
async def test_a_bad_session_is_an_error_in_process(northbet: ClubFixture, name: str) -> None:
    """In process a header that does not hold gives no data and the code UNAUTHENTICATED."""
    answer = await ask(subgraph(northbet, name), "{ __typename }", headers={"authorization": "Bearer a.b.c"})
    assert (answer["data"], codes(answer)) == (None, ["UNAUTHENTICATED"])


async def test_a_server_tells_that_it_lives_and_is_ready(http: httpx.AsyncClient) -> None:
    """Health and readiness need no session."""
    assert (await http.get("/health")).status_code == 200
    assert (await http.get("/ready")).status_code == 200


async def test_a_subgraph_without_its_database_is_not_ready() -> None:
    """A database that cannot be reached makes the server alive but not ready."""
    club_fixture = ClubFixture.over("mysql+aiomysql://furlong:no@127.0.0.1:9/furlong", NOW)
    transport = httpx.ASGITransport(club_fixture.club.http_app(DEVELOPMENT))
    async with httpx.AsyncClient(transport=transport, base_url="http://club") as client:
        assert (await client.get("/health")).status_code == 200
        assert (await client.get("/ready")).status_code == 503
    await club_fixture.close()


async def test_a_query_ends_when_its_caller_waits_no_longer(http: httpx.AsyncClient) -> None:
    """The gateway's deadline is obeyed; a mutation is not interrupted, whatever the header says."""
    late = {HEADER: "0", **session()}
    answer = await post(http, CLUB, **late)
    assert (answer.status_code, codes(answer.json())) == (504, ["DEADLINE_EXCEEDED"])
    change = 'mutation { optOut(input: {brand: "northbet", idempotencyKey: "k"}) { errors { code } } }'
    assert "data" in (await post(http, change, **late)).json()
    assert (await post(http, CLUB, **{HEADER: "60000"})).status_code == 200


async def test_mutations_are_not_made_by_get(http: httpx.AsyncClient) -> None:
    """A mutation in an address is refused."""
    query = 'mutation { optOut(input: {brand: "northbet", idempotencyKey: "k"}) { errors { code } } }'
    answer = await http.get("/graphql", params={"query": query}, headers=session())
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


FIELD = {"club": "week { isoWeek }", "rewards": "options { id }", "progress": "progress { percent }"}
GARBAGE: list[Any] = [
    {"__typename": "Club", "id": "garbage"},
    {"__typename": "Club", "id": "%%%"},
    {"__typename": "Club", "id": 7},
    {"__typename": "Club", "id": None},
    {"__typename": "Club", "id": ["a"]},
    {"__typename": "Club"},
    {"__typename": "Club", "id": ClubKey("northbet", "2026-W54", "c-1").encode()},
    {"__typename": "Club", "id": ClubKey("northbet", "2025-W53", "c-1").encode()},
    {"__typename": "Nothing", "id": "x"},
    {"__typename": "Query"},
    {"__typename": "Int"},
    {"__typename": ["Club"]},
    {"id": "x"},
    {"__typename": "Club", "id": "x", "info": 1, "cls": 2, "self": 3},
    "Club",
    7,
    [],
]


@pytest.mark.parametrize("name", NAMES)
async def test_a_garbage_entity_is_an_error_that_tells_nothing(northbet: ClubFixture, name: str) -> None:
    """What leads to no entity is answered by errors, each with a code and no word of the inside."""
    query = f"query ($r: [_Any!]!) {{ _entities(representations: $r) {{ ... on Club {{ {FIELD[name]} }} }} }}"
    for representation in GARBAGE:
        answer = await ask(subgraph(northbet, name), query, {"r": [representation]})
        assert answer["errors"], representation
        assert set(codes(answer)) <= {"BAD_USER_INPUT", "INTERNAL_SERVER_ERROR"}, representation
        for error in answer["errors"]:
            assert not any(word in error["message"] for word in LEAKS)
            assert error["extensions"].keys() <= {"code", "id"}


async def test_garbage_beside_a_good_entity_leaves_the_good_one(northbet: ClubFixture) -> None:
    """An id that makes no sense nulls its own place only."""
    mine = ClubKey("northbet", WEEK, "c-1").encode()
    wanted = [{"__typename": "Club", "id": "garbage"}, {"__typename": "Club", "id": mine}]
    answer = await ask(northbet.club, ENTITIES, {"r": wanted})
    assert answer["data"]["_entities"] == [None, {"id": mine}]
    assert [error["path"] for error in answer["errors"]] == [["_entities", 0]]


async def test_the_variables_of_a_caller_stay_as_they_are(northbet: ClubFixture) -> None:
    """Representations handed in come out of the call unchanged."""
    wanted = {"r": [{"__typename": "Club", "id": ClubKey("northbet", WEEK, "c-1").encode()}]}
    await ask(northbet.club, ENTITIES, wanted)
    assert wanted["r"][0].keys() == {"__typename", "id"}


@pytest.mark.parametrize("name", NAMES)
async def test_a_fault_is_masked_and_has_an_id(
    northbet: ClubFixture, name: str, logged: list[MutableMapping[str, Any]]
) -> None:
    """When the database fails, the caller gets an id instead of the reason, and the log has both."""
    await northbet.add_accounts({OWNER._replace(customer="c-2"): good_account()})
    faulty = subgraph(northbet, name)
    query = f"query ($r: [_Any!]!) {{ _entities(representations: $r) {{ ... on Club {{ {FIELD[name]} }} }} }}"
    representation = {
        "__typename": "Club",
        "id": ClubKey("northbet", WEEK, "c-1").encode(),
        "jurisdiction": "GB",
        "currency": "GBP",
        "ineligibleReason": None,
    }
    async with faulty.database.write() as connection:
        await connection.exec_driver_sql("DROP TABLE scheme")
    answer = await ask(faulty, query, {"r": [representation]})
    (error,) = answer["errors"]
    assert error["message"] == "Something went wrong on our side."
    assert error["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    (entry,) = logged
    assert entry["fault"] == error["extensions"]["id"]
    assert "no such table" in str(entry["exc_info"])


async def test_a_query_that_is_wrong_says_what_is_wrong(northbet: ClubFixture) -> None:
    """Mistakes in a document are not masked, because they are the caller's own."""
    answer = await ask(northbet.club, "{ clubb }")
    assert "Cannot query field 'clubb'" in answer["errors"][0]["message"]


async def test_a_brand_that_is_not_loaded_is_said_to_be_so(club_fixture: ClubFixture) -> None:
    """A session of a brand nobody has loaded gets a code of its own."""
    answer = await ask(club_fixture.club, CLUB)
    assert (answer["data"], codes(answer)) == ({"club": None}, ["UNKNOWN_BRAND"])
