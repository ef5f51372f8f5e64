"""The gateway's errors: those shown to clients, and faults that are masked and logged."""

from __future__ import annotations

from typing import Any, TypeVar

from graphql_http import BodyTooLarge, MethodNotAllowed, RequestError

__all__ = [
    "AnswerTooLarge",
    "BodyTooLarge",
    "BudgetExceeded",
    "CannotPlan",
    "ClientDisconnected",
    "GatewayError",
    "GatewayFault",
    "InvalidDocument",
    "MethodNotAllowed",
    "Overloaded",
    "RequestError",
    "SubgraphUnreachable",
    "SupergraphError",
    "Unauthenticated",
    "Unreachable",
    "fresh",
]

E = TypeVar("E", bound=RequestError)


class GatewayError(Exception):
    """The base of what the gateway raises on purpose, except for refused requests: `RequestError`."""


class Unauthenticated(RequestError):
    """Raised by an `Authenticate` function for a missing or invalid session.

    Attributes:
        challenge: The response's `WWW-Authenticate` header, in ASCII.
    """

    def __init__(self, message: str = "Authentication is required.", *, challenge: str = "Bearer") -> None:
        super().__init__(message, code="UNAUTHENTICATED", status=401)
        self.challenge = challenge


class AuthenticationUnavailable(RequestError):
    """Raised by an `Authenticate` function that cannot find out whether a session is valid."""

    def __init__(self, message: str = "Sessions cannot be checked at present: try again soon.") -> None:
        super().__init__(message, code="AUTHENTICATION_UNAVAILABLE", status=503)


class AnswerTooLarge(RequestError):
    """The answer to a request exceeds a limit; the client gets no data.

    What a mutation has changed by then remains changed, so the response looks like that to an executed one.
    """

    def __init__(self, message: str, code: str = "RESPONSE_TOO_LARGE") -> None:
        super().__init__(message, code=code, status=200)


class Overloaded(RequestError):
    """Admission control refused the request."""

    def __init__(self) -> None:
        super().__init__("Too many requests at once: try again soon.", code="OVERLOADED", status=503)


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


class CannotPlan(RequestError):
    """A valid operation for which the planner has no correct plan."""

    def __init__(self, message: str) -> None:
        super().__init__(message, code="CANNOT_PLAN", status=400)


class Unreachable(CannotPlan):
    """No path leads to a field, as deep as conditions may nest."""


class BudgetExceeded(CannotPlan):
    """The planner's budget is spent."""


class ClientDisconnected(GatewayError):
    """The client closed the connection before the response."""


class GatewayFault(GatewayError):
    """An internal fault; the client sees a masked error with an id."""


class SupergraphError(GatewayFault):
    """The supergraph cannot be served; the message says what is wrong and where."""


class ManifestError(SupergraphError):
    """A manifest of trusted documents is broken; the message names the file and the entry."""


class SubgraphUnreachable(GatewayError):
    """A subgraph gave no GraphQL response.

    Attributes:
        reason: The reason for logs and metrics; it is never shown to a client.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def fresh(error: E) -> E:
    """Copy a refusal without its traceback.

    An exception that is raised again keeps the frames of all times before: memory without end.
    """
    copy = type(error).__new__(type(error), *error.args)
    copy.args = error.args
    copy.__dict__.update(error.__dict__)
    return copy
