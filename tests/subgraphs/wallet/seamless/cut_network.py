"""A network between us and an operator that loses and delays, and on which processes are killed."""

from typing import Final, Self

import httpx

from simulator.seamless.wallet_api import OperatorApi
from tests.subgraphs.wallet.seamless.operators import mounted


class Killed(BaseException):
    """The process has ended, with whatever it was doing."""


class Cut(httpx.AsyncBaseTransport):
    """A network that loses what it is told to, and on which a process may be killed.

    Attributes:
        next: What becomes of the next requests: `lost` before they arrive, `unanswered` after they have,
            `killed_before` and `killed_after` with the process, `late` when the next one has arrived.
        late: Requests that are still in progress.
    """

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self.inner = inner
        self.next: list[str] = []
        self.late: list[httpx.Request] = []

    @classmethod
    def of(cls, api: OperatorApi) -> Self:
        """Return the network to an operator in this process."""
        return cls(httpx.ASGITransport(mounted(api)))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request, perhaps."""
        late, self.late = self.late, []
        response = await self._cut(request)
        for overtaken in late:
            await self.inner.handle_async_request(overtaken)
        return response

    async def arrive(self) -> None:
        """Let everything arrive that is still in progress."""
        while self.late:
            await self.inner.handle_async_request(self.late.pop(0))

    async def _cut(self, request: httpx.Request) -> httpx.Response:
        fault = self.next.pop(0) if self.next else ""
        if fault == "killed_before":
            raise Killed
        if fault == "lost":
            raise httpx.ConnectTimeout("nothing arrived")
        if fault == "late":
            content = await request.aread()
            self.late.append(
                httpx.Request(request.method, request.url, headers=request.headers, content=content)
            )
            raise httpx.ReadTimeout("no answer in time")
        response = await self.inner.handle_async_request(request)
        if fault == "killed_after":
            raise Killed
        if fault == "unanswered":
            raise httpx.ReadTimeout("no answer in time")
        return response


CUTS: Final = ("lost", "unanswered", "late", "killed_before", "killed_after")
