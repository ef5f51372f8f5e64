"""A request's headers: taken apart once, names and values as the bytes that came."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

Raw: TypeAlias = Sequence[tuple[bytes, bytes]]
"""Names in lower case, as ASGI has them."""

ENCODING = "latin-1"
"""A header may hold any octet: so decoded, it goes on as it came."""


def joined(raw: Raw) -> dict[bytes, bytes]:
    """Values by name; those of a name that comes again are one list (RFC 9110, 5.3).

    So a second `authorization` does not stand behind the first: together they are no credentials at all.
    """
    found = dict(raw)
    if len(found) != len(raw):
        for name in found:
            found[name] = b", ".join(value for each, value in raw if each == name)
    return found


@dataclass(frozen=True, slots=True)
class Headers(Mapping[str, str]):
    """Headers as text, for those who are handed all of them.

    Attributes:
        found: As `joined` gives them.
    """

    found: Mapping[bytes, bytes]

    def __getitem__(self, name: str) -> str:
        return self.found[name.lower().encode(ENCODING, "replace")].decode(ENCODING)

    def __iter__(self) -> Iterator[str]:
        return (name.decode(ENCODING) for name in self.found)

    def __len__(self) -> int:
        return len(self.found)


class Forwarded(dict[str, str]):
    """The headers of one request that subgraphs may see.

    Attributes:
        asker: What was found out about who is asking, for subgraphs of this process. It is no header: no
            client can send it, and it goes to nobody else.
    """

    __slots__ = ("asker",)
    asker: object


@dataclass(frozen=True, slots=True)
class Forwarding:
    """Picks the headers that subgraphs may see.

    Attributes:
        names: Each as bytes and as text.
    """

    names: tuple[tuple[bytes, str], ...]

    @classmethod
    def of(cls, names: Iterable[str]) -> Forwarding:
        """By names in lower case."""
        return cls(tuple((name.encode(ENCODING), name) for name in names))

    def pick(self, found: Mapping[bytes, bytes]) -> Forwarded:
        """Those that are there; nothing is known of who is asking yet."""
        picked = Forwarded()
        picked.asker = None
        for name, text in self.names:
            if name in found:
                picked[text] = found[name].decode(ENCODING)
        return picked
