"""Reads `Retry-After`: how long a server asks not to be called again (RFC 9110, section 10.2.3)."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Final

WAITING: Final = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
"""The statuses of a response whose `Retry-After` counts."""

LONGEST: Final = timedelta(days=3650)
"""A wait that is longer counts as this one: each horizon is nearer, and it cannot overflow."""

_DIGITS: Final = len(str(round(LONGEST.total_seconds())))


def asked_wait(status: int, headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """Return how long the sender of a response asks to wait; None if it does not, or not in a form of HTTP.

    A date counts from the `Date` of the same response, so that the two clocks need not agree.

    Args:
        status: The status of the response.
        headers: The headers; their names are looked up in lower case.
        now: This machine's time, for a response without a `Date`.
    """
    value = headers.get("retry-after", "").strip()
    if status not in WAITING or not value:
        return None
    if value.isascii() and value.isdigit():
        digits = value.lstrip("0") or "0"
        wait = LONGEST if len(digits) > _DIGITS else timedelta(seconds=int(digits))
    else:
        until = _date(value)
        if until is None:
            return None
        wait = until - (_date(headers.get("date", "")) or now)
    return min(wait, LONGEST) if wait > timedelta(0) else None


def _date(value: str) -> datetime | None:
    """Return an HTTP date, in any of its three forms; None if it is none."""
    if value[:1].isdigit():  # each form begins with the day's name; other formats of mail do not count
        return None
    try:
        date = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return date if date.tzinfo is not None else date.replace(tzinfo=UTC)
