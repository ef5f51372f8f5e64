"""Reminders of how long a session has lasted, at the interval that the customer chose."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class SessionTime:
    """How long a session has lasted.

    Attributes:
        minutes: Whole ones.
        reminders: How many reminders have been due; a page shows one when the number grows.
        next_at: When the next one is due; None without a limit.
    """

    minutes: int
    reminders: int
    next_at: datetime | None


def session_time(limit_minutes: int | None, started_at: datetime, at: datetime) -> SessionTime:
    """Return how long a session has lasted and which reminder is due.

    Args:
        limit_minutes: The customer's limit, after which and after each multiple of which they are reminded.
        started_at: When the session began.
        at: The current time; before the beginning, nothing has passed yet.
    """
    passed = max(at - started_at, timedelta())
    minutes = passed // timedelta(minutes=1)
    if limit_minutes is None:
        return SessionTime(minutes, 0, None)
    interval = timedelta(minutes=limit_minutes)
    reminders = passed // interval
    return SessionTime(minutes, reminders, started_at + (reminders + 1) * interval)
