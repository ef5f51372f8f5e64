"""A token that is revoked is refused within a moment, everywhere, and nobody else's is."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import OctKey
from pydantic import SecretStr, ValidationError
from redis.asyncio import Redis
from structlog.testing import capture_logs

from foundation.tokens import (
    InvalidToken,
    Issuer,
    Reason,
    RefreshLimits,
    Revocations,
    TokenVerifier,
    VerificationUnavailable,
)
from foundation.tokens.metrics import TokenMetrics
from foundation.tokens.revocations import RevocationList, revoke
from foundation.tokens.verifier import TrustedIssuer
from tests.support.tokens.issued_tokens import AUDIENCE, ISSUER, ManualTime, token
from tools.private_valkey import PrivateValkey

SECRET: Final = "a secret of the tests, 32 bytes or more"
KEY: Final = OctKey.import_key(SECRET)
PATIENCE_SECONDS = 180.0
CLAIMS = (("jti",), ("sub",), ("brand", "sub"))


def bearer(**claims: object) -> str:
    """A header with a token, by default of a customer whose sessions were issued long ago."""
    return f"Bearer {token(claims=claims, key=KEY, algorithm='HS256', header={'kid': ...})}"


def at(url: str, **more: Any) -> Revocations:
    """Revocations in a stream that no other test has."""
    return Revocations(url=url, stream=f"tests:{uuid.uuid4().hex}", claims=CLAIMS, **more)


@asynccontextmanager
async def verifying(where: Revocations, time: ManualTime | None = None) -> AsyncIterator[TokenVerifier[str]]:
    """A process that verifies tokens."""
    time = time or ManualTime()
    accepted = Issuer(
        issuer=ISSUER, audiences=(AUDIENCE,), secret=SecretStr(SECRET), longest_lifetime_seconds=10**10
    )
    issuer = TrustedIssuer.of(accepted, RefreshLimits(), time)
    verifier = TokenVerifier([issuer], lambda each: str(each.claims["sub"]), revocations=where, now=time)
    await verifier.start()
    try:
        yield verifier
    finally:
        await verifier.close()


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something to happen."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not condition():  # noqa: ASYNC110 - what is waited for happens in the product
            await asyncio.sleep(0.01)


async def reason(verifier: TokenVerifier[str], header: str) -> Reason:
    """Why a token is refused."""
    with pytest.raises(InvalidToken) as caught:
        await verifier.verify(header)
    return caught.value.reason


async def test_a_revoked_token_is_refused_in_every_process(valkey: PrivateValkey) -> None:
    """Also where it is remembered, and where the process starts later; others' tokens hold."""
    where, mine, other = at(valkey.url), bearer(), bearer(sub="c-2")
    async with verifying(where) as one, verifying(where) as two:
        for each in (one, two):
            assert await each.verify(mine) == "c-1"
            assert await each.verify(other) == "c-2"
        await revoke(where, {"iss": ISSUER, "sub": "c-1"}, 3600)
        for each in (one, two):
            await until(lambda each=each: each.cached(mine) is None)  # type: ignore[misc]
            assert await reason(each, mine) is Reason.REVOKED
            assert each.cached(other) == "c-2"
        async with verifying(where) as three:
            assert three.is_ready
            assert await reason(three, mine) is Reason.REVOKED
            assert await three.verify(other) == "c-2"


async def test_who_signs_in_again_is_accepted(valkey: PrivateValkey) -> None:
    """What was issued after a revocation is not revoked by it; one token or login is revoked for good."""
    where, later = at(valkey.url), 4_000_000_000
    async with verifying(where, ManualTime(later)) as verifier:
        await revoke(where, {"iss": ISSUER, "sub": "c-1"}, 3600)
        await revoke(where, {"iss": ISSUER, "jti": "one"}, 3600)
        await until(lambda: verifier.revocations is not None and len(verifier.revocations.list) == 2)
        assert await reason(verifier, bearer(exp=later + 9)) is Reason.REVOKED
        assert await reason(verifier, bearer(exp=later + 9, iat=...)) is Reason.REVOKED
        assert await verifier.verify(bearer(exp=later + 9, iat=later)) == "c-1"
        assert await reason(verifier, bearer(exp=later + 9, iat=later, jti="one")) is Reason.REVOKED


async def test_a_revocation_names_a_customer_of_a_brand(valkey: PrivateValkey) -> None:
    """The same id at another brand, or of another issuer, is somebody else."""
    where = at(valkey.url)
    async with verifying(where) as verifier:
        await revoke(where, {"iss": "https://other.test", "sub": "c-1"}, 3600)
        await revoke(where, {"iss": ISSUER, "brand": "lagunabet", "sub": "c-1"}, 3600)
        await until(lambda: verifier.revocations is not None and len(verifier.revocations.list) == 2)
        assert await verifier.verify(bearer()) == "c-1"
        assert await reason(verifier, bearer(brand="lagunabet")) is Reason.REVOKED


async def test_what_is_not_understood_is_told(valkey: PrivateValkey) -> None:
    """An entry that revokes nothing is an error in the log, which has no value of a claim; others count."""
    where = at(valkey.url)
    with capture_logs() as logged:
        async with verifying(where) as verifier, Redis.from_url(valkey.url) as client:
            entries: tuple[dict[Any, Any], ...] = (
                {"claims": "{"},
                {"x": "y"},
                {"claims": '{"iss": "i", "email": "secret"}'},
            )
            for fields in entries:
                await client.xadd(where.stream, fields)
            await revoke(where, {"iss": ISSUER, "sub": "c-1"}, 3600)
            await until(lambda: verifier.revocations is not None and verifier.revocations.read == 1)
            assert await reason(verifier, bearer()) is Reason.REVOKED
    assert [entry["event"] for entry in logged] == ["token_revocation_not_understood"] * 3
    assert "secret" not in str(logged)


