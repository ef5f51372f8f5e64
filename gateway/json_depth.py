"""How deep JSON may be nested: what is deeper could not be sent on, and would cost whoever walks it."""

from __future__ import annotations

from typing import Final

MAX_DEPTH: Final = 100
"""Of a request and of a subgraph's answer; orjson writes at most 254, and one may end up within the other."""


def too_deep(value: object, limit: int = MAX_DEPTH) -> bool:
    """Whether decoded JSON has more than so many objects and lists within one another."""
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
    """The same of a text that was decoded: as a rule it has too few brackets to be worth a walk."""
    return text.count(b"{") + text.count(b"[") > limit and too_deep(value, limit)
