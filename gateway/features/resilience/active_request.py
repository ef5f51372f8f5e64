"""The state that the calls of one request share: its deadline, and how many calls are stalled."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Final

import msgspec


class ActiveRequest(msgspec.Struct, eq=False, gc=False):
    """A request that is being answered.

    Attributes:
        deadline: When its time runs out, in seconds of the monotonic clock.
        is_hurried: Whether its client has shortened the deadline.
        stalled: How many of its calls have been waiting for a long time.
    """

    deadline: float
    is_hurried: bool = False
    stalled: int = 0


ACTIVE_REQUEST: Final[ContextVar[ActiveRequest | None]] = ContextVar("active_request", default=None)
"""The request of the current task; None outside the pipeline."""
