"""A request is anonymous only without an `authorization` header; what does not hold reaches no subgraph."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from gateway import GatewaySettings, MemoryTransport, create_gateway
from tests.gateway.worlds import shop

SECRET = "s" * 48
QUERY = "{ me { name } }"
ISSUER = {"issuer": "https://login.test", "audiences": ["shop"], "secret": SECRET}


def token() -> str:
    """A token that holds."""
    now = int(time.time())
    claims = {"iss": "https://login.test", "aud": "shop", "sub": "c-1", "iat": now, "exp": now + 600}
    return jwt.encode({"alg": "HS256", "typ": "JWT"}, claims, OctKey.import_key(SECRET))


class Asked:
    """A gateway that lets anonymous visitors in, and the sessions with which its subgraph was asked."""

    def __init__(self) -> None:
        self.sessions: list[Any] = []
        federation = shop()

        async def call(_variables: Any, _headers: Any, session: Any) -> dict[str, Any]:
            self.sessions.append(session)
            return {"data": {"me": {"__typename": "User", "id": "1", "name": "User 1"}}}

        transports = {name: MemoryTransport(lambda *_: call) for name in federation.sources}
        settings = GatewaySettings(sessions={"issuers": (ISSUER,), "anonymous": True})
        app = create_gateway(federation.sdl, transports, settings)
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shop.test")


@pytest.fixture
async def asked() -> AsyncIterator[Asked]:
    """The gateway."""
    made = Asked()
    async with made.client:
        yield made


async def test_who_sends_no_header_is_anonymous(asked: Asked) -> None:
    """Also with a token where none is looked for: in the address, the body's extensions or a cookie."""
    good, body = token(), {"query": QUERY}
    for response in (
        await asked.client.post("/graphql", json=body),
        await asked.client.get("/graphql", params={**body, "access_token": good, "token": good}),
        await asked.client.post(f"/graphql?authorization=Bearer%20{good}", json=body),
        await asked.client.post("/graphql", json={**body, "extensions": {"authorization": good}}),
        await asked.client.post("/graphql", json=body, headers={"cookie": f"authorization={good}"}),
    ):
        assert response.status_code == 200
    assert [session.issuer for session in asked.sessions] == [None] * 5
    known = await asked.client.post("/graphql", json=body, headers={"authorization": f"Bearer {good}"})
    assert (known.status_code, asked.sessions[-1].issuer) == (200, "https://login.test")


NOT_VALID = [
    [""],
    [" "],
    ["Bearer"],
    ["Bearer "],
    ["Bearer  x y"],
    ["x"],
    ["Basic dXNlcjpwYXNz"],
    ["Bearer null"],
    ["Bearer undefined"],
    ["Bearer {token}, Bearer {token}"],
    ["Bearer {token}", "Bearer {token}"],
    ["", "Bearer {token}"],
    ["Bearer {token}", ""],
    ["Bearer {token}x"],
    ["Bearer {token}\t"],
    ["Bearer\t{token}"],
    ["Token {token}"],
    ["{token}"],
]


@pytest.mark.parametrize("method", ["POST", "GET"])
async def test_a_header_that_does_not_hold_is_refused(asked: Asked, method: str) -> None:
    """By 401, and no subgraph is asked: it never counts as none."""
    good, body = token(), {"query": QUERY}
    for headers in NOT_VALID:
        sent = [("authorization", header.replace("{token}", good)) for header in headers]
        if method == "POST":
            response = await asked.client.post("/graphql", json=body, headers=sent)
        else:
            response = await asked.client.get("/graphql", params=body, headers=sent)
        assert (response.status_code, asked.sessions) == (401, []), headers
        assert response.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
        assert "data" not in response.json()
