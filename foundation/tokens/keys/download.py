"""Reading the content of a key set: a URL or a file, within limits."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final, TypeAlias

import httpx

MAX_BYTES: Final = 256 * 1024

Load: TypeAlias = Callable[[], Awaitable[bytes]]
"""Returns the content of a key set; raises OSError, ValueError or httpx.HTTPError."""


class Download:
    """Fetches a URL.

    It follows no redirect, accepts no compression, and stops at the largest size. The caller sets the
    deadline: httpx's timeout would start again with each chunk that arrives.

    Args:
        url: The URL.
        client: Fetches it; by default a separate client, created on first use.
    """

    def __init__(self, url: str, client: httpx.AsyncClient | None = None) -> None:
        self._url = url
        self._client = client

    async def __call__(self) -> bytes:
        """Return the content at the URL.

        Raises:
            httpx.HTTPError: There is no response, or its status is not 200.
            ValueError: The answer is too large.
        """
        if self._client is None:
            self._client = make_client()
        headers = {"accept": "application/jwk-set+json, application/json", "accept-encoding": "identity"}
        async with self._client.stream("GET", self._url, headers=headers) as answer:
            return await read_answer(answer)

    async def close(self) -> None:
        """Close the client."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None


def make_client() -> httpx.AsyncClient:
    """Return a client that follows no redirects and keeps no connections."""
    return httpx.AsyncClient(
        timeout=None,  # noqa: S113 - the deadline of the whole call is set around it
        follow_redirects=False,
        limits=httpx.Limits(max_keepalive_connections=0),
    )


async def read_answer(answer: httpx.Response) -> bytes:
    """Return the body of a response as it was sent; a compressed one is not decompressed and so is not JSON.

    Raises:
        httpx.HTTPError: The status is not 200.
        ValueError: The answer is too large.
    """
    if answer.status_code != httpx.codes.OK:
        raise httpx.HTTPError(f"HTTP {answer.status_code}")
    content = bytearray()
    async for piece in answer.aiter_raw():
        content += piece
        if len(content) > MAX_BYTES:
            raise ValueError("too large")
    return bytes(content)


def file_loader(file: Path) -> Load:
    """Return a function that reads a file in a thread; it raises OSError, or ValueError if too large."""

    def read() -> bytes:
        with file.open("rb") as opened:
            content = opened.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise ValueError("too large")
        return content

    async def load() -> bytes:
        return await asyncio.to_thread(read)

    return load
