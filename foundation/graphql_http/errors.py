"""Refusals of requests, with the code and the status that clients see."""

from __future__ import annotations

from typing import Any


class RequestError(Exception):
    """A refused request; the client sees the message and the code.

    Attributes:
        message: What is wrong, in the client's terms.
        code: The value of `extensions.code`.
        status: The HTTP status, where the media type allows one other than 200.
    """

    def __init__(self, message: str, *, code: str = "BAD_REQUEST", status: int = 400) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.status = status

    def formatted(self) -> list[dict[str, Any]]:
        """Return the response's `errors`."""
        return [{"message": self.message, "extensions": {"code": self.code}}]


class MethodNotAllowed(RequestError):
    """A GET for anything but a query."""

    def __init__(self, message: str) -> None:
        super().__init__(message, code="METHOD_NOT_ALLOWED", status=405)


class BatchRefused(RequestError):
    """The body is a batch, and only single requests are accepted."""

    def __init__(self) -> None:
        super().__init__(
            "The body is a list of requests, and batches are not accepted here: send each request by itself.",
            code="BATCHING_NOT_ENABLED",
        )


class BodyTooLarge(RequestError):
    """The body exceeds the limit, in bytes."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"The body is larger than {limit} bytes.", code="REQUEST_TOO_LARGE", status=413)
