"""Key sets are refreshed in the background, within limits, and no request waits for long."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest
import structlog
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from joserfc.jwk import ECKey, OctKey, RSAKey
from joserfc.util import int_to_base64
from msgspec.structs import replace
from prometheus_client import CollectorRegistry, generate_latest

from foundation.tokens import (
    InvalidToken,
    Issuer,
    Reason,
    RefreshLimits,
    TokenMetrics,
    TokenVerifier,
    VerificationUnavailable,
)
from foundation.tokens.keys import RefreshedKeys, read_key_set
from foundation.tokens.verifier import TrustedIssuer
from tests.support.tokens import key_server
from tests.support.tokens.issued_tokens import AUDIENCE, FIRST, ISSUER, SECOND, ManualTime, key_set, token
from tests.support.tokens.key_server import KeyServer, serving_keys

RSA: Final = RSAKey.generate_key(2048, {"kid": "rsa"})
SHORT: Final = generate_private_key(65537, 1024).public_key().public_numbers()  # noqa: S505 - to be refused
PATIENT: Final = RefreshLimits(deadline=3600, wait=3600)
"""Limits that no slow machine reaches."""
YEARS: Final = 100 * 366 * 24 * 3600


class Trusting:
    """A verifier that trusts the issuer whose keys are at a server, at a time that is moved by hand."""

    def __init__(self, server: KeyServer, limits: RefreshLimits = PATIENT) -> None:
        self.server = server
        self.time = ManualTime()
        accepted = Issuer(
            issuer=ISSUER, audiences=(AUDIENCE,), jwks_url=server.url, longest_lifetime_seconds=YEARS
        )
        issuer = TrustedIssuer.of(accepted, limits, self.time)
        assert isinstance(issuer.keys, RefreshedKeys)
        self.keys = issuer.keys
        self.verifier = TokenVerifier([issuer], lambda verified: str(verified.claims["sub"]), now=self.time)

    @property
    def failed(self) -> int:
        """How many times the keys could not be read."""
        assert self.keys.counts is not None
        return self.keys.counts.failed

    async def result(self, key: ECKey | RSAKey = FIRST, **header: object) -> str:
        """The subject of a token that lasts for ever, or why it is refused."""
        algorithm = "RS256" if isinstance(key, RSAKey) else "ES256"
        made = token(header or None, {"exp": 4102444800}, key, algorithm=algorithm)
        try:
            return await self.verifier.verify(f"Bearer {made}")
        except InvalidToken as error:
            return error.reason
        except VerificationUnavailable:
            return "unavailable"

    async def refreshed(self) -> None:
        """Let a refresh that is due by the clock happen, as the background task would."""
        await self.keys.start()


@pytest.fixture
async def server() -> AsyncIterator[KeyServer]:
    """A server that publishes the first key."""
    async with serving_keys(key_set(FIRST)) as made:
        yield made


@pytest.fixture
async def trusting(server: KeyServer) -> AsyncIterator[Trusting]:
    """A verifier that has fetched the first key."""
    made = Trusting(server)
    await made.verifier.start()
    yield made
    await made.verifier.close()


async def test_keys_are_there_after_the_start(trusting: Trusting) -> None:
    """The first token does not fetch them."""
    assert await trusting.result() == "c-1"
    assert trusting.server.asked == 1


async def test_many_tokens_at_once_fetch_the_keys_once(server: KeyServer) -> None:
    """Also where nobody has started the verifier."""
    trusting = Trusting(server)
    results = await asyncio.gather(*(trusting.result() for _ in range(50)))
    assert (set(results), server.asked) == ({"c-1"}, 1)
    await trusting.verifier.close()


async def test_an_rsa_key_serves_as_well(trusting: Trusting) -> None:
    """RS256 is accepted beside ES256."""
    trusting.server.publish(key_set(FIRST, RSA))
    trusting.time.advance(2)
    assert await trusting.result(RSA) == "c-1"


@pytest.mark.parametrize("behave", [key_server.hang, key_server.drip])
async def test_no_known_key_waits_for_a_server(trusting: Trusting, behave: key_server.Behaviour) -> None:
    """While the server hangs or drips, tokens of known keys are verified."""
    trusting.server.behave = behave
    trusting.time.advance(301)
    refresh = asyncio.create_task(trusting.refreshed())
    await trusting.server.was_asked(2)
    for _ in range(20):
        assert await trusting.result() == "c-1"
    assert not refresh.done()
    refresh.cancel()


@pytest.mark.parametrize("behave", [key_server.hang, key_server.drip])
async def test_a_refresh_has_a_deadline(trusting: Trusting, behave: key_server.Behaviour) -> None:
    """It ends, though each byte comes in good time; the old keys serve."""
    trusting.keys._limits = replace(PATIENT, deadline=0.1)
    trusting.server.behave = behave
    trusting.time.advance(301)
    await trusting.refreshed()
    assert (trusting.failed, await trusting.result()) == (1, "c-1")


async def test_a_refresh_has_a_largest_size(trusting: Trusting) -> None:
    """The server of an endless answer sees that the client has gone."""
    trusting.server.behave = key_server.flood
    trusting.time.advance(301)
    await trusting.refreshed()
    await trusting.server.left.wait()
    assert (trusting.failed, await trusting.result()) == (1, "c-1")


async def test_an_unknown_key_waits_a_moment_for_a_server_that_hangs(server: KeyServer) -> None:
    """Not for the deadline; those that come later wait for what is left of the moment, or not at all."""
    trusting = Trusting(server, replace(PATIENT, wait=0.05))
    await trusting.verifier.start()
    server.behave = key_server.hang
    trusting.time.advance(2)
    assert await trusting.result(SECOND) == Reason.KEY
    assert await trusting.result(kid="another") == Reason.KEY
    assert trusting.keys._waiting == 0
    await server.was_asked(2)
    assert server.asked == 2
    await trusting.verifier.close()


async def test_only_so_many_tokens_wait_at_once(server: KeyServer) -> None:
    """Further ones are refused at once, so that made-up ids do not fill the gateway."""
    trusting = Trusting(server, replace(PATIENT, waiting=3))
    await trusting.verifier.start()
    server.behave = key_server.hang
    trusting.time.advance(2)
    flood = [asyncio.create_task(trusting.result(kid=f"made up {number}")) for number in range(10)]
    await server.was_asked(2)
    done, waiting = await asyncio.wait(flood, return_when=asyncio.FIRST_COMPLETED)
    while len(done) < 7:
        more, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        done |= more
    assert {task.result() for task in done} == {Reason.KEY}
    assert (len(waiting), trusting.keys._waiting) == (3, 3)
    await trusting.verifier.close()
    await asyncio.wait(waiting)


async def test_a_new_key_is_found_with_its_first_token(trusting: Trusting) -> None:
    """The token waits for the refresh that brings its key."""
    trusting.server.publish(key_set(FIRST, SECOND))
    trusting.time.advance(2)
    assert await trusting.result(SECOND) == "c-1"


async def test_a_flood_of_unknown_keys_does_not_keep_a_new_key_out(trusting: Trusting) -> None:
    """Made-up ids in every tenth of a second: the new key works within the second of its publication."""
    for tenth in range(100):
        trusting.time.advance(0.1)
        assert await trusting.result(kid=f"made up {tenth}") == Reason.KEY
    assert 9 <= trusting.server.asked - 1 <= 10  # one a second, and no more
    trusting.server.publish(key_set(FIRST, SECOND))
    tenths = 0
    while await trusting.result(SECOND) != "c-1":
        trusting.time.advance(0.1)
        assert await trusting.result(kid=f"more {tenths}") == Reason.KEY
        tenths += 1
        assert tenths <= 10
    assert await trusting.result() == "c-1"


async def test_a_flood_does_not_spend_the_refreshes_of_the_interval(server: KeyServer) -> None:
    """A key that the issuer drops stops working after the interval, whatever unknown ids did before."""
    trusting = Trusting(server, replace(PATIENT, asked_interval=3600))
    await trusting.verifier.start()
    trusting.time.advance(0.5)
    assert await trusting.result(kid="made up") == Reason.KEY
    server.publish(key_set(SECOND))
    trusting.time.advance(300)
    await trusting.refreshed()
    assert (await trusting.result(SECOND), await trusting.result()) == ("c-1", Reason.KEY)
    await trusting.verifier.close()


async def test_an_id_that_the_issuer_does_not_have_is_asked_for_once(trusting: Trusting) -> None:
    """For five seconds: a customer with an old token does not make a request each second."""
    trusting.time.advance(2)
    for _ in range(4):
        assert await trusting.result(kid="old") == Reason.KEY
        trusting.time.advance(1)
    assert trusting.server.asked == 2
    trusting.time.advance(2)
    assert await trusting.result(kid="old") == Reason.KEY
    assert trusting.server.asked == 3


async def test_a_key_that_is_dropped_takes_its_tokens_along(trusting: Trusting) -> None:
    """Those that were verified before, too; tokens of keys that stay are verified again."""
    trusting.server.publish(key_set(FIRST, SECOND))
    trusting.time.advance(2)
    header = f"Bearer {token()}"
    await trusting.verifier.verify(header)
    assert await trusting.result(SECOND) == "c-1"  # a further key changes nothing for the first one's tokens
    assert trusting.verifier.cached(header) == "c-1"
    trusting.server.publish(key_set(SECOND))
    trusting.time.advance(301)
    await trusting.refreshed()
    assert trusting.verifier.cached(header) is None
    with pytest.raises(InvalidToken):
        await trusting.verifier.verify(header)
    assert await trusting.result(SECOND) == "c-1"


async def test_another_key_of_the_same_id_takes_its_place(trusting: Trusting) -> None:
    """Tokens that the old one signed are refused."""
    header = f"Bearer {token()}"
    await trusting.verifier.verify(header)
    replacement = ECKey.generate_key("P-256", {"kid": "first"})
    trusting.server.publish(key_set(replacement))
    trusting.time.advance(301)
    await trusting.refreshed()
    assert trusting.verifier.cached(header) is None
    assert (await trusting.result(), await trusting.result(replacement)) == (Reason.SIGNATURE, "c-1")


@pytest.mark.parametrize("hours", [1, 12, 23.9])
async def test_the_last_good_keys_serve_through_an_outage(trusting: Trusting, hours: float) -> None:
    """While the server fails, known keys verify for 24 hours."""
    trusting.server.behave = key_server.answer(b"", "500 Oh")
    trusting.time.advance(hours * 3600)
    await trusting.refreshed()
    assert await trusting.result() == "c-1"


async def test_after_a_day_without_keys_nobody_can_say(trusting: Trusting) -> None:
    """Neither yes nor no: signing in again would not help. The server's return helps at once."""
    header = f"Bearer {token(claims={'exp': 4102444800})}"
    await trusting.verifier.verify(header)
    trusting.server.behave = key_server.answer(b"", "500 Oh")
    trusting.time.advance(24 * 3600 + 1)
    assert trusting.verifier.cached(header) is None
    assert (await trusting.result(), trusting.verifier.is_ready) == ("unavailable", False)
    trusting.server.publish(key_set(FIRST))
    trusting.time.advance(11)
    assert (await trusting.result(), trusting.verifier.is_ready) == ("c-1", True)


