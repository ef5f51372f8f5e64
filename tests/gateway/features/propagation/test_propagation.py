"""Clients get those headers and extensions of subgraphs that rules name, and nobody gets another's."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from furlong.serve.http_server import listen, serving
from gateway import GatewaySettings, create_gateway
from gateway.features.propagation.cache_control import most_restrictive
from gateway.features.propagation.settings import PropagationSettings
from tests.gateway.gateway_process import started_gateway
from tests.gateway.plans import joined

SDL: Final = joined(
    """
    directive @cacheControl(maxAge: Int, scope: CacheControlScope, inheritMaxAge: Boolean) on FIELD_DEFINITION
    enum CacheControlScope { PUBLIC PRIVATE }
    type Query @join__type(graph: A) @join__type(graph: B) {
      a: String @join__field(graph: A) @cacheControl(maxAge: 60)
      b: String @join__field(graph: B) @cacheControl(maxAge: 60)
    }
    """,
    "a",
    "b",
)
HEADERS: Final = {"x-served-by": "first", "set-cookie": "last", "cache-control": "restrictive"}


@dataclass
class Answering:
    """A subgraph that answers each field with its name.

    Attributes:
        lines: The headers of its replies.
        extensions: The extensions of its responses.
        calls: How often it was asked.
        gate: Shut while calls are to wait.
    """

    lines: list[tuple[str, str]] = field(default_factory=list)
    extensions: Mapping[str, Any] = field(default_factory=dict)
    calls: int = 0
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        query = (await Request(scope, receive).json())["query"]
        self.calls += 1
        await self.gate.wait()
        data = {
            name: name for name in ("a", "b", "plain") if name in query.replace("query", "").split("{")[1]
        }
        response = JSONResponse({"data": data, "extensions": self.extensions})
        response.raw_headers += [(name.encode(), value.encode()) for name, value in self.lines]
        await response(scope, receive, send)


@dataclass
class Graph:
    """A gateway over two subgraphs, and a client of it."""

    client: httpx.AsyncClient
    a: Answering
    b: Answering

    async def get(self, query: str) -> httpx.Response:
        """What a client gets for a query by GET."""
        response = await self.client.get("/graphql", params={"query": query})
        assert "errors" not in response.json(), response.text
        return response


@asynccontextmanager
async def subgraphs() -> AsyncIterator[tuple[Answering, Answering, dict[str, str]]]:
    """Two subgraphs over HTTP, with their URLs."""
    named = {"a": Answering(), "b": Answering()}
    urls: dict[str, str] = {}
    async with AsyncExitStack() as stack:
        for name, app in named.items():
            app.gate.set()
            listener = stack.enter_context(listen("127.0.0.1", 0))
            urls[name] = f"http://127.0.0.1:{listener.getsockname()[1]}/"
            await stack.enter_async_context(serving(app, listener))
        yield named["a"], named["b"], urls


@asynccontextmanager
async def graph(propagation: Mapping[str, Any], **settings: Any) -> AsyncIterator[Graph]:
    """A gateway with these rules."""
    async with subgraphs() as (a, b, urls):
        app = create_gateway(
            SDL, {}, GatewaySettings(subgraph_urls=urls, propagation=propagation, **settings)
        )
        with listen("127.0.0.1", 0) as listener:
            url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            async with serving(app, listener), httpx.AsyncClient(base_url=url) as client:
                yield Graph(client, a, b)


async def test_without_rules_a_client_gets_nothing() -> None:
    """Neither headers nor extensions."""
    async with graph({}) as served:
        served.a.lines, served.a.extensions = [("x-served-by", "a1")], {"trace": 1}
        response = await served.get("{ a }")
    assert "x-served-by" not in response.headers
    assert response.json() == {"data": {"a": "a"}}


async def test_only_named_headers_are_given() -> None:
    """By POST and GET, on each request of a kept connection, and not of a request before."""
    async with graph({"headers": HEADERS}) as served:
        served.a.lines = [("X-Served-By", "a1"), ("x-secret", "s")]
        for _ in range(2):
            response = await served.client.post("/graphql", json={"query": "{ a }"})
            assert response.headers.get_list("x-served-by") == ["a1"]
            assert "x-secret" not in response.headers
        served.a.lines = []
        assert "x-served-by" not in (await served.get("{ a }")).headers


@pytest.mark.parametrize(("rule", "expected"), [("first", "a1"), ("last", "b1")])
async def test_several_are_merged_by_the_named_rule(rule: str, expected: str) -> None:
    """First and last are those to arrive."""
    rules = {"headers": {"x-served-by": rule}, "extensions": {"trace": rule}}
    async with graph(rules) as served:
        served.a.lines, served.a.extensions = [("x-served-by", "a1")], {"trace": "a1", "secret": 1}
        served.b.lines, served.b.extensions = [("x-served-by", "b1")], {"trace": "b1"}
        served.b.gate.clear()
        asking = asyncio.create_task(served.get("{ a b }"))
        await asyncio.sleep(0.5)
        served.b.gate.set()
        response = await asking
    assert response.headers["x-served-by"] == expected
    assert response.json()["extensions"] == {"trace": expected}


async def test_nobody_gets_what_came_with_a_cached_answer() -> None:
    """The second client's answer comes from the cache that all share, without the first one's cookie."""
    rules = {"headers": HEADERS, "extensions": {"trace": "first"}}
    async with graph(rules, response_cache={"enabled": True}) as served:
        served.a.lines, served.a.extensions = [("set-cookie", "customer=1")], {"trace": "1"}
        first, second = [await served.get("{ a }") for _ in range(2)]
        assert served.a.calls == 1
    assert (first.headers["set-cookie"], first.json()["extensions"]) == ("customer=1", {"trace": "1"})
    assert "set-cookie" not in second.headers
    assert second.json() == {"data": {"a": "a"}}


async def test_nobody_gets_what_came_with_an_answer_that_was_shared_in_flight() -> None:
    """Of two clients that ask for the same at once, the one whose call it was gets the header."""
    rules = {"headers": HEADERS, "extensions": {"trace": "first"}}
    async with graph(rules) as served:
        served.a.lines, served.a.extensions = [("set-cookie", "customer=1")], {"trace": "1"}
        served.a.gate.clear()
        asking = [asyncio.create_task(served.get("{ a }")) for _ in range(2)]
        await asyncio.sleep(0.5)
        served.a.gate.set()
        responses = [await each for each in asking]
    with_cookie = [response for response in responses if "set-cookie" in response.headers]
    assert len(with_cookie) == served.a.calls == 1
    assert ["extensions" in response.json() for response in responses].count(True) == 1


async def test_caches_keep_no_reply_with_a_header_of_a_subgraph() -> None:
    """A cache would give a cookie to everybody; the same reply without one may be kept."""
    async with graph({"headers": HEADERS}) as served:
        assert (await served.get("{ a }")).headers["cache-control"] == "public, max-age=60"
        served.a.lines = [("set-cookie", "customer=1")]
        response = await served.get("{ a }")
    assert response.headers.get_list("cache-control") == ["no-store"]
    assert "etag" not in response.headers


async def test_lifetimes_are_the_shortest() -> None:
    """Of the gateway's own and those of all subgraphs."""
    async with graph({"headers": HEADERS}) as served:
        served.a.lines = [("cache-control", "public, max-age=30")]
        served.b.lines = [("cache-control", "private, max-age=600")]
        lifetimes = [(await served.get(query)).headers["cache-control"] for query in ("{ a }", "{ a b }")]
        posted = await served.client.post("/graphql", json={"query": "{ a }"})
    assert lifetimes == ["public, max-age=30", "private, max-age=30"]
    assert posted.headers.get_list("cache-control") == ["no-store"]


