"""Errors whose message is meant for the person at the screen; all others are masked and logged."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from subgraphs.kit.domain.errors import CallerError


class BackofficeError(CallerError):
    """The base of the back office's own errors.

    Attributes:
        details: Further entries of the GraphQL error's `extensions`.
    """

    def __init__(self, message: str, **details: Any) -> None:
        super().__init__(message)
        self.details = details

    @property
    def extensions(self) -> dict[str, Any]:
        """Return the `extensions` of the GraphQL error."""
        return {"code": self.code, **self.details}


class Forbidden(BackofficeError):
    """The person's roles do not permit this, for this brand."""

    code = "FORBIDDEN"

    def __init__(self, message: str = "Your roles do not permit this.") -> None:
        super().__init__(message)


class FourEyes(BackofficeError):
    """Another person has to approve this."""

    code = "FOUR_EYES"

    def __init__(self, message: str = "Another person has to approve this.") -> None:
        super().__init__(message)


class StepUpRequired(BackofficeError):
    """The person has to confirm their second factor again."""

    code = "STEP_UP_REQUIRED"

    def __init__(self) -> None:
        super().__init__("Confirm this with your second factor.")


class NotSignedIn(BackofficeError):
    """There is no session."""

    code = "UNAUTHENTICATED"

    def __init__(self) -> None:
        super().__init__("Sign in first.")


class NotFound(BackofficeError):
    """What was named does not exist, or not for this brand."""

    code = "NOT_FOUND"


class Stale(BackofficeError):
    """Somebody else changed it meanwhile; nothing was overwritten.

    Args:
        message: What changed.
        version: The current version, which the client must read before it tries again.
    """

    code = "STALE"

    def __init__(self, message: str, version: int | str | None = None) -> None:
        super().__init__(message, version=version)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with an input.

    Attributes:
        path: Where, as `field.0.field` in the input object.
        message: What is wrong, in words for the person who typed it.
    """

    path: str
    message: str


class Invalid(BackofficeError):
    """An input breaks rules."""

    code = "INVALID"

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(
            "; ".join(problem.message for problem in problems),
            problems=[{"path": problem.path, "message": problem.message} for problem in problems],
        )
        self.problems = tuple(problems)


class Conflict(BackofficeError):
    """It exists already, or its state does not allow this."""

    code = "CONFLICT"
