"""Request headers, parsed once; names and values remain the received bytes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

RawHeaders: TypeAlias = Sequence[tuple[bytes, bytes]]
"""Pairs of name and value; names in lower case, as in ASGI."""

ENCODING = "latin-1"
"""A header may contain any octet; this decoding preserves every one."""


def combined(raw: RawHeaders) -> dict[bytes, bytes]:
    """Return values by name; repeated headers become one list (RFC 9110, 5.3).

    A second `authorization` cannot hide behind the first: the combined value is no valid credential.
    """
    headers = dict(raw)
    if len(headers) != len(raw):
        for name in headers:
            headers[name] = b", ".join(value for other, value in raw if other == name)
    return headers


def origin_of(raw: RawHeaders) -> bytes | None:
    """Return the value of `Origin`; a repeated header makes a value that is never allowed."""
    origin: bytes | None = None
    for name, value in raw:
        if name == b"origin":
            origin = value if origin is None else b"null"
    return origin


@dataclass(frozen=True, slots=True)
class Headers(Mapping[str, str]):
    """All headers of a request as text, for `Authenticate`.

    Attributes:
        found: The headers, as `combined` returns them.
    """

    found: Mapping[bytes, bytes]

    def __getitem__(self, name: str) -> str:
        return self.found[name.lower().encode(ENCODING, "replace")].decode(ENCODING)

    def __iter__(self) -> Iterator[str]:
        return (name.decode(ENCODING) for name in self.found)

    def __len__(self) -> int:
        return len(self.found)
