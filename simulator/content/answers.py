"""Answers of simulated APIs: JSON with ETags for those who have the key, and what faults make of it."""

import hashlib
import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from simulator.content.faults import ContentFaults
from simulator.server import HangingRequests, TruncatedResponse

KEY: Final = "simulated-key"
"""The bearer token of all three APIs."""

OVERSIZED_BYTES: Final = 9 * 2**20
SLOW_SECONDS: Final = 20.0
KEPT: Final = 3
"""How many answers of a path are kept: this one, that of the last request, and one that is older than it."""


@dataclass(slots=True)
class SimulatedApi:
    """The API of one provider.

    Attributes:
        members: The name of a list's members in its body; lists can be spoiled.
        requests: The paths that were asked for, with the status of each answer.
    """

    members: str
    faults: ContentFaults = field(default_factory=ContentFaults)
    hanging: HangingRequests = field(default_factory=HangingRequests)
    key: str = KEY
    requests: list[tuple[str, int]] = field(default_factory=list)
    _history: dict[str, deque[dict[str, Any]]] = field(default_factory=dict)

    async def answer(self, request: Request, make: Callable[[], dict[str, Any] | None]) -> Response:
        """Return what is answered: what `make` returns, or 404 for None."""
        response = await self._answer(request, make)
        now = datetime.now(UTC) + timedelta(seconds=self.faults.skew_seconds)
        response.headers["Date"] = format_datetime(now, usegmt=True)
        self.requests.append((request.url.path, response.status_code))
        return response

    async def _answer(self, request: Request, make: Callable[[], dict[str, Any] | None]) -> Response:
        if (refusal := await self._refusal(request)) is not None:
            return refusal
        body = make()
        if body is None:
            return Response(status_code=404)
        if self.faults.take("oversized"):
            body |= {"padding": "x" * OVERSIZED_BYTES}
        content = json.dumps(self._spoiled(request.url.path, body)).encode()
        etag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
        if request.headers.get("if-none-match") == etag:
            return Response(status_code=304, headers={"ETag": etag})
        return Response(content, media_type="application/json", headers={"ETag": etag})

    async def _refusal(self, request: Request) -> Response | None:
        faults = self.faults
        if (silence := faults.silence_left) > 0:
            await self.hanging.hold(request, silence)
        if faults.take("slow"):
            await self.hanging.hold(request, SLOW_SECONDS)
        if faults.take("reconnect_storm"):
            return TruncatedResponse()
        if faults.take("busy"):
            return Response(status_code=429, headers={"Retry-After": "1"})
        if faults.take("redirect"):
            return Response(status_code=302, headers={"Location": "http://elsewhere.invalid/"})
        if request.headers.get("authorization") != f"Bearer {self.key}":
            return Response(status_code=401)
        return None

    def _spoiled(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Return a body with what faults make of it."""
        history = self._history.setdefault(path, deque(maxlen=KEPT))
        if not history or history[-1]["revision"] != body["revision"]:
            history.append(body)
        if len(history) == KEPT and self.faults.take("wrong_order"):
            return history[0]
        if self.faults.take("schema_change"):
            return body | {"schema": body["schema"].replace("/1", "/2")}
        members = body.get(self.members)
        if members and self.faults.take("duplicates"):
            return body | {self.members: [*members, members[0]]}
        if members and self.faults.take("gaps"):
            return body | {self.members: members[1:]}
        return body
