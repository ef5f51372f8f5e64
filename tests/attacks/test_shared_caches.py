"""Attack: have a shared cache keep one's own answer for somebody else, by its headers."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import permutations
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from gateway import GatewaySettings, create_gateway
from tests.federation_kit.asked import SubgraphRequest, asking
from tests.gateway.test_response_caching import SDL

NEWS: Final = "{ news }"
DIGEST: Final = sha256(NEWS.encode()).hexdigest()
PERSISTED: Final = json.dumps({"persistedQuery": {"version": 1, "sha256Hash": DIGEST}})
FALSE: Final = json.dumps({"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}})
URLS: Final[Mapping[str, Mapping[str, str]]] = {
    "a query": {"query": NEWS},
    "a digest": {"extensions": PERSISTED},
    "a false digest": {"query": NEWS, "extensions": FALSE},
    "a trusted document": {"documentId": "news"},
    "what is private": {"query": "{ news mine }"},
}
CLIENTS: Final[Mapping[str, Mapping[str, str]]] = {
    "plain": {},
    "another language": {"accept-language": "de"},
    "a customer": {"authorization": "Bearer one"},
    "another customer": {"authorization": "Bearer two"},
    "a cookie": {"cookie": "session=one"},
    "a brand": {"x-brand": "north"},
    "another media type": {"accept": "application/json"},
    "a page": {"accept": "text/html"},
    "a stream": {"accept": "text/event-stream"},
    "another app": {"graphql-client-name": "old"},
    "gzip": {"accept-encoding": "gzip"},
    "an origin": {"origin": "https://www.example.com"},
    "a foreign origin": {"origin": "https://evil.example"},
    "asking for its cost": {"graphql-cost": "1"},
    "asking for its plan": {"graphql-debug": "plan"},
    "a trace": {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"},
    "with a tag": {"if-none-match": "*"},
}
CONTENT: Final = {"asking for its cost", "asking for its plan", "with a tag"}
"""Clients that may get the public answer from a cache as well, without what they asked for beside it."""


@dataclass
class SharedCache:
    """A cache in front of a gateway that keeps whatever Cache-Control and Vary allow (RFC 9111)."""

    gateway: httpx.AsyncClient
    kept: list[tuple[httpx.URL, tuple[tuple[str, str | None], ...], httpx.Response]] = field(
        default_factory=list
    )

    async def get(self, parameters: Mapping[str, str], headers: Mapping[str, str]) -> httpx.Response:
        """Return a response that is kept for these headers, or the gateway's."""
        request = self.gateway.build_request("GET", "/graphql", params=parameters)
        request.headers.update({"accept": "*/*", "accept-encoding": "identity"} | dict(headers))
        for url, named, response in self.kept:
            if url == request.url and all(request.headers.get(name) == value for name, value in named):
                return response
        response = await self.gateway.send(request)
        directives = {each.strip() for each in response.headers.get("cache-control", "").split(",")}
        vary = [each.strip().lower() for each in response.headers.get("vary", "").split(",") if each.strip()]
        is_whole = response.status_code == httpx.codes.OK  # a 304 only refreshes what is kept
        if (
            is_whole
            and "public" in directives
            and not {"private", "no-store"} & directives
            and "*" not in vary
        ):
            named = tuple((name, request.headers.get(name)) for name in vary)
            self.kept.append((request.url, named, response))
        return response


async def _answer(request: SubgraphRequest) -> Mapping[str, Any]:
    seen = " ".join(
        f"{name}={value}" for name, value in sorted(request.headers.items()) if "trace" not in name
    )
    return {"data": {name: f"{name} for {seen} " + "x" * 200 for name in ("news", "mine", "plain")}}


@pytest.fixture
def settings(tmp_path: Path) -> GatewaySettings:
    """Everything on by which one client's answer differs from another's."""
    file = tmp_path / "app.json"
    documents = [{"id": "news", "name": "N", "body": NEWS, "type": "query"}]
    file.write_text(
        json.dumps({"format": "apollo-persisted-query-manifest", "version": 1, "operations": documents})
    )
    return GatewaySettings(
        documents={"manifests": (file,), "apq": True},
        forwarded_headers=("authorization", "cookie", "accept-language", "x-brand", "traceparent"),
        cors={"origins": ("https://www.example.com",)},
        cost={"in_response": True},
        observation={"debug_in_response": True},
        compression={"bytes": 64},
    )


def _said(response: httpx.Response) -> tuple[int, bytes, dict[str, str]]:
    origin = "access-control-allow-origin"
    names = ("content-type", "content-encoding", "cache-control", "etag", origin)
    content = re.sub(rb"retry: \d+", b"", response.content)  # a stream's is random
    return response.status_code, content, {name: response.headers.get(name, "") for name in names}


@pytest.mark.parametrize("what", URLS)
async def test_no_client_gets_the_answer_to_another(what: str, settings: GatewaySettings) -> None:
    """Whoever asks first: what the cache says then is what the gateway itself would say."""
    app = create_gateway(SDL, {"a": asking(_answer)}, settings)
    transport, parameters = httpx.ASGITransport(app), URLS[what]
    wrong, hits = [], 0
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        client.headers.clear()
        await client.get("/graphql", params={"query": NEWS, "extensions": PERSISTED})
        direct = {
            name: _said(await SharedCache(client).get(parameters, headers))
            for name, headers in CLIENTS.items()
        }
        for first, second in permutations(CLIENTS, 2):
            cache = SharedCache(client)
            await cache.get(parameters, CLIENTS[first])
            before = len(cache.kept)
            said = _said(await cache.get(parameters, CLIENTS[second]))
            hits += before == len(cache.kept) == 1
            allowed = ["plain", second] if second in CONTENT else [second]
            if said not in [direct[name] for name in allowed]:
                wrong.append((first, second))
    assert wrong == []
    assert (hits > 0) == (what not in {"a false digest", "what is private"})
