"""A subgraph reads HTTP requests strictly, and its answers have the media type and status of the protocol."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from foundation.graphql_http import GraphQLRequest, MethodNotAllowed
from subgraphs.kit.domain.errors import AuthenticationUnavailable, Unauthenticated
from subgraphs.kit.graphql.http import BODY_BYTES, MAX_DEPTH, Answer, GraphQLRoute

RESPONSE_JSON = "application/graphql-response+json"
JSON_BODY = {"content-type": "application/json"}
QUERY = '{"query": "{ a }"}'


class Recorded:
    """Answers every operation and remembers it."""

    def __init__(self) -> None:
        self.operations: list[GraphQLRequest] = []

    async def run(self, graphql_request: GraphQLRequest, headers: Mapping[str, str]) -> Answer:
        """Do as the document says."""
        self.operations.append(graphql_request)
        if headers.get("authorization") == "unavailable":
            raise AuthenticationUnavailable("later")
        if "authorization" in headers:
            raise Unauthenticated("no")
        if graphql_request.read_only and graphql_request.query.startswith("mutation"):
            raise MethodNotAllowed("not so")
        if graphql_request.query == "broken":
            return Answer({"errors": [{"message": "broken"}]}, executed=False)
        return Answer({"data": {"a": 1}})


@pytest.fixture
def recorded() -> Recorded:
    """Stands for the schema."""
    return Recorded()


@pytest.fixture
async def http(recorded: Recorded) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the route."""
    app = FastAPI()
    route = GraphQLRoute(recorded.run)
    app.add_api_route("/graphql", route.post, methods=["POST"])
    app.add_api_route("/graphql", route.get, methods=["GET"])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://club.test") as client:
        yield client


def nested(depth: int) -> str:
    """Variables so that the body has this depth."""
    inner = depth - 2
    return '{"query": "{ a }", "variables": {"v": ' + "[" * inner + "]" * inner + "}}"


async def test_all_parts_of_a_body_are_read(http: httpx.AsyncClient, recorded: Recorded) -> None:
    """Document, name and variables reach the schema; the answer is JSON in UTF-8."""
    body = {"query": "query A { a }", "operationName": "A", "variables": {"x": [1]}, "extensions": {"y": 2}}
    answer = await http.post("/graphql", json=body)
    assert (answer.status_code, answer.json()) == (200, {"data": {"a": 1}})
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert recorded.operations == [GraphQLRequest("query A { a }", "A", {"x": [1]})]


async def test_an_unknown_key_is_ignored(http: httpx.AsyncClient, recorded: Recorded) -> None:
    """As the gateway does."""
    content = b'{"query": "{ a }", "onError": "NULL"}'
    assert (await http.post("/graphql", content=content, headers=JSON_BODY)).status_code == 200
    assert recorded.operations == [GraphQLRequest("{ a }")]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "null",
        "[]",
        "7",
        f"[{QUERY}]",
        "\ufeff" + QUERY,
        '{"query": null}',
        '{"query": ""}',
        '{"query": ["a"]}',
        '{"query": "\\ud800"}',
        '{"query": "{ a }", "operationName": 7}',
        '{"query": "{ a }", "variables": []}',
        '{"query": "{ a }", "variables": "{}"}',
        '{"query": "{ a }", "variables": {"x": NaN}}',
        '{"query": "{ a }", "variables": {"x": Infinity}}',
        '{"query": "{ a }", "variables": {"x": 1e999}}',
        '{"query": "{ a }", "variables": {"x": ' + "9" * 5_000 + "}}",
        '{"query": "{ a }", "extensions": 0}',
        '{"query": "{ a }", "query": "{ b }"}',
        nested(MAX_DEPTH + 1),
        nested(20_000),
    ],
)
async def test_what_is_no_request_is_400(http: httpx.AsyncClient, recorded: Recorded, body: str) -> None:
    """Neither broken JSON nor wrong types nor depth get to the schema, and each has a code."""
    answer = await http.post("/graphql", content=body, headers=JSON_BODY)
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] in {"INVALID_JSON", "INVALID_REQUEST", "BATCHING_NOT_ENABLED"}
    assert recorded.operations == []


async def test_a_body_as_deep_as_allowed_is_read(http: httpx.AsyncClient, recorded: Recorded) -> None:
    """The bound is where it says it is."""
    answer = await http.post("/graphql", content=nested(MAX_DEPTH), headers=JSON_BODY)
    assert answer.status_code == 200
    assert len(recorded.operations) == 1


