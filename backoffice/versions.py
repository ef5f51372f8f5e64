"""Versions that pages have seen, and send with a change, so that nobody overwrites what they have not seen.

Only the database has them. So that none is given again after an older backup was restored, a version is at
least the number of seconds since 2026 began.
"""

from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Integer, case

_START: Final = datetime(2026, 1, 1, tzinfo=UTC)


def next_version(version: int, at: datetime) -> int:
    """Return the version after a change at an instant."""
    return max(version + 1, _least(at))


def next_version_in(column: ColumnElement[Any], at: datetime) -> ColumnElement[int]:
    """Return the same as SQL."""
    return case((column + 1 > _least(at), column + 1), else_=_least(at)).cast(Integer)


def _least(at: datetime) -> int:
    return int((at - _START).total_seconds())
