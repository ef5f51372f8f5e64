"""Reads JSON strictly: bounded in depth, and nothing that two readers might understand differently."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any, Final

import orjson

from foundation.graphql_http.errors import RequestError

MAX_DEPTH: Final = 100
"""The depth of a request or a response; orjson encodes 254, and one may be nested in the other."""

_SHOWN: Final = 60
"""The maximum number of characters of a client's key that a message repeats."""


class NotAnObject(RequestError):
    """The text is JSON, but not an object.

    Attributes:
        value: What it is instead.
    """

    def __init__(self, what: str, value: object) -> None:
        super().__init__(f"{what} must be a JSON object.", code="INVALID_REQUEST")
        self.value = value


class _RepeatedKey(Exception):
    """An object has a key twice; the argument is the key."""


def _check_members(members: list[tuple[str, object]]) -> None:
    if len(dict(members)) != len(members):
        raise _RepeatedKey(Counter(key for key, _ in members).most_common(1)[0][0])


_KEYS: Final = json.JSONDecoder(object_pairs_hook=_check_members, parse_int=str, parse_float=str)
"""A decoder that only checks keys: it keeps no objects, and converts no numbers."""


def read_object(text: bytes, what: str, max_depth: int = MAX_DEPTH) -> dict[str, Any]:
    """Return the JSON object in a text.

    Args:
        text: JSON in UTF-8.
        what: What the text is, for messages, with a capital letter.
        max_depth: The maximum depth of objects and lists.

    Raises:
        RequestError: It is not JSON, not an object, nested too deeply, or an object in it repeats a key. RFC
            8259, section 4, leaves it to each reader which value counts: a firewall may check one, and the
            server may use the other.
    """
    try:
        # orjson refuses NaN, infinities and lone surrogates.
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise RequestError(f"{what} is not JSON.", code="INVALID_JSON") from None
    if not isinstance(value, dict):
        raise NotAnObject(what, value)
    if nested_too_deeply(text, value, max_depth):
        raise RequestError(f"{what} is nested more than {max_depth} deep.", code="INVALID_REQUEST")
    try:
        # orjson keeps the last value of a repeated key, and has no option to refuse repeated keys. Reading a
        # second time takes about 2 microseconds for a usual body, and time linear in the length for any body.
        _KEYS.decode(text.decode())
    except _RepeatedKey as repeated:
        key = shortened(repeated.args[0])
        raise RequestError(f'{what} has an object with the key "{key}" twice.', code="INVALID_JSON") from None
    return value


def shortened(key: str) -> str:
    """Return a key as messages show it."""
    return key if len(key) <= _SHOWN else f"{key[:_SHOWN]}…"


def too_deep(value: object, limit: int = MAX_DEPTH) -> bool:
    """Return whether objects and lists in decoded JSON are nested more deeply than the limit."""
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(limit):
        if not level:
            return False
        level = [
            below
            for item in level
            for below in (item.values() if isinstance(item, dict) else item)
            if isinstance(below, dict | list)
        ]
    return bool(level)


def nested_too_deeply(text: bytes, value: object, limit: int = MAX_DEPTH) -> bool:
    """Return the same for a value and its text; most texts have too few brackets for a walk to be needed."""
    return text.count(b"{") + text.count(b"[") > limit and too_deep(value, limit)
