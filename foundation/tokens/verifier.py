"""Verifies bearer tokens of several issuers, and remembers what it has verified."""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, Generic, TypeVar

from msgspec import Struct

from foundation.token_settings import Introspection, Issuer, Revocations
from foundation.tokens.claim_rules import ClaimRules
from foundation.tokens.compact import SignedToken, is_compact, read_bearer, read_compact
from foundation.tokens.errors import InvalidToken, Reason, VerificationUnavailable
from foundation.tokens.introspection import Introspector
from foundation.tokens.keys import FixedKeys, KeySource, RefreshedKeys, RefreshLimits, secret_key
from foundation.tokens.keys.download import Download, file_loader
from foundation.tokens.metrics import TokenCounts
from foundation.tokens.revocations import Mark, RevocationFollower

T = TypeVar("T")


class RememberedToken(Struct, Generic[T], frozen=True):
    """A verified token: valid until it expires, a key of its issuer is dropped, or a mark is revoked.

    Attributes:
        session: What the caller made of the token.
        expires: When it expires, in seconds since the epoch.
        keys: The keys of its issuer; None if the token was introspected.
        generation: The generation of the keys when it was verified.
        marks: What it can be revoked by.
    """

    session: T
    expires: float
    keys: KeySource | None
    generation: int
    marks: tuple[Mark, ...] = ()


class RememberedTokens(Generic[T]):
    """Remembers tokens; the oldest are forgotten first.

    Attributes:
        by_header: The tokens; for looking them up only.
    """

    def __init__(self, most: int) -> None:
        self.by_header: dict[str | None, RememberedToken[T]] = {}
        self._most = most
        self._holders: dict[Mark, set[str | None]] = {}

    def put(self, header: str, token: RememberedToken[T]) -> None:
        """Remember a token."""
        self.forget(header)
        while len(self.by_header) >= self._most:
            self.forget(next(iter(self.by_header)))  # the oldest
        self.by_header[header] = token
        for mark in token.marks:
            self._holders.setdefault(mark, set()).add(header)

    def forget(self, header: str | None) -> None:
        """Forget the token of a header."""
        token = self.by_header.pop(header, None)
        for mark in () if token is None else token.marks:
            holders = self._holders[mark]
            holders.discard(header)
            if not holders:
                del self._holders[mark]

    def forget_marked(self, marks: Iterable[Mark]) -> None:
        """Forget all tokens that have one of the marks."""
        for mark in marks:
            for header in tuple(self._holders.get(mark, ())):
                self.forget(header)

    def forget_all(self) -> None:
        """Forget all tokens."""
        self.by_header.clear()
        self._holders.clear()


MAX_KEPT: Final = 100_000
DAY: Final = 24 * 3600.0


class VerifiedToken(Struct, frozen=True):
    """The content of a valid token.

    Attributes:
        issuer: The `iss` of the token.
        claims: All its claims; only those that its issuer's settings name have been checked.
        expires: When it expires, in seconds since the epoch, including the leeway.
    """

    issuer: str
    claims: Mapping[str, Any]
    expires: float


class TrustedIssuer(Struct, frozen=True):
    """An issuer with its keys.

    Attributes:
        accepted: What is accepted from it.
        keys: Its keys.
        rules: Checks the claims of its tokens.
    """

    accepted: Issuer
    keys: KeySource
    rules: ClaimRules

    @classmethod
    def of(cls, issuer: Issuer, limits: RefreshLimits, now: Callable[[], float]) -> "TrustedIssuer":
        """Return an issuer with the keys that its settings name."""
        return cls(issuer, _source(issuer, limits, now), ClaimRules(issuer, now))

    async def verify(self, token: SignedToken) -> float:
        """Check a token of this issuer: first what costs little, last its signature.

        Returns:
            Until when it is valid, in seconds since the epoch.

        Raises:
            InvalidToken: It is not genuine, or not of the kind that is accepted.
            VerificationUnavailable: No key is fresh enough.
        """
        accepted = self.accepted
        if token.algorithm not in accepted.accepted_algorithms:
            raise InvalidToken(Reason.ALGORITHM)
        if not (accepted.untyped if token.media_type is None else token.media_type in accepted.types):
            raise InvalidToken(Reason.TYPE)
        expires = self.rules.check(token.claims)
        keys = await self.keys.find(token.key_id)
        if not keys:
            raise InvalidToken(Reason.KEY)
        if not any(key.verifies(token.algorithm, token.signing_input, token.signature) for key in keys):
            raise InvalidToken(Reason.SIGNATURE)
        return expires


