"""Subscriptions, and other operations of clients that read streams: what the pipeline needs of a feature."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Protocol, TypeAlias

from gateway.errors import RequestError
from gateway.executor import FetchedData
from gateway.pipeline.policies import PolicyInput
from gateway.pipeline.preparation.plan_cache import PlannedOperation
from gateway.pipeline.stages import Response, ResponseStream

Make: TypeAlias = Callable[[PolicyInput, PlannedOperation, FetchedData], Response]
"""Projects and encodes a response; raises `ResponseTooLarge`."""

ObserveEvent: TypeAlias = Callable[[Awaitable[Response], PolicyInput], Awaitable[Response]]
"""Awaits the response to an event, and records how it is made; raises what it raises."""


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


class AnswersSubscriptions(Protocol):
    """Opens the streams of subscriptions that are authenticated, checked and planned."""

    async def stream(
        self,
        policy_input: PolicyInput,
        planned: PlannedOperation,
        headers: Mapping[str, str],
        make: Make,
        /,
    ) -> ResponseStream:
        """Subscribe to the subgraph of the plan's first fetch.

        Args:
            policy_input: The subscription request.
            planned: The subscription's plan.
            headers: The headers that are forwarded to subgraphs.
            make: Projects and encodes responses.

        Raises:
            RequestError: The client may not see the field, a limit is reached, or the subgraph refuses or
                cannot be reached.
        """
        ...

    def observed_by(self, observe: ObserveEvent, /) -> AnswersSubscriptions:
        """Return one whose events are observed."""
        ...


class SingleResponse:
    """The only response to an operation, as a `ResponseStream`.

    Attributes:
        expires: Always None, because the response already exists.
    """

    __slots__ = ("_response", "expires")

    def __init__(self, response: Response) -> None:
        self.expires: float | None = None
        self._response: Response | None = response

    def __aiter__(self) -> AsyncIterator[Response]:
        """Return the stream itself."""
        return self

    async def __anext__(self) -> Response:
        """Return the response, once.

        Raises:
            StopAsyncIteration: The response was already returned.
        """
        response, self._response = self._response, None
        if response is None:
            raise StopAsyncIteration
        return response

    async def aclose(self) -> None:
        """Discard the response."""
        self._response = None
