"""Where a rule of law is read: each has a public page, and a lawyer reads them first."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Source:
    """A public page that says a rule.

    Attributes:
        title: Who says it, and where in the text.
        address: That of the page.
        opened: The day on which the page was read.
    """

    title: str
    address: str
    opened: date
