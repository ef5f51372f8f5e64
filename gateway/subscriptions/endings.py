"""Reasons to refuse a subscription or to end it before its source does, each with its own code."""

from __future__ import annotations

from typing import Final

from gateway.errors import RequestError, SubgraphNotCalled, SubgraphTimeout, SubgraphUnreachable

UNAVAILABLE: Final = 503


class NotStreamed(RequestError):
    """The request is a subscription, but its client accepts only a single response."""

    def __init__(self) -> None:
        super().__init__(
            "A subscription has many responses: use a WebSocket with the subprotocol graphql-transport-ws, "
            "or accept text/event-stream or multipart/mixed;subscriptionSpec=1.0.",
            code="SUBSCRIPTION_NEEDS_STREAM",
            status=406,
        )


class SubscriptionsOff(RequestError):
    """Subscriptions are disabled by the settings."""

    def __init__(self) -> None:
        super().__init__(
            "Subscriptions are disabled on this gateway.", code="SUBSCRIPTIONS_DISABLED", status=400
        )


class TooManySubscriptions(RequestError):
    """The limit on open subscriptions is reached, for one customer or for the process."""

    def __init__(self, most: int, *, of_customer: bool) -> None:
        whose, code, status = (
            ("A customer", "TOO_MANY_SUBSCRIPTIONS_OF_CUSTOMER", 429)
            if of_customer
            else ("This server", "TOO_MANY_SUBSCRIPTIONS", UNAVAILABLE)
        )
        super().__init__(f"{whose} may have at most {most} open subscriptions.", code=code, status=status)


class SessionEnded(RequestError):
    """The subscription's session has expired."""

    def __init__(self) -> None:
        message = "The session has ended: sign in, and subscribe again."
        super().__init__(message, code="SESSION_EXPIRED", status=401)


class ServerStopping(RequestError):
    """The server is about to stop."""

    def __init__(self) -> None:
        message = "The server is stopping: subscribe again."
        super().__init__(message, code="SUBSCRIPTION_SERVER_STOPPING", status=UNAVAILABLE)


def source_failed(subgraph: str, error: SubgraphUnreachable) -> RequestError:
    """Return the client's error for a subgraph that refused or lost a subscription."""
    status = 502
    if isinstance(error, SubgraphNotCalled):
        status = UNAVAILABLE
    elif isinstance(error, SubgraphTimeout):
        status = 504
    return RequestError(f"The service {subgraph} {error.message}.", code=error.code, status=status)
