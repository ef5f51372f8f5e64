"""How the SDK's requests are sent: by our own HTTP client, which knows whether anything was sent at all."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final, NoReturn

import httpx
import stripe

from subgraphs.kit.certificates import trusted_authorities

MAX_ANSWER_BYTES: Final = 16 * 2**20


NOT_SENT: Final = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.LocalProtocolError,
    httpx.UnsupportedProtocol,
)
"""The faults after which Stripe has certainly got nothing."""


class HttpxTransport(stripe.HTTPClient):
    """Sends requests without the environment's proxies, follows no redirect, and reads bounded answers.

    The SDK's own client of httpx does none of these, and hides why a request failed.
    """

    name = "httpx"

    def __init__(
        self, timeout_seconds: float, in_flight: int, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        """Open the client; the connections are made when they are needed."""
        super().__init__()
        half = timeout_seconds / 2
        self._client = httpx.AsyncClient(
            verify=trusted_authorities(),
            transport=transport,
            # Whether a connection could be made must be known before the caller's own time is over.
            timeout=httpx.Timeout(timeout_seconds, connect=half, pool=half),
            limits=httpx.Limits(max_connections=in_flight),
            follow_redirects=False,
            trust_env=False,
        )

    async def request_async(
        self, method: str, url: str, headers: Mapping[str, str], post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        """Send a request, and return body, status and headers of the answer.

        Raises:
            httpx.HTTPError: There was none; of `NOT_SENT`, because nothing was sent.
            httpx.StreamError: It was too long.
        """
        sent = self._client.build_request(method, url, content=post_data or None, headers=dict(headers))
        response = await self._client.send(sent, stream=True)
        try:
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > MAX_ANSWER_BYTES:
                    raise httpx.StreamError(f"an answer of more than {MAX_ANSWER_BYTES} bytes")
        finally:
            await response.aclose()
        return bytes(body), response.status_code, response.headers

    async def sleep_async(self, secs: float) -> None:
        """Wait before the SDK repeats a request, which it is told not to."""
        await asyncio.sleep(secs)

    def request(self, *_: Any, **__: Any) -> NoReturn:
        """Refuse to block the event loop."""
        raise NotImplementedError("requests to Stripe are asynchronous")

    def close(self) -> None:
        """Close nothing: connections are closed by `close_async`."""

    async def close_async(self) -> None:
        """Close the connections."""
        await self._client.aclose()
