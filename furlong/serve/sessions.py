"""The sessions of customers as the gateway wants them: the club's tokens, and the gateway's errors."""

from collections.abc import Mapping
from typing import TypeAlias

from gateway.errors import AuthenticationUnavailable, RequestError, Unauthenticated
from gateway.pipeline.sessions import CHALLENGE, Sessions
from subgraphs.kit.auth import Authenticator, RequestIdentity
from subgraphs.kit.domain.errors import AuthenticationUnavailable as CannotAuthenticate
from subgraphs.kit.domain.errors import Unauthenticated as NotAuthenticated
from subgraphs.kit.domain.errors import WrongCell

NoSession: TypeAlias = NotAuthenticated | WrongCell | CannotAuthenticate
"""Why a request has no session."""

NO_SESSION = (NotAuthenticated, WrongCell, CannotAuthenticate)


def refusal(error: NoSession) -> RequestError:
    """Return the gateway's error for a request without a session."""
    match error:
        case NotAuthenticated():
            return Unauthenticated(str(error), challenge=CHALLENGE)
        case WrongCell():
            return RequestError(str(error), code=error.code, status=error.status)
        case CannotAuthenticate():
            return AuthenticationUnavailable(str(error))


def customer_sessions(authenticator: Authenticator, *, shared: bool) -> Sessions:
    """Return the sessions of customers.

    Args:
        authenticator: Verifies their tokens.
        shared: Whether subgraphs may use the gateway's result of authentication: they may only if they would
            see every header that it was derived from.
    """

    async def authenticate(headers: Mapping[str, str]) -> RequestIdentity | None:
        try:
            identity = await authenticator.authenticate(headers)
        except NO_SESSION as error:
            raise refusal(error) from error
        return identity if shared else None

    return Sessions(
        authenticate,
        authenticator.authenticate_cached if shared else None,
        customer_of=_customer_of,
        expires_of=_expires_of,
    )


def _customer_of(session: object) -> str | None:
    viewer = session.viewer if isinstance(session, RequestIdentity) else None
    return None if viewer is None else f"{viewer.brand}:{viewer.customer}"  # ids have no colon


def _expires_of(session: object) -> float | None:
    viewer = session.viewer if isinstance(session, RequestIdentity) else None
    return None if viewer is None else viewer.expires