async def test_a_server_that_fails_is_asked_ever_less_often(trusting: Trusting) -> None:
    """After one, two, four, eight and ten seconds, and unknown ids do not change that."""
    trusting.server.behave = key_server.answer(b"", "500 Oh")
    trusting.time.advance(300)
    begun = trusting.time()
    asked: list[float] = []
    for _ in range(300):
        await trusting.refreshed()
        await trusting.result(kid=f"made up {trusting.time()}")
        if trusting.failed > len(asked):
            asked.append(trusting.time() - begun)
        trusting.time.advance(0.125)
    assert asked == [0, 1, 3, 7, 15, 25, 35]


async def test_a_failing_refresh_is_logged_once_a_minute(trusting: Trusting) -> None:
    """The line names the issuer and the error, and no token."""
    trusting.server.behave = key_server.answer(b"", "500 Oh")
    with structlog.testing.capture_logs() as logs:
        for _ in range(13):
            trusting.time.advance(10)
            await trusting.refreshed()
            trusting.time.advance(290 if trusting.failed == 0 else 0)
    assert trusting.failed > 5
    assert len(logs) == 2
    assert {(line["event"], line["issuer"], line["error"]) for line in logs} == {
        ("token_keys_not_refreshed", ISSUER, "HTTPError: HTTP 500")
    }


