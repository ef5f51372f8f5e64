"""Positions of subscriptions: from where a subgraph can continue after a break.

A subgraph gives them in `extensions.position` of its events, or as the `id` of server-sent events. They are
opaque to everybody else, and come back in the header `Last-Event-ID`, or in `extensions.position` of a
request.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

POSITION: Final = "position"
"""The name in `extensions`."""

LAST_EVENT_ID: Final = "last-event-id"
"""The header with which browsers continue an event stream."""

MAX_POSITION_CHARS: Final = 256

TOO_OLD: Final = "POSITION_TOO_OLD"
"""The code with which a subgraph refuses to continue: it no longer knows what has happened since."""


def is_position(value: object) -> bool:
    """Return whether a value can be a position: printable ASCII characters, not too many."""
    return (
        isinstance(value, str)
        and 0 < len(value) <= MAX_POSITION_CHARS
        and value.isascii()
        and value.isprintable()
    )


def position_in(message: Mapping[str, Any]) -> str | None:
    """Return the position in the `extensions` of a message; None if there is none, or no possible one."""
    extensions = message.get("extensions")
    if extensions is None or not isinstance(extensions, dict):
        return None
    position = extensions.get(POSITION)
    return position if is_position(position) else None
