"""Refuses queries by GET that a page of another site may have made a visitor's browser send.

Such a page cannot read the answer, but it can measure how long the answer takes and how large it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from msgspec import Struct

from gateway.errors import RequestError
from gateway.http.forwarding import Forwarding
from gateway.http.headers import ENCODING
from gateway.http.replies import OriginPolicy

SCRIPTED: Final = (b"apollo-require-preflight", b"x-apollo-operation-name", b"x-requested-with")
"""Headers that a browser sends for no page of another origin, unless a preflight allowed it."""

_OWN: Final = frozenset({b"same-origin", b"none"})
"""The values of `Sec-Fetch-Site` for requests of the gateway's own pages, and of a visitor without a page."""

_SIMPLE: Final = frozenset({b"text/plain", b"application/x-www-form-urlencoded", b"multipart/form-data"})
"""The media types that need no preflight."""

_MEDIA_TYPE: Final = re.compile(
    rb"([!#$%&'*+.^_`|~0-9a-z-]+/[!#$%&'*+.^_`|~0-9a-z-]+)(?:[ \t]*;.*)?", re.IGNORECASE
)

_ATTACHED: Final = frozenset({b"basic", b"digest", b"negotiate", b"ntlm"})
"""The schemes of HTTP authentication by which browsers sign in by themselves."""


class CrossSiteRequest(RequestError):
    """A query by GET that a page of another site may have sent for its visitor."""

    def __init__(self) -> None:
        super().__init__(
            "A browser sends this request for pages of any site: add the header apollo-require-preflight.",
            code="CROSS_SITE_REQUEST",
            status=403,
        )


class CrossSiteGets(Struct, frozen=True):
    """Decides which queries by GET are refused.

    Attributes:
        by_cookies: Whether cookies can identify somebody: they are forwarded, or the gateway authenticates.
        scripted: The headers that only scripts send.
        origins: The policy for pages of other origins; None if none may read answers.
    """

    by_cookies: bool = False
    scripted: tuple[bytes, ...] = SCRIPTED
    origins: OriginPolicy | None = None

    @classmethod
    def of(
        cls,
        forwarding: Forwarding,
        name_headers: Iterable[str],
        origins: OriginPolicy | None,
        *,
        authenticates: bool,
    ) -> CrossSiteGets:
        """Build the decision.

        Args:
            forwarding: Picks the headers that subgraphs see.
            name_headers: The headers in which clients name themselves.
            origins: The policy for pages of other origins.
            authenticates: Whether the gateway authenticates clients, by any credentials that a browser sends.
        """
        by_cookies = authenticates or bool(forwarding.pick({b"cookie": b""}))
        scripted = (*SCRIPTED, *(name.encode(ENCODING) for name in name_headers))
        return cls(by_cookies, scripted, origins)

    def refuses(self, headers: Mapping[bytes, bytes]) -> bool:
        """Return whether to refuse a query by GET, given the headers as `combined` returns them."""
        return self._identifies(headers) and not (self._is_own(headers) or self._is_scripted(headers))

    def _identifies(self, headers: Mapping[bytes, bytes]) -> bool:
        """Return whether the request has what a browser attaches by itself."""
        scheme = headers.get(b"authorization", b"").strip().partition(b" ")[0].lower()
        return scheme in _ATTACHED or (self.by_cookies and b"cookie" in headers)

    def _is_own(self, headers: Mapping[bytes, bytes]) -> bool:
        """Return whether the request comes from an own page, or one that is named; or from no browser."""
        origin, site = headers.get(b"origin"), headers.get(b"sec-fetch-site")
        if site in _OWN:
            return True
        if origin is None:
            return site is None
        if site is None and origin.partition(b"://")[2] == headers.get(b"host"):
            return True
        named = (b"access-control-allow-origin", origin)
        return self.origins is not None and named in self.origins.headers(origin)

    def _is_scripted(self, headers: Mapping[bytes, bytes]) -> bool:
        """Return whether the request has a header that needs a preflight."""
        media_type = _MEDIA_TYPE.fullmatch(headers.get(b"content-type", b"").strip().lower())
        if media_type is not None and media_type[1] not in _SIMPLE:
            return True
        return any(name in headers for name in self.scripted)
