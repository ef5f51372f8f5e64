"""The gateway's HTTP behaviour, through its ASGI application and through its server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from furlong.serve.http_server import listen, serving
from gateway import GatewaySettings, MemoryTransport, SupergraphError, Unauthenticated, create_gateway
from gateway.pipeline.sessions import Sessions
from tests.federation_kit.asked import SubgraphRequest, asking
from tests.gateway.world import Federation
from tests.gateway.worlds import shop
from tests.support.gateway.installing import Installs

JSON_TYPE = "application/json"
RESPONSE_JSON = "application/graphql-response+json"


@pytest.fixture
def federation() -> Federation:
    """The shop with its subgraphs in memory."""
    return shop()


def client_of(app: Any) -> httpx.AsyncClient:
    """A client that speaks to an application directly."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway.test")


@pytest.fixture(params=["asgi", "server"])
async def client(federation: Federation, request: pytest.FixtureRequest) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the shop's gateway, which any server may serve; ours has shorter ways."""
    app = create_gateway(federation.sdl, federation.transports())
    if request.param == "asgi":
        async with client_of(app) as made:
            yield made
        return
    with listen("127.0.0.1", 0) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        async with serving(app, listener), httpx.AsyncClient(base_url=url) as made:
            yield made


def code_of(response: httpx.Response) -> str:
    """The code of the first error."""
    return str(response.json()["errors"][0]["extensions"]["code"])


async def test_post_answers_a_query(client: httpx.AsyncClient) -> None:
    """A document in a JSON body is answered with data."""
    response = await client.post("/graphql", json={"query": "{ me { name } }"})
    assert response.json() == {"data": {"me": {"name": "User 1"}}}


async def test_variables_and_operation_name_are_used(client: httpx.AsyncClient) -> None:
    """The chosen operation runs with the given variables."""
    query = "query A($id: ID!) { user(id: $id) { name } } query B { me { id } }"
    body = {"query": query, "operationName": "A", "variables": {"id": "2"}}
    assert (await client.post("/graphql", json=body)).json() == {"data": {"user": {"name": "User 2"}}}


async def test_get_answers_a_query(client: httpx.AsyncClient) -> None:
    """A query may come in the URL."""
    parameters = {"query": "query($id: ID!) { user(id: $id) { name } }", "variables": '{"id": "3"}'}
    response = await client.get("/graphql", params=parameters)
    assert response.json() == {"data": {"user": {"name": "User 3"}}}


async def test_get_refuses_a_mutation() -> None:
    """GET must not change anything, and no subgraph is asked."""
    sdl = (Path(__file__).parent / "supergraphs" / "club" / "supergraph.graphql").read_text()
    async with client_of(create_gateway(sdl)) as client:
        query = 'mutation { optIn(input: { brand: "b", termsVersion: "1" }) { errors { code } } }'
        response = await client.get("/graphql", params={"query": query})
    assert (response.status_code, response.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"{", 400),
        (b"[]", 400),
        (b"null", 400),
        (b'{"query": 7}', 400),
        (b'{"query": "{ me { id } }", "variables": []}', 400),
        (b'{"query": "{ me { id } }", "variables": {"x": NaN}}', 400),
        (b'{"query": "\\ud800"}', 400),
        (b'{"a":' * 20_000, 413),
        (b'{"a":' * 2_000, 400),
    ],
)
async def test_what_is_no_graphql_request_is_refused(
    client: httpx.AsyncClient, content: bytes, status: int
) -> None:
    """Bad JSON and bad parameters are the client's mistake, never a fault."""
    headers = {"content-type": "application/json"}
    response = await client.post("/graphql", content=content, headers=headers)
    assert response.status_code == status
    assert "data" not in response.json()


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "text/plain"},
        {"content-type": "application/json; charset=utf-7"},
        {"content-type": "application/json", "content-encoding": "gzip"},
        {"content-type": "application/json", "content-encoding": "identity, gzip"},
        {},
    ],
)
async def test_other_content_types_are_refused(client: httpx.AsyncClient, headers: Mapping[str, str]) -> None:
    """Only plain JSON in UTF-8 is read."""
    response = await client.post("/graphql", content=b'{"query": "{ me { id } }"}', headers=headers)
    assert response.status_code == 415


