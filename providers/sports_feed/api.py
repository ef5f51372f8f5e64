"""The feed's HTTP API: each call has a deadline and a greatest length, and says what is wrong."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final, TypeVar

import httpx

from providers.sports_feed.documents import (
    Account,
    Fixture,
    MarketDescription,
    ProducerEntry,
    read_account,
    read_descriptions,
    read_fixture,
    read_producers,
    read_schedule,
)
from providers.sports_feed.protocol import Unreadable

SECONDS: Final = 30.0
PAGE: Final = 1_000
"""How many events a page of the schedule has."""

MAX_PAGES: Final = 100
REFUSED: Final = frozenset({401, 403})
Answer = TypeVar("Answer")


class ApiAway(Exception):
    """The API cannot be reached, fails, or answers something that is not of its specification."""


class TokenRefused(ApiAway):
    """The API does not accept the token."""


@dataclass(frozen=True, slots=True)
class FeedApi:
    """The API for one token.

    Attributes:
        longest: The longest answer that is read, in bytes.
    """

    client: httpx.AsyncClient
    language: str
    node: int
    longest: int

    async def account(self) -> Account:
        """Return whose token it is."""
        return await self._get("users/whoami.xml", read_account)

    async def producers(self) -> list[ProducerEntry]:
        """Return all producers."""
        return await self._get("descriptions/producers.xml", read_producers)

    async def descriptions(self) -> dict[int, MarketDescription]:
        """Return the descriptions of markets by their numbers."""
        return await self._get(f"descriptions/{self.language}/markets.xml", read_descriptions)

    async def fixture(self, urn: str) -> Fixture | None:
        """Return the facts of an event; None if the API does not know it."""
        path = f"sports/{self.language}/sport_events/{urn}/fixture.xml"
        body = await self._call("GET", path, missing=True)
        return None if body is None else await _read(body, read_fixture)

    async def schedule(self) -> AsyncIterator[list[Fixture]]:
        """Yield the fixtures of all events that are live, or have odds before they begin, by page."""
        folder = f"sports/{self.language}/schedules"
        yield await self._get(f"{folder}/live/schedule.xml", read_schedule)
        for page in range(MAX_PAGES):
            place = f"{folder}/pre/schedule.xml?start={page * PAGE}&limit={PAGE}"
            fixtures = await self._get(place, read_schedule)
            yield fixtures
            if len(fixtures) < PAGE:
                return

    async def recover(self, producer: str, number: int, after: int | None) -> None:
        """Ask for a recovery, whose messages come by the broker."""
        since = "" if after is None else f"after={after}&"
        place = f"{producer}/recovery/initiate_request?{since}request_id={number}&node_id={self.node}"
        await self._call("POST", place)

    async def _get(self, place: str, read: Callable[[bytes], Answer]) -> Answer:
        return await _read(await self._call("GET", place) or b"", read)

    async def _call(self, method: str, place: str, *, missing: bool = False) -> bytes | None:
        """Return the body of an answer; None if it says that there is none, where that is allowed."""
        try:
            async with asyncio.timeout(SECONDS), self.client.stream(method, place) as answer:
                body = await self._body(answer)
        except (httpx.HTTPError, OSError, ValueError) as fault:  # TimeoutError is an OSError
            told = fault if str(fault) else type(fault).__name__
            raise ApiAway(f"the API cannot be reached for {_short(place)}: {told}") from fault
        if answer.status_code in REFUSED:
            raise TokenRefused(f"the API refuses the token for {_short(place)}: {answer.status_code}")
        if answer.status_code == httpx.codes.NOT_FOUND and missing:
            return None
        if not answer.is_success:
            raise ApiAway(f"the API answered {answer.status_code} to {_short(place)}")
        return body

    async def _body(self, answer: httpx.Response) -> bytes:
        parts, length = [], 0
        async for part in answer.aiter_bytes():
            length += len(part)
            if length > self.longest:
                raise ValueError(f"the answer is longer than {self.longest} bytes")
            parts.append(part)
        return b"".join(parts)


@asynccontextmanager
async def open_api(
    url: str, token: str, trusted: ssl.SSLContext, *, language: str, node: int, longest: int
) -> AsyncIterator[FeedApi]:
    """Open the API for the duration of the block."""
    async with httpx.AsyncClient(
        base_url=url.rstrip("/") + "/", headers={"x-access-token": token}, verify=trusted, timeout=SECONDS
    ) as client:
        yield FeedApi(client, language, node, longest)


async def _read(body: bytes, read: Callable[[bytes], Answer]) -> Answer:
    """Read a document beside the event loop: one with all names takes a second."""
    try:
        return await asyncio.to_thread(read, body)
    except Unreadable as fault:
        raise ApiAway(str(fault)) from fault


def _short(place: str) -> str:
    return place.partition("?")[0]