ANSWERS: Final = {
    "a page": b"<html>",
    "a list": b"[]",
    "a text": b'"keys"',
    "null": b"null",
    "no keys": b"{}",
    "an empty set": b'{"keys": []}',
    "null as the keys": b'{"keys": null}',
    "keys that are texts": b'{"keys": ["first"]}',
    "coordinates of another type": b'{"keys": [{"kty": "EC", "crv": "P-256", "x": 1, "y": {}}]}',
    "a point beside the curve": b'{"keys": [{"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}]}',
    "an unknown curve": b'{"keys": [{"kty": "EC", "crv": "P-0", "x": "AA", "y": "AA"}]}',
    "an unknown type": b'{"keys": [{"kty": "unheard of"}]}',
    "a list as the type": b'{"keys": [{"kty": []}]}',
    "a short RSA key": json.dumps(
        {"keys": [{"kty": "RSA", "n": int_to_base64(SHORT.n), "e": "AQAB"}]}
    ).encode(),
    "a huge RSA key": json.dumps({"keys": [{"kty": "RSA", "n": "_" * 60_000, "e": "AQAB"}]}).encode(),
    "a secret": key_set(OctKey.import_key("a secret that was published by mistake", {"kid": "first"})),
    "a private key": json.dumps({"keys": [SECOND.as_dict(private=True)]}).encode(),
    "too many keys": json.dumps({"keys": json.loads(key_set(SECOND))["keys"] * 101}).encode(),
    "keys twice": key_set(FIRST)[:-1] + b"," + key_set(SECOND)[1:],
    "no text": b"\xff\xfe\x00",
    "brackets": b'{"keys":' + b"[" * 100_000,
    "too many bytes": json.dumps({"keys": ["x" * 300_000]}).encode(),
}


