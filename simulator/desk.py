"""Answers requests to the squad's API: from its record, or by the fault that befalls them."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from simulator.faults import Fault, Faults
from simulator.record import Answer, Asked, Change, Place, Record, Refusal

BUSY = Answer(503, {"code": "BUSY", "message": "nothing was done: try again with the same key"})


@dataclass(frozen=True, slots=True)
class Desk:
    """The record, and the faults that are put in front of it on purpose."""

    record: Record
    faults: Faults
    clock: Callable[[], datetime]

    async def put(self, request: Request, change: Change, refusal: Callable[[], Refusal | None]) -> Response:
        """Answer a PUT. `refusal` is asked why the squad would not do it, where it is new."""
        customer = change.place.subject["customer_id"]
        fault = self.faults.take(customer)
        asked = Asked(
            method="PUT",
            path=change.place.path,
            at=self.clock(),
            customer=customer,
            key=change.key,
            body=json.dumps(change.fields),
            fault=None if fault is None else fault.name,
        )
        match fault:
            case Fault(name="busy"):
                self.record.note(asked, "busy", BUSY.status)
                return reply(BUSY)
            case Fault(name="timeout_before"):
                self.record.note(asked, "unanswered", BUSY.status)
                await self.faults.hold(request)
                return reply(BUSY)
            case Fault(name="refuse", code=code):
                return reply(self.record.put(asked, change, lambda: Refusal(code, "refused on purpose")))
            case _:
                answer = self.record.put(asked, change, refusal)
                return await self._late(request, fault, answer)

    def get(self, place: Place) -> Response:
        """Answer a GET from the record; faults befall PUTs only."""
        asked = Asked(method="GET", path=place.path, at=self.clock(), customer=place.subject["customer_id"])
        return reply(self.record.get(asked, place))

    def turn_away(self, request: Request, problem: Answer, body: Any) -> Response:
        """Answer a request that makes no sense to the API, and write it into the journal."""
        asked = Asked(
            method=request.method,
            path=request.url.path,
            at=self.clock(),
            customer=request.path_params.get("customer"),
            key=request.headers.get("Idempotency-Key"),
            body=None if body is None else json.dumps(body, default=str),
        )
        self.record.note(asked, "malformed", problem.status)
        return reply(problem)

    async def _late(self, request: Request, fault: Fault | None, answer: Answer) -> Response:
        """Give an answer whose effect is on record already: at once, late, or not at all."""
        match fault:
            case Fault(name="reset_after"):
                return _CutOff()
            case Fault(name="timeout_after"):
                await self.faults.hold(request)
            case Fault(name="slow", late_seconds=seconds):
                await self.faults.hold(request, seconds)
        return reply(answer)


def reply(answer: Answer) -> Response:
    """An answer as an HTTP response."""
    headers = {"Retry-After": "1"} if answer.status == BUSY.status else None
    return JSONResponse(answer.body, answer.status, headers)


class _CutOff(Response):
    """Promises a body and never sends it: the server then drops the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's form
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1")]})
