"""A text at a URL, as schema registries serve it: with a token in a header, and an ETag to detect changes."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Final

import httpx

from gateway.serving.sources.source import SourceError, decoded

OK: Final = 200
NOT_MODIFIED: Final = 304
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
MAX_REDIRECTS: Final = 3
"""The most redirects: a registry may redirect to an object store, by a signed URL."""


@dataclass(slots=True, eq=False)
class UrlSource:
    """The text at a URL.

    It is fetched by GET with `If-None-Match`. Redirects are followed, but the headers that authenticate the
    gateway are sent to the first origin only.

    Attributes:
        url: The URL: https, or http on the loopback interface.
        headers: Headers that authenticate the gateway, such as `{"X-Hive-CDN-Key": "…"}`.
        seconds: The time limit of a download, including redirects.
        most_bytes: The longest text.
        authorities: A PEM file of certificates that are trusted in addition to the system's.
    """

    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    seconds: float = 10.0
    most_bytes: int = 16 * 1024 * 1024
    authorities: Path | None = None
    _etag: str | None = field(default=None, init=False)
    _trust: ssl.SSLContext | None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        """Refuse a URL that would expose the supergraph and the token to the network.

        Raises:
            ValueError: The URL is invalid, contains a password, or is not secure.
        """
        try:
            _checked(httpx.URL(self.url))
        except httpx.InvalidURL as error:
            raise ValueError(str(error)) from error

    @property
    def name(self) -> str:
        """The URL without its query, which may contain a token."""
        return str(httpx.URL(self.url).copy_with(query=None, fragment=None))

    async def read(self, *, anew: bool = False) -> str | None:
        """Return the text, or None if the server says that it has not changed.

        Raises:
            SourceError: The answer is late, an error, too long, or not UTF-8.
        """
        try:
            if self._trust is None:  # reading the system's certificates takes as long as many requests
                self._trust = await asyncio.to_thread(self._trusted)
            async with (
                asyncio.timeout(self.seconds),
                # The deadline above covers the whole call; httpx's own timeouts restart with each piece.
                httpx.AsyncClient(verify=self._trust, timeout=None, follow_redirects=False) as client,  # noqa: S113
            ):
                return await self._fetched(client, anew=anew)
        except TimeoutError as error:
            raise SourceError(f"no answer within {self.seconds:g} s") from error
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            raise SourceError(f"{type(error).__name__}: {error}".rstrip(": ")) from error

    async def _fetched(self, client: httpx.AsyncClient, *, anew: bool) -> str | None:
        first = url = httpx.URL(self.url)
        for _ in range(MAX_REDIRECTS + 1):
            headers = {"accept": "*/*", "accept-encoding": "identity", "user-agent": "furlong-gateway"}
            if _origin(url) == _origin(first):
                headers |= self.headers
            if self._etag is not None and not anew:
                headers["if-none-match"] = self._etag
            async with client.stream("GET", url, headers=headers) as answer:
                if answer.status_code in REDIRECTS:
                    url = _checked(url.join(answer.headers.get("location", "")))
                    continue
                return await self._text(answer)
        raise SourceError(f"more than {MAX_REDIRECTS} redirects")

    async def _text(self, answer: httpx.Response) -> str | None:
        if answer.status_code == NOT_MODIFIED:
            return None
        if answer.status_code != OK:
            raise SourceError(f"HTTP {answer.status_code}")
        content = bytearray()
        async for piece in answer.aiter_raw():
            content += piece
            if len(content) > self.most_bytes:
                raise SourceError(f"larger than {self.most_bytes} bytes")
        text = decoded(bytes(content))
        self._etag = answer.headers.get("etag")
        return text

    def _trusted(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if self.authorities is not None:
            context.load_verify_locations(self.authorities)
        return context


def _checked(url: httpx.URL) -> httpx.URL:
    """Return a URL that is secure.

    Raises:
        ValueError: The URL is not secure.
    """
    if url.userinfo:
        raise ValueError("names and passwords in URLs are not used: set a header")
    if url.scheme == "https" or (url.scheme == "http" and _is_loopback(url.host)):
        return url
    raise ValueError("expected https://…, or http://… on the loopback interface")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port
