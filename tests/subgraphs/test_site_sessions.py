"""The club's site checks sessions as strictly as any gateway, and lets anonymous visitors in."""

from __future__ import annotations

import time
from functools import partial
from unittest.mock import patch

import httpx
import pytest
from pydantic import SecretStr

from foundation.storage.settings import DatabaseSettings
from foundation.tokens import RefreshLimits
from furlong.serve.site import create_site
from furlong.serve.subgraphs import subgraph_parts
from gateway import GatewaySettings, create_gateway
from subgraphs.kit import auth
from subgraphs.kit.auth import RequestIdentity, Viewer
from subgraphs.kit.settings import SessionSettings
from tests.support.tokens import key_server
from tests.support.tokens.issued_tokens import AUDIENCE, FIRST, ISSUER, SECOND, key_set, token
from tests.support.tokens.key_server import serving_keys

QUERY = {"query": "{ __typename }"}


async def test_the_site_accepts_good_tokens_and_none(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without keys it says 503, since the token may be good; a forged token is 401, two headers are too."""
    monkeypatch.setattr(auth, "RefreshLimits", partial(RefreshLimits, deadline=3600, wait=3600))
    now = int(time.time())
    made = partial(token, claims={"iat": now, "exp": now + 600})
    async with serving_keys() as server:
        server.behave = key_server.answer(b"", "500 Oh")
        settings = SessionSettings(jwks_url=server.url, issuer=ISSUER, audience=AUDIENCE)
        parts = subgraph_parts(DatabaseSettings(url=sqlite_url), sessions=settings)
        site = create_site(parts, gateway=GatewaySettings())
        client = httpx.AsyncClient(transport=httpx.ASGITransport(site), base_url="http://site.test")

        async def ask(*authorization: str) -> httpx.Response:
            headers = [("authorization", each) for each in authorization]
            return await client.post("/graphql", json=QUERY, headers=headers)

        async with client, site.router.lifespan_context(site):
            good = f"Bearer {made()}"
            away = await ask(good)
            assert (away.status_code, away.headers["retry-after"]) == (503, "1")
            assert away.json()["errors"][0]["extensions"]["code"] == "AUTHENTICATION_UNAVAILABLE"
            server.publish(key_set(FIRST))
            while (response := await ask(good)).status_code == 503:
                assert time.time() < now + 300
            assert response.json() == (await ask()).json() == {"data": {"__typename": "Query"}}
            assert (await ask(good.replace("Bearer", "bearer"))).status_code == 200
            for wrong in (
                [f"Bearer {made(key=SECOND)}"],
                [f"Bearer {made({'crit': []})}"],
                ["Basic x"],
                [good] * 2,
            ):
                refused = await ask(*wrong)
                assert (refused.status_code, refused.headers["www-authenticate"]) == (
                    401,
                    'Bearer error="invalid_token"',
                )
            assert "furlong_token_refusals_total" in (await client.get("/metrics")).text


def test_no_two_customers_have_one_key(sqlite_url: str) -> None:
    """Neither limits nor kept answers are shared, whatever ids are made of."""
    settings = SessionSettings(
        secret=SecretStr("a secret of 32 bytes or even more than that"), issuer=ISSUER, audience=AUDIENCE
    )
    parts = subgraph_parts(DatabaseSettings(url=sqlite_url), sessions=settings)
    with patch("furlong.serve.site.create_gateway", wraps=create_gateway) as made:
        create_site(parts, gateway=GatewaySettings())
    customer_of, now = made.call_args.kwargs["sessions"].customer_of, parts.clock.now()
    keys = {
        customer_of(RequestIdentity(Viewer(brand, customer), None, now))
        for brand, customer in (("north/bet", "c"), ("north", "bet/c"), ("north", "bet"))
    }
    assert len(keys) == 3
    assert customer_of(RequestIdentity(None, None, now)) is None