async def test_entries_of_a_batch_have_their_own_extensions() -> None:
    """One is not told what came for another."""
    async with graph({"extensions": {"trace": "first"}}, batches={"requests": 5}) as served:
        served.a.extensions = {"trace": "a"}
        batch = [{"query": "{ a }"}, {"query": "{ b }"}]
        answers = (await served.client.post("/graphql", json=batch)).json()
    assert answers == [{"data": {"a": "a"}, "extensions": {"trace": "a"}}, {"data": {"b": "b"}}]


async def test_large_responses_have_extensions_too() -> None:
    """They are made in a thread."""
    async with graph({"extensions": {"trace": "first"}}) as served:
        served.a.extensions = {"trace": "x" * 2_000_000}
        assert len((await served.get("{ a }")).json()["extensions"]["trace"]) == 2_000_000


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["max-age=60, public", "public, max-age=30"], "public, max-age=30"),
        (["public, max-age=60", "max-age=90"], "max-age=60"),
        (["public, max-age=60", "private, max-age=90"], "private, max-age=60"),
        (["public, max-age=60", "s-maxage=10"], "max-age=0, s-maxage=10"),
        (["max-age=60", "no-store, max-age=90"], "no-store"),
        (["max-age=60", "no-cache"], "no-cache, max-age=0"),
        (["max-age=60", 'private="set-cookie, x", max-age=90'], "private, max-age=60"),
        (["max-age=60", "max-age=soon"], "max-age=0"),
        (["max-age=60", "max-age=1, max-age=90"], "no-store"),
        (["max-age=60", '"'], "no-store"),
        (["max-age=60", ""], "no-store"),
        (["max-age=60", "public"], "no-store"),
    ],
)
def test_the_most_restrictive_allows_only_what_all_allow(values: list[str], expected: str) -> None:
    """In either order."""
    encoded = [value.encode() for value in values]
    assert most_restrictive(encoded).decode() == expected
    assert most_restrictive(reversed(encoded)).decode() == expected


@pytest.mark.parametrize(
    "headers",
    [
        {"content-length": "first"},
        {"Transfer-Encoding": "last"},
        {"access-control-allow-origin": "first"},
        {"cache-control": "first"},
        {"x-a": "restrictive"},
        {"x a": "first"},
        {"x-a": "append"},
    ],
)
def test_rules_that_would_break_replies_are_refused(headers: dict[str, str]) -> None:
    """When the gateway starts."""
    with pytest.raises(ValidationError):
        PropagationSettings(headers=headers)


@pytest.mark.usefixtures("processes")
async def test_the_command_gives_what_the_environment_names(tmp_path: Path) -> None:
    """Headers and extensions."""
    environment = {
        "FURLONG_GATEWAY__PROPAGATION__HEADERS": json.dumps(HEADERS),
        "FURLONG_GATEWAY__PROPAGATION__EXTENSIONS": '{"trace":"first","note":"last"}',
    }
    async with subgraphs() as (a, _, urls), started_gateway(tmp_path, SDL, urls, environment) as made:
        a.lines = [("x-served-by", "a1"), ("set-cookie", "a=1"), ("cache-control", "public, max-age=9")]
        a.extensions = {"trace": 1, "note": 2, "secret": 3}
        response = await made.client.post("/graphql", json={"query": "{ a }"})
    assert response.headers["x-served-by"] == "a1"
    assert response.headers["set-cookie"] == "a=1"
    assert response.headers.get_list("cache-control") == ["no-store"]
    assert response.json() == {"data": {"a": "a"}, "extensions": {"trace": 1, "note": 2}}
