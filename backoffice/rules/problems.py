"""What is wrong with a version of a scheme, or odd about it."""

from dataclasses import dataclass
from enum import Enum


class CheckSeverity(Enum):
    """An error blocks the version by every route; a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class SchemeProblem:
    """Something that is wrong with a version.

    Attributes:
        path: The field of the form, such as `target_minor` or `terms.url`; empty for the whole.
        source: The regulation or rule that it comes from; None for what is impossible in itself.
    """

    rule: str
    severity: CheckSeverity
    path: str
    message: str
    source: str | None = None


def error(rule: str, path: str, message: str, source: str | None = None) -> SchemeProblem:
    """Return a problem that blocks the version."""
    return SchemeProblem(rule, CheckSeverity.ERROR, path, message, source)


def warning(rule: str, path: str, message: str, source: str | None = None) -> SchemeProblem:
    """Return a problem that does not block the version."""
    return SchemeProblem(rule, CheckSeverity.WARNING, path, message, source)