async def test_many_revocations_are_read_at_the_start(valkey: PrivateValkey) -> None:
    """All of them before the first token is accepted."""
    where = at(valkey.url)
    async with Redis.from_url(valkey.url) as client:
        pipeline = client.pipeline()
        for number in range(2_500):
            pipeline.xadd(where.stream, {"claims": f'{{"iss":"{ISSUER}","sub":"c-{number}"}}'})
        await pipeline.execute()
    async with verifying(where) as verifier:
        assert verifier.is_ready
        assert await reason(verifier, bearer(sub="c-2499")) is Reason.REVOKED


async def test_old_revocations_leave_the_stream(valkey: PrivateValkey) -> None:
    """Those that no token lives long enough for, when another one is written."""
    where = at(valkey.url)
    async with Redis.from_url(valkey.url) as client:
        for number in range(300):
            await client.xadd(where.stream, {"claims": "{}"}, id=f"{number + 1}-1")
        await revoke(where, {"iss": ISSUER, "sub": "c-1"}, 3600)
        assert await client.xlen(where.stream) < 300


async def test_without_valkey_nobody_can_say(free_port: Callable[[], int]) -> None:
    """From the start, and when it is unavailable for too long: known tokens too are accepted no longer."""
    time = ManualTime()
    where = at(f"redis://127.0.0.1:{free_port()}/0")
    async with verifying(where, time) as verifier:
        assert not verifier.is_ready
        with pytest.raises(VerificationUnavailable):
            await verifier.verify(bearer())
        following = verifier.revocations
        assert following is not None
        following._fresh_until = time() + where.away_seconds
        assert await verifier.verify(bearer()) == "c-1"
        assert verifier.is_ready
        failed = following.failed
        await until(lambda: following.failed > failed + 1)
        assert verifier.cached(bearer()) == "c-1"
        time.advance(where.away_seconds)
        await until(lambda: verifier.cached(bearer()) is None)
        with pytest.raises(VerificationUnavailable):
            await verifier.verify(bearer())
        collected = TokenMetrics(verifier.counts).collect()
        samples = {each.name: each.samples[0].value for each in collected if each.samples}
        assert samples["furlong_token_revocations_fresh"] == 0
        assert samples["furlong_token_revocation_failures"] >= 2


async def test_only_what_can_be_revoked_by_is_written() -> None:
    """An operator's mistake is refused before it is in the stream."""
    where = at("redis://127.0.0.1:1/0")
    for claims in ({"sub": "c-1"}, {"iss": ISSUER}, {"iss": ISSUER, "email": "x"}):
        with pytest.raises(ValueError, match="not revoked by these"):
            await revoke(where, claims, 3600)
    with pytest.raises(OSError, match="was not written"):
        await revoke(where, {"iss": ISSUER, "sub": "c-1"}, 3600)


@pytest.mark.parametrize(
    "wrong", [{"url": "http://x"}, {"claims": ()}, {"claims": ((),)}, {"claims": (("iss", "sub"),)}]
)
def test_settings_are_checked(wrong: dict[str, Any]) -> None:
    """Each mistake is one."""
    with pytest.raises(ValidationError):
        Revocations(**({"url": "redis://127.0.0.1/0"} | wrong))


VALUES = st.sampled_from(["a", "b"])
SHAPES = (("jti",), ("brand", "sub"))
TOKENS = st.fixed_dictionaries(
    {"iss": VALUES}, optional={"jti": VALUES, "sub": VALUES, "brand": VALUES, "other": VALUES}
)
REVOKED = st.one_of(
    st.fixed_dictionaries({"iss": VALUES, "jti": VALUES}),
    st.fixed_dictionaries({"iss": VALUES, "sub": VALUES, "brand": VALUES}),
)


@given(st.lists(st.tuples(REVOKED, st.integers(0, 9)), max_size=8), TOKENS, st.integers(0, 9) | st.none())
def test_the_list_says_what_its_entries_say(
    entries: list[tuple[dict[str, str], int]], claims: Mapping[str, str], issued: int | None
) -> None:
    """A token is revoked if it has all claims of an entry, and was issued before it."""
    revocations, ordered = RevocationList(SHAPES, 1000, 1000), sorted(entries, key=lambda entry: entry[1])
    for revoked, written in ordered:
        assert revocations.add(revoked, float(written)) is not None
    expected = any(
        revoked.items() <= claims.items() and (issued is None or issued <= written or "jti" in revoked)
        for revoked, written in ordered
    )
    assert revocations.is_revoked(revocations.marks(claims), issued) is expected


def test_the_list_is_bounded() -> None:
    """By time, and by number: then the oldest are forgotten, and the log says so."""
    revocations = RevocationList(SHAPES, 100, 3)
    for number in range(3):
        revocations.add({"iss": "i", "jti": str(number)}, float(number))
    revocations.add({"iss": "i", "jti": "0"}, 50.0)
    assert len(revocations) == 3
    with capture_logs() as logged:
        revocations.add({"iss": "i", "jti": "3"}, 60.0)
    assert [entry["event"] for entry in logged] == ["token_revocations_forgotten"]
    kept = [revocations.is_revoked(revocations.marks({"iss": "i", "jti": str(n)}), None) for n in range(4)]
    assert kept == [True, False, True, True]
    revocations.add({"iss": "i", "jti": "4"}, 155.0)
    assert len(revocations) == 2
