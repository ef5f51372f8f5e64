"""Answers to GET may be cached where hints allow it: Cache-Control, ETag, Vary and 304."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from furlong.serve.http_server import listen, serving
from gateway import GatewaySettings, create_gateway
from gateway.http.responses import ResponseCaching
from gateway.pipeline.cache_control import CachePolicy
from gateway.pipeline.sessions import Authenticate, Sessions
from tests.federation_kit.asked import SubgraphRequest, asking
from tests.gateway.plans import joined

SDL = joined(
    """
    directive @cacheControl(maxAge: Int, scope: CacheControlScope, inheritMaxAge: Boolean) on FIELD_DEFINITION
    enum CacheControlScope { PUBLIC PRIVATE }
    type Query @join__type(graph: A) {
      news: String @cacheControl(maxAge: 60)
      mine: String @cacheControl(maxAge: 30, scope: PRIVATE)
      plain: String
    }
    type Mutation @join__type(graph: A) { news: String @cacheControl(maxAge: 60) }
    """,
    "a",
).replace("query: Query", "query: Query mutation: Mutation")
RESPONSE_JSON = "application/graphql-response+json"
VARY = "accept, accept-encoding, authorization, accept-language, graphql-client-key"


@asynccontextmanager
async def served(
    *,
    own_server: bool = False,
    fails: bool = False,
    authenticate: Authenticate | None = None,
    **settings: Any,
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a gateway whose subgraph answers in the language that it is asked for."""

    async def ask(request: SubgraphRequest) -> Mapping[str, Any]:
        language = request.headers.get("accept-language", "en")
        data = {name: None if fails else f"{name} {language}" for name in ("news", "mine", "plain")}
        return {"data": data, "errors": [{"message": "no", "path": ["news"]}]} if fails else {"data": data}

    app = create_gateway(
        SDL, {"a": asking(ask)}, GatewaySettings(**settings), sessions=Sessions(authenticate)
    )
    if not own_server:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway") as client:
            yield client
        return
    with listen("127.0.0.1", 0) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        async with serving(app, listener), httpx.AsyncClient(base_url=url) as client:
            yield client


