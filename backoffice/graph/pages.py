"""Pages of a list by key: no page is skipped or shown twice when rows are added meanwhile."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Final, Generic, TypeVar

import strawberry

from backoffice.errors import Invalid, Problem

N = TypeVar("N")
S = TypeVar("S")
MAX_PAGE_SIZE: Final = 100


@strawberry.type(description="A page of a list.")
class Page(Generic[N]):
    """A page of a list."""

    nodes: list[N]
    end_cursor: str | None = strawberry.field(description="Pass it as `after` to get the next page.")
    has_next_page: bool


def page_size(first: int) -> int:
    """Return how many rows to read: one more than are shown, to know whether there is another page.

    Raises:
        Invalid: The size is not between 1 and 100.
    """
    if not 1 <= first <= MAX_PAGE_SIZE:
        raise Invalid([Problem("first", f"A page has 1 to {MAX_PAGE_SIZE} rows.")])
    return first + 1


def page_of(found: Sequence[S], first: int, shown: Callable[[S], N], key: Callable[[S], Any]) -> Page[N]:
    """Return a page of rows that were read with `page_size`.

    Args:
        found: The rows.
        first: How many are shown.
        shown: Turns a row into a node.
        key: Returns what the next page begins after, as JSON.
    """
    rows = found[:first]
    end = cursor(key(rows[-1])) if rows else None
    return Page(nodes=[shown(row) for row in rows], end_cursor=end, has_next_page=len(found) > first)


def cursor(key: Any) -> str:
    """Return the opaque form of a key."""
    return base64.urlsafe_b64encode(json.dumps(key, separators=(",", ":")).encode()).decode().rstrip("=")


def key_of(after: str | None) -> Any:
    """Return the key of a cursor; None for the first page.

    Raises:
        Invalid: It is not a cursor.
    """
    if after is None:
        return None
    try:
        return json.loads(base64.urlsafe_b64decode(after + "=" * (-len(after) % 4)))
    except (binascii.Error, ValueError):
        raise _no_cursor() from None


def number_key(after: str | None) -> int | None:
    """Return the key of a cursor that is a number.

    Raises:
        Invalid: It is not such a cursor.
    """
    key = key_of(after)
    if key is not None and not isinstance(key, int):
        raise _no_cursor()
    return key


def text_key(after: str | None) -> str:
    """Return the key of a cursor that is a text; empty for the first page.

    Raises:
        Invalid: It is not such a cursor.
    """
    key = key_of(after)
    if key is not None and not isinstance(key, str):
        raise _no_cursor()
    return key or ""


def time_key(at: datetime, row_id: str) -> list[str]:
    """Return the key of a row that is listed by time."""
    return [at.astimezone(UTC).isoformat(), row_id]


def time_of(after: str | None) -> tuple[datetime, str] | None:
    """Return the key of a cursor that `time_key` made.

    Raises:
        Invalid: It is not such a cursor.
    """
    match key_of(after):
        case None:
            return None
        case [str(at), str(row_id)]:
            try:
                return datetime.fromisoformat(at), row_id
            except ValueError:
                raise _no_cursor() from None
        case _:
            raise _no_cursor()


def _no_cursor() -> Invalid:
    return Invalid([Problem("after", "This is not a cursor of this list.")])
