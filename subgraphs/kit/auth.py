"""Who sends a request: the customer that a signed token was issued to, the language and the time."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, Final, TypeGuard

import msgspec

from foundation.storage.cells.cell import Cell
from foundation.storage.clock import Clock, SystemClock, seconds_of
from foundation.tokens import (
    InvalidToken,
    Issuer,
    Reason,
    RefreshLimits,
    Revocations,
    TokenVerifier,
    VerificationUnavailable,
    VerifiedToken,
)
from foundation.tokens.verifier import TrustedIssuer
from subgraphs.kit.domain.errors import AuthenticationUnavailable, Unauthenticated, WrongCell, WrongRegion
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.settings import SessionSettings

AUTHORIZATION, ACCEPT_LANGUAGE = READ = ("authorization", "accept-language")
"""The headers that make up an identity."""


SESSION_CLAIMS: Final = (("jti",), ("sid",), ("brand", "sub"))
"""The claims that identify revoked sessions: a customer belongs to a brand."""

_TERRITORY: Final = re.compile(r"[A-Z]{2}")

MAX_INSTANT: Final = 253_402_300_800
"""The end of the year 9999, in seconds since the epoch."""

MAX_ID: Final = 64  # as in the contracts of the messages

NO_BEARER: Final = "send `Authorization: Bearer <token>`, or no such header to be anonymous"
UNKNOWN_KEY: Final = (
    "the session token is signed with a key that is not known: try again soon, or sign in again"
)
NOT_VALID: Final = "the session token is not valid: sign in again"


@dataclass(frozen=True, slots=True)
class Viewer:
    """The customer that a session was issued to."""

    brand: str
    customer: str
    expires: float | None = field(default=None, repr=False, compare=False)
    """When the session expires, in seconds since the epoch; None if unknown."""
    territory: str | None = field(default=None, compare=False)
    """Where the customer is, as the session says; None if it does not say."""
    began: float | None = field(default=None, repr=False, compare=False)
    """When the customer signed in, in seconds since the epoch; None if the session does not say."""
    owner: Owner = field(init=False, repr=False, compare=False)
    """The viewer as the owner of rows."""

    def __post_init__(self) -> None:
        object.__setattr__(
            self, "owner", Owner(self.brand, self.customer)
        )  # created once, since it is used often


@dataclass(frozen=True, slots=True)
class SessionRegion:
    """A region, and the brands whose customers it may have.

    A token does not say in which jurisdiction its customer is, so the brand alone decides.
    """

    name: str
    brands: frozenset[str]


class SessionVerifier:
    """Checks bearer tokens: signature, `iss`, `aud`, `exp`, `sub` and `brand`, all of them required.

    Verified tokens are cached until they expire or a key of the issuer is dropped; refused ones never are.

    Attributes:
        territory_header: The header in which the operator's edge says where a visitor is; empty if none does.
        verify_cached: Returns the viewer of a cached, still valid header; if None, call `verify`. Nearly all
            requests end here, so it is not a coroutine.
    """

    verify_cached: Callable[[str | None], Viewer | None]

    def __init__(self, tokens: TokenVerifier[Viewer], territory_header: str = "") -> None:
        self.tokens = tokens
        self.territory_header = territory_header
        self.verify_cached = tokens.cached

    @classmethod
    def from_settings(
        cls,
        settings: SessionSettings,
        clock: Clock | None = None,
        limits: RefreshLimits | None = None,
        further: Sequence[Issuer] = (),
        *,
        cell: Cell | None = None,
        region: SessionRegion | None = None,
        territory_header: str = "",
    ) -> "SessionVerifier":
        """Return a verifier for the configured issuer, and for additional ones.

        With a cell or a region, it refuses the tokens of customers who belong to another.

        Raises:
            ValueError: A setting is missing; the message names it.
        """
        now = seconds_of((clock or SystemClock()).machine)  # the issuer does not follow a rehearsal's clock
        limits = limits or RefreshLimits()
        accepted = (accepted_issuer(settings), *further)
        if len({issuer.issuer for issuer in accepted}) != len(accepted):
            raise ValueError(f"two issuers of sessions have the name {settings.issuer}")
        issuers = [TrustedIssuer.of(issuer, limits, now) for issuer in accepted]
        revocations = session_revocations(settings)
        session_of = viewer_of if cell is None and region is None else partial(viewer_in, cell, region)
        tokens = TokenVerifier(
            issuers, session_of, revocations=revocations, now=now, kept=settings.tokens_kept
        )
        return cls(tokens, territory_header)

    async def verify(self, authorization: str | None) -> Viewer | None:
        """Return the viewer of an `Authorization` header; None without the header, which means anonymous.

        Raises:
            Unauthenticated: The header is not valid.
            WrongCell: The customer belongs to another cell, or to another region.
            AuthenticationUnavailable: No sufficiently fresh key of the issuer is known.
        """
        if authorization is None:
            return None
        try:
            return await self.tokens.verify(authorization)
        except InvalidToken as error:
            raise Unauthenticated(_message(error.reason)) from error
        except VerificationUnavailable as error:
            raise AuthenticationUnavailable(
                "sessions cannot be checked at present: try again soon"
            ) from error

    async def start(self) -> None:
        """Fetch the issuer's keys, and keep them up to date."""
        await self.tokens.start()

    async def close(self) -> None:
        """Stop, and close what is open."""
        await self.tokens.close()


