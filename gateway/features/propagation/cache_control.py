"""Merges values of Cache-Control: the result allows a cache only what all of them allow (RFC 9111, 5.2.2)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

DIRECTIVE: Final = re.compile(rb"\s*([^\s=,;\"]+)\s*(?:=\s*(\"[^\"]*\"|[^\s,]*))?\s*(?:,|\Z)")
AGES: Final = (b"max-age", b"s-maxage")
"""Directives with seconds: the fewest hold."""

STRICT: Final = (
    b"no-store",
    b"no-cache",
    b"private",
    b"must-revalidate",
    b"proxy-revalidate",
    b"no-transform",
)
"""Directives that hold if any value has them; an argument makes them stricter here, never weaker."""


def most_restrictive(values: Iterable[bytes]) -> bytes:
    """Return the value that allows only what all values allow.

    What cannot be read allows nothing. A value without a lifetime allows no storing either: it says nothing,
    and a cache might guess.
    """
    read = [_directives(value.strip(b" \t,")) for value in values]
    if not read or any(b"no-store" in value or not _has_lifetime(value) for value in read):
        return b"no-store"
    merged = [name for name in STRICT if any(name in value for value in read)]
    if all(b"public" in value for value in read) and b"private" not in merged:
        merged.append(b"public")
    # A shared cache prefers s-maxage, so that where it is missing max-age counts.
    ages = [name for name in AGES if any(name in value for value in read)]
    merged += [b"%b=%d" % (name, min(_seconds(value, name) for value in read)) for name in ages]
    return b", ".join(merged)


def _directives(value: bytes) -> dict[bytes, bytes]:
    """Return the directives of a value; `no-store` if it cannot be read, or has one twice."""
    directives: dict[bytes, bytes] = {}
    begin = 0
    while begin < len(value):
        found = DIRECTIVE.match(value, begin)
        if found is None or found[1].lower() in directives:
            return {b"no-store": b""}
        directives[found[1].lower()] = (found[2] or b"").strip(b'"')
        begin = found.end()
    return directives


def _has_lifetime(value: dict[bytes, bytes]) -> bool:
    return b"no-cache" in value or any(name in value for name in AGES)


def _seconds(value: dict[bytes, bytes], name: bytes) -> int:
    """Return how long a value allows to keep a response; a number that cannot be read is none."""
    text = value.get(name, value.get(b"max-age", b"0"))
    return int(text) if text.isdigit() and len(text) < 10 else 0  # noqa: PLR2004 - about 30 years
