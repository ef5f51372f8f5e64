"""Bounds how many requests are answered at once: the rest is told at once to come again."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.errors import Overloaded


@dataclass(slots=True)
class Admission:
    """Counts requests from when they have arrived until they are answered.

    A request that waits for its turn costs as much later as now, and its client may be gone by then; what is
    refused at once costs next to nothing.

    Attributes:
        limit: How many at once.
        inside: How many now.
        refused: How many so far were not let in.
    """

    limit: int
    inside: int = 0
    refused: int = 0

    def enter(self) -> None:
        """Let a request in; whoever calls this calls `leave` in the end.

        Raises:
            Overloaded: There are as many as may be.
        """
        if self.inside >= self.limit:
            self.refused += 1
            raise Overloaded
        self.inside += 1

    def leave(self) -> None:
        """A request is answered."""
        self.inside -= 1