def accepted_issuer(settings: SessionSettings) -> Issuer:
    """Return the configuration of the accepted issuer.

    Raises:
        ValueError: A setting is missing; the message names it.
    """
    if not (settings.issuer and settings.audience):
        raise ValueError("set FURLONG_JWT_ISSUER and FURLONG_JWT_AUDIENCE")
    if not (settings.secret or settings.jwks_url):
        raise ValueError("set FURLONG_JWT_JWKS_URL or FURLONG_JWT_SECRET")
    return Issuer(
        issuer=settings.issuer,
        audiences=(settings.audience,),
        jwks_url=settings.jwks_url or None,
        secret=settings.secret or None,
        types=settings.types,
        longest_lifetime_seconds=settings.longest_lifetime_seconds,
        required_claims=("sub", "brand"),
        leeway_seconds=settings.leeway_seconds,
        plain_http=settings.jwks_plain_http,
    )


def session_revocations(settings: SessionSettings) -> Revocations | None:
    """Return how one token, one login or all sessions of a customer are revoked; None if they never are."""
    revocations = settings.revocations
    if revocations is None or "claims" in revocations.model_fields_set:
        return revocations
    return revocations.model_copy(update={"claims": SESSION_CLAIMS})


def viewer_of(token: VerifiedToken) -> Viewer:
    """Return the customer that a token was issued to.

    Raises:
        InvalidToken: Its `brand` or `sub` cannot be an id.
    """
    brand, customer = token.claims["brand"], token.claims["sub"]
    if not is_id(brand) or not is_id(customer):
        raise InvalidToken(Reason.CLAIMS)
    territory, began = territory_of(token.claims.get("territory")), sign_in_of(token.claims)
    return Viewer(brand, customer, token.expires, territory, began)


def viewer_in(cell: Cell | None, region: SessionRegion | None, token: VerifiedToken) -> Viewer:
    """Return the customer that a token was issued to, who must be the cell's and the region's.

    Raises:
        InvalidToken: Its `brand` or `sub` cannot be an id.
        WrongCell: The customer belongs to another cell.
        WrongRegion: The customer's brand belongs to another region.
    """
    viewer = viewer_of(token)
    if region is not None and viewer.brand not in region.brands:
        raise WrongRegion(f"this is region {region.name}, and customers of {viewer.brand} belong to another")
    if cell is not None and not cell.has(viewer.brand, viewer.customer):
        raise WrongCell(f"this is cell {cell.name}, and the customer belongs to another: try again")
    return viewer


def sign_in_of(claims: Mapping[str, Any]) -> float | None:
    """Return when somebody signed in, in seconds since the epoch: `auth_time`, else `iat`; None without both.

    A session that is renewed has a new `iat`, and the `auth_time` of OpenID Connect stays.
    """
    for name in ("auth_time", "iat"):
        value = claims.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < MAX_INSTANT:
            return float(value)
    return None


def territory_of(value: object) -> str | None:
    """Return a territory's code of ISO 3166-1, such as GB; None for anything else."""
    return value if isinstance(value, str) and _TERRITORY.fullmatch(value) else None


def is_id(value: object) -> TypeGuard[str]:
    """Return whether a value can be the id of a brand or a customer, as messages have it."""
    # Other systems may treat `a ` as `a`, and a path treats `.` and `..` as steps: neither is an id.
    if not isinstance(value, str) or not 1 <= len(value) <= MAX_ID:
        return False
    return value.isprintable() and " " not in value and ":" not in value and value not in {".", ".."}


