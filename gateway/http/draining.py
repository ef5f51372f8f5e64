"""Whether a server is about to stop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

READY: Final = "/ready"
"""The path that says 503 from the beginning of draining on."""

NOT_READY: Final = b"draining\n"


@dataclass(slots=True)
class Draining:
    """Tells what serves and what reports readiness that the server is about to stop.

    A server looks for the attribute `draining` of the application, so that an application can report it where
    the server does not, such as on another port.

    Attributes:
        has_begun: Whether the server was told to stop.
    """

    has_begun: bool = False

    def begin(self) -> None:
        """Note that the server was told to stop."""
        self.has_begun = True
