"""Asks the exchange's catalogue for markets: one HTTP request, bounded in time and length."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import httpx
import msgspec
import structlog

from providers.exchange.catalogue import CatalogueMarket
from providers.exchange.connection import ANSWER_SECONDS, ExchangeAway, Refused, Unreadable

log = structlog.get_logger(__name__)
METHOD: Final = "listMarketCatalogue/"
PROJECTIONS: Final = ("EVENT", "COMPETITION", "RUNNER_DESCRIPTION")
"""What is asked for. None of it has a weight; types and times of markets are in the stream, newer."""

MAX_MARKETS: Final = 200
"""How many markets a request is for: what the exchange allows whatever is asked for of each."""

MAX_ANSWER_BYTES: Final = 8 * 2**20
FIRST_PRINTED: Final = ord(" ")
MAX_REASON: Final = 200
_MARKETS: Final = msgspec.json.Decoder(list[msgspec.Raw])
_MARKET: Final = msgspec.json.Decoder(CatalogueMarket)


class _Reason(msgspec.Struct, frozen=True, rename="camel"):
    error_code: str
    error_details: str | None = None


class _Exception(msgspec.Struct, frozen=True):
    reason: _Reason = msgspec.field(name="APINGException")


class _Fault(msgspec.Struct, frozen=True):
    detail: _Exception


_FAULT: Final = msgspec.json.Decoder(_Fault)


@dataclass(frozen=True, slots=True)
class CatalogueClient:
    """Asks one catalogue.

    Attributes:
        url: The URL of the API, to which the method's name is added.
        trusted: Returns what its certificate is verified with; called for each request.
        secrets: Returns the application's key and the session, and is called for each request as well.
        seconds: How long a whole request may take.
    """

    url: str
    trusted: Callable[[], ssl.SSLContext]
    secrets: Callable[[], Sequence[str]]
    seconds: float = ANSWER_SECONDS

    async def ask(self, markets: Sequence[str]) -> list[CatalogueMarket]:
        """Return what the catalogue has of some markets, at most `MAX_MARKETS`.

        Raises:
            ExchangeAway: There is no answer in time.
            MissingSecret: A secret cannot be read.
            Refused: The exchange refuses, with its code.
            Unreadable: The answer is none, or too long.
        """
        request = {
            "filter": {"marketIds": markets},
            "marketProjection": PROJECTIONS,
            "maxResults": len(markets),
        }
        try:
            async with asyncio.timeout(self.seconds):
                status, body = await self._send(msgspec.json.encode(request))
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as fault:
            reason = str(fault) or type(fault).__name__
            raise ExchangeAway(f"the catalogue cannot be asked: {reason[:MAX_REASON]}") from fault
        if status != httpx.codes.OK:
            raise _refusal(status, body)
        try:
            answer = _MARKETS.decode(body)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as fault:
            raise Unreadable(f"the catalogue's answer is no list of markets: {fault}") from fault
        return [market for entry in answer if (market := _readable(entry)) is not None]

    async def _send(self, body: bytes) -> tuple[int, bytes]:
        key, session = (secret.encode() for secret in self.secrets())
        if min(key + session) < FIRST_PRINTED:  # the client's own error would show it
            raise ExchangeAway("the catalogue cannot be asked: a secret has a line break or the like")
        headers = {
            b"X-Application": key,
            b"X-Authentication": session,
            b"Content-Type": b"application/json",
            b"Accept": b"application/json",
            b"Accept-Encoding": b"identity",
        }
        client = httpx.AsyncClient(
            verify=self.trusted(), timeout=self.seconds, follow_redirects=False, trust_env=False
        )
        url = f"{self.url.rstrip('/')}/{METHOD}"
        received = bytearray()
        async with client, client.stream("POST", url, content=body, headers=headers) as response:
            async for part in response.aiter_raw():
                received += part
                if len(received) > MAX_ANSWER_BYTES:
                    raise Unreadable(f"the catalogue's answer is longer than {MAX_ANSWER_BYTES} bytes")
            return response.status_code, bytes(received)


def _refusal(status: int, body: bytes) -> ExchangeAway | Refused:
    """Return what an answer with another status than 200 says."""
    try:
        reason = _FAULT.decode(body).detail.reason
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return ExchangeAway(f"the catalogue answers with the status {status}")
    return Refused(reason.error_code[:MAX_REASON], (reason.error_details or "")[:MAX_REASON])


def _readable(entry: msgspec.Raw) -> CatalogueMarket | None:
    """Return a market of an answer; None for one of an unknown form: only it stays without names."""
    try:
        return _MARKET.decode(entry)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as fault:
        log.warning("exchange_names_unreadable", reason=str(fault)[:MAX_REASON])
        return None