@pytest.mark.parametrize(("size", "status"), [(BODY_BYTES, 200), (BODY_BYTES + 1, 413)])
async def test_the_body_is_counted_while_it_comes(http: httpx.AsyncClient, size: int, status: int) -> None:
    """Without a declared length the bound holds to the byte."""

    async def chunks() -> AsyncIterator[bytes]:
        yield QUERY.encode()
        for _ in range(size - len(QUERY)):
            yield b" "

    answer = await http.post("/graphql", content=chunks(), headers=JSON_BODY)
    assert answer.status_code == status


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"content-type": "text/plain"},
        {"content-type": "application/x-www-form-urlencoded"},
        {"content-type": "multipart/form-data; boundary=x"},
        {"content-type": "application/json; charset=utf-7"},
        {"content-type": "application/json; charset=utf-16"},
        {"content-type": "application/json", "content-encoding": "gzip"},
    ],
)
async def test_other_content_types_are_415(
    http: httpx.AsyncClient, recorded: Recorded, headers: Mapping[str, str]
) -> None:
    """Only plain JSON in UTF-8 is read: a form on a foreign page can send nothing."""
    answer = await http.post("/graphql", content=QUERY, headers=headers)
    assert answer.status_code == 415
    assert recorded.operations == []


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", '"utf-8"'])
async def test_utf8_may_be_named(http: httpx.AsyncClient, charset: str) -> None:
    """The charset may stand there in any way that HTTP allows."""
    headers = {"content-type": f"application/json; charset={charset}"}
    assert (await http.post("/graphql", content=QUERY, headers=headers)).status_code == 200


async def test_a_query_may_stand_in_the_address(http: httpx.AsyncClient, recorded: Recorded) -> None:
    """GET brings document, name and variables, and may only read."""
    parameters = {"query": "query A { a }", "operationName": "A", "variables": '{"x": "ä"}', "extensions": ""}
    answer = await http.get("/graphql", params=parameters)
    assert answer.status_code == 200
    assert recorded.operations == [GraphQLRequest("query A { a }", "A", {"x": "ä"}, read_only=True)]


@pytest.mark.parametrize(
    "parameters",
    [{}, {"query": ""}, {"query": "{ a }", "variables": "[]"}, {"query": "{ a }", "variables": "x"}],
)
async def test_an_address_without_a_query_is_400(
    http: httpx.AsyncClient, parameters: Mapping[str, Any]
) -> None:
    """The address is read as strictly as a body."""
    assert (await http.get("/graphql", params=parameters)).status_code == 400


async def test_a_refusal_has_its_headers(http: httpx.AsyncClient) -> None:
    """A method that is not allowed says which one is."""
    answer = await http.get("/graphql", params={"query": "mutation { a }"})
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


async def test_two_sessions_are_none(http: httpx.AsyncClient, recorded: Recorded) -> None:
    """The operation does not run, whichever of the two headers holds."""
    headers = [("authorization", "Bearer a"), ("authorization", "Bearer b"), ("accept", RESPONSE_JSON)]
    answer = await http.post("/graphql", json={"query": "{ a }"}, headers=headers)
    assert (answer.status_code, recorded.operations) == (401, [])


async def test_a_session_that_nobody_can_check_is_503(http: httpx.AsyncClient) -> None:
    """The customer need not sign in again, but try again."""
    headers = {"authorization": "unavailable", "accept": RESPONSE_JSON}
    answer = await http.post("/graphql", json={"query": "{ a }"}, headers=headers)
    [error] = answer.json()["errors"]
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert error["extensions"]["code"] == "AUTHENTICATION_UNAVAILABLE"


async def test_a_session_that_does_not_hold_is_401(http: httpx.AsyncClient) -> None:
    """The answer says how to do it, in the media type that was wanted."""
    headers = {"authorization": "Bearer x", "accept": RESPONSE_JSON}
    answer = await http.post("/graphql", json={"query": "{ a }"}, headers=headers)
    challenge = 'Bearer error="invalid_token"'
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, challenge)
    assert answer.json() == {"errors": [{"message": "no", "extensions": {"code": "UNAUTHENTICATED"}}]}
    assert answer.headers["content-type"] == f"{RESPONSE_JSON}; charset=utf-8"


@pytest.mark.parametrize(("accept", "status"), [("application/json", 200), (RESPONSE_JSON, 400)])
async def test_a_document_that_cannot_run_has_the_status_of_its_media_type(
    http: httpx.AsyncClient, accept: str, status: int
) -> None:
    """The older media type knows only 200 for a well-formed request."""
    answer = await http.post("/graphql", json={"query": "broken"}, headers={"accept": accept})
    assert answer.status_code == status
    assert answer.json() == {"errors": [{"message": "broken"}]}


async def test_who_accepts_no_json_gets_406(http: httpx.AsyncClient, recorded: Recorded) -> None:
    """Nothing runs for an answer that nobody would read."""
    answer = await http.post("/graphql", json={"query": "{ a }"}, headers={"accept": "text/html"})
    assert answer.status_code == 406
    assert recorded.operations == []
