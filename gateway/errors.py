"""The gateway's errors: errors shown to clients, and faults that are masked and logged."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, TypeVar

from foundation.graphql_http import BodyTooLarge, MethodNotAllowed, RequestError

__all__ = [
    "BodyTooLarge",
    "BudgetExceeded",
    "CannotPlan",
    "CircuitOpen",
    "ClientDisconnected",
    "ConnectionFailed",
    "ConnectionLost",
    "DeadlineExceeded",
    "GatewayError",
    "GatewayFault",
    "InvalidDocument",
    "MethodNotAllowed",
    "Overloaded",
    "ReplyTooLarge",
    "RequestError",
    "ResponseTooLarge",
    "SubgraphBusy",
    "SubgraphNotCalled",
    "SubgraphTimeout",
    "SubgraphUnavailable",
    "SubgraphUnreachable",
    "SubscriptionLost",
    "SupergraphError",
    "TooManyRequests",
    "Unauthenticated",
    "Unauthorized",
    "Unreachable",
    "UnsendableRequest",
    "fresh",
]

E = TypeVar("E", bound=Exception)


class GatewayError(Exception):
    """The base of the gateway's own errors, except for refused requests (`RequestError`)."""


class Unauthenticated(RequestError):
    """Raised by an `Authenticate` function for a missing or invalid session.

    Attributes:
        challenge: The response's `WWW-Authenticate` header, in ASCII.
    """

    def __init__(self, message: str = "Authentication is required.", *, challenge: str = "Bearer") -> None:
        super().__init__(message, code="UNAUTHENTICATED", status=401)
        self.challenge = challenge


class AuthenticationUnavailable(RequestError):
    """Raised by an `Authenticate` function that cannot determine whether a session is valid."""

    def __init__(self, message: str = "Sessions cannot be checked at present: try again soon.") -> None:
        super().__init__(message, code="AUTHENTICATION_UNAVAILABLE", status=503)


class ResponseTooLarge(RequestError):
    """The response to a request exceeds a limit; the client gets no data.

    Changes that a mutation has made by then are kept, so the response looks like that of an executed
    operation.
    """

    def __init__(self, message: str, code: str = "RESPONSE_TOO_LARGE") -> None:
        super().__init__(message, code=code, status=200)


class Overloaded(RequestError):
    """Admission control refused the request."""

    def __init__(self) -> None:
        super().__init__("Too many requests at once: try again soon.", code="OVERLOADED", status=503)


class TooManyRequests(RequestError):
    """A sender must wait before its next request; this refusal is not counted against it.

    Attributes:
        headers: The response's headers that say how long.
    """

    def __init__(self, message: str, *, code: str, headers: tuple[tuple[bytes, bytes], ...]) -> None:
        super().__init__(message, code=code, status=429)
        self.headers = headers


class InvalidDocument(RequestError):
    """The document, the choice of operation, or the variables violate GraphQL's rules.

    Args:
        entries: The response's errors, with their locations.
        code: The code of all of them.
    """

    def __init__(self, entries: list[dict[str, Any]], code: str) -> None:
        super().__init__("; ".join(str(entry.get("message")) for entry in entries), code=code)
        self.entries = entries

    def formatted(self) -> list[dict[str, Any]]:
        """Return one error for each violation."""
        return [{**entry, "extensions": {"code": self.code}} for entry in self.entries]


class Unauthorized(InvalidDocument):
    """The client may not see some fields of its operation, which is refused as a whole.

    Args:
        paths: The paths of the fields in the response, without list indexes.
    """

    def __init__(self, paths: Iterable[Sequence[str]]) -> None:
        entries = [{"message": "Unauthorized field or type", "path": list(path)} for path in paths]
        super().__init__(entries, "UNAUTHORIZED_FIELD_OR_TYPE")
        self.status = 403


class CannotPlan(RequestError):
    """A valid operation for which the planner has no correct plan."""

    def __init__(self, message: str) -> None:
        super().__init__(message, code="CANNOT_PLAN", status=400)


class Unreachable(CannotPlan):
    """No path leads to a field within the allowed nesting of conditions."""


class BudgetExceeded(CannotPlan):
    """The planner's budget is spent."""


class ClientDisconnected(GatewayError):
    """The client closed the connection before the response."""


class GatewayFault(GatewayError):
    """An internal fault; the client sees a masked error with an id."""


class SupergraphError(GatewayFault):
    """The supergraph cannot be served; the message says what is wrong, and where."""


class SubgraphUnreachable(GatewayError):
    """A subgraph gave no GraphQL response.

    Attributes:
        code: The code that clients see.
        message: The message that clients read after the subgraph's name.
        reason: The reason for logs and metrics; it is never shown to a client.
    """

    code: ClassVar[str] = "SUBGRAPH_UNREACHABLE"
    message: ClassVar[str] = "could not be reached"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ConnectionFailed(SubgraphUnreachable):
    """No connection could be opened, so nothing was sent; or the subgraph says that it processed nothing."""


class ConnectionLost(SubgraphUnreachable):
    """The connection was closed before the reply was complete."""


class UnsendableRequest(SubgraphUnreachable):
    """A request cannot be sent because of a header value from its client or session."""


class ReplyTooLarge(SubgraphUnreachable):
    """A reply is longer than the limit, possibly because of what the client selected."""


class SubgraphUnavailable(SubgraphUnreachable):
    """A server or proxy responded with 502, 503 or 504, without a GraphQL response."""


class SubgraphTimeout(SubgraphUnreachable):
    """The reply was not complete in time."""

    code = "SUBGRAPH_TIMEOUT"
    message = "did not respond in time"


class DeadlineExceeded(SubgraphUnreachable):
    """The time for the whole request ran out before the reply was complete, or before anything was sent."""

    code = "DEADLINE_EXCEEDED"
    message = "did not respond before the deadline of the request"


class SubscriptionLost(ConnectionLost):
    """A subscription at a subgraph ended before the subgraph had completed it."""

    code = "SUBSCRIPTION_LOST"
    message = "has lost the subscription"


class SubgraphNotCalled(SubgraphUnreachable):
    """Nothing was sent, to protect the subgraph or this gateway; too frequent to log each time."""


class CircuitOpen(SubgraphNotCalled):
    """Calls have failed repeatedly, so none is made for a while."""

    code = "SUBGRAPH_CIRCUIT_OPEN"
    message = "has failed repeatedly and is not called for a moment"


class SubgraphBusy(SubgraphNotCalled):
    """The subgraph already has as many concurrent calls as are allowed."""

    code = "SUBGRAPH_BUSY"
    message = "has too many calls in progress"


def fresh(error: E) -> E:
    """Copy a refusal without its traceback.

    An exception that is raised again keeps the frames of all earlier times, which would leak memory.
    """
    copy = type(error).__new__(type(error), *error.args)
    copy.args = error.args
    copy.__dict__.update(error.__dict__)
    return copy
