"""Forged tokens get nobody in: at the gateway over any supergraph, and at the club."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
import respx
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from joserfc.jwk import ECKey, OctKey, RSAKey
from starlette.applications import Starlette

from foundation.storage.clock import ManualClock
from foundation.tokens import Issuer, RefreshLimits
from gateway import GatewaySettings, create_gateway
from gateway.features.sessions.feature import TokenAuthenticator
from subgraphs.kit.auth import SessionVerifier, Viewer
from subgraphs.kit.domain.errors import Unauthenticated
from subgraphs.kit.settings import SessionSettings
from tests.gateway.world import Federation
from tests.gateway.worlds import shop
from tests.support.tokens.issued_tokens import (
    AUDIENCE,
    CLAIMS,
    FIRST,
    ISSUER,
    NOW,
    ManualTime,
    key_set,
    part,
    token,
)

STRANGER: Final = ECKey.generate_key("P-256", {"kid": "first"})
ENCRYPTING: Final = ECKey.generate_key("P-256", {"kid": "encrypting"})
WRAPPING: Final = ECKey.generate_key("P-256", {"kid": "wrapping"})
OTHERWISE: Final = RSAKey.generate_key(2048, {"kid": "otherwise"})
PUBLISHED: Final = OctKey.import_key("a secret that was published by mistake", {"kid": "published"})
OTHER_ISSUER: Final = "https://other.test"
OF_OTHER: Final = ECKey.generate_key("P-256", {"kid": "of-other"})
YEAR: Final = 366 * 24 * 3600
PATIENT: Final = RefreshLimits(deadline=3600, wait=3600)

KEY_SET: Final = key_set(
    FIRST,
    ENCRYPTING,
    WRAPPING,
    OTHERWISE,
    PUBLISHED,
    encrypting={"use": "enc"},
    wrapping={"key_ops": ["wrapKey"]},
    otherwise={"alg": "PS512"},
)
GOOD: Final = token()
HEADER, PAYLOAD, SIGNATURE = GOOD.split(".")
PEM: Final = FIRST.as_pem(private=False).decode()
SAME_BITS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def hmac(secret: OctKey, **header: Any) -> str:
    """A token signed with a secret."""
    return token({"kid": "first"} | header, key=secret, algorithm="HS256")


@cache
def public_key_as_secret(text: str) -> OctKey:
    """A secret that everybody knows; the library warns of it, so that it is made by hand."""
    return OctKey(text.encode(), text.encode())


def der() -> str:
    """The right signature in another encoding."""
    raw = base64.urlsafe_b64decode(SIGNATURE + "==")
    numbers = (int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    return f"{HEADER}.{PAYLOAD}.{part(encode_dss_signature(*numbers))}"


def same_signature() -> str:
    """The same signature, with other bits where base64 has bits to spare."""
    return GOOD[:-1] + SAME_BITS[SAME_BITS.index(GOOD[-1]) + 1]


def twice(header: str = "", payload: str = "") -> str:
    """A token with a text put before the members of its header or its payload."""
    usual = json.dumps({"alg": "ES256", "kid": "first"})
    return token(f"{{{header}{usual[1:]}", f"{{{payload}{json.dumps(CLAIMS)[1:]}")


FORGERIES: Final[dict[str, Callable[[], str]]] = {
    "no algorithm": lambda: f"{part({'alg': 'none', 'kid': 'first'})}.{PAYLOAD}.",
    "no algorithm, with a signature": lambda: (
        f"{part({'alg': 'none', 'kid': 'first'})}.{PAYLOAD}.{SIGNATURE}"
    ),
    "no algorithm, in other letters": lambda: token({"alg": "nOnE"}),
    "no algorithm, honestly signed": lambda: token({"alg": "none"}),
    "the key of a stranger": lambda: token(key=STRANGER),
    "the public key as a secret": lambda: hmac(public_key_as_secret(PEM)),
    "the published key as a secret": lambda: hmac(
        public_key_as_secret(json.dumps(FIRST.as_dict(private=False)))
    ),
    "an empty secret": lambda: f"{part({'alg': 'HS256', 'kid': 'first'})}.{PAYLOAD}.{part(b'')}AA",
    "another algorithm's name": lambda: token({"alg": "RS256"}),
    "an algorithm that is not allowed": lambda: token({"alg": "ES384"}),
    "the algorithm in small letters": lambda: token({"alg": "es256"}),
    "a list of algorithms": lambda: token({"alg": ["ES256"]}),
    "null as the algorithm": lambda: token({"alg": None}),
    "no algorithm named": lambda: token({"alg": ...}),
    "crit of nothing": lambda: token({"crit": []}),
    "crit of a claim": lambda: token({"crit": ["exp"], "exp": 1}),
    "crit of null": lambda: token({"crit": None}),
    "an unencoded payload": lambda: token({"b64": False}),
    "an unencoded payload that is critical": lambda: token({"b64": False, "crit": ["b64"]}),
    "the key in the header": lambda: token({"jwk": STRANGER.as_dict(private=False)}, key=STRANGER),
    "a key set of the attacker": lambda: token({"jku": "https://evil.test/keys"}, key=STRANGER),
    "a certificate's address": lambda: token({"x5u": "https://evil.test/cert", "kid": "evil"}, key=STRANGER),
    "a certificate": lambda: token({"x5c": ["MIIB"], "kid": ...}, key=STRANGER),
    "an unknown key id": lambda: token({"kid": "unheard of"}),
    "a path as the key id": lambda: token({"kid": "../../../dev/null"}),
    "SQL as the key id": lambda: token({"kid": "x' UNION SELECT 'secret"}),
    "a number as the key id": lambda: token({"kid": 1}),
    "a list as the key id": lambda: token({"kid": ["first"]}),
    "an empty key id": lambda: token({"kid": ""}),
    "no key id": lambda: token({"kid": ...}),
    "a key for encryption": lambda: token(key=ENCRYPTING),
    "a key for another operation": lambda: token(key=WRAPPING),
    "a key for another algorithm": lambda: token(key=OTHERWISE, algorithm="RS256"),
    "a secret out of the key set": lambda: hmac(PUBLISHED, kid="published"),
    "another issuer's key": lambda: token(key=OF_OTHER),
    "a log-out token": lambda: token({"typ": "logout+jwt"}),
    "a log-out token by its full type": lambda: token({"typ": "application/Logout+JWT"}),
    "a proof of possession": lambda: token({"typ": "dpop+jwt"}),
    "a security event": lambda: token({"typ": "secevent+jwt"}),
    "a number as the type": lambda: token({"typ": 1}),
    "two algorithms": lambda: twice(header='"alg": "none", '),
    "two key ids": lambda: twice(header='"kid": "other", '),
    "two subjects": lambda: twice(payload='"sub": "c-2", '),
    "two expiries, deep inside": lambda: twice(payload='"act": {"sub": 1, "sub": 2}, '),
    "another payload": lambda: f"{HEADER}.{part(CLAIMS | {'sub': 'c-2'})}.{SIGNATURE}",
    "another header": lambda: f"{part({'alg': 'ES256', 'kid': 'first', 'typ': 'JWT'})}.{PAYLOAD}.{SIGNATURE}",
    "half a signature": lambda: f"{HEADER}.{PAYLOAD}.{SIGNATURE[:43]}",
    "a signature of zeros": lambda: f"{HEADER}.{PAYLOAD}.{part(bytes(64))}",
    "a signature in DER": der,
    "another spelling of the signature": same_signature,
    "a signature with padding": lambda: f"{GOOD}==",
    "a life of ten years": lambda: token(claims={"exp": int(NOW) + 10 * YEAR}),
    "a life of ten years that began long ago": lambda: token(
        claims={"iat": int(NOW) - 10 * YEAR, "exp": int(NOW) + 60}
    ),
    "a life of ten years that does not say when it began": lambda: token(
        claims={"iat": ..., "exp": int(NOW) + 10 * YEAR}
    ),
    "a life without end": lambda: token(claims=json.dumps(CLAIMS).replace(str(int(NOW) + 3600), "1e400")),
    "an expiry that is no number": lambda: token(
        claims=json.dumps(CLAIMS).replace(str(int(NOW) + 3600), "NaN")
    ),
    "an expiry of 400 digits": lambda: token(claims={"exp": 10**400, "iat": ...}),
    "an expiry in words": lambda: token(claims={"exp": str(int(NOW) + 60)}),
    "true as the expiry": lambda: token(claims={"exp": True}),
    "no expiry": lambda: token(claims={"exp": ...}),
    "expired": lambda: token(claims={"exp": int(NOW) - 31}),
    "not valid yet": lambda: token(claims={"nbf": int(NOW) + 60}),
    "issued in the future": lambda: token(claims={"iat": int(NOW) + 60}),
    "null as the time of issue": lambda: token(claims={"iat": None}),
    "an unknown issuer": lambda: token(claims={"iss": "https://evil.test"}),
    "an issuer with one character more": lambda: token(claims={"iss": f"{ISSUER}/"}),
    "a list of issuers": lambda: token(claims={"iss": [ISSUER]}),
    "no issuer": lambda: token(claims={"iss": ...}),
    "the name of the other issuer": lambda: token(claims={"iss": OTHER_ISSUER}),
    "another audience": lambda: token(claims={"aud": "another"}),
    "an audience with one character more": lambda: token(claims={"aud": f"{AUDIENCE}2"}),
    "an object as the audience": lambda: token(claims={"aud": {AUDIENCE: 1}}),
    "no audience": lambda: token(claims={"aud": ...}),
    "no subject": lambda: token(claims={"sub": ...}),
    "an empty subject": lambda: token(claims={"sub": ""}),
    "a list for a payload": lambda: token(claims=[CLAIMS]),
    "a payload that is not JSON": lambda: token(claims="{"),
    "a payload that is not UTF-8": lambda: token(claims=b'{"sub": "\xff"}'),
    "a payload with half a character": lambda: token(claims='{"sub": "\\ud800"}'),
    "a payload in UTF-16": lambda: token(claims=json.dumps(CLAIMS).encode("utf-16")),
    "a token for a payload": lambda: token({"cty": "JWT"}, GOOD),
    "a header of nothing but brackets": lambda: token("[" * 2000),
    "a payload of nothing but braces": lambda: token(claims='{"a":' * 1200),
    "a number for a header": lambda: token("1"),
    "an encrypted token": lambda: f"{HEADER}.{part(b'key')}.{part(b'iv')}.{PAYLOAD}.{SIGNATURE}",
    "the JSON form": lambda: json.dumps({"protected": HEADER, "payload": PAYLOAD, "signature": SIGNATURE}),
    "a huge token": lambda: token(claims={"padding": "x" * 9000}),
}
"""Tokens by name; each is the good token, but for what its name says."""

HEADERS: Final = {
    "no scheme": GOOD,
    "another scheme": f"Basic {part('user:password')}",
    "another scheme for a good token": f"DPoP {GOOD}",
    "a scheme and no token": "Bearer ",
    "an empty header": "",
    "two tokens": f"Bearer {GOOD}, Bearer {GOOD}",
    "a token and a space": f"Bearer {GOOD} ",
    "a parameter": f"Bearer {GOOD}, realm=x",
    "a token in quotes": f'Bearer "{GOOD}"',
}
"""`Authorization` headers that are not one bearer token."""

REFUSED: Final = [pytest.param(f"Bearer {make()}", id=name) for name, make in FORGERIES.items()] + [
    pytest.param(header, id=name) for name, header in HEADERS.items()
]
ACCEPTED: Final = {
    "as it is issued": f"Bearer {GOOD}",
    "the scheme in small letters": f"bearer {GOOD}",
    "the scheme in capitals": f"BEARER {GOOD}",
    "an ordinary type": f"Bearer {token({'typ': 'JWT'})}",
    "a type by its full name": f"Bearer {token({'typ': 'application/at+jwt'})}",
    "no type": f"Bearer {token({'typ': ...})}",
    "what an issuer adds to the header": f"Bearer {token({'nonce': 'n', 'x5t': 't'})}",
    "one of several audiences": f"Bearer {token(claims={'aud': ['another', AUDIENCE]})}",
    "the longest life": f"Bearer {token(claims={'exp': int(NOW) + 24 * 3600})}",
    "the last second of grace": f"Bearer {token(claims={'iat': int(NOW) - 60, 'exp': int(NOW) - 29})}",
}


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Files with the key sets of the two issuers."""
    folder = tmp_path_factory.mktemp("keys")
    (folder / "first.json").write_bytes(KEY_SET)
    (folder / "other.json").write_bytes(key_set(OF_OTHER))
    return folder / "first.json", folder / "other.json"


