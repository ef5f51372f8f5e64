"""Names of headers, in lower case, that no setting may choose freely."""

from __future__ import annotations

import re
from typing import Final

TOKEN: Final = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]+")
"""A header's name (RFC 9110, 5.6.2)."""

HOP_BY_HOP: Final = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authentication-info",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
"""Headers that concern a single connection (RFC 9110, 7.6.1)."""

OWN_HEADERS: Final = HOP_BY_HOP | {
    "accept",
    "accept-encoding",
    "content-digest",
    "content-encoding",
    "content-length",
    "content-type",
    "expect",
    "host",
    "http2-settings",
    "signature",
    "signature-input",
    "subgraph-name",
    "user-agent",
}
"""Headers that only the gateway itself may send to subgraphs."""
