"""GET of a provider's JSON API: whole answers of a bounded size in a bounded time, and no redirects."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Final, TypeVar

import httpx
import msgspec

from providers.api_settings import ApiSettings
from providers.settings import MissingSecret
from subgraphs.kit.certificates import trusted_authorities
from subgraphs.kit.mutations.retry_after import asked_wait

MAX_CONNECTIONS: Final = 8
MAX_WAIT: Final = timedelta(hours=1)
"""A provider that asks for a longer wait is asked again after this one."""

DENIALS: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
Read = TypeVar("Read")


class NoAnswer(Exception):
    """The API did not answer what can be used; the message says why, and what to do where one can.

    Attributes:
        wait: How long the API asks not to be called again.
    """

    def __init__(self, reason: str, wait: timedelta | None = None) -> None:
        super().__init__(reason)
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer.

    Attributes:
        etag: What says that nothing has changed; empty if the API gives none.
        sent_at: When the API sent it, by its own clock; None if it does not say.
    """

    body: bytes
    etag: str
    sent_at: datetime | None

    def read(self, decoder: msgspec.json.Decoder[Read]) -> Read:
        """Return the body as what it must be.

        Raises:
            NoAnswer: It is something else.
        """
        try:
            return decoder.decode(self.body)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as fault:
            raise NoAnswer(f"an answer is not of the known form: {fault}") from fault


@dataclass(frozen=True, slots=True)
class JsonApi:
    """The API of one provider.

    Attributes:
        variable: The environment variable that sets its address.
        secret: Returns the bearer token, read for each request; raises MissingSecret.
        max_bytes: The longest body that is read.
    """

    client: httpx.AsyncClient
    settings: ApiSettings
    variable: str
    secret: Callable[[], str]
    max_bytes: int

    async def get(self, path: str, etag: str = "") -> Answer | None:
        """Return what is at a path; None if it is what `etag` was given for.

        Raises:
            NoAnswer: There is no answer that can be used.
        """
        if not self.settings.url:
            raise NoAnswer(f"no address is set: set {self.variable}")
        try:
            headers = {"Authorization": f"Bearer {self.secret()}"} | ({"If-None-Match": etag} if etag else {})
            async with asyncio.timeout(self.settings.answer_seconds):
                async with self.client.stream("GET", self.settings.url + path, headers=headers) as response:
                    return await self._whole(response, path, etag)
        except TimeoutError as fault:
            seconds = self.settings.answer_seconds
            raise NoAnswer(f"{path} was not answered within {seconds:g} s") from fault
        except MissingSecret as fault:
            raise NoAnswer(str(fault)) from fault
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, UnicodeEncodeError) as fault:
            raise NoAnswer(f"{path} cannot be asked for: {fault or type(fault).__name__}") from fault

    async def _whole(self, response: httpx.Response, path: str, etag: str) -> Answer | None:
        status, headers = response.status_code, response.headers
        if status == HTTPStatus.NOT_MODIFIED and etag:
            return None
        if status in DENIALS:
            raise NoAnswer(f"the provider refuses the key with {status}: renew its secret")
        if response.is_redirect:
            raise NoAnswer(
                f"{path} was answered with {status} to elsewhere: set {self.variable} to where it is"
            )
        if status != HTTPStatus.OK:
            wait = asked_wait(status, headers, datetime.now(UTC))
            raise NoAnswer(f"{path} was answered with {status}", wait and min(wait, MAX_WAIT))
        if headers.get("content-encoding", "identity") != "identity":
            raise NoAnswer(f"{path} was answered compressed, which was not asked for")
        body = bytearray()
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > self.max_bytes:
                raise NoAnswer(f"{path} was answered with more than {self.max_bytes} bytes")
        return Answer(bytes(body), headers.get("etag", ""), _date(headers.get("date", "")))


def _date(value: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return date if date.tzinfo is not None else date.replace(tzinfo=UTC)


@asynccontextmanager
async def open_api(
    settings: ApiSettings, variable: str, secret: Callable[[], str], max_bytes: int
) -> AsyncIterator[JsonApi]:
    """Yield the API, with connections that are kept while the block runs."""
    async with httpx.AsyncClient(
        verify=trusted_authorities(),
        timeout=settings.answer_seconds,
        limits=httpx.Limits(max_connections=MAX_CONNECTIONS),
        headers={"Accept": "application/json", "Accept-Encoding": "identity"},
        follow_redirects=False,
        trust_env=False,
    ) as client:
        yield JsonApi(client, settings, variable, secret, max_bytes)