@pytest.mark.parametrize("encoding", ["", "identity", "identity, identity"])
async def test_an_encoding_that_changes_nothing_is_none(client: httpx.AsyncClient, encoding: str) -> None:
    """Some proxies send an empty header."""
    headers = {"content-type": "application/json", "content-encoding": encoding}
    response = await client.post("/graphql", content=b'{"query": "{ me { id } }"}', headers=headers)
    assert response.json() == {"data": {"me": {"id": "1"}}}


async def test_a_large_body_is_refused_while_it_arrives(client: httpx.AsyncClient) -> None:
    """The limit counts what arrives, whatever length was declared."""

    async def endless() -> AsyncIterator[bytes]:
        yield b'{"query": "'
        for _ in range(100):
            yield b" " * 1024

    headers = {"content-type": "application/json"}
    response = await client.post("/graphql", content=endless(), headers=headers)
    assert (response.status_code, code_of(response)) == (413, "REQUEST_TOO_LARGE")


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        (JSON_TYPE, 200),
        (f"{JSON_TYPE}, {RESPONSE_JSON}", 200),
        (RESPONSE_JSON, 400),
        # graphql-request, and urql
        (f"{RESPONSE_JSON}, {JSON_TYPE}", 400),
        (f"{RESPONSE_JSON}, application/graphql+json, {JSON_TYPE}, text/event-stream, multipart/mixed", 400),
    ],
)
@pytest.mark.parametrize("query", ["{ nope }", "{", "{ user { id } }"])
async def test_an_invalid_document_has_the_media_types_status(
    client: httpx.AsyncClient, accept: str, status: int, query: str
) -> None:
    """As GraphQL over HTTP says, application/json keeps 200 where the newer type says 400."""
    response = await client.post("/graphql", json={"query": query}, headers={"accept": accept})
    assert response.status_code == status
    assert response.headers["content-type"] == f"{accept.partition(',')[0]}; charset=utf-8"


async def test_what_nobody_can_send_is_not_acceptable(client: httpx.AsyncClient) -> None:
    """An Accept header that allows no JSON gets 406."""
    headers = {"accept": "image/png"}
    response = await client.post("/graphql", json={"query": "{ me { id } }"}, headers=headers)
    assert response.status_code == 406


async def test_a_bad_variable_is_the_clients_mistake(client: httpx.AsyncClient) -> None:
    """Variables are checked against the public schema before anything is fetched."""
    body = {"query": "query($n: Int) { topProducts(first: $n) { upc } }", "variables": {"n": "x"}}
    assert code_of(await client.post("/graphql", json=body)) == "BAD_USER_INPUT"


async def test_only_the_listed_headers_are_forwarded(
    client: httpx.AsyncClient, federation: Federation
) -> None:
    """Subgraphs see the session and the language, and no cookie."""
    headers = {"authorization": "Bearer t", "accept-language": "en", "cookie": "c=1", "x-other": "1"}
    await client.post("/graphql", json={"query": "{ me { id } }"}, headers=headers)
    [(_, request)] = federation.asked
    assert request.headers == {"authorization": "Bearer t", "accept-language": "en"}


async def test_authentication_comes_before_planning(federation: Federation) -> None:
    """Without a session even an invalid document is answered with 401."""

    async def authenticate(headers: Mapping[str, str]) -> None:
        if headers.get("authorization") != "Bearer good":
            raise Unauthenticated

    app = create_gateway(federation.sdl, federation.transports(), sessions=Sessions(authenticate))
    async with client_of(app) as client:
        refused = await client.post("/graphql", json={"query": "{ nope }"})
        headers = {"authorization": "Bearer good"}
        good = await client.post("/graphql", json={"query": "{ me { id } }"}, headers=headers)
    assert (refused.status_code, code_of(refused)) == (401, "UNAUTHENTICATED")
    assert good.json() == {"data": {"me": {"id": "1"}}}