@pytest.fixture(scope="module")
def federation() -> Federation:
    """Any supergraph."""
    return shop()


@pytest.fixture(scope="module")
def app(federation: Federation, keys: tuple[Path, Path]) -> Starlette:
    """A gateway that trusts two issuers, at the time of the tests."""
    settings = GatewaySettings(
        sessions={
            "issuers": (
                Issuer(issuer=ISSUER, audiences=(AUDIENCE,), jwks_file=keys[0]),
                Issuer(issuer=OTHER_ISSUER, audiences=(AUDIENCE,), jwks_file=keys[1]),
            )
        }
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "gateway.features.sessions.feature.TokenAuthenticator",
            lambda settings: TokenAuthenticator(settings, ManualTime(), PATIENT),
        )
        return create_gateway(federation.sdl, federation.transports(), settings)


@pytest.fixture
def gateway(app: Starlette, federation: Federation) -> httpx.AsyncClient:
    """A client of the gateway."""
    federation.asked.clear()
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway.test")


async def asked(
    client: httpx.AsyncClient, authorization: str, query: str = "{ me { id } }"
) -> httpx.Response:
    """The response to a request with a header."""
    headers = {"authorization": authorization.encode()}
    return await client.post("/graphql", json={"query": query}, headers=headers)  # type: ignore[arg-type]


