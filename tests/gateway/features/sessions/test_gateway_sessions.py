"""The gateway checks sessions of any supergraph if its settings name issuers, and none otherwise."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
import respx
from pydantic import ValidationError
from typer.testing import CliRunner

from foundation.tokens import RefreshLimits
from furlong.serve.http_server import listen, serving
from gateway import GatewaySettings, MemoryTransport, create_gateway
from gateway.cli import cli
from gateway.pipeline.sessions import Sessions
from tests.gateway.merged_settings import merged
from tests.gateway.world import Federation
from tests.gateway.worlds import shop
from tests.support.tokens.issued_tokens import AUDIENCE, FIRST, ISSUER, SECOND, key_set, token
from tests.support.tokens.key_server import hang, serving_keys

QUERY: Final = {"query": "{ me { id } }"}
DATA: Final = {"data": {"me": {"id": "1"}}}
INTROSPECTION: Final = {
    "url": "https://login.test/introspect",
    "issuer": ISSUER,
    "client_id": "gateway",
    "client_secret": "secret",
}


@pytest.fixture
def federation() -> Federation:
    """Any supergraph."""
    return shop()


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    """The issuer's key set, as a file."""
    (tmp_path / "keys.json").write_bytes(key_set(FIRST))
    return tmp_path / "keys.json"


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test depends on how soon keys are fetched."""
    monkeypatch.setattr("gateway.features.sessions.feature.RefreshLimits", partial(RefreshLimits, wait=3600))


def settings(keys: Path | str, **more: Any) -> GatewaySettings:
    """Settings that trust the issuer."""
    source = {"jwks_file" if isinstance(keys, Path) else "jwks_url": keys}
    issuer = {"issuer": ISSUER, "audiences": [AUDIENCE], **source}
    usual: dict[str, Any] = {"sessions": {"issuers": [issuer], "keys_deadline_seconds": 3600}}
    return GatewaySettings(**merged(usual, more))


def client_of(federation: Federation, chosen: GatewaySettings) -> httpx.AsyncClient:
    """A client of the gateway."""
    app = create_gateway(federation.sdl, federation.transports(), chosen)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway.test")


@asynccontextmanager
async def served(federation: Federation, chosen: GatewaySettings) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the gateway behind our own server, which knows bodies and tokens that came before."""
    app = create_gateway(federation.sdl, federation.transports(), chosen)
    with listen("127.0.0.1", 0) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        async with serving(app, listener), httpx.AsyncClient(base_url=url) as client:
            yield client


def good() -> dict[str, str]:
    """The headers of a customer's request, now."""
    now = int(time.time())
    return {"authorization": f"Bearer {token(claims={'iat': now, 'exp': now + 600})}"}


async def test_without_issuers_nothing_is_checked(federation: Federation) -> None:
    """The header is only forwarded, as before there were these settings."""
    response = await client_of(federation, GatewaySettings()).post(
        "/graphql", json=QUERY, headers={"authorization": "whatever"}
    )
    assert response.json() == DATA


async def test_a_request_without_a_token_is_refused_before_it_is_parsed(
    federation: Federation, keys: Path
) -> None:
    """What its body holds plays no part; the challenge names no error, since nothing was wrong."""
    client = client_of(federation, settings(keys))
    for body in (b'{"query": "{ me { id } }"}', b'{"query": "{"}', b"{", b""):
        response = await client.post("/graphql", content=body, headers={"content-type": "application/json"})
        assert (response.status_code, response.headers["www-authenticate"]) == (401, "Bearer")
    assert federation.asked == []
    metrics = (await client.get("/metrics")).text
    assert 'furlong_gateway_refusals_total{code="UNAUTHENTICATED"} 4.0' in metrics
    assert 'furlong_gateway_plan_cache_total{result="miss"}' not in metrics


async def test_a_get_is_checked_as_a_post_is(federation: Federation, keys: Path) -> None:
    """By the same header."""
    client = client_of(federation, settings(keys))
    assert (await client.get("/graphql", params=QUERY)).status_code == 401
    assert (await client.get("/graphql", params=QUERY, headers=good())).json() == DATA


async def test_a_known_body_and_a_known_token_are_no_way_round(federation: Federation, keys: Path) -> None:
    """Each request is checked: with the known token it is answered, without it or with another it is not."""
    headers = good()
    spoilt = {"authorization": headers["authorization"][:-3]}
    async with served(federation, settings(keys)) as client:
        for _ in range(3):
            assert (await client.post("/graphql", json=QUERY, headers=headers)).json() == DATA
            assert (await client.post("/graphql", json=QUERY)).status_code == 401
            assert (await client.post("/graphql", json=QUERY, headers=spoilt)).status_code == 401
            twice = [*headers.items(), *headers.items()]
            assert (await client.post("/graphql", json=QUERY, headers=twice)).status_code == 401


