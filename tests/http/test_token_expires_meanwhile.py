"""A14: a token expires in the middle of a request."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from foundation.tokens import RefreshLimits
from gateway import GatewaySettings
from gateway.features.sessions.feature import TokenAuthenticator
from gateway.features.sessions.settings import SessionSettings
from tests.gateway.world import Federation
from tests.gateway.worlds import atlas, shop
from tests.http.served_gateway import Shop, post
from tests.support.tokens.issued_tokens import AUDIENCE, CLAIMS, FIRST, ISSUER, ManualTime, key_set, token

PATIENT = RefreshLimits(deadline=3600, wait=3600)
GOOD = f"authorization: Bearer {token()}".encode()
LIFE = int(CLAIMS["exp"]) - int(CLAIMS["iat"])
SKEW = 30


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> ManualTime:
    """The time by which the gateway checks tokens."""
    made = ManualTime()
    monkeypatch.setattr(
        "gateway.features.sessions.feature.TokenAuthenticator", lambda settings: _sessions(settings, made)
    )
    return made


def _sessions(settings: SessionSettings, time: ManualTime) -> TokenAuthenticator:
    return TokenAuthenticator(settings, time, PATIENT)


def shut(federation: Federation, folder: Path) -> Shop:
    """A gateway that checks tokens, with subgraphs that wait."""
    (folder / "keys.json").write_bytes(key_set(FIRST))
    issuer = {"issuer": ISSUER, "audiences": [AUDIENCE], "jwks_file": folder / "keys.json"}
    return Shop(federation, shut=True, settings=GatewaySettings(sessions={"issuers": (issuer,)}))


RENAME = 'mutation { rename(code: "p", name: "x") { item { weight } } }'


@pytest.mark.parametrize(
    ("federation", "query", "last"),
    [(shop, "{ me { name reviews { body } } }", "reviews answered"), (atlas, RENAME, "b answered")],
    ids=["query", "mutation"],
)
async def test_what_has_begun_is_finished_and_nothing_else_begins(
    federation: Callable[[], Federation], query: str, last: str, time: ManualTime, tmp_path: Path
) -> None:
    """The session holds for all fetches of its request; the same bytes on the same connection are refused."""
    async with shut(federation(), tmp_path).served() as server, server.client() as client:
        await client.send(post(query, GOOD))
        await server.until("accounts asked" if federation is shop else "a asked")
        time.advance(LIFE + SKEW + 1)
        server.gate.set()
        status, _, body = await client.reply()
        assert (status, last in server.events, b"errors" in body) == (200, True, False), body
        events = list(server.events)
        await client.send(post(query, GOOD))
        status, head, body = await client.reply()
        assert (status, b"UNAUTHENTICATED" in body, server.events) == (401, True, events)
        assert b'www-authenticate: Bearer error="invalid_token"' in head


async def test_who_waits_in_line_is_checked_at_its_turn(time: ManualTime, tmp_path: Path) -> None:
    """A request that was sent right behind another begins after that; its token has expired by then."""
    async with shut(shop(), tmp_path).served() as server, server.client() as client:
        await client.send(post("{ me { name } }", GOOD) * 2)
        await server.until("accounts asked")
        time.advance(LIFE + SKEW + 1)
        server.gate.set()
        assert [(await client.reply())[0] for _ in range(2)] == [200, 401]
        assert server.events == ["accounts asked", "accounts answered"]
