"""Sessions: a header either holds, and tells brand and customer, or is refused; never taken for no header."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws, jwt
from joserfc.jwk import OctKey, RSAKey
from pydantic import SecretStr, ValidationError

from foundation.storage.clock import ManualClock
from subgraphs.kit.auth import SessionVerifier, Viewer
from subgraphs.kit.domain.errors import Unauthenticated
from subgraphs.kit.settings import SessionSettings
from tests.support.subgraphs.club_fixture import AUDIENCE, ISSUER, SECRET, make_token, session_settings

NOW = datetime(2026, 3, 25, 12, tzinfo=UTC)
EPOCH = int(NOW.timestamp())
GOOD = {"iss": ISSUER, "aud": AUDIENCE, "exp": EPOCH + 60, "sub": "c-1", "brand": "northbet"}


def verifier(now: datetime = NOW) -> SessionVerifier:
    """A verifier at an instant."""
    return SessionVerifier.from_settings(session_settings(), ManualClock(now))


async def refused(header: str, now: datetime = NOW) -> bool:
    """Whether a header is refused, and not merely taken for none."""
    try:
        viewer = await verifier(now).verify(header)
    except Unauthenticated:
        return True
    assert viewer is not None, "taken for an anonymous visitor"
    return False


def segment(value: Any) -> str:
    """A JSON value as a part of a token."""
    text = value if isinstance(value, str) else json.dumps(value)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def signed(header: Any, payload: Any, secret: str = SECRET) -> str:
    """A token with any header and payload, honestly signed with HMAC-SHA256."""
    signing_input = f"{segment(header)}.{segment(payload)}".encode()
    signature = jws.JWSRegistry.algorithms["HS256"].sign(signing_input, OctKey.import_key(secret))
    return f"{signing_input.decode()}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


async def test_without_a_header_the_visitor_is_anonymous() -> None:
    """No header is no session, and no error."""
    assert await verifier().verify(None) is None


async def test_a_good_token_tells_brand_and_customer() -> None:
    """The viewer is whom the token was issued to."""
    assert await verifier().verify(f"Bearer {make_token('c-1', 'northbet')}") == Viewer("northbet", "c-1")


async def test_the_tests_own_signature_is_a_good_one() -> None:
    """The refusals below come from what a token says, not from how it was signed here."""
    assert not await refused(f"Bearer {signed({'alg': 'HS256', 'typ': 'JWT'}, GOOD)}")


@pytest.mark.parametrize(
    "header",
    [
        "",
        " ",
        "Bearer",
        "Bearer ",
        "Bearer null",
        "Bearer a.b",
        "Bearer a.b.c",
        "Bearer ..",
        "Basic dXNlcjpwYXNz",
        f"bearer  {make_token()}",
        make_token(),
        f"Bearer {make_token()} ",
        f"Bearer {make_token()}\n",
        f"Bearer {make_token()}, Bearer {make_token()}",
        f"Bearer {make_token()}.{make_token()}",
        f"Bearer {make_token()[:-3]}",
        f"Bearer é{make_token()[1:]}",
    ],
)
async def test_a_malformed_header_is_refused(header: str) -> None:
    """What is no bearer token to the letter is refused."""
    assert await refused(header)


@pytest.mark.parametrize(
    "token",
    [
        pytest.param(signed({"alg": "HS256"}, GOOD, secret="another secret of thirty-two bytes!!"), id="key"),
        pytest.param(f"{segment({'alg': 'none'})}.{segment(GOOD)}.AA", id="none"),
        pytest.param(f"{segment({'alg': 'nOnE'})}.{segment(GOOD)}.AA", id="nOnE"),
        pytest.param(signed({"alg": "none"}, GOOD), id="none-signed"),
        pytest.param(signed({"alg": "HS512"}, GOOD), id="other-hash"),
        pytest.param(signed({"alg": "ES256"}, GOOD), id="other-family"),
        pytest.param(signed({"alg": ["HS256"]}, GOOD), id="alg-list"),
        pytest.param(signed({"alg": None}, GOOD), id="alg-null"),
        pytest.param(signed({}, GOOD), id="alg-missing"),
        pytest.param(signed({"alg": "HS256", "crit": ["exp"]}, GOOD), id="crit"),
        pytest.param(signed({"alg": "HS256", "crit": ["b64"], "b64": False}, GOOD), id="b64"),
        pytest.param(signed([], GOOD), id="header-list"),
        pytest.param(signed("null", GOOD), id="header-null"),
        pytest.param(signed("1", GOOD), id="header-number"),
        pytest.param(signed('"HS256"', GOOD), id="header-string"),
        pytest.param(signed("{", GOOD), id="header-broken"),
        pytest.param(signed({"alg": "HS256"}, "[]"), id="payload-list"),
        pytest.param(signed({"alg": "HS256"}, "null"), id="payload-null"),
        pytest.param(signed({"alg": "HS256"}, "{"), id="payload-broken"),
        pytest.param(signed("[" * 5000, "{}"), id="header-deep"),
        pytest.param(signed({"alg": "HS256"}, '{"a":' * 1100 + "1"), id="payload-deep"),
        pytest.param(
            f"{segment({'alg': 'HS256'})}.{segment(GOOD | {'sub': 'c-2'})}.{make_token().split('.')[2]}",
            id="payload-swapped",
        ),
    ],
)
async def test_a_forged_token_is_refused(token: str) -> None:
    """Another key, another algorithm, none at all, or tricks with the header get nobody in."""
    assert await refused(f"Bearer {token}")


async def test_a_token_signed_with_a_public_key_as_secret_is_refused() -> None:
    """The key that came inside the token does not verify it."""
    own = RSAKey.generate_key(2048, auto_kid=True)
    token = jwt.encode({"alg": "RS256", "jwk": own.as_dict(private=False)}, GOOD, own)
    assert await refused(f"Bearer {token}")


@pytest.mark.parametrize("claim", ["iss", "aud", "exp", "sub", "brand"])
async def test_every_claim_is_required(claim: str) -> None:
    """A token without one of the claims is refused."""
    assert await refused(f"Bearer {make_token(**{claim: ...})}")


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.test"},
        {"iss": [ISSUER]},
        {"iss": None},
        {"aud": "another"},
        {"aud": []},
        {"aud": None},
        {"aud": f"{AUDIENCE}2"},
        {"exp": str(EPOCH + 60)},
        {"exp": None},
        {"exp": [EPOCH + 60]},
        {"exp": True},
        {"nbf": EPOCH + 120},
        {"brand": "north:bet"},
        {"brand": ""},
        {"brand": " "},
        {"brand": 7},
        {"brand": None},
        {"brand": ["northbet"]},
        {"brand": "n" * 65},
        {"sub": ""},
        {"sub": 7},
        {"sub": None},
        {"sub": True},
        {"sub": ["c-1"]},
        {"sub": {"id": "c-1"}},
        {"sub": "c" * 65},
        {"sub": "c:1"},
        {"sub": "c-1 "},
        {"sub": "c 1"},
        {"sub": "c-1\x00"},
        {"sub": "\ud800"},
        {"brand": "\udfff"},
        {"sub": ".."},
        {"brand": "."},
    ],
    ids=str,
)
async def test_a_claim_that_does_not_hold_is_refused(claims: dict[str, Any]) -> None:
    """Another issuer or audience, times that are none, and ids that cannot be ids are refused."""
    assert await refused(f"Bearer {signed({'alg': 'HS256'}, GOOD | claims)}")


@pytest.mark.parametrize(("seconds", "holds"), [(-1, True), (29, True), (31, False), (3600, False)])
async def test_a_token_expires_after_thirty_seconds_of_grace(seconds: int, *, holds: bool) -> None:
    """A token holds until `exp`, and as long after it as clocks are forgiven."""
    token = make_token(exp=EPOCH)
    assert await refused(f"Bearer {token}", NOW + timedelta(seconds=seconds)) is not holds


async def test_one_audience_of_several_is_enough() -> None:
    """A token for several audiences holds where ours is among them."""
    assert not await refused(f"Bearer {make_token(aud=['another', AUDIENCE])}")


async def test_a_huge_token_is_refused() -> None:
    """A token over 8 KiB is refused, even one that is signed well."""
    assert await refused(f"Bearer {make_token(padding='x' * 9000)}")


@given(text=st.text(max_size=60))
async def test_no_header_of_garbage_is_taken_for_none(text: str) -> None:
    """Whatever is sent, it is refused."""
    assert await refused(text)
    assert await refused(f"Bearer {text}")


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        (SessionSettings(secret=SecretStr(SECRET), audience=AUDIENCE), "FURLONG_JWT_ISSUER"),
        (SessionSettings(secret=SecretStr(SECRET), issuer=ISSUER), "FURLONG_JWT_AUDIENCE"),
        (SessionSettings(issuer=ISSUER, audience=AUDIENCE), "FURLONG_JWT_JWKS_URL"),
    ],
    ids=["issuer", "audience", "keys"],
)
def test_no_verifier_is_made_of_half_the_settings(settings: SessionSettings, named: str) -> None:
    """Without issuer, audience or keys nothing starts, and the message names what is missing."""
    with pytest.raises(ValueError, match=named):
        SessionVerifier.from_settings(settings)


def test_a_short_secret_is_refused() -> None:
    """A secret that can be guessed is refused at the start."""
    with pytest.raises(ValidationError, match="FURLONG_JWT_SECRET is too short"):
        SessionSettings(secret=SecretStr("short"))


def test_two_sources_of_keys_are_refused() -> None:
    """A key set and a secret at once leave open which of them counts."""
    with pytest.raises(ValidationError, match="not both"):
        SessionSettings(secret=SecretStr(SECRET), jwks_url="https://issuer.test/keys")
