"""Faults that tests and demonstrations put into the squad's API on purpose."""

import asyncio
from dataclasses import dataclass, replace
from typing import Literal

from starlette.requests import Request

FaultName = Literal["busy", "refuse", "timeout_before", "timeout_after", "reset_after", "slow"]
LONGEST_HOLD_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Fault:
    """What befalls the next `times` PUTs, of one customer or of anybody.

    `late_seconds` is how late a slow answer comes; `code` is what a refusal says.
    """

    name: FaultName
    times: int = 1
    customer: str | None = None
    late_seconds: float = 1.0
    code: str = "REFUSED"


class Faults:
    """The faults still to come, oldest first, and the requests that hang because of one."""

    def __init__(self, longest_hold_seconds: float = LONGEST_HOLD_SECONDS) -> None:
        self._armed: list[Fault] = []
        self._longest_hold_seconds = longest_hold_seconds
        self._released = asyncio.Event()

    @property
    def armed(self) -> tuple[Fault, ...]:
        """The faults still to come."""
        return tuple(self._armed)

    def arm(self, fault: Fault) -> None:
        """Let a fault befall the next PUTs that match it, after those armed before."""
        self._armed.append(fault)

    def clear(self) -> None:
        """Forget the faults still to come."""
        self._armed.clear()

    def take(self, customer: str) -> Fault | None:
        """The fault that befalls this customer's PUT now; it has one time less from now on."""
        for place, fault in enumerate(self._armed):
            if fault.customer in {None, customer}:
                if fault.times > 1:
                    self._armed[place] = replace(fault, times=fault.times - 1)
                else:
                    del self._armed[place]
                return fault
        return None

    def release(self) -> None:
        """Let nothing hang from now on: for the time when the server stops."""
        self._released.set()

    async def hold(self, request: Request, seconds: float | None = None) -> None:
        """Wait that long (or the longest hold), unless the client goes away or all are released."""
        waits = {
            asyncio.ensure_future(self._released.wait()),
            asyncio.ensure_future(_gone(request)),
        }
        limit = self._longest_hold_seconds if seconds is None else min(seconds, self._longest_hold_seconds)
        try:
            await asyncio.wait(waits, timeout=limit, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
