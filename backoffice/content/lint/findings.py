"""What lint finds: where, how severe, and a message that an editor can act on."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class Severity(Enum):
    """An error blocks publication by every route; a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that lint found.

    Attributes:
        rule: The rule's name, such as TERMS_MISSING.
        path: Where: `texts.en-GB.title`, or a shorter path for what concerns all of it.
    """

    rule: str
    severity: Severity
    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.severity.value} {self.rule} {self.path}: {self.message}"


def error(rule: str, path: str, message: str) -> Finding:
    """Return a finding that blocks publication."""
    return Finding(rule, Severity.ERROR, path, message)


def warning(rule: str, path: str, message: str) -> Finding:
    """Return a finding that does not block publication."""
    return Finding(rule, Severity.WARNING, path, message)


def errors_of(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings that block publication."""
    return tuple(one for one in findings if one.severity is Severity.ERROR)