@pytest.mark.parametrize("content", ANSWERS.values(), ids=list(ANSWERS))
async def test_what_is_no_key_set_changes_nothing(trusting: Trusting, content: bytes) -> None:
    """Known tokens hold, others do not."""
    trusting.server.publish(content)
    trusting.time.advance(301)
    await trusting.refreshed()
    assert (trusting.failed, await trusting.result()) == (1, "c-1")
    assert await trusting.result(SECOND) == Reason.KEY


@pytest.mark.parametrize(
    ("status", "header", "content"),
    [
        ("404 Not Found", "x-a: b", key_set(SECOND)),
        ("204 No Content", "x-a: b", b""),
        ("200 OK", "content-encoding: gzip", gzip.compress(key_set(SECOND))),
        ("200 OK", "content-encoding: gzip", gzip.compress(b" " * 50_000_000)),
        ("200 OK", "content-encoding: br", b"\x1f\x8b"),
    ],
)
async def test_an_answer_that_is_not_plain_changes_nothing(
    trusting: Trusting, status: str, header: str, content: bytes
) -> None:
    """Another status, or a compression that nobody asked for."""
    trusting.server.behave = key_server.answer(content, status, header)
    trusting.time.advance(301)
    await trusting.refreshed()
    assert (trusting.failed, await trusting.result()) == (1, "c-1")


async def test_a_redirect_is_not_followed(trusting: Trusting) -> None:
    """The other server is never asked."""
    async with serving_keys(key_set(SECOND)) as evil:
        trusting.server.behave = key_server.answer(b"", "302 Found", f"location: {evil.url}")
        trusting.time.advance(301)
        await trusting.refreshed()
        assert await trusting.result() == "c-1"
        assert (evil.asked, trusting.failed) == (0, 1)


