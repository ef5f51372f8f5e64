"""Answers requests to the squad's API from its record, or with an injected fault."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse, Response

from simulator.server import TruncatedResponse
from simulator.upstream.faults import Fault, Faults
from simulator.upstream.record import ApiRequest, ApiResponse, Change, Record, Refusal, Resource

BUSY = ApiResponse(503, {"code": "BUSY", "message": "nothing was done: try again with the same key"})


@dataclass(frozen=True, slots=True)
class RequestHandler:
    """Answers from a record, with faults that tests inject."""

    record: Record
    faults: Faults
    clock: Callable[[], datetime]

    async def put(self, request: Request, change: Change, refusal: Callable[[], Refusal | None]) -> Response:
        """Answer a PUT. For a new key, `refusal` returns why the squad refuses the change, or None."""
        customer = change.resource.subject["customer_id"]
        fault = self.faults.take(customer)
        api_request = ApiRequest(
            method="PUT",
            path=change.resource.path,
            at=self.clock(),
            customer=customer,
            key=change.key,
            body=json.dumps(change.fields),
            fault=None if fault is None else fault.name,
        )
        match fault:
            case Fault(name="busy"):
                self.record.note(api_request, "busy", BUSY.status)
                return reply(BUSY)
            case Fault(name="timeout_before"):
                self.record.note(api_request, "unanswered", BUSY.status)
                await self.faults.hanging.hold(request)
                return reply(BUSY)
            case Fault(name="refuse", code=code):
                return reply(
                    self.record.put(api_request, change, lambda: Refusal(code, "refused on purpose"))
                )
            case _:
                answer = self.record.put(api_request, change, refusal)
                return await self._respond(request, fault, answer)

    def get(self, resource: Resource) -> Response:
        """Answer a GET from the record; only PUTs meet faults."""
        api_request = ApiRequest(
            method="GET", path=resource.path, at=self.clock(), customer=resource.subject["customer_id"]
        )
        return reply(self.record.get(api_request, resource))

    def reject(self, request: Request, problem: ApiResponse, body: Any) -> Response:
        """Answer a malformed request, and write it into the journal."""
        api_request = ApiRequest(
            method=request.method,
            path=request.url.path,
            at=self.clock(),
            customer=request.path_params.get("customer"),
            key=request.headers.get("Idempotency-Key"),
            body=None if body is None else json.dumps(body, default=str),
        )
        self.record.note(api_request, "malformed", problem.status)
        return reply(problem)

    async def _respond(self, request: Request, fault: Fault | None, answer: ApiResponse) -> Response:
        """Return a response whose effect is recorded already: at once, late, or not at all."""
        match fault:
            case Fault(name="reset_after"):
                return TruncatedResponse()
            case Fault(name="timeout_after"):
                await self.faults.hanging.hold(request)
            case Fault(name="slow", late_seconds=seconds):
                await self.faults.hanging.hold(request, seconds)
        return reply(answer)


def reply(answer: ApiResponse) -> Response:
    """Return the HTTP response for an API response."""
    headers = {"Retry-After": "1"} if answer.status == BUSY.status else None
    return JSONResponse(answer.body, answer.status, headers)
