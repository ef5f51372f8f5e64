"""Sessions: the customer that a signed token was issued to."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol, TypeGuard

import orjson
from joserfc import jwt
from joserfc.errors import BadSignatureError, JoseError
from joserfc.jwk import KeySet, OctKey
from joserfc.jws import JWSRegistry, extract_compact, validate_compact

from storage.clock import Clock, SystemClock
from subgraphs.kit.auth.key_sets import RemoteKeySet
from subgraphs.kit.domain.errors import Unauthenticated
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.settings import SessionSettings

MAX_TOKEN_BYTES = 8192
_BEARER = re.compile(r"Bearer ([A-Za-z0-9_\-]+\.[A-Za-z0-9_\-]+\.[A-Za-z0-9_\-]+)", re.ASCII)
TOKENS_KEPT = 100_000
MAX_BRAND, MAX_CUSTOMER = 64, 128  # the widths of the columns


@dataclass(frozen=True, slots=True)
class Viewer:
    """The customer that a session was issued to."""

    brand: str
    customer: str
    owner: Owner = field(init=False, repr=False, compare=False)
    """The viewer as the owner of rows."""

    def __post_init__(self) -> None:
        object.__setattr__(
            self, "owner", Owner(self.brand, self.customer)
        )  # made once, since it is used often


class Keys(Protocol):
    """A source of verification keys."""

    algorithms: tuple[str, ...]

    async def find(self, kid: str | None) -> OctKey | KeySet:
        """Return the key, or key set, that verifies a token with that key id.

        It is the same object until one of its keys is replaced or dropped.

        Raises:
            Unauthenticated: there is no such key.
        """

    def get_cached(self, kid: str | None) -> OctKey | KeySet | None:
        """Return what `find` would without a request; None if it needs one."""


class SharedSecret:
    """One HS256 secret shared with the issuer."""

    algorithms: tuple[str, ...] = ("HS256",)

    def __init__(self, secret: str) -> None:
        self._key = OctKey.import_key(secret)

    async def find(self, kid: str | None) -> OctKey:
        """Return the secret, whatever key id the token names."""
        return self.get_cached(kid)

    def get_cached(self, kid: str | None) -> OctKey:
        """Return the secret."""
        del kid
        return self._key


@dataclass(frozen=True, slots=True)
class _Verified:
    """A verified token: valid until it expires, as long as its key is unchanged."""

    viewer: Viewer
    expires: datetime
    kid: str | None
    key: OctKey | KeySet


class SessionVerifier:
    """Checks bearer tokens: signature, `iss`, `aud`, `exp`, `sub` and `brand`, all of them required.

    Verified tokens are cached until they expire or their key is dropped; refused ones never are.
    """

    def __init__(
        self,
        keys: Keys,
        issuer: str,
        audience: str,
        *,
        leeway: int,
        clock: Clock,
        tokens_kept: int = TOKENS_KEPT,
    ) -> None:
        self._keys = keys
        self._clock = clock
        self._leeway = leeway
        self._tokens_kept = tokens_kept
        self._verified: dict[str | None, _Verified] = {}
        self._signatures = JWSRegistry(algorithms=list(keys.algorithms))
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
        """Return a verifier for the configured issuer.

        Raises:
            ValueError: a setting is missing; the message names it.
        """
        clock = (clock or SystemClock()).machine  # the issuer knows of no rehearsal
        if not (settings.issuer and settings.audience):
            raise ValueError("set FURLONG_JWT_ISSUER and FURLONG_JWT_AUDIENCE")
        keys: Keys
        if settings.secret:
            keys = SharedSecret(settings.secret.get_secret_value())
        elif settings.jwks_url:
            keys = RemoteKeySet(settings.jwks_url, clock)
        else:
            raise ValueError("set FURLONG_JWT_JWKS_URL or FURLONG_JWT_SECRET")
        return cls(
            keys,
            settings.issuer,
            settings.audience,
            leeway=settings.leeway_seconds,
            clock=clock,
            tokens_kept=settings.tokens_kept,
        )

    def verify_cached(self, authorization: str | None) -> Viewer | None:
        """Return the viewer of a cached, still valid header; None: use `verify`.

        Nearly all requests end here, so it is not a coroutine.

        Args:
            authorization: the header.
        """
        verified = self._verified.get(authorization)
        if verified is None or self._clock.now() >= verified.expires:
            return None
        return verified.viewer if self._keys.get_cached(verified.kid) is verified.key else None

    async def verify(self, authorization: str | None) -> Viewer | None:
        """Return the viewer of an `Authorization` header; None without the header, which means anonymous.

        Raises:
            Unauthenticated: the header is not valid.
        """
        if authorization is None:
            return None
        known = self._verified.get(authorization)
        if known is not None:
            is_fresh = self._clock.now() < known.expires
            if is_fresh and await self._keys.find(known.kid) is known.key:
                return known.viewer
            self._verified.pop(authorization, None)
        bearer = _BEARER.fullmatch(authorization)
        if not bearer or len(authorization) > MAX_TOKEN_BYTES:
            raise Unauthenticated("send `Authorization: Bearer <token>`, or no such header to be anonymous")
        try:
            verified = await self._verify(bearer[1])
        except (
            JoseError,
            ValueError,
            TypeError,
            RecursionError,
        ) as error:  # the last: JSON too deep
            raise Unauthenticated("the session token does not hold: sign in again") from error
        self._remember(authorization, verified)
        return verified.viewer

    def _remember(self, authorization: str, verified: _Verified) -> None:
        while len(self._verified) >= self._tokens_kept:
            del self._verified[next(iter(self._verified))]  # the oldest
        self._verified[authorization] = verified

    async def _verify(self, token: str) -> _Verified:
        signed = extract_compact(token.encode())
        kid = signed.headers().get("kid")
        key = await self._keys.find(kid)
        if not validate_compact(signed, key, registry=self._signatures):
            raise BadSignatureError
        claims = orjson.loads(signed.payload)
        if not isinstance(claims, dict):
            raise TypeError("claims")
        self._claims.validate(claims)
        brand, customer = claims["brand"], claims["sub"]
        if not _is_id(brand, MAX_BRAND) or ":" in brand:
            raise ValueError("brand")
        if not _is_id(customer, MAX_CUSTOMER):
            raise ValueError("sub")
        return _Verified(Viewer(brand, customer), _instant(claims["exp"] + self._leeway), kid, key)


def _instant(seconds: float) -> datetime:
    """Return the instant so many seconds after the epoch, or the last that Python knows."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError):
        return datetime.max.replace(tzinfo=UTC)


def _is_id(value: object, longest: int) -> TypeGuard[str]:
    # A database may treat `a ` as `a`, and a path treats `.` and `..` as steps: neither is an id.
    if not isinstance(value, str) or not 1 <= len(value) <= longest:
        return False
    return value.isprintable() and " " not in value and value not in {".", ".."}
