"""Whether a server is about to stop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

READY: Final = "/ready"
"""The path that responds with 503 once draining has begun."""

NOT_READY: Final = b"draining\n"


@dataclass(slots=True)
class Draining:
    """Tells the serving and the readiness code that the server is about to stop.

    A server looks for the application's attribute `draining`, so that an application can report the state
    where the server does not, such as on another port.

    Attributes:
        has_begun: Whether the server was told to stop.
        ending: Called once no new connection is accepted: ends long-lived connections.
    """

    has_begun: bool = False
    ending: list[Callable[[], None]] = field(default_factory=list)

    def begin(self) -> None:
        """Record that the server was told to stop."""
        self.has_begun = True

    def end(self) -> None:
        """End long-lived connections: clients that reconnect now reach another server."""
        for end in self.ending:
            end()
