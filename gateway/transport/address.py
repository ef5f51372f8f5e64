"""Where a subgraph listens, taken from its URL once."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit

PORTS: Final = {"http": 80, "https": 443}
IN_TARGETS: Final = "!#$%&'()*+,/:;=?@[]~"
"""What stays as it is written in a URL; `%` too, for what is quoted already."""


@dataclass(frozen=True, slots=True)
class Address:
    """A server of HTTP.

    Attributes:
        host: Its name in ASCII, or a number.
        port: Of TCP.
        is_secure: Whether it speaks TLS.
        target: What stands in a request line.
    """

    host: str
    port: int
    is_secure: bool
    target: str

    @classmethod
    def of(cls, url: str) -> Address:
        """Take a URL apart.

        Raises:
            ValueError: It is no URL of HTTP, or holds what is not sent.
        """
        parts = urlsplit(url)
        if parts.scheme not in PORTS or not parts.hostname:
            raise ValueError("this is no URL of HTTP")
        if parts.username is not None or parts.password is not None:
            raise ValueError("names and passwords in URLs are not used")
        host = parts.hostname if parts.hostname.isascii() else parts.hostname.encode("idna").decode("ascii")
        target = quote(parts.path or "/", IN_TARGETS) + (
            f"?{quote(parts.query, IN_TARGETS)}" if parts.query else ""
        )
        return cls(host, parts.port or PORTS[parts.scheme], parts.scheme == "https", target)

    @property
    def authority(self) -> str:
        """As it stands in the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS["https" if self.is_secure else "http"] else f"{host}:{self.port}"

    def trust(self, authorities: Path | None) -> ssl.SSLContext | None:
        """Whose certificates are believed: the system's authorities', and these; None without TLS.

        Raises:
            OSError: The file cannot be read, or holds no certificates.
        """
        if not self.is_secure:
            return None
        context = ssl.create_default_context()
        context.set_alpn_protocols(["http/1.1"])
        if authorities is not None:
            context.load_verify_locations(authorities)
        return context