async def get(client: httpx.AsyncClient, query: str = "{ news }", **headers: str) -> httpx.Response:
    """The response to a GET; underscores in header names become hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await client.get("/graphql", params={"query": query}, headers=named)


@pytest.mark.parametrize("own_server", [False, True])
async def test_a_public_answer_may_be_cached_and_is_not_sent_twice(*, own_server: bool) -> None:
    """With all that a shared cache needs to tell answers apart; the connection stays open after a 304."""
    async with served(own_server=own_server) as client:
        first = await get(client)
        assert first.json() == {"data": {"news": "news en"}}
        assert first.headers["cache-control"] == "public, max-age=60"
        assert first.headers["vary"] == VARY
        for given in (first.headers["etag"], f'"x", W/{first.headers["etag"]}', "*"):
            again = await get(client, if_none_match=given)
            assert (again.status_code, again.content) == (304, b"")
            assert {"content-length", "content-type"}.isdisjoint(again.headers)
            for name in ("etag", "cache-control", "vary"):
                assert again.headers[name] == first.headers[name]
        other = await get(client, if_none_match='"x"')
        assert (other.status_code, other.content) == (200, first.content)


async def test_each_representation_has_its_own_tag() -> None:
    """By language and by media type; the same one has always the same."""
    async with served() as client:
        responses = [
            await get(client, accept_language=language, accept=accept)
            for language in ("en", "de")
            for accept in ("application/json", RESPONSE_JSON)
        ]
        assert len({response.headers["etag"] for response in responses}) == 4
        again = await get(client, accept_language="de", accept=RESPONSE_JSON)
        assert again.headers["etag"] == responses[-1].headers["etag"]
        missed = await get(client, accept_language="de", if_none_match=responses[0].headers["etag"])
        assert missed.json() == {"data": {"news": "news de"}}


@pytest.mark.parametrize(
    ("headers", "settings"),
    [
        ({"authorization": "Bearer x"}, {}),
        ({"authorization": "Bearer x"}, {"forwarded_headers": []}),
        ({"cookie": "a=b"}, {"forwarded_headers": ["cookie"]}),
        ({"x-brand": "b"}, {"forwarded_headers": ["x-brand"]}),
        ({}, {"authenticated": True}),
    ],
)
async def test_what_tells_a_client_from_others_makes_its_answers_private(
    headers: dict[str, str], settings: dict[str, Any]
) -> None:
    """Whatever hints say: a credential, a header that subgraphs see, or authentication by whatever means."""

    async def anybody(_headers: Mapping[str, str]) -> None:
        return None

    authenticate = anybody if settings.pop("authenticated", False) else None
    credentials = {"authorization"} if authenticate is None else {"authorization", "cookie"}
    async with served(authenticate=authenticate, **settings) as client:
        response = await client.get("/graphql", params={"query": "{ news }"}, headers=headers)
        assert response.headers["cache-control"] == "private, max-age=60"
        assert headers.keys() | credentials <= set(response.headers["vary"].split(", "))


async def test_a_private_hint_makes_a_private_answer() -> None:
    """The smallest age holds."""
    async with served() as client:
        assert (await get(client, "{ news mine }")).headers["cache-control"] == "private, max-age=30"


@pytest.mark.parametrize(
    "query", ["{ plain }", "{ news plain }", "{ nope }", "{", "{ __typename }", "mutation { news }"]
)
async def test_everything_else_is_not_stored(query: str) -> None:
    """What has no hint, and what was refused."""
    async with served() as client:
        response = await get(client, query, if_none_match="*")
        assert response.status_code != 304
        assert response.headers["cache-control"] == "no-store"
        assert "etag" not in response.headers


async def test_an_answer_with_errors_is_not_stored() -> None:
    """Part of it is missing for now."""
    async with served(fails=True) as client:
        response = await get(client)
        assert response.json()["data"] == {"news": None}
        assert response.headers["cache-control"] == "no-store"


async def test_an_answer_with_extensions_is_not_stored() -> None:
    """They are for the client that asked for them by a header."""
    async with served(cost={"in_response": True}) as client:
        response = await get(client, graphql_cost="1")
        assert "extensions" in response.json()
        assert response.headers["cache-control"] == "no-store"


async def test_the_answer_to_a_post_is_not_stored() -> None:
    """It belongs to its client, and no tag is computed on the hot path."""
    async with served() as client:
        response = await client.post("/graphql", json={"query": "{ news }"}, headers={"if-none-match": "*"})
        assert response.status_code == 200
        assert {"etag", "vary"}.isdisjoint(response.headers)
        assert response.headers["cache-control"] == "no-store"


async def test_documents_are_cached_by_their_ids(tmp_path: Path) -> None:
    """With manifests, an id may stand for another document for each client."""
    (tmp_path / "app.json").write_text(json.dumps({"news": "{ news }"}))
    async with served(documents={"manifests": [tmp_path]}) as client:
        response = await client.get("/graphql", params={"documentId": "news"})
        assert response.headers["cache-control"] == "public, max-age=60"
        assert response.headers["vary"] == f"{VARY}, graphql-client-name, apollographql-client-name"
        unknown = await client.get("/graphql", params={"documentId": "other"})
        assert unknown.headers["cache-control"] == "no-store"


async def test_a_browsers_page_is_not_taken_for_an_answer() -> None:
    """It has the same URL."""
    async with served() as client:
        page = await get(client, accept="text/html")
        assert (page.headers["cache-control"], page.headers["vary"]) == ("no-cache", "accept")


def test_tracing_headers_divide_no_cache() -> None:
    """Each request has another one, and no answer depends on it."""
    caching = ResponseCaching.of(["authorization", "traceparent", "tracestate", "baggage"], "key", ["name"])
    assert caching.vary == b"accept, authorization, key, name"
    reply = caching.reply((200, b"t", b"", ()), CachePolicy(1), {b"traceparent": b"x", b"name": b"x"})
    assert reply[3][0] == (b"cache-control", b"public, max-age=1")
