"""Request headers, parsed once; names and values remain the received bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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
    found = dict(raw)
    if len(found) != len(raw):
        for name in found:
            found[name] = b", ".join(value for each, value in raw if each == name)
    return found


def origin_of(raw: RawHeaders) -> bytes | None:
    """Return the value of `Origin`; a repeated header makes a value that is never allowed."""
    found: bytes | None = None
    for name, value in raw:
        if name == b"origin":
            found = value if found is None else b"null"
    return found


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


@dataclass(frozen=True, slots=True)
class Forwarding:
    """Picks the headers that subgraphs may see.

    Attributes:
        names: The names of forwarded headers, each as bytes and as text.
        others: Returns whether to forward a header that is not among the names; None to forward no others.
    """

    names: tuple[tuple[bytes, str], ...]
    others: Callable[[str], bool] | None = None

    @classmethod
    def of(cls, names: Iterable[str], others: Callable[[str], bool] | None = None) -> Forwarding:
        """Build the selection from names in lower case."""
        return cls(tuple((name.encode(ENCODING), name) for name in names), others)

    def pick(self, found: Mapping[bytes, bytes]) -> dict[str, str]:
        """Return the forwarded headers that are present."""
        picked: dict[str, str] = {}
        for name, text in self.names:
            if name in found:
                picked[text] = found[name].decode(ENCODING)
        if self.others is not None:
            for name, value in found.items():
                text = name.decode(ENCODING)
                if self.others(text):
                    picked[text] = value.decode(ENCODING)
        return picked
