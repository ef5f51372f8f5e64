"""What the simulated processor answers to a request that it refuses."""

from typing import Any


class Refused(Exception):
    """A request that has no effect.

    Attributes:
        status: The status of the answer.
        is_kept: Whether the refusal is repeated to the same request under its key: it was no fault of form.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        is_kept: bool = True,
    ) -> None:
        super().__init__(message)
        self.status, self.is_kept = status, is_kept
        self._error = {"type": kind, "code": code, "message": message, "param": param}

    def to_json(self) -> dict[str, Any]:
        """Return the body of the answer."""
        return {"error": {name: value for name, value in self._error.items() if value is not None}}


def wrong_parameter(param: str, message: str) -> Refused:
    """Return the refusal of a request with a wrong parameter, which may be sent again rightly."""
    return Refused(message, code="parameter_invalid", param=param, is_kept=False)


def missing(what: str, name: str) -> Refused:
    """Return the refusal of a request for something that does not exist."""
    return Refused(
        f"No such {what}: '{name}'", status=404, code="resource_missing", param="id", is_kept=False
    )
