"""Where a page of events ends: a brand, and the place of its last event among all others."""

import re
from datetime import UTC, datetime, timedelta
from math import inf, isinf
from typing import Final

from subgraphs.events.catalogue.brand_view import Order
from subgraphs.kit.domain.errors import BadInput

_START: Final = datetime(1970, 1, 1, tzinfo=UTC)
_CURSOR: Final = re.compile(
    r"(?P<brand>.+):(?P<position>\d{0,10})-(?P<other>[01])-(?P<start>-?\d{1,18})-(?P<id>[a-z0-9]{1,32})",
    re.ASCII,
)
_UNREADABLE: Final = "`after` is no end of a page: leave it out to begin anew"


def cursor_of(brand: str, order: Order) -> str:
    """Return the cursor behind an event with a place."""
    position, is_other, starts_at, own_id = order
    placed = "" if isinf(position) else str(int(position))
    return f"{brand}:{placed}-{int(is_other)}-{(starts_at - _START) // timedelta(microseconds=1)}-{own_id}"


def read_cursor(brand: str, cursor: str) -> Order:
    """Return the place behind which a page goes on.

    Raises:
        BadInput: It is no cursor, or another brand's.
    """
    found = _CURSOR.fullmatch(cursor)
    if found is None or found["brand"] != brand:
        raise BadInput(_UNREADABLE)
    try:
        starts_at = _START + timedelta(microseconds=int(found["start"]))
    except OverflowError:
        raise BadInput(_UNREADABLE) from None
    position = int(found["position"]) if found["position"] else inf
    return position, found["other"] == "1", starts_at, found["id"]