@pytest.mark.parametrize("authorization", REFUSED)
async def test_the_gateway_refuses_a_forgery(
    gateway: httpx.AsyncClient, federation: Federation, authorization: str
) -> None:
    """With 401 and a challenge, before the document is read and any subgraph is asked."""
    response = await asked(gateway, authorization, "{ this is no document")
    [error] = response.json()["errors"]
    assert (response.status_code, error["extensions"]["code"]) == (401, "UNAUTHENTICATED")
    assert response.headers["www-authenticate"] == 'Bearer error="invalid_token"'
    assert federation.asked == []


@pytest.mark.parametrize("authorization", ACCEPTED.values(), ids=list(ACCEPTED))
async def test_the_gateway_accepts_what_is_no_forgery(
    gateway: httpx.AsyncClient, federation: Federation, authorization: str
) -> None:
    """The subgraphs see the header as it came."""
    assert (await asked(gateway, authorization)).json() == {"data": {"me": {"id": "1"}}}
    [(_, request)] = federation.asked
    assert request.headers["authorization"] == authorization


async def test_each_issuer_is_checked_by_its_own_keys(gateway: httpx.AsyncClient) -> None:
    """Two issuers are trusted at once, and neither may sign for the other."""
    own = token(claims={"iss": OTHER_ISSUER}, key=OF_OTHER)
    crossed = [token(claims={"iss": OTHER_ISSUER}), token(key=OF_OTHER)]
    statuses = [(await asked(gateway, f"Bearer {each}")).status_code for each in (own, GOOD, *crossed)]
    assert statuses == [200, 200, 401, 401]