async def test_who_asks_is_told_to_subgraphs_of_the_process_for_queries() -> None:
    """What authentication gives goes beside the headers; for a mutation each call finds it out for itself."""
    told: list[object] = []

    async def authenticate(headers: Mapping[str, str]) -> object:
        return f"asker of {headers['authorization']}"

    async def call(
        _variables: Mapping[str, Any], _headers: Mapping[str, str], session: object
    ) -> Mapping[str, Any]:
        told.append(session)
        return {"data": {"club": {"id": "1"}, "optIn": {"errors": []}}}

    sdl = (Path(__file__).parent / "supergraphs" / "club" / "supergraph.graphql").read_text()
    transports = {name: MemoryTransport(lambda *_: call) for name in ("club", "rewards", "progress")}
    app = create_gateway(sdl, transports, sessions=Sessions(authenticate))
    async with client_of(app) as client:
        headers = {"authorization": "1", "session": "2"}
        for _ in range(2):  # the second time it is known by its bytes
            await client.post("/graphql", json={"query": '{ club(brand: "b") { id } }'}, headers=headers)
        change = 'mutation { optIn(input: { brand: "b", termsVersion: "1" }) { errors { code } } }'
        await client.post("/graphql", json={"query": change}, headers=headers)
    assert told == ["asker of 1", "asker of 1", None]


async def test_a_fault_is_masked(federation: Federation) -> None:
    """An exception inside is shown as an id and nothing else."""

    async def authenticate(_headers: Mapping[str, str]) -> None:
        raise ZeroDivisionError("secret detail")

    async with client_of(create_gateway(federation.sdl, {}, sessions=Sessions(authenticate))) as client:
        response = await client.post("/graphql", json={"query": "{ me { id } }"})
    assert (response.status_code, code_of(response)) == (500, "INTERNAL_SERVER_ERROR")
    assert "secret" not in response.text


async def test_many_requests_with_one_new_document_plan_once(
    client: httpx.AsyncClient,
) -> None:
    """A new document that comes twenty times at once is a single miss."""
    body = {"query": "{ me { reviews { product { name } } } }"}
    await asyncio.gather(*(client.post("/graphql", json=body) for _ in range(20)))
    metrics = (await client.get("/metrics")).text
    assert 'furlong_gateway_plan_cache_total{result="miss"} 1.0' in metrics
    assert 'furlong_gateway_plan_cache_total{result="hit"} 19.0' in metrics


async def test_the_cache_of_documents_is_bounded_by_bytes(federation: Federation) -> None:
    """Without room for a plan, a document is planned for each request, and answered all the same."""
    app = create_gateway(federation.sdl, federation.transports(), GatewaySettings(plan_cache_bytes=1))
    async with client_of(app) as client:
        for _ in range(3):
            response = await client.post("/graphql", json={"query": "{ me { id } }"})
            assert "errors" not in response.json()
        metrics = (await client.get("/metrics")).text
    assert 'furlong_gateway_plan_cache_total{result="miss"} 3.0' in metrics
    assert 'furlong_gateway_cache_bytes{cache="documents"} 0.0' in metrics
    assert 'furlong_gateway_cache_evictions_total{cache="documents"} 3.0' in metrics


async def test_documents_that_differ_between_their_tokens_share_a_plan(client: httpx.AsyncClient) -> None:
    """White space, commas and comments mean nothing; a mistake is still told where it stands."""
    for query in (
        "query Q($n:Int){topProducts(first:$n){upc}}",
        "query Q($n:\n Int,) {topProducts(first:$n)\n{upc}} #",
    ):
        body: dict[str, Any] = {"query": query, "variables": {"n": 1}}
        assert (await client.post("/graphql", json=body)).json()["data"] == {"topProducts": [{"upc": "1"}]}
        body["variables"] = {"n": "x"}
        (error,) = (await client.post("/graphql", json=body)).json()["errors"]
        assert error["locations"] == [{"line": 1, "column": 9}]
    metrics = (await client.get("/metrics")).text
    assert 'furlong_gateway_plan_cache_total{result="miss"} 1.0' in metrics
    assert 'furlong_gateway_plan_cache_total{result="hit"} 1.0' in metrics


