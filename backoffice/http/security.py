"""Cookies, security headers, and checks of a request's origin."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

CSRF_HEADER: Final = "x-csrf-token"
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self'; frame-src 'self'; manifest-src 'self'; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'self'"
)
"""No script but our own files. Inline styles are allowed: components set them, and they cannot run code."""

PREVIEW_POLICY: Final = (
    "sandbox allow-scripts; default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
)
"""The page that shows a draft. It has an opaque origin, so it gets no cookies; it may connect nowhere."""

NO_STORE: Final = "no-store"
SESSION_COOKIE: Final = "furlong-backoffice"
EVERY_RESPONSE: Final[Mapping[str, str]] = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
}


PREVIEW_PAGE: Final[Mapping[str, str]] = {
    "content-security-policy": PREVIEW_POLICY,
    "x-frame-options": "SAMEORIGIN",
    "cache-control": NO_STORE,
}
PREVIEW_FILE: Final[Mapping[str, str]] = {
    "access-control-allow-origin": "*",
    "cross-origin-resource-policy": "cross-origin",
}
"""The preview's scripts and styles are the public widget's; its page has an opaque origin, which CORS cannot
name."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where the back office is reached.

    Attributes:
        url: The origin that browsers use; empty for that of each request.
        proxies: Addresses of trusted proxies.
    """

    url: str
    proxies: frozenset[str]

    def address(self, request: Request) -> str:
        """Return the client's address: the last one that a trusted proxy has seen."""
        peer = request.client.host if request.client else ""
        if peer in self.proxies:
            # A proxy may add its line below the client's own: all of them are one list (RFC 9110, 5.3).
            for hop in reversed(",".join(request.headers.getlist("x-forwarded-for")).split(",")):
                if (candidate := hop.strip()) and candidate not in self.proxies:
                    return candidate[:64]
        return peer[:64]

    def origin(self, request: Request) -> str:
        """Return the origin that pages of the back office have."""
        if self.url:
            parts = urlsplit(self.url)
            return f"{parts.scheme}://{parts.netloc}"
        scheme = request.url.scheme
        peer = request.client.host if request.client else ""
        if peer in self.proxies:
            scheme = [scheme, *request.headers.getlist("x-forwarded-proto")][-1]
        return f"{scheme}://{request.headers.get('host', '')}"

    def is_own_page(self, request: Request) -> bool:
        """Tell whether a request comes from a page of the back office, or from no page at all.

        Browsers send `Origin` with each POST, and `Sec-Fetch-Site` with each request.
        """
        fetched = request.headers.get("sec-fetch-site")
        if fetched is not None and fetched != "same-origin":
            return False
        origin = request.headers.get("origin")
        return fetched is None if origin is None else origin == self.origin(request)

    def is_secure(self, request: Request) -> bool:
        """Tell whether cookies are for TLS only: everywhere but on a loopback address over plain HTTP."""
        origin = urlsplit(self.origin(request))
        return origin.scheme == "https" or not _is_loopback(origin.hostname or "")

    def cookie_name(self, request: Request, name: str = SESSION_COOKIE) -> str:
        """Return the full name of a cookie; with the prefix `__Host-`, no other host can have set it.

        Browsers take that prefix only by TLS, and only for the path `/`.
        """
        return f"__Host-{name}" if self.is_secure(request) else name

    def token(self, request: Request) -> str:
        """Return the session's token; empty if there is none."""
        return request.cookies.get(self.cookie_name(request), "")

    def set_token(self, request: Request, response: Response, token: str) -> None:
        """Set the session's cookie, which lasts until the browser is closed."""
        response.set_cookie(
            self.cookie_name(request),
            token,
            path="/",
            secure=self.is_secure(request),
            httponly=True,
            samesite="strict",
        )

    def drop_token(self, request: Request, response: Response) -> None:
        """Delete the session's cookie."""
        response.delete_cookie(
            self.cookie_name(request),
            path="/",
            secure=self.is_secure(request),
            httponly=True,
            samesite="strict",
        )


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
