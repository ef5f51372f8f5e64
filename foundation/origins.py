"""Origins of pages: as browsers write them, or with a wildcard for a label of the host or a local port."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from msgspec import Struct

ANY: Final = "*"

_ORIGIN: Final = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<host>[a-z0-9.*-]+|\[[0-9a-f:.]+\])(?P<port>:[1-9][0-9]{0,4}|:\*)?"
)
_NAME: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")
_LABEL: Final = re.compile(rb"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})
_USUAL_PORTS: Final = {"https": ":443", "http": ":80"}
_ANY_PORT: Final = ":*"


def checked_origin(text: str) -> str:
    """Return an origin, with or without a wildcard, if it is written as browsers write it.

    Raises:
        ValueError: The origin is not valid; the message says why.
    """
    parts = _ORIGIN.fullmatch(text)
    if parts is None:
        raise ValueError(f"{text!r} is not an origin such as https://www.example.com, in lower case")
    scheme, host, port = parts["scheme"], parts["host"], parts["port"]
    name = host.removeprefix("*.")
    if scheme == "file" or (scheme == "http" and host not in _LOOPBACK):
        raise ValueError(f"{text!r}: over http, anybody on the network could pose as this page; use https")
    if port is not None and port == _USUAL_PORTS.get(scheme):
        raise ValueError(f"{text!r}: leave out the default port, as browsers do")
    if port == _ANY_PORT and host not in _LOOPBACK:
        raise ValueError(f"{text!r}: any port is for pages of this machine, such as http://localhost:*")
    if host.startswith("["):
        return text
    if not _NAME.fullmatch(name) or (name != host and "." not in name):
        raise ValueError(f"{text!r}: a wildcard is *. once, before a name of at least two parts")
    return text


def checked_exact_origin(text: str) -> str:
    """Return an origin without a wildcard, except for the port of a page of this machine.

    Raises:
        ValueError: The origin is not valid, or has another wildcard; the message says why.
    """
    if "*" in text.removesuffix(_ANY_PORT):
        raise ValueError(f"{text!r}: name each origin, without a wildcard")
    return checked_origin(text)


class Origins(Struct, frozen=True):
    """A set of origins.

    Attributes:
        exact: Origins, as the header `Origin` has them.
        parents: What follows the wildcard, with the scheme: for `https://*.a.example` it is
            `(b"https", b"a.example")`. The wildcard stands for one label.
        any: Whether the set contains every origin.
        local: Origins of this machine whose port does not matter, without it: `b"http://localhost"`.
    """

    exact: frozenset[bytes]
    parents: frozenset[tuple[bytes, bytes]]
    any: bool = False
    local: frozenset[bytes] = frozenset()

    @classmethod
    def of(cls, texts: Iterable[str]) -> Origins:
        """Build the set from origins, origins with a wildcard, and `*`.

        Raises:
            ValueError: An origin is not written as browsers write it.
        """
        given = list(texts)
        checked = [checked_origin(text) for text in given if text != ANY]
        local = frozenset(text[: -len(_ANY_PORT)].encode() for text in checked if text.endswith(_ANY_PORT))
        texts = [text for text in checked if not text.endswith(_ANY_PORT)]
        wild = [text.encode().partition(b"://*.") for text in texts if "*" in text]
        exact = frozenset(text.encode() for text in texts if "*" not in text)
        return cls(exact, frozenset((scheme, host) for scheme, _, host in wild), ANY in given, local)

    def __contains__(self, origin: object) -> bool:
        if not isinstance(origin, bytes):
            return False
        if self.any or origin in self.exact:
            return True
        if self.local and (origin in self.local or _without_port(origin) in self.local):
            return True
        if not self.parents:
            return False
        scheme, separator, host = origin.partition(b"://")
        label, dot, parent = host.partition(b".")
        is_known = bool(separator and dot) and (scheme, parent) in self.parents
        return is_known and _LABEL.fullmatch(label) is not None


def _without_port(origin: bytes) -> bytes | None:
    host, _, port = origin.rpartition(b":")
    return host if port.isdigit() else None
