"""Sends reports to a registry."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

import httpx

PUSH_SECONDS: Final = 30.0
"""The time limit for sending a report."""


class PushError(Exception):
    """A registry did not accept a report."""


def push(url: str, content: bytes, headers: Mapping[str, str], seconds: float = PUSH_SECONDS) -> None:
    """Send a report.

    Raises:
        PushError: The URL is neither https nor on this machine, or the registry did not accept the report.
    """
    _check(url)
    try:
        status = asyncio.run(_status(url, content, headers, seconds))
    except TimeoutError as error:
        raise PushError(f"{url}: no answer within {seconds:g} seconds") from error
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
        raise PushError(f"{url}: {error or type(error).__name__}") from error
    if status in {401, 403}:
        raise PushError(f"{url}: status {status}, so the registry does not accept the token")
    if not httpx.codes.is_success(status):
        raise PushError(f"{url}: status {status}")


def _check(url: str) -> None:
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise PushError(f"{url}: {error}") from error
    if parts.scheme != "https" and parts.hostname not in {"127.0.0.1", "::1", "localhost"}:
        raise PushError("the token is sent over https only")


async def _status(url: str, content: bytes, headers: Mapping[str, str], seconds: float) -> int:
    """Return the status of the response; its body is not needed."""
    async with (
        asyncio.timeout(seconds),
        httpx.AsyncClient(timeout=seconds) as client,
        client.stream("POST", url, content=content, headers=headers) as answer,
    ):
        return answer.status_code
