"""A token is verified once, and holds again until it expires."""

from __future__ import annotations

from typing import Final

import pytest
from joserfc.jwk import OctKey
from pydantic import SecretStr

from foundation.tokens import InvalidToken, Issuer, RefreshLimits, TokenVerifier
from foundation.tokens.verifier import TrustedIssuer
from tests.support.tokens.issued_tokens import AUDIENCE, ISSUER, NOW, ManualTime, token

SECRET: Final = "a secret of the tests, 32 bytes or more"
KEY: Final = OctKey.import_key(SECRET)


@pytest.fixture
def time() -> ManualTime:
    """A time that is moved by hand."""
    return ManualTime()


@pytest.fixture
def verifier(time: ManualTime) -> TokenVerifier[str]:
    """Remembers three tokens."""
    accepted = Issuer(issuer=ISSUER, audiences=(AUDIENCE,), secret=SecretStr(SECRET))
    issuer = TrustedIssuer.of(accepted, RefreshLimits(), time)
    return TokenVerifier([issuer], lambda verified: str(verified.claims["sub"]), now=time, kept=3)


def bearer(**claims: object) -> str:
    """A header with a token."""
    return f"Bearer {token(claims=claims, key=KEY, algorithm='HS256', header={'kid': ...})}"


async def test_a_verified_token_is_known(verifier: TokenVerifier[str]) -> None:
    """Before it was verified it is not; nor is the absence of a header."""
    header = bearer()
    assert (verifier.cached(header), verifier.cached(None)) == (None, None)
    assert await verifier.verify(header) == "c-1"
    assert verifier.cached(header) == "c-1"


async def test_another_header_is_another_token(verifier: TokenVerifier[str]) -> None:
    """Not a character may differ: one that does not hold is refused though its twin is known."""
    header = bearer()
    await verifier.verify(header)
    for other in (header + " ", header.lower(), header[:-1] + ("A" if header[-1] != "A" else "B")):
        assert verifier.cached(other) is None
        with pytest.raises(InvalidToken):
            await verifier.verify(other)


@pytest.mark.parametrize(
    ("seconds", "holds"), [(0, True), (59, True), (89, True), (90, False), (9999, False)]
)
async def test_a_known_token_expires_as_any_other(
    verifier: TokenVerifier[str], time: ManualTime, seconds: int, *, holds: bool
) -> None:
    """The time is looked at with each use, with the same grace."""
    header = bearer(exp=int(NOW) + 60)
    await verifier.verify(header)
    time.advance(seconds)
    assert (verifier.cached(header) == "c-1") is holds
    if not holds:
        with pytest.raises(InvalidToken):
            await verifier.verify(header)


async def test_what_is_refused_is_not_remembered(verifier: TokenVerifier[str], time: ManualTime) -> None:
    """A token that does not hold yet may do so later."""
    header = bearer(nbf=int(NOW) + 600)
    with pytest.raises(InvalidToken):
        await verifier.verify(header)
    time.advance(601)
    assert await verifier.verify(header) == "c-1"


async def test_so_many_tokens_are_remembered_and_no_more(verifier: TokenVerifier[str]) -> None:
    """The oldest make room, and are verified again when they come back."""
    headers = [bearer(sub=f"c-{number}") for number in range(5)]
    for header in headers:
        await verifier.verify(header)
    known = [verifier.cached(header) is not None for header in headers]
    assert known == [False, False, True, True, True]
    assert await verifier.verify(headers[0]) == "c-0"
    assert len(verifier._by_header) == 3
