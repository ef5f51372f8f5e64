"""The issuer's key set: fetched, kept, and not asked for too often."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import respx
from club_stand import AUDIENCE, ISSUER
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

from storage.clock import ManualClock
from subgraphs.kit.auth.key_sets import RemoteKeySet
from subgraphs.kit.auth.sessions import SessionVerifier, Viewer
from subgraphs.kit.domain.errors import Unauthenticated

URL = "https://issuer.test/keys"
NOW = datetime(2026, 3, 25, 12, tzinfo=UTC)
FIRST = ECKey.generate_key("P-256", {"kid": "first"})
SECOND = ECKey.generate_key("P-256", {"kid": "second"})
RSA = RSAKey.generate_key(2048, {"kid": "rsa"})
STRANGER = ECKey.generate_key("P-256", {"kid": "first"})
CLAIMS = {"iss": ISSUER, "aud": AUDIENCE, "exp": 4102444800, "sub": "c-1", "brand": "northbet"}
VIEWER = Viewer("northbet", "c-1")


class Issuer:
    """An issuer with a key set at a URL, and a verifier that trusts it."""

    def __init__(self, route: respx.Route) -> None:
        self.route = route
        self.clock = ManualClock(NOW)
        self.keys = RemoteKeySet(URL, self.clock)
        self.verifier = SessionVerifier(self.keys, ISSUER, AUDIENCE, leeway=30, clock=self.clock)

    def publish(self, *keys: ECKey | RSAKey | OctKey) -> None:
        """What the URL answers from now on."""
        body = {"keys": [key.as_dict(private=isinstance(key, OctKey)) for key in keys]}
        self.route.mock(httpx.Response(200, json=body))

    async def admits(self, token: str) -> bool:
        """Whether a token's customer gets in."""
        try:
            return await self.verifier.verify(f"Bearer {token}") == VIEWER
        except Unauthenticated:
            return False


def token(key: ECKey | RSAKey = FIRST, kid: Any = ..., alg: str = "ES256") -> str:
    """A token signed with a key."""
    header = {"alg": alg, "kid": key.kid if kid is ... else kid}
    return jwt.encode({name: value for name, value in header.items() if value is not None}, CLAIMS, key)


@pytest.fixture
async def issuer() -> AsyncIterator[Issuer]:
    """An issuer that has published its first key."""
    with respx.mock(assert_all_called=False) as router:
        issuer = Issuer(router.get(URL))
        issuer.publish(FIRST)
        yield issuer
        await issuer.keys.close()


async def test_a_published_key_lets_its_tokens_in(issuer: Issuer) -> None:
    """A token signed with a key of the set holds."""
    assert await issuer.admits(token())


async def test_an_rsa_key_serves_as_well(issuer: Issuer) -> None:
    """RS256 is accepted beside ES256."""
    issuer.publish(FIRST, RSA)
    assert await issuer.admits(token(RSA, alg="RS256"))


async def test_another_key_of_the_same_name_gets_nobody_in(issuer: Issuer) -> None:
    """The key's id finds the key; the signature must still be its own."""
    assert not await issuer.admits(token(STRANGER))


@pytest.mark.parametrize("kid", [None, "", "FIRST", "../first"])
async def test_a_token_must_name_a_published_key(issuer: Issuer, kid: str | None) -> None:
    """A token with no key id, or with one that is not published, is refused."""
    assert not await issuer.admits(token(kid=kid))


async def test_a_secret_in_the_key_set_verifies_nothing(issuer: Issuer) -> None:
    """Symmetric algorithms are not accepted from a key set."""
    secret = OctKey.import_key("a secret that was published by mistake", {"kid": "secret"})
    issuer.publish(FIRST, secret)
    forged = jwt.encode({"alg": "HS256", "kid": "secret"}, CLAIMS, secret)
    assert not await issuer.admits(forged)
    assert not await issuer.admits(token(FIRST, kid="secret"))


async def test_the_public_key_is_no_secret(issuer: Issuer) -> None:
    """A token signed by HMAC with the published key's text is refused."""
    text = FIRST.as_pem(private=False)
    forged = jwt.encode({"alg": "HS256", "kid": "first"}, CLAIMS, OctKey.import_key(text.hex()))
    assert not await issuer.admits(forged)


async def test_keys_are_fetched_once_for_many_tokens(issuer: Issuer) -> None:
    """A hundred sessions at once cost one request."""
    admitted = await asyncio.gather(*(issuer.admits(token()) for _ in range(100)))
    assert (all(admitted), issuer.route.call_count) == (True, 1)


