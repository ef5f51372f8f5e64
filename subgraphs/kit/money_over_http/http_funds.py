"""Customers' money at another process: `Funds` over signed HTTP, one request for each operation.

`POST /funds` with JSON, signed as docs/gateway/signed-requests.md describes. Whatever may have been done
without an answer is in doubt; the same request again finds out.
"""

from typing import Final, TypeAlias, TypeVar

import httpx
import msgspec
import structlog
from msgspec import Struct

from foundation.signatures import KeySource
from subgraphs.kit.funds import (
    IN_DOUBT,
    Correction,
    Outcome,
    Reservation,
    ReservationState,
    Settlement,
    check_correction,
    check_reservation,
    check_settlement,
)
from subgraphs.kit.signed_endpoint import JSON, MAX_BYTES, signed_headers, signer_of

log = structlog.get_logger(__name__)
T = TypeVar("T")
PATH: Final = "/funds"
AUDIENCE: Final = "funds"


class Reserve(Struct, frozen=True, tag="reserve", forbid_unknown_fields=True):
    """`Funds.reserve`."""

    reservation: Reservation


class Confirm(Struct, frozen=True, tag="confirm", forbid_unknown_fields=True):
    """`Funds.confirm`."""

    reservation: Reservation


class Settle(Struct, frozen=True, tag="settle", forbid_unknown_fields=True):
    """`Funds.settle`."""

    settlement: Settlement


class Release(Struct, frozen=True, tag="release", forbid_unknown_fields=True):
    """`Funds.release`."""

    reservation: Reservation


class Correct(Struct, frozen=True, tag="correct", forbid_unknown_fields=True):
    """`Funds.correct`."""

    correction: Correction


class Ask(Struct, frozen=True, tag="ask", forbid_unknown_fields=True):
    """`Funds.ask`."""

    reservation: Reservation


FundsRequest: TypeAlias = Reserve | Confirm | Settle | Release | Correct | Ask


class Stands(Struct, frozen=True):
    """The answer to `Ask`; null if it cannot be known now."""

    state: ReservationState | None


class HttpFunds:
    """Money that another process keeps."""

    def __init__(self, client: httpx.AsyncClient, keys: KeySource) -> None:
        """Prepare everything; nothing connects yet.

        Args:
            client: With the base URL of the process, and a time limit; it must not follow redirects.
            keys: Returns the keys with which requests are signed.
        """
        self._client = client
        address = client.base_url
        authority = address.netloc.decode("ascii")
        target = f"{address.raw_path.decode('ascii').rstrip('/')}{PATH}"
        self._signer = signer_of(keys, AUDIENCE, authority, target)

    async def reserve(self, reservation: Reservation) -> Outcome:
        """Keep money for a purpose."""
        check_reservation(reservation)
        return await self._sent(Reserve(reservation), Outcome) or IN_DOUBT

    async def confirm(self, reservation: Reservation) -> Outcome:
        """Ask again whether the customer may make a reservation that was made."""
        check_reservation(reservation)
        return await self._sent(Confirm(reservation), Outcome) or IN_DOUBT

    async def settle(self, settlement: Settlement) -> Outcome:
        """Take what was reserved, if nobody has yet, and pay returns."""
        check_settlement(settlement)
        return await self._sent(Settle(settlement), Outcome) or IN_DOUBT

    async def release(self, reservation: Reservation) -> Outcome:
        """Give everything back, and never make the reservation if it has not come yet."""
        check_reservation(reservation)
        return await self._sent(Release(reservation), Outcome) or IN_DOUBT

    async def correct(self, correction: Correction) -> Outcome:
        """Pay or take the difference from what was moved before."""
        check_correction(correction)
        return await self._sent(Correct(correction), Outcome) or IN_DOUBT

    async def ask(self, reservation: Reservation) -> ReservationState | None:
        """Return how a reservation stands; None if that cannot be known now."""
        answer = await self._sent(Ask(reservation), Stands)
        return None if answer is None else answer.state

    async def _sent(self, request: FundsRequest, answer: type[T]) -> T | None:
        """Send a request, and return the answer; None if there is none that can be relied upon."""
        try:
            return msgspec.json.decode(await self._answered(msgspec.json.encode(request)), type=answer)
        except (httpx.HTTPError, ValueError) as error:
            log.warning("funds_unanswered", error=type(error).__name__, why=str(error)[:200])
            return None

    async def _answered(self, body: bytes) -> bytes:
        """Return what the process answers.

        Raises:
            httpx.HTTPError: It does not.
            ValueError: It refuses, or answers with more than an answer has.
        """
        headers = signed_headers(self._signer, body) | {"content-type": JSON}
        async with self._client.stream("POST", PATH, content=body, headers=headers) as response:
            content = b""
            async for chunk in response.aiter_bytes():
                content += chunk
                if len(content) > MAX_BYTES:
                    raise ValueError("the answer is too long")
        if response.status_code != httpx.codes.OK:
            raise ValueError(f"status {response.status_code}")
        return content
