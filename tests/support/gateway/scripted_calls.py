"""Calls of a subgraph whose outcomes a test decides, and fetches to go with them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.plan import Fetch, RootFields

VARIABLES: Mapping[str, Any] = {"x": 1}


@dataclass
class Clock:
    """A clock that is set by hand, in seconds."""

    now: float = 1000.0

    def __call__(self) -> float:
        """The time."""
        return self.now


@dataclass
class Scripted:
    """A call that answers by a script, one entry a call, and then as its last entry says.

    An entry is a response, an exception to raise, or a future to wait for.

    Attributes:
        script: The entries.
        calls: Variables and headers of each call.
        cancelled: How many calls were cancelled.
    """

    script: list[Any]
    calls: list[tuple[Mapping[str, Any], Mapping[str, str]]] = field(default_factory=list)
    cancelled: int = 0

    async def __call__(
        self, variables: Mapping[str, Any], headers: Mapping[str, str], _session: object
    ) -> Mapping[str, Any]:
        """Answer the next call."""
        entry = self.script[min(len(self.calls), len(self.script) - 1)]
        self.calls.append((variables, headers))
        try:
            if isinstance(entry, asyncio.Future):
                entry = await asyncio.shield(entry)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if isinstance(entry, BaseException):
            raise entry
        response: Mapping[str, Any] = entry
        return response


async def soon(condition: Callable[[], object]) -> None:
    """Wait until a condition holds."""
    async with asyncio.timeout(60):
        while True:
            if condition():
                return
            await asyncio.sleep(0.001)


def root_fetch(document: str = "{ a }") -> Fetch:
    """A fetch of root fields."""
    return Fetch(0, "s", document, None, (), frozenset(), RootFields((), {"Query": {}}))
