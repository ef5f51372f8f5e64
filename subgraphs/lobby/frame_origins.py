"""From where a page may frame a game: an address of a provider is checked before any page gets it."""

import re
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

MAX_ADDRESS: Final = 4_000
"""The longest address of a game that is given to a page."""

_ADDRESS: Final = re.compile(r"https?://(\[[0-9a-f:.]+\]|[A-Za-z0-9.-]+)(:[0-9]{1,5})?/[!#-;=?-\[\]_a-z~%]*")
"""A plain absolute address: ASCII, no name and password, no backslash, no blanks or control characters."""


def origin_of(address: str) -> str | None:
    """Return the origin of a page's address; None if a page may not be framed from there.

    It may over TLS, or from the machine itself.
    """
    if len(address) > MAX_ADDRESS or _ADDRESS.fullmatch(address) is None:
        return None
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    if parts.scheme == "http" and not _is_loopback(host):
        return None
    shown = f"[{host}]" if ":" in host else host
    is_usual = port is None or port == {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{shown}" if is_usual else f"{parts.scheme}://{shown}:{port}"


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