def _message(reason: Reason) -> str:
    match reason:
        case Reason.CREDENTIALS:
            return NO_BEARER
        case Reason.KEY:
            return UNKNOWN_KEY
        case _:
            return NOT_VALID


class RequestIdentity(msgspec.Struct, frozen=True, gc=False):
    """The identity of a request, known before any resolver runs.

    Attributes:
        viewer: The signed-in customer; None for an anonymous visitor.
        accept_language: The header as sent.
        now: The instant of the request, the same for all its resolvers.
        edge_territory: Where the operator's edge says that the visitor is; None if it does not say.
    """

    viewer: Viewer | None
    accept_language: str | None
    now: datetime
    edge_territory: str | None = None

    @property
    def territory(self) -> str | None:
        """Return where the visitor is: as the session says, else the edge; None if that is unknown."""
        claimed = None if self.viewer is None else self.viewer.territory
        return claimed or self.edge_territory


@dataclass(frozen=True, slots=True)
class Authenticator:
    """Reads the identity of a request from its headers.

    A gateway in the same process does this once for all its subgraphs, and passes on the identity in addition
    to the headers. A subgraph that is called over HTTP does it itself.
    """

    verifier: SessionVerifier
    clock: Clock

    def authenticate_cached(self, headers: Mapping[str, str]) -> RequestIdentity | None:
        """Return the identity without waiting; None if the request has a token that must be verified."""
        authorization = headers.get(AUTHORIZATION)
        viewer = self.verifier.verify_cached(authorization)
        if viewer is None and authorization is not None:
            return None
        return RequestIdentity(viewer, headers.get(ACCEPT_LANGUAGE), self.clock.now())

    async def authenticate(self, headers: Mapping[str, str]) -> RequestIdentity:
        """Return the identity; its viewer is None for an anonymous visitor.

        Raises:
            Unauthenticated: There is a token, but it is not valid.
        """
        viewer = await self.verifier.verify(headers.get(AUTHORIZATION))
        return RequestIdentity(viewer, headers.get(ACCEPT_LANGUAGE), self.clock.now())

    async def renew(self, identity: RequestIdentity, headers: Mapping[str, str]) -> RequestIdentity:
        """Return the current identity, for a long-lived request.

        Raises:
            Unauthenticated: Its session has ended.
            AuthenticationUnavailable: It cannot be determined at present whether it has ended.
        """
        if AUTHORIZATION not in headers:  # only the gateway has the session, so only the gateway can end it
            return RequestIdentity(identity.viewer, identity.accept_language, self.clock.now())
        renewed = self.authenticate_cached(headers) or await self.authenticate(headers)
        if renewed.viewer != identity.viewer:
            raise Unauthenticated("the session has ended: sign in again")
        return renewed


@dataclass(frozen=True)
class PlacingAuthenticator(Authenticator):
    """Reads also where the operator's edge says that a visitor is."""

    def authenticate_cached(self, headers: Mapping[str, str]) -> RequestIdentity | None:
        """Return the identity without waiting; None if the request has a token that must be verified."""
        identity = super().authenticate_cached(headers)
        return None if identity is None else self._placed(identity, headers)

    async def authenticate(self, headers: Mapping[str, str]) -> RequestIdentity:
        """Return the identity; its viewer is None for an anonymous visitor.

        Raises:
            Unauthenticated: There is a token, but it is not valid.
        """
        return self._placed(await super().authenticate(headers), headers)

    async def renew(self, identity: RequestIdentity, headers: Mapping[str, str]) -> RequestIdentity:
        """Return the current identity, for a long-lived request.

        Raises:
            Unauthenticated: Its session has ended.
            AuthenticationUnavailable: It cannot be determined at present whether it has ended.
        """
        return self._placed(await super().renew(identity, headers), headers)

    def _placed(self, identity: RequestIdentity, headers: Mapping[str, str]) -> RequestIdentity:
        said = territory_of(headers.get(self.verifier.territory_header))
        return msgspec.structs.replace(identity, edge_territory=said)


def authenticator_of(verifier: SessionVerifier, clock: Clock) -> Authenticator:
    """Return what reads identities; it looks for a territory only if the edge states one."""
    kind = PlacingAuthenticator if verifier.territory_header else Authenticator
    return kind(verifier, clock)