async def test_anonymous_requests_are_answered_if_the_settings_say_so(
    federation: Federation, keys: Path
) -> None:
    """A header that does not hold is refused all the same, an empty one too."""
    async with served(federation, settings(keys, sessions={"anonymous": True})) as client:
        for _ in range(2):
            assert (await client.post("/graphql", json=QUERY)).json() == DATA
            for header in ("", "Bearer", "Basic x", "Bearer x", "Bearer a.b.c"):
                response = await client.post("/graphql", json=QUERY, headers={"authorization": header})
                assert response.status_code == 401, header


async def test_a_header_that_subgraphs_do_not_see_is_checked_all_the_same(
    federation: Federation, keys: Path
) -> None:
    """A token that is not forwarded does not make its request anonymous."""
    chosen = settings(keys, sessions={"anonymous": True}, forwarded_headers=("accept-language",))
    async with served(federation, chosen) as client:
        for _ in range(3):
            assert (await client.post("/graphql", json=QUERY)).json() == DATA
            bad = await client.post("/graphql", json=QUERY, headers={"authorization": "Bearer a.b.c"})
            assert bad.status_code == 401
            assert (await client.post("/graphql", json=QUERY, headers=good())).json() == DATA


async def test_subgraphs_of_the_process_get_the_session(keys: Path) -> None:
    """With the claims of the token, the same for a token that is known."""
    told: list[Any] = []

    async def call(_variables: object, _headers: object, session: object) -> dict[str, Any]:
        told.append(session)
        return {"data": {"me": {"id": "1"}}}

    federation = shop()
    transports = {name: MemoryTransport(lambda *_: call) for name in federation.sources}
    app = create_gateway(federation.sdl, transports, settings(keys))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://gateway.test"
    ) as client:
        headers = good()
        for _ in range(2):
            await client.post("/graphql", json=QUERY, headers=headers)
    assert [(each.issuer, each.claims["sub"]) for each in told] == [(ISSUER, "c-1")] * 2
    assert told[0] is told[1]


async def test_a_server_of_keys_that_hangs_stops_nobody(federation: Federation) -> None:
    """The lifespan fetches the keys; while a later refresh hangs, requests are answered."""
    async with serving_keys(key_set(FIRST)) as server:
        app = create_gateway(
            federation.sdl,
            federation.transports(),
            settings(server.url, sessions={"keys_seconds": 1}),
        )
        client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway.test")
        assert (await client.get("/ready")).status_code == 503
        async with app.router.lifespan_context(app):
            assert (await client.get("/ready")).status_code == 200
            server.behave = hang
            await server.was_asked(2)
            for _ in range(10):
                assert (await client.post("/graphql", json=QUERY, headers=good())).json() == DATA
            assert (
                'token_key_refreshes_total{issuer="https://login.test",outcome="ok"} 1.0'
                in (await client.get("/metrics")).text
            )


async def test_without_any_key_the_response_is_503(federation: Federation, tmp_path: Path) -> None:
    """Not 401: the customer's token may be good."""
    client = client_of(federation, settings(tmp_path / "nothing.json"))
    response = await client.post("/graphql", json=QUERY, headers=good())
    [error] = response.json()["errors"]
    assert (response.status_code, error["extensions"]["code"]) == (503, "AUTHENTICATION_UNAVAILABLE")
    assert response.headers["retry-after"] == "1"
    assert (await client.get("/ready")).status_code == 503


async def test_opaque_tokens_are_asked_about(federation: Federation) -> None:
    """Without any issuer of signed tokens; fails closed if the issuer cannot be asked."""
    client = client_of(federation, GatewaySettings(sessions={"introspection": INTROSPECTION}))
    opaque = {"authorization": "Bearer opaque"}
    with respx.mock as router:
        route = router.post(INTROSPECTION["url"])
        route.mock(side_effect=httpx.ConnectError("gone"))
        away = await client.post("/graphql", json=QUERY, headers=opaque)
        route.respond(json={"active": True, "sub": "c-1"})
        active = await client.post("/graphql", json=QUERY, headers=opaque)
        missing = await client.post("/graphql", json=QUERY)
    assert (away.status_code, missing.status_code) == (503, 401)
    assert away.json()["errors"][0]["extensions"]["code"] == "AUTHENTICATION_UNAVAILABLE"
    assert active.json() == DATA


def test_a_gateway_with_an_authentication_of_its_own_refuses_both(federation: Federation, keys: Path) -> None:
    """One of the two would be ignored, and nobody could say which."""

    async def authenticate(_headers: object) -> None:
        return None

    with pytest.raises(ValueError, match="FURLONG_GATEWAY__SESSIONS__ISSUERS"):
        create_gateway(
            federation.sdl, federation.transports(), settings(keys), sessions=Sessions(authenticate)
        )