class TokenVerifier(Generic[T]):
    """Checks `Authorization` headers, and returns what a caller makes of their tokens.

    Args:
        issuers: The issuers whose tokens are accepted, with different names.
        session_of: Converts a verified token to what the caller needs; may raise `InvalidToken`.
        introspection: How tokens that are not signed are introspected; None to refuse them.
        revocations: Where revocations are stored; None if tokens are not revoked.
        now: Returns the time in seconds since the epoch.
        kept: The number of verified headers that are remembered.
    """

    def __init__(
        self,
        issuers: Iterable[TrustedIssuer],
        session_of: Callable[[VerifiedToken], T],
        *,
        introspection: Introspection | None = None,
        revocations: Revocations | None = None,
        now: Callable[[], float] = time.time,
        kept: int = MAX_KEPT,
    ) -> None:
        self._issuers = {issuer.accepted.issuer: issuer for issuer in issuers}
        self._session_of = session_of
        self._introspector = None if introspection is None else Introspector(introspection, now)
        self._now = now
        self._remembered: RememberedTokens[T] = RememberedTokens(kept)
        self._by_header = self._remembered.by_header
        self.revocations = None if revocations is None else self._following(revocations)
        self.counts = TokenCounts(
            {
                name: issuer.keys.counts
                for name, issuer in self._issuers.items()
                if issuer.keys.counts is not None
            },
            revocations=self.revocations,
        )

    @property
    def is_ready(self) -> bool:
        """Whether every issuer has keys that may be used, and revocations are known."""
        if self.revocations is not None and not self.revocations.is_fresh:
            return False
        now = self._now()
        return all(now < issuer.keys.serves_until for issuer in self._issuers.values())

    async def start(self) -> None:
        """Fetch keys and revocations, and keep them up to date; return when they are there, or shortly."""
        following = () if self.revocations is None else (self.revocations.start(),)
        await asyncio.gather(*(issuer.keys.start() for issuer in self._issuers.values()), *following)

    async def close(self) -> None:
        """Stop, and close all connections."""
        if self.revocations is not None:
            await self.revocations.close()
        for issuer in self._issuers.values():
            await issuer.keys.close()
        if self._introspector is not None:
            await self._introspector.close()

    def cached(self, authorization: str | None) -> T | None:
        """Return what `verify` would, if it is remembered; this suffices for nearly all requests."""
        kept = self._by_header.get(authorization)
        if kept is None:
            return None
        now, keys = self._now(), kept.keys
        if now >= kept.expires:
            return None
        if keys is not None and (now >= keys.serves_until or kept.generation != keys.generation):
            return None
        return kept.session

    async def verify(self, authorization: str) -> T:
        """Return what the caller makes of the token in a header.

        Raises:
            InvalidToken: The header is not one valid bearer token.
            VerificationUnavailable: The token cannot be verified at present.
        """
        known = self.cached(authorization)
        if known is not None:
            return known
        self._remembered.forget(authorization)
        try:
            kept = await self._verify(read_bearer(authorization))
        except InvalidToken as error:
            self.counts.refused[error.reason] += 1
            raise
        except VerificationUnavailable:
            self.counts.unavailable += 1
            raise
        self._remembered.put(authorization, kept)
        return kept.session

    async def _verify(self, token: str) -> RememberedToken[T]:
        if is_compact(token):
            return await self._verify_signed(read_compact(token))
        if self._introspector is None:
            raise InvalidToken(Reason.MALFORMED)
        issuer, claims, expires = await self._introspector.introspect(token)
        marks = self._unrevoked({"iss": issuer} | dict(claims))
        return RememberedToken(
            self._session_of(VerifiedToken(issuer, claims, expires)), expires, None, 0, marks
        )

    async def _verify_signed(self, token: SignedToken) -> RememberedToken[T]:
        name = token.claims.get("iss")
        issuer = self._issuers.get(name) if isinstance(name, str) else None
        if issuer is None:
            raise InvalidToken(Reason.ISSUER)
        expires = await issuer.verify(token)
        generation = issuer.keys.generation
        marks = self._unrevoked(token.claims)
        session = self._session_of(VerifiedToken(issuer.accepted.issuer, token.claims, expires))
        return RememberedToken(session, expires, issuer.keys, generation, marks)

    def _unrevoked(self, claims: Mapping[str, Any]) -> tuple[Mark, ...]:
        """Return the marks by which a token can be revoked.

        Raises:
            InvalidToken: The token is revoked.
            VerificationUnavailable: Revocations could not be read for too long.
        """
        following = self.revocations
        if following is None:
            return ()
        following.keep_following()
        marks, issued_at = following.list.marks(claims), claims.get("iat")
        if following.list.is_revoked(marks, issued_at if isinstance(issued_at, int | float) else None):
            raise InvalidToken(Reason.REVOKED)
        if not following.is_fresh:
            raise VerificationUnavailable
        return marks

    def _following(self, revocations: Revocations) -> RevocationFollower:
        accepted = [issuer.accepted for issuer in self._issuers.values()]
        longest = max(
            (issuer.longest_lifetime_seconds + issuer.leeway_seconds for issuer in accepted), default=DAY
        )
        return RevocationFollower(
            revocations,
            max(longest, DAY),
            self._now,
            on_revoked=self._remembered.forget_marked,
            on_stale=self._remembered.forget_all,
        )


def _source(issuer: Issuer, limits: RefreshLimits, now: Callable[[], float]) -> KeySource:
    algorithms = issuer.accepted_algorithms
    if issuer.secret is not None:
        secrets = (issuer.secret, *issuer.older_secrets)
        return FixedKeys(tuple(secret_key(secret.get_secret_value(), algorithms) for secret in secrets))
    if issuer.jwks_file is not None:
        return RefreshedKeys(issuer.issuer, file_loader(issuer.jwks_file), algorithms, limits, now=now)
    download = Download(issuer.jwks_url or "")
    return RefreshedKeys(issuer.issuer, download, algorithms, limits, now=now, on_close=download.close)
