"""Pages of a list by key: no page is skipped or shown twice when rows are added meanwhile."""

import base64
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Generic, TypeVar

import msgspec
import strawberry

from backoffice.errors import Invalid, Problem
from subgraphs.kit.domain.errors import BadInput
from subgraphs.kit.domain.keys import read_opaque
from subgraphs.kit.graphql.descriptions import described

N = TypeVar("N")
S = TypeVar("S")
MAX_PAGE_SIZE: Final = 100
MAX_CURSOR: Final = 4096
EARLIEST, LATEST = 1970, 9998

Number = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
Name = Annotated[str, msgspec.Meta(max_length=512)]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]


@described
@strawberry.type
class Page(Generic[N]):
    """A page of a list.

    Attributes:
        end_cursor: Pass it as `after` to get the next page.
    """

    nodes: list[N]
    end_cursor: str | None
    has_next_page: bool


def page_size(first: int) -> int:
    """Return how many rows to read: one more than are shown, to know whether there is another page.

    Raises:
        Invalid: The size is not between 1 and 100.
    """
    if not 1 <= first <= MAX_PAGE_SIZE:
        raise Invalid([Problem("first", f"A page has 1 to {MAX_PAGE_SIZE} rows.")])
    return first + 1


def page_of(entries: Sequence[S], first: int, shown: Callable[[S], N], key: Callable[[S], Any]) -> Page[N]:
    """Return a page of rows that were read with `page_size`.

    Args:
        entries: The rows.
        first: How many are shown.
        shown: Turns a row into a node.
        key: Returns what the next page begins after, as JSON.
    """
    rows = entries[:first]
    end = cursor(key(rows[-1])) if rows else None
    return Page(nodes=[shown(row) for row in rows], end_cursor=end, has_next_page=len(entries) > first)


def cursor(key: Any) -> str:
    """Return the opaque form of a key."""
    return base64.urlsafe_b64encode(json.dumps(key, separators=(",", ":")).encode()).decode().rstrip("=")


def read_cursor(after: str | None, form: Any) -> Any:
    """Return the key of a cursor; None for the first page.

    Args:
        after: The cursor.
        form: The type of the list's keys, of `Number`, `Name` and `Moment`.

    Raises:
        Invalid: It is not a cursor of such a list.
    """
    if after is None:
        return None
    try:
        if len(after) > MAX_CURSOR:
            raise no_cursor()
        return msgspec.json.decode(read_opaque(after), type=form)
    except (BadInput, msgspec.DecodeError, UnicodeDecodeError):
        raise no_cursor() from None


def number_key(after: str | None) -> int | None:
    """Return the key of a cursor that is a number.

    Raises:
        Invalid: It is not such a cursor.
    """
    key: int | None = read_cursor(after, Number)
    return key


def text_key(after: str | None) -> str:
    """Return the key of a cursor that is a text; empty for the first page.

    Raises:
        Invalid: It is not such a cursor.
    """
    return read_cursor(after, Name) or ""


def time_key(at: datetime, row_id: str) -> list[str]:
    """Return the key of a row that is listed by time."""
    return [at.astimezone(UTC).isoformat(), row_id]


def time_of(after: str | None) -> tuple[datetime, str] | None:
    """Return the key of a cursor that `time_key` made.

    Raises:
        Invalid: It is not such a cursor.
    """
    key: tuple[datetime, str] | None = read_cursor(after, tuple[Moment, Name])
    if key is not None:
        require_moment(key[0])
    return key


def require_moment(at: datetime) -> None:
    """Check that the moment in a cursor may be of a row.

    Raises:
        Invalid: It is one that databases do not store, in some time zone.
    """
    if not EARLIEST <= at.year <= LATEST:
        raise no_cursor()


def no_cursor() -> Invalid:
    """Return the error of what is no cursor of a list."""
    return Invalid([Problem("after", "This is not a cursor of this list.")])
