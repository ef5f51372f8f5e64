"""The address of a subgraph, parsed from its URL once."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote, urlsplit

from msgspec import Struct

PORTS: Final = {"http": 80, "https": 443}
IN_TARGETS: Final = "!#$%&'()*+,/:;=?@[]~"
"""The characters of a URL that are not quoted, including `%`, because a URL may already be quoted."""


class Address(Struct, frozen=True):
    """The address of an HTTP server.

    Attributes:
        host: The host's name in ASCII, or its IP address.
        port: The TCP port.
        is_secure: Whether the server speaks TLS.
        target: The request target for the request line.
    """

    host: str
    port: int
    is_secure: bool
    target: str

    @classmethod
    def of(cls, url: str) -> Address:
        """Parse a URL.

        Raises:
            ValueError: It is not an HTTP URL, or contains a user name or password.
        """
        parts = urlsplit(url)
        if parts.scheme not in PORTS or not parts.hostname:
            raise ValueError("this is not an HTTP URL")
        if parts.username is not None or parts.password is not None:
            raise ValueError("names and passwords in URLs are not used")
        host = parts.hostname if parts.hostname.isascii() else parts.hostname.encode("idna").decode("ascii")
        target = quote(parts.path or "/", IN_TARGETS) + (
            f"?{quote(parts.query, IN_TARGETS)}" if parts.query else ""
        )
        return cls(host, parts.port or PORTS[parts.scheme], parts.scheme == "https", target)

    @property
    def authority(self) -> str:
        """The value of the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS["https" if self.is_secure else "http"] else f"{host}:{self.port}"
