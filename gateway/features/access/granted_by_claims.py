"""The rights of a session: whether it is authenticated, and its scopes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from gateway.access.requirements import Granted
from gateway.clients.session import Session

ANONYMOUS: Final = Granted()
NO_CLAIMS: Final[Mapping[str, Any]] = {}


@dataclass(frozen=True, slots=True)
class GrantedByClaims:
    """Reads the rights of a session from its claims.

    The gateway's own sessions have claims. An application's session provides them if it is a mapping or has
    an attribute `claims`. None means an anonymous client; anything else is authenticated.

    Attributes:
        scope_claims: The claims that contain scopes: a space-separated text (RFC 8693), or a list.
    """

    scope_claims: tuple[str, ...]

    def __call__(self, session: object) -> Granted:
        """Return what a session has."""
        if isinstance(session, Session):
            if session.issuer is None:
                return ANONYMOUS
            claims = session.claims
        elif session is None:
            return ANONYMOUS
        else:
            claims = claims_of(session)
        scopes: set[str] = set()
        for name in self.scope_claims:
            if name in claims:
                scopes.update(_scopes(claims[name]))
        return Granted(authenticated=True, scopes=frozenset(scopes))


def claims_of(session: object) -> Mapping[str, Any]:
    """Return the claims of a session; empty if it has none."""
    if isinstance(session, Session):
        return session.claims
    claims = session if isinstance(session, Mapping) else getattr(session, "claims", None)
    return claims if isinstance(claims, Mapping) else NO_CLAIMS


def _scopes(claim: object) -> Iterable[str]:
    match claim:
        case str():
            return [each for each in claim.split(" ") if each]  # a tab or another blank separates nothing
        case list() | tuple() | set() | frozenset():
            return [each for each in claim if isinstance(each, str)]
        case _:
            return ()