async def test_rate_limits_by_customer_count_by_the_token(federation: Federation, keys: Path) -> None:
    """Each subject of an issuer has a bucket of its own, whatever token it comes with."""
    rule = {"by": "customer", "points": 1, "seconds": 86_400}
    client = client_of(federation, settings(keys, rate_limits={"rules": [rule], "refusal_points": 1}))
    now = int(time.time())

    async def status(customer: str, seconds: int) -> int:
        made = token(claims={"iat": now, "exp": now + seconds, "sub": customer})
        headers = {"authorization": f"Bearer {made}"}
        response = await client.post("/graphql", json=QUERY, headers=headers)
        return response.status_code

    statuses = [await status("c-1", 600), await status("c-1", 601), await status("c-2", 600)]
    assert statuses == [200, 429, 200]


ISSUERS: Final = {
    "no source of keys": {},
    "two sources of keys": {"jwks_url": "https://a.test", "secret": "s" * 32},
    "a short secret": {"secret": "short"},
    "a secret for a public algorithm": {"secret": "s" * 32, "algorithms": ["RS256"]},
    "a public key for a secret's algorithm": {"jwks_url": "https://a.test", "algorithms": ["ES256", "HS256"]},
    "no algorithm at all": {"jwks_url": "https://a.test", "algorithms": ["none"]},
    "plain http": {"jwks_url": "http://login.test/keys"},
    "a file's URL": {"jwks_url": "file:///etc/keys"},
    "no URL": {"jwks_url": "keys"},
    "an endless life": {"jwks_url": "https://a.test", "longest_lifetime_seconds": 0},
    "no audience": {"jwks_url": "https://a.test", "audiences": []},
    "an unknown word": {"jwks_url": "https://a.test", "audience": "a"},
}


@pytest.mark.parametrize("wrong", ISSUERS.values(), ids=list(ISSUERS))
def test_an_issuer_that_cannot_be_trusted_is_refused(wrong: dict[str, Any]) -> None:
    """At the start, and not with the first token; the message repeats no secret."""
    with pytest.raises(ValidationError) as raised:
        GatewaySettings(sessions={"issuers": [{"issuer": ISSUER, "audiences": [AUDIENCE]} | wrong]})
    assert "ssssss" not in str(raised.value)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/keys", "http://localhost/keys", "http://[::1]:1/keys"])
def test_this_machine_needs_no_tls(url: str) -> None:
    """Nobody is on the way; for other machines a setting allows it."""
    issuer = {"issuer": ISSUER, "audiences": [AUDIENCE]}
    GatewaySettings(sessions={"issuers": [issuer | {"jwks_url": url}]})
    GatewaySettings(
        sessions={"issuers": [issuer | {"jwks_url": "http://login.test/keys", "plain_http": True}]}
    )


def test_one_issuer_stands_once() -> None:
    """Of two entries one would be ignored."""
    issuer = {"issuer": ISSUER, "audiences": [AUDIENCE], "jwks_url": "https://login.test/keys"}
    with pytest.raises(ValidationError, match="is listed twice"):
        GatewaySettings(sessions={"issuers": [issuer, issuer]})


def test_a_wrong_setting_ends_the_command_without_repeating_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It names the setting; a secret is not printed."""
    (tmp_path / "supergraph.graphql").write_text(shop().sdl)
    issuer = {"issuer": ISSUER, "audiences": [AUDIENCE], "secret": "too-secret", "algorithms": ["none"]}
    monkeypatch.setenv("FURLONG_GATEWAY__SESSIONS__ISSUERS", json.dumps([issuer]))
    result = CliRunner().invoke(cli, ["serve", "--supergraph", str(tmp_path / "supergraph.graphql")])
    assert (result.exit_code, "FURLONG_GATEWAY__SESSIONS__ISSUERS" in result.output) == (2, True)
    assert "too-secret" not in result.output + str(result.exception)


async def test_a_rotation_is_noticed_with_the_first_token(federation: Federation) -> None:
    """Through the whole gateway, under a flood of made-up key ids."""
    async with serving_keys(key_set(FIRST)) as server:
        client = client_of(federation, settings(server.url))
        assert (await client.post("/graphql", json=QUERY, headers=good())).json() == DATA
        now = int(time.time())
        claims = {"iat": now, "exp": now + 600}
        server.publish(key_set(FIRST, SECOND))
        made_up = {"authorization": f"Bearer {token({'kid': 'made up'}, claims)}"}
        new = {"authorization": f"Bearer {token(claims=claims, key=SECOND)}"}
        statuses = {
            (await client.post("/graphql", json=QUERY, headers=made_up)).status_code for _ in range(50)
        }
        begun = time.monotonic()
        while (await client.post("/graphql", json=QUERY, headers=new)).status_code != 200:
            assert time.monotonic() - begun < 30, "as long as it took before"
    assert statuses == {401}
