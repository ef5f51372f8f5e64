"""Who is asking: the customer of a signed session, and nobody else."""

import re
from dataclasses import dataclass
from typing import Any, Protocol, TypeGuard

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OctKey
from joserfc.jws import extract_compact

from subgraphs.kit.clock import Clock, SystemClock
from subgraphs.kit.errors import Unauthenticated
from subgraphs.kit.key_sets import RemoteKeySet
from subgraphs.kit.owners import Owner
from subgraphs.kit.settings import SessionSettings

MAX_TOKEN_BYTES = 8192
_BEARER = re.compile(r"Bearer ([A-Za-z0-9_\-]+\.[A-Za-z0-9_\-]+\.[A-Za-z0-9_\-]+)", re.ASCII)
MAX_BRAND, MAX_CUSTOMER = 64, 128  # the columns' widths


@dataclass(frozen=True, slots=True)
class Viewer:
    """The customer a session was issued to."""

    brand: str
    customer: str

    @property
    def owner(self) -> Owner:
        """The viewer as the owner of rows."""
        return Owner(self.brand, self.customer)


class Keys(Protocol):
    """Where verification keys come from."""

    algorithms: tuple[str, ...]

    async def find(self, kid: str | None) -> OctKey | KeySet:
        """The key, or key set, to check a token of that key id with.

        Raises:
            Unauthenticated: no such key.
        """


class SharedSecret:
    """One HS256 secret shared with the issuer."""

    algorithms: tuple[str, ...] = ("HS256",)

    def __init__(self, secret: str) -> None:
        self._key = OctKey.import_key(secret)

    async def find(self, kid: str | None) -> OctKey:
        """The secret, whatever key id the token names."""
        del kid
        return self._key


class SessionVerifier:
    """Checks bearer tokens: signature, `iss`, `aud`, `exp`, `sub` and `brand`, all of them required."""

    def __init__(self, keys: Keys, issuer: str, audience: str, *, leeway: int, clock: Clock) -> None:
        self._keys = keys
        self._claims = jwt.JWTClaimsRegistry(
            now=lambda: int(clock.now().timestamp()),
            leeway=leeway,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            sub={"essential": True},
            brand={"essential": True},
        )

    @classmethod
    def from_settings(cls, settings: SessionSettings, clock: Clock | None = None) -> "SessionVerifier":
        """A verifier of the configured issuer.

        Raises:
            ValueError: a setting is missing; the message names it.
        """
        clock = clock or SystemClock()
        if not (settings.issuer and settings.audience):
            raise ValueError("set FURLONG_JWT_ISSUER and FURLONG_JWT_AUDIENCE")
        keys: Keys
        if settings.secret:
            keys = SharedSecret(settings.secret.get_secret_value())
        elif settings.jwks_url:
            keys = RemoteKeySet(settings.jwks_url, clock)
        else:
            raise ValueError("set FURLONG_JWT_JWKS_URL or FURLONG_JWT_SECRET")
        return cls(keys, settings.issuer, settings.audience, leeway=settings.leeway_seconds, clock=clock)

    async def verify(self, authorization: str | None) -> Viewer | None:
        """The viewer of an `Authorization` header; None without the header, which means anonymous.

        Raises:
            Unauthenticated: the header is there but does not hold.
        """
        if authorization is None:
            return None
        bearer = _BEARER.fullmatch(authorization)
        if not bearer or len(authorization) > MAX_TOKEN_BYTES:
            raise Unauthenticated("send `Authorization: Bearer <token>`, or no such header to be anonymous")
        try:
            claims = await self._claims_of(bearer[1])
        except (
            JoseError,
            ValueError,
            TypeError,
            RecursionError,
        ) as error:  # the last: JSON too deep
            raise Unauthenticated("the session token does not hold: sign in again") from error
        return Viewer(claims["brand"], claims["sub"])

    async def _claims_of(self, token: str) -> dict[str, Any]:
        header = jwt_header(token)
        key = await self._keys.find(header.get("kid"))
        claims = jwt.decode(token, key, algorithms=list(self._keys.algorithms)).claims
        self._claims.validate(claims)
        brand, customer = claims["brand"], claims["sub"]
        if not _is_id(brand, MAX_BRAND) or ":" in brand:
            raise ValueError("brand")
        if not _is_id(customer, MAX_CUSTOMER):
            raise ValueError("sub")
        return claims


def jwt_header(token: str) -> dict[str, Any]:
    """The unverified header of a compact token: only good for finding the key.

    Raises:
        joserfc.errors.JoseError: it is no compact token.
    """
    return dict(extract_compact(token.encode()).headers())


def _is_id(value: object, longest: int) -> TypeGuard[str]:
    # A database may take `a ` for `a`, and a path treats dots of their own as steps: both are no ids.
    if not isinstance(value, str) or not 1 <= len(value) <= longest:
        return False
    return value.isprintable() and " " not in value and value not in {".", ".."}