async def test_a_new_key_is_found_at_once(issuer: Issuer) -> None:
    """A token with a key id not seen before makes the set be fetched again."""
    assert await issuer.admits(token())
    issuer.clock.advance(timedelta(seconds=31))
    issuer.publish(FIRST, SECOND)
    assert await issuer.admits(token(SECOND))


async def test_unknown_key_ids_cost_one_request_in_thirty_seconds(issuer: Issuer) -> None:
    """Made-up key ids do not make a flood of requests to the issuer, nor keep good tokens out."""
    assert await issuer.admits(token())
    for second in range(29):
        issuer.clock.instant = NOW + timedelta(seconds=second)
        assert not await issuer.admits(token(kid=f"made up {second}"))
        assert await issuer.admits(token())
    assert issuer.route.call_count == 1
    issuer.clock.instant = NOW + timedelta(seconds=31)
    await asyncio.gather(*(issuer.admits(token(kid=f"more {number}")) for number in range(50)))
    assert issuer.route.call_count == 2


async def test_a_key_taken_back_is_refused_after_the_next_refresh(issuer: Issuer) -> None:
    """Keys are fetched again after ten minutes, so that a withdrawn one stops working."""
    assert await issuer.admits(token())
    issuer.publish(SECOND)
    issuer.clock.advance(timedelta(minutes=9))
    assert await issuer.admits(token())
    issuer.clock.advance(timedelta(minutes=2))
    assert not await issuer.admits(token())
    assert await issuer.admits(token(SECOND))


@pytest.mark.parametrize("hours", [1, 12, 23])
async def test_the_last_good_keys_serve_through_an_outage(issuer: Issuer, hours: int) -> None:
    """While the issuer cannot be reached its known keys hold, up to 24 hours."""
    assert await issuer.admits(token())
    issuer.route.mock(side_effect=httpx.ConnectTimeout("gone"))
    issuer.clock.advance(timedelta(hours=hours))
    assert await issuer.admits(token())


async def test_after_a_day_without_keys_nobody_gets_in(issuer: Issuer) -> None:
    """An outage of more than 24 hours closes the door, and the issuer's return opens it."""
    assert await issuer.admits(token())
    issuer.route.mock(side_effect=httpx.ConnectError("gone"))
    issuer.clock.advance(timedelta(hours=24, seconds=1))
    assert not await issuer.admits(token())
    issuer.publish(FIRST)
    issuer.clock.advance(timedelta(seconds=31))
    assert await issuer.admits(token())


async def test_an_issuer_that_never_answered_lets_nobody_in(issuer: Issuer) -> None:
    """Without any keys every token is refused."""
    issuer.route.mock(side_effect=httpx.ConnectError("gone"))
    assert not await issuer.admits(token())


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, text="<html>"),
        httpx.Response(200, json=[]),
        httpx.Response(200, json="keys"),
        httpx.Response(200, json=None),
        httpx.Response(200, json={}),
        httpx.Response(200, json={"keys": []}),
        httpx.Response(200, json={"keys": None}),
        httpx.Response(200, json={"keys": ["first"]}),
        httpx.Response(200, json={"keys": [{"kty": "EC", "crv": "P-256", "x": 1, "y": {}}]}),
        httpx.Response(200, json={"keys": [{"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}]}),
        httpx.Response(200, json={"keys": [{"kty": "unheard of"}]}),
        httpx.Response(200, content=b"\xff\xfe\x00"),
        httpx.Response(200, content=b'{"keys":' + b"[" * 100_000),
        httpx.Response(200, content=json.dumps({"keys": ["x" * 300_000]}).encode()),
        httpx.Response(200, content=b"\x1f\x8b\x00", headers={"Content-Encoding": "gzip"}),
        httpx.Response(301, headers={"Location": "https://evil.test/keys"}),
        httpx.Response(404, json={"keys": [SECOND.as_dict(private=False)]}),
        httpx.Response(500),
    ],
)
async def test_a_garbage_answer_keeps_the_old_keys(issuer: Issuer, answer: httpx.Response) -> None:
    """What is no key set changes nothing: known tokens hold, others do not."""
    assert await issuer.admits(token())
    issuer.route.mock(answer)
    issuer.clock.advance(timedelta(minutes=11))
    assert await issuer.admits(token())
    assert not await issuer.admits(token(SECOND))
    assert issuer.route.call_count == 2
