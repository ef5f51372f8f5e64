"""Checks of servers that are reached over HTTP."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

from furlong.checks.finding import CheckFailed
from furlong.checks.machine_clock import MachineClocks

KEY_SET_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class HttpProbe:
    """Sends requests to servers, and records their time.

    Attributes:
        clocks: Records the time of the servers.
        seconds: The deadline of a request.
    """

    clocks: MachineClocks
    seconds: float

    async def reachable(self, url: str, setting: str) -> str:
        """Check that a server answers, whatever the status.

        Raises:
            CheckFailed: No server answers.
        """
        answer = await self._get(url, setting)
        return f"{plain(url)} answers (status {answer.status_code})"

    async def key_set(self, url: str, setting: str) -> str:
        """Check that there is a JSON Web Key Set at a URL.

        Raises:
            CheckFailed: There is no key set.
        """
        answer = await self._get(url, setting)
        keys: Any = None
        if answer.is_success and len(answer.content) <= KEY_SET_BYTES:
            try:
                keys = answer.json().get("keys")
            except (ValueError, AttributeError):
                keys = None
        if not isinstance(keys, list) or not keys:
            raise CheckFailed(
                f"{plain(url)} has no key set (status {answer.status_code})",
                f"correct {setting}, or ask the issuer: without keys no token can be verified",
            )
        return f"{plain(url)} has {len(keys)} keys"

    async def _get(self, url: str, setting: str) -> httpx.Response:
        asked_at = self.clocks.now()
        try:
            async with httpx.AsyncClient(timeout=self.seconds, trust_env=False) as client:
                answer = await client.get(url)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            raise CheckFailed(
                f"{plain(url)} cannot be reached: {_reason(error)}",
                f"is it running? Otherwise correct {setting}, or the network between",
            ) from error
        self.clocks.note_date(urlsplit(url).netloc.rpartition("@")[2], answer.headers.get("date"), asked_at)
        return answer


def plain(url: str) -> str:
    """Return a URL without the parts that may be secret: user, password, query."""
    try:
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
    except ValueError:
        return "the URL"


def _reason(error: Exception) -> str:
    match error:
        case httpx.TimeoutException():
            return "no answer in time"
        case httpx.ConnectError():
            return "no connection" if "CERTIFICATE" not in str(error) else "its certificate is not trusted"
        case httpx.InvalidURL() | httpx.UnsupportedProtocol():
            return "this is not a URL"
        case _:
            return type(error).__name__
