"""Answers requests to the upstream's API from its record, or with a fault that tests inject."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from simulator.server import MAX_HOLD_SECONDS, HangingRequests, TruncatedResponse
from simulator.upstream.record import ApiRequest, ApiResponse, Change, Record, Refusal, Resource

FaultName = Literal["busy", "refuse", "timeout_before", "timeout_after", "reset_after", "slow"]

RETRY_AFTER: Final = "1"


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault of the next `times` PUTs, of one customer or of any.

    `late_seconds` is the delay of a slow response; `code` is the code of a refusal; `retry_after` is that
    header of a busy response.
    """

    name: FaultName
    times: int = 1
    customer: str | None = None
    late_seconds: float = 1.0
    code: str = "REFUSED"
    retry_after: str = RETRY_AFTER


@dataclass(slots=True)
class Faults:
    """The armed faults, oldest first, and the requests that hang because of a fault."""

    hanging: HangingRequests = field(default_factory=HangingRequests)
    _armed: list[Fault] = field(default_factory=list)

    @property
    def armed(self) -> tuple[Fault, ...]:
        """The armed faults."""
        return tuple(self._armed)

    def arm(self, fault: Fault) -> None:
        """Arm a fault for the next PUTs that match it, after earlier faults."""
        self._armed.append(fault)

    def clear(self) -> None:
        """Disarm all faults."""
        self._armed.clear()

    def take(self, customer: str) -> Fault | None:
        """Return the fault of this customer's PUT, or None, and use it up by one."""
        for index, fault in enumerate(self._armed):
            if fault.customer in {None, customer}:
                if fault.times > 1:
                    self._armed[index] = replace(fault, times=fault.times - 1)
                else:
                    del self._armed[index]
                return fault
        return None


BUSY = ApiResponse(503, {"code": "BUSY", "message": "nothing was done: try again with the same key"})


@dataclass(frozen=True, slots=True)
class RequestHandler:
    """Answers from a record, with faults that tests inject."""

    record: Record
    faults: Faults
    clock: Callable[[], datetime]

    async def put(self, request: Request, change: Change, refusal: Callable[[], Refusal | None]) -> Response:
        """Answer a PUT. For a new key, `refusal` returns why the upstream refuses the change, or None."""
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
            case Fault(name="busy", retry_after=wait):
                self.record.note(api_request, "busy", BUSY.status)
                return reply(BUSY, wait)
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


def reply(answer: ApiResponse, retry_after: str = RETRY_AFTER) -> Response:
    """Return the HTTP response for an API response; a busy one says when to try again."""
    headers = {"Retry-After": retry_after} if answer.status == BUSY.status else None
    return JSONResponse(answer.body, answer.status, headers)


class FaultOrder(BaseModel):
    """A request for a fault of the next `times` PUTs, of one customer or of any."""

    model_config = ConfigDict(extra="forbid")

    fault: FaultName
    times: Annotated[int, Field(ge=1)] = 1
    customer: str | None = None
    late_seconds: Annotated[float, Field(gt=0, le=MAX_HOLD_SECONDS)] = 1.0
    code: Annotated[str, Field(min_length=1)] = "REFUSED"
    retry_after: str = RETRY_AFTER


def control_routes(record: Record, faults: Faults) -> APIRouter:
    """Return the routes under `/simulator`, which are not part of the upstream's API."""
    routes = APIRouter(prefix="/simulator", include_in_schema=False)

    @routes.post("/faults")
    async def arm(order: FaultOrder) -> dict[str, tuple[Fault, ...]]:
        faults.arm(Fault(**({"name": order.fault} | order.model_dump(exclude={"fault"}))))
        return {"armed": faults.armed}

    @routes.delete("/faults", status_code=204)
    async def clear() -> None:
        faults.clear()

    @routes.delete("/keys", status_code=204)
    async def forget_keys() -> None:
        record.forget_keys()

    @routes.get("/journal")
    async def journal(customer: str | None = None) -> dict[str, list[dict[str, Any]]]:
        return {"entries": record.journal(customer)}

    return routes
