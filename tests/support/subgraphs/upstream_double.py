"""The upstream for unit tests: it answers by script, or confirms, and records its calls."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

Scripted = httpx.Response | Exception | Callable[[httpx.Request], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Asked:
    """One call."""

    path: str
    body: dict[str, Any]
    key: str


@dataclass(slots=True)
class UpstreamDouble:
    """Stands behind respx as the upstream's API.

    Attributes:
        script: What the next calls meet: an answer, an error, or something that is done before confirming.
        calls: All calls, oldest first.
        effects: What was confirmed, once for each idempotency key.
    """

    script: list[Scripted] = field(default_factory=list)
    calls: list[Asked] = field(default_factory=list)
    effects: dict[str, Asked] = field(default_factory=dict)

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answers a PUT."""
        asked = Asked(request.url.path, json.loads(request.content), request.headers["Idempotency-Key"])
        self.calls.append(asked)
        scripted = self.script.pop(0) if self.script else None
        if isinstance(scripted, Exception):
            raise scripted
        if isinstance(scripted, httpx.Response):
            return scripted
        if scripted is not None:
            await scripted(request)
        self.effects.setdefault(asked.key, asked)
        return httpx.Response(200, json=asked.body | {"revision": len(self.effects)})

    async def look(self, request: httpx.Request) -> httpx.Response:
        """Answers a GET by what was confirmed last, whatever the script says."""
        recorded = [asked.body for asked in self.effects.values() if asked.path == request.url.path]
        if not recorded:
            return httpx.Response(404, json={"code": "NOT_FOUND", "message": "nothing"})
        return httpx.Response(200, json=recorded[-1] | {"revision": len(recorded)})

    @property
    def keys(self) -> set[str]:
        """The idempotency keys of all calls."""
        return {asked.key for asked in self.calls}


def refusal(code: str, status: int = 422) -> httpx.Response:
    """An answer that refuses."""
    return httpx.Response(status, json={"code": code, "message": "no"})


def no_answers(times: int = 2) -> list[Scripted]:
    """As many timeouts as one request of the subgraph tries calls."""
    return [httpx.ReadTimeout("no answer")] * times