async def test_equal_bodies_of_different_customers_are_different_requests(
    client: httpx.AsyncClient, federation: Federation
) -> None:
    """What is kept of a body holds nothing of who sent it."""
    for token in "ab":
        headers = {"authorization": f"Bearer {token}"}
        await client.post("/graphql", json={"query": "{ me { id } }"}, headers=headers)
    assert [request.headers for _, request in federation.asked] == [
        {"authorization": "Bearer a"},
        {"authorization": "Bearer b"},
    ]


async def test_a_request_that_came_before_is_authenticated_again(federation: Federation) -> None:
    """Whoever knows a customer's query gets no answer to it without a session."""

    async def authenticate(headers: Mapping[str, str]) -> None:
        if headers.get("authorization") != "Bearer good":
            raise Unauthenticated

    async with client_of(
        create_gateway(federation.sdl, federation.transports(), sessions=Sessions(authenticate))
    ) as client:
        body = {"query": "{ me { id } }"}
        good = await client.post("/graphql", json=body, headers={"authorization": "Bearer good"})
        bad = await client.post("/graphql", json=body)
    assert (good.status_code, bad.status_code) == (200, 401)


async def test_two_sessions_are_none(federation: Federation) -> None:
    """A header that comes twice is one list, so a good token does not carry another one past the check."""
    seen = []

    async def authenticate(headers: Mapping[str, str]) -> None:
        seen.append(headers["authorization"])

    async with client_of(
        create_gateway(federation.sdl, federation.transports(), sessions=Sessions(authenticate))
    ) as client:
        headers = [("authorization", "Bearer a"), ("authorization", "Bearer b")]
        await client.post("/graphql", json={"query": "{ me { id } }"}, headers=headers)
    [(_, request)] = federation.asked
    assert seen == [request.headers["authorization"]] == ["Bearer a, Bearer b"]


async def test_what_is_too_much_at_once_is_told_to_come_again(federation: Federation) -> None:
    """As many requests as the settings allow are answered; the next one is refused at once."""
    asked, gate = asyncio.Event(), asyncio.Event()

    async def ask(request: SubgraphRequest) -> Mapping[str, Any]:
        asked.set()
        await gate.wait()
        return federation.subgraph_answer("accounts", request)

    transports = {**federation.transports(), "accounts": asking(ask)}
    app = create_gateway(federation.sdl, transports, GatewaySettings(requests_inside=1))
    async with client_of(app) as client:
        first = asyncio.create_task(client.post("/graphql", json={"query": "{ me { id } }"}))
        await asked.wait()
        refused = await client.post("/graphql", json={"query": "{ __typename }"})
        gate.set()
        assert (await first).json() == {"data": {"me": {"id": "1"}}}
        again = await client.post("/graphql", json={"query": "{ __typename }"})
    assert (refused.status_code, code_of(refused)) == (503, "OVERLOADED")
    assert refused.headers["retry-after"] == "1"
    assert again.status_code == 200


async def test_a_form_of_a_browser_changes_nothing(federation: Federation) -> None:
    """What a page of another site could send without being asked is not read."""
    async with client_of(create_gateway(federation.sdl, federation.transports())) as client:
        response = await client.post("/graphql", data={"query": "{ me { id } }"})
    assert (response.status_code, federation.asked) == (415, [])


async def test_metrics_count_requests_and_fetches(client: httpx.AsyncClient) -> None:
    """Each gateway counts for itself, by outcome and by subgraph."""
    await client.post("/graphql", json={"query": "{ me { id } }"})
    await client.post("/graphql", json={"query": "{ nope }"})
    metrics = (await client.get("/metrics")).text
    assert 'furlong_gateway_requests_total{outcome="ok"} 1.0' in metrics
    assert 'furlong_gateway_requests_total{outcome="refused"} 1.0' in metrics
    assert 'furlong_gateway_subgraph_fetches_total{outcome="ok",subgraph="accounts"} 1.0' in metrics


