"""Bounds how many requests are answered at once: the rest is told at once to come again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import orjson

from gateway.errors import Overloaded

RETRY_AFTER: Final = b"1"
"""Seconds, for who was not let in."""


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

    @property
    def is_full(self) -> bool:
        """Whether nobody is let in now."""
        return self.inside >= self.limit

    def enter(self) -> bool:
        """Let a request in if there is room; whoever was let in calls `leave` in the end."""
        if self.inside >= self.limit:
            self.refused += 1
            return False
        self.inside += 1
        return True

    def leave(self) -> None:
        """A request is answered."""
        self.inside -= 1


@dataclass(frozen=True, slots=True)
class Door:
    """What a server may ask before it makes anything of a request, so that refusing costs less still.

    Attributes:
        method: Of the requests that it is about.
        target: Theirs, as it stands in the request.
        admission: Decides.
        refusal: The body for who is not let in, as JSON.
    """

    method: bytes
    target: bytes
    admission: Admission
    refusal: bytes = field(default_factory=lambda: orjson.dumps({"errors": Overloaded().formatted()}))
