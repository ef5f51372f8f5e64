"""The revocations in memory."""

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple, TypeAlias

import structlog

log = structlog.get_logger(__name__)

Mark: TypeAlias = tuple[str, ...]
"""What revokes tokens: an issuer, then names and values of claims."""

FULL_PAUSE: Final = 10_000
"""While the list is full, the log says so once per this many revocations."""


ONE_LOGIN: Final = frozenset({"jti", "sid"})
"""Claims whose values differ for every login, so clocks need not be compared."""


class _Revocation(NamedTuple):
    """A revocation.

    Attributes:
        at: When it was written, in seconds since the epoch.
        covers: It revokes tokens that were issued until this time.
    """

    at: float
    covers: float


class RevocationList:
    """Revocations of the last hours.

    Args:
        claims: Which claims may identify revoked tokens.
        kept_seconds: How long a revocation is remembered: longer than any token lives.
        most: The maximum number that is remembered.
    """

    def __init__(self, claims: Iterable[tuple[str, ...]], kept_seconds: float, most: int) -> None:
        self._shapes = tuple(tuple(sorted(set(names))) for names in claims)
        self._kept_seconds = kept_seconds
        self._most = most
        self._revoked: dict[Mark, _Revocation] = {}
        self._dropped = 0

    def __len__(self) -> int:
        return len(self._revoked)

    def marks(self, claims: Mapping[str, Any]) -> tuple[Mark, ...]:
        """Return what a token with these claims can be revoked by."""
        issuer = claims.get("iss")
        return tuple(self._marks(issuer, claims)) if isinstance(issuer, str) else ()

    def is_revoked(self, marks: Iterable[Mark], issued_at: float | None) -> bool:
        """Return whether one of the marks was revoked when a token was issued, or later.

        A revocation by `jti` or `sid` applies whenever the token was issued: a later login has other values.

        Args:
            marks: See `marks`.
            issued_at: The token's `iat`; without one it counts as issued before.
        """
        for mark in marks:
            revocation = self._revoked.get(mark)
            if revocation is not None and (issued_at is None or issued_at <= revocation.covers):
                return True
        return False

    def add(self, claims: Mapping[str, Any], at: float) -> Mark | None:
        """Add a revocation, and return its mark; None if tokens are not revoked by its claims.

        Args:
            claims: Names and values of claims, among them `iss`.
            at: When it was written, in seconds since the epoch.
        """
        issuer = claims.get("iss")
        names = tuple(sorted(name for name in claims if name != "iss"))
        if not isinstance(issuer, str) or names not in self._shapes:
            return None
        mark = next(self._marks(issuer, claims, (names,)), None)
        if mark is not None:
            self._revoked.pop(mark, None)  # to the end: the list is ordered by time
            self._revoked[mark] = _Revocation(at, math.inf if ONE_LOGIN.intersection(names) else at)
            self._forget(at)
        return mark

    def _marks(
        self, issuer: str, claims: Mapping[str, Any], shapes: Iterable[tuple[str, ...]] | None = None
    ) -> Iterator[Mark]:
        for names in self._shapes if shapes is None else shapes:
            values = [claims.get(name) for name in names]
            if all(isinstance(value, str) and value for value in values):
                yield (issuer, *names, *(str(value) for value in values))

    def _forget(self, now: float) -> None:
        """Forget revocations older than any valid token, and the oldest ones if there are too many."""
        while self._revoked:
            mark = next(iter(self._revoked))
            is_old = self._revoked[mark].at < now - self._kept_seconds
            if not is_old and len(self._revoked) <= self._most:
                return
            del self._revoked[mark]
            if not is_old:
                if self._dropped % FULL_PAUSE == 0:
                    log.error("token_revocations_forgotten", most=self._most)
                self._dropped += 1
