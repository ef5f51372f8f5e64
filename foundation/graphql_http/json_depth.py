"""Limits how deeply JSON may be nested: deeper JSON could not be forwarded, and is costly to walk."""

from __future__ import annotations

from typing import Final

MAX_DEPTH: Final = 100
"""The depth of a request or a response; orjson encodes 254, and one may be nested in the other."""


def too_deep(value: object, limit: int = MAX_DEPTH) -> bool:
    """Return whether objects and lists in decoded JSON are nested more deeply than the limit."""
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(limit):
        if not level:
            return False
        level = [
            below
            for each in level
            for below in (each.values() if isinstance(each, dict) else each)
            if isinstance(below, dict | list)
        ]
    return bool(level)


def nested_too_deeply(text: bytes, value: object, limit: int = MAX_DEPTH) -> bool:
    """Return the same for a value and its text; most texts have too few brackets for a walk to be needed."""
    return text.count(b"{") + text.count(b"[") > limit and too_deep(value, limit)
