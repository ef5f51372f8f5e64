"""A stream of one response, for queries and mutations of clients that request a stream."""

from __future__ import annotations

from collections.abc import AsyncIterator

from gateway.pipeline.stages import Response


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