@pytest.fixture(scope="module")
def club() -> SessionVerifier:
    """The club's verifier, with a key set by URL."""
    settings = SessionSettings(jwks_url="https://login.test/keys", issuer=ISSUER, audience=AUDIENCE)
    verifier = SessionVerifier.from_settings(settings, ManualClock(datetime.fromtimestamp(NOW, UTC)), PATIENT)

    async def fetch() -> None:
        await verifier.start()
        await verifier.close()

    with respx.mock() as router:
        router.get("https://login.test/keys").respond(content=KEY_SET)
        asyncio.run(fetch())
    return verifier


@pytest.mark.parametrize("authorization", REFUSED)
async def test_the_club_refuses_a_forgery(club: SessionVerifier, authorization: str) -> None:
    """It is never taken for an anonymous visitor's request."""
    assert club.verify_cached(authorization) is None
    with pytest.raises(Unauthenticated):
        await club.verify(authorization)
    assert club.verify_cached(authorization) is None


@pytest.mark.parametrize("authorization", ACCEPTED.values(), ids=list(ACCEPTED))
async def test_the_club_accepts_what_is_no_forgery(club: SessionVerifier, authorization: str) -> None:
    """The viewer is whom the token was issued to."""
    assert await club.verify(authorization) == club.verify_cached(authorization) == Viewer("northbet", "c-1")


def test_there_are_forty_forgeries() -> None:
    """And each is another token."""
    assert len(FORGERIES) >= 40
    assert len({make() for make in FORGERIES.values()}) == len(FORGERIES)