async def test_a_key_that_cannot_be_used_does_not_spoil_the_others(trusting: Trusting) -> None:
    """A set may hold keys that only others understand (RFC 7517, section 5)."""
    listed = [{"kty": "AKP", "kid": "new"}, {"kty": "EC", "crv": "P-0"}, *json.loads(key_set(SECOND))["keys"]]
    trusting.server.publish(json.dumps({"keys": listed}).encode())
    trusting.time.advance(2)
    assert await trusting.result(SECOND) == "c-1"


@pytest.mark.parametrize("algorithm", ["EdDSA", "Ed25519"])
async def test_an_edwards_key_verifies_by_both_names(algorithm: str) -> None:
    """By its old name and by that of RFC 9864."""
    from joserfc.jwk import OKPKey  # noqa: PLC0415 - only here
    from joserfc.jws import JWSRegistry  # noqa: PLC0415 - only here

    key = OKPKey.generate_key("Ed25519", {"kid": "ed"})
    content = json.dumps({"keys": [key.as_dict(private=False)]}).encode()
    [found] = read_key_set(content, (algorithm, "ES256"))["ed"]
    signed = JWSRegistry.algorithms[algorithm].sign(b"text", key)
    assert found.algorithms == {algorithm}
    assert (found.verifies(algorithm, b"text", signed), found.verifies(algorithm, b"other", signed)) == (
        True,
        False,
    )


async def test_a_file_is_read_again(tmp_path: Path) -> None:
    """Whoever rotates keys replaces the file; a broken one changes nothing."""
    file = tmp_path / "keys.json"
    file.write_bytes(key_set(FIRST))
    time = ManualTime()
    accepted = Issuer(issuer=ISSUER, audiences=(AUDIENCE,), jwks_file=file)
    issuer = TrustedIssuer.of(accepted, PATIENT, time)
    verifier = TokenVerifier([issuer], lambda verified: verified.claims["sub"], now=time)
    await verifier.start()
    assert await verifier.verify(f"Bearer {token()}") == "c-1"
    file.write_bytes(key_set(SECOND))
    time.advance(301)
    await verifier.start()
    assert await verifier.verify(f"Bearer {token(key=SECOND)}") == "c-1"
    file.unlink()
    time.advance(301)
    await verifier.start()
    assert await verifier.verify(f"Bearer {token(key=SECOND)}") == "c-1"
    await verifier.close()


async def test_the_background_task_refreshes_by_itself(server: KeyServer) -> None:
    """With no request at all; it ends when the verifier is closed."""
    trusting = Trusting(server, replace(PATIENT, interval=0.01))
    await trusting.verifier.start()
    beginning = asyncio.get_running_loop().time()

    def now() -> float:
        return asyncio.get_running_loop().time() - beginning

    trusting.keys._now = now
    trusting.keys._due_at = 0.0
    await server.was_asked(5)
    await trusting.verifier.close()
    assert [task for task in asyncio.all_tasks() if "RefreshedKeys" in repr(task.get_coro())] == []


async def test_metrics_tell_how_old_keys_are_and_what_was_refused(trusting: Trusting) -> None:
    """By issuer, outcome and reason."""
    trusting.server.behave = key_server.answer(b"", "500 Oh")
    trusting.time.advance(300)
    await trusting.refreshed()
    await trusting.result(kid="unheard of")
    registry = CollectorRegistry()
    registry.register(TokenMetrics(trusting.verifier.counts, trusting.time))
    text = generate_latest(registry).decode()
    assert f'furlong_token_keys_age_seconds{{issuer="{ISSUER}"}} 300.0' in text
    assert f'furlong_token_key_refreshes_total{{issuer="{ISSUER}",outcome="ok"}} 1.0' in text
    assert f'furlong_token_key_refreshes_total{{issuer="{ISSUER}",outcome="failed"}} 1.0' in text
    assert 'furlong_token_refusals_total{reason="key"} 1.0' in text