@pytest.mark.parametrize(("able", "status"), [(True, 200), (False, 503)])
async def test_readiness_asks_what_stands_behind(federation: Federation, able: bool, status: int) -> None:  # noqa: FBT001
    """The gateway is live in any case, and ready if what it was given says so."""

    async def ready() -> bool:
        return able

    async with client_of(
        create_gateway(federation.sdl, {}, features=[Installs(lambda core: core.wait_for(ready))])
    ) as client:
        assert (await client.get("/ready")).status_code == status
        assert (await client.get("/health")).status_code == 200


async def test_a_browser_gets_graphiql(federation: Federation, tmp_path: Path) -> None:
    """A browser is shown the built page, whose assets are served beside it."""
    (tmp_path / "index.html").write_text("<html>GraphiQL</html>")
    (tmp_path / "app.js").write_text("run()")
    settings = GatewaySettings(graphiql_dir=tmp_path)
    async with client_of(create_gateway(federation.sdl, {}, settings)) as client:
        page = await client.get("/graphql", headers={"accept": "text/html,*/*;q=0.8"})
        asset = await client.get("/graphiql/app.js")
    assert (page.text, asset.text) == ("<html>GraphiQL</html>", "run()")
    assert page.headers["content-type"].startswith("text/html")


async def test_without_graphiql_a_browser_gets_a_hint(client: httpx.AsyncClient) -> None:
    """The endpoint says what it is."""
    response = await client.get("/graphql", headers={"accept": "text/html"})
    assert response.headers["content-type"].startswith("text/plain")


async def test_limits_of_a_document_are_settings(federation: Federation) -> None:
    """Too long a document, or one of too many tokens, is refused before it is validated."""
    settings = GatewaySettings(document_chars=100, document_tokens=8)
    async with client_of(create_gateway(federation.sdl, {}, settings)) as client:
        long = await client.post("/graphql", json={"query": "{ me { id } }" + " " * 100})
        many = await client.post("/graphql", json={"query": "{ me { id id id id id } }"})
    assert (long.status_code, code_of(long)) == (413, "DOCUMENT_TOO_LARGE")
    assert code_of(many) == "GRAPHQL_PARSE_FAILED"


async def test_fragments_that_multiply_are_refused(client: httpx.AsyncClient) -> None:
    """A small document that expands to millions of selections is refused, not expanded."""
    spreads = "".join(
        f"fragment F{n} on User {{ a: reviews {{ author {{ ...F{n + 1} }} }} "
        f"b: reviews {{ author {{ ...F{n + 1} }} }} }} "
        for n in range(24)
    )
    query = f"{{ me {{ ...F0 }} }} {spreads} fragment F24 on User {{ id }}"
    assert code_of(await client.post("/graphql", json={"query": query})) == "FRAGMENTS_TOO_DEEP"
    few = query[: query.index("fragment F8")] + "fragment F8 on User { id }"
    assert code_of(await client.post("/graphql", json={"query": few})) == "TOO_MANY_FIELDS"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda _: "type Query {", "not a valid schema"),
        (lambda _: "type Query { a: Int }", "no enum join__Graph"),
        (lambda sdl: sdl.replace("graph: REVIEWS", "graph: NOBODY", 1), "unknown graph NOBODY"),
        (lambda sdl: sdl.replace('requires: "price weight"', 'requires: "price size"'), "no field size"),
    ],
)
def test_a_broken_supergraph_is_refused_at_start(
    federation: Federation, change: Callable[[str], str], reason: str
) -> None:
    """The error says what is wrong and where."""
    with pytest.raises(SupergraphError, match=reason):
        create_gateway(change(federation.sdl))


def test_a_transport_for_nobody_is_refused(federation: Federation) -> None:
    """A misspelt name must not silently fall back to HTTP."""
    with pytest.raises(SupergraphError, match="acounts"):
        create_gateway(federation.sdl, {"acounts": federation.transports()["accounts"]})


async def test_the_gateways_client_is_closed_at_shutdown(federation: Federation) -> None:
    """The application's lifespan closes what it opened."""
    app = create_gateway(federation.sdl)
    async with app.router.lifespan_context(app):
        pass
    async with client_of(app) as client:
        response = await client.post("/graphql", json={"query": "{ me { id } }"})
    assert code_of(response) == "INTERNAL_SERVER_ERROR"
