"""The address of a subgraph, parsed from its URL once."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit

PORTS: Final = {"http": 80, "https": 443}
IN_TARGETS: Final = "!#$%&'()*+,/:;=?@[]~"
"""The characters of a URL that are not quoted; `%` is among them, because a URL may be quoted already."""


@dataclass(frozen=True, slots=True)
class Address:
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
            ValueError: It is not an HTTP URL, or it contains a name or password.
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

    def trust(self, authorities: Path | None) -> ssl.SSLContext | None:
        """Return a context that trusts the system's certificate authorities and these; None without TLS.

        Raises:
            OSError: The file cannot be read, or contains no certificates.
        """
        if not self.is_secure:
            return None
        context = ssl.create_default_context()
        context.set_alpn_protocols(["http/1.1"])
        if authorities is not None:
            context.load_verify_locations(authorities)
        return context
