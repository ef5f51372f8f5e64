"""Answers requests to a provider from its ledger, or with an injected fault.

`control_routes` are those by which tests and demonstrations inject faults and read its journal.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Annotated, Any, Final

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from simulator.providers.faults import (
    WRONG_ECHOES,
    Operation,
    ProviderFault,
    ProviderFaultName,
    ProviderFaults,
)
from simulator.providers.ledger import KeyCancelled, KeyConflict, Ledger, Status
from simulator.server import TruncatedResponse

Refuse = Callable[[], tuple[int, str] | None]
NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})
STATUS_OF = {"busy": 503, "too_many": 429, "error": 500, "refuse": 422, "conflict": 409, "denied": 401}


@dataclass(frozen=True, slots=True)
class CreditRequest:
    """A request for a credit.

    Attributes:
        names: This kind of provider's names for `amount`, `currency` and `customer`.
    """

    key: str
    body: dict[str, Any]
    customer: str
    valid_days: int | None
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ProviderHandler:
    """Answers from a provider's ledger, with faults that tests inject.

    `clock` is product time, at which credits happen; `machine` is machine time, at which requests are signed.
    """

    ledger: Ledger
    faults: ProviderFaults
    clock: Callable[[], datetime]
    machine: Callable[[], datetime]

    async def credit(self, request: Request, wanted: CreditRequest) -> Response:
        """Answer a request for a credit."""
        fault = self.faults.take("credit", wanted.customer)
        early = await self._fail_early(request, fault, wanted.key)
        if early is not None:
            return early
        if fault is not None and fault.name == "duplicate":
            self._credit(wanted, fault)
        return await self._respond(request, fault, self._credit(wanted, fault), wanted)

    async def find(self, request: Request, key: str) -> Response:
        """Answer with the entry of a key."""
        fault = self.faults.take("read", None)
        early = await self._fail_early(request, fault, key)
        if early is not None:
            return early
        entry = self.ledger.find(key)
        self._note(request.method, key, "found" if entry else "absent", fault)
        if entry is None:
            return _error(404, "NOT_FOUND")
        return JSONResponse(entry.to_json())

    async def cancel(self, request: Request, key: str, asked: Mapping[str, Any] = NOTHING) -> Response:
        """Prevent a credit under a key, or answer with the credit if there is one already.

        `asked` is answered beside the state, if the API repeats what was asked.
        """
        fault = self.faults.take("cancel", None)
        early = await self._fail_early(request, fault, key)
        if early is not None:
            return early
        cancelled = self.ledger.cancel(key, self.clock())
        self._note(request.method, key, cancelled.status, fault)
        if cancelled.status == "cancelled":
            return JSONResponse({**asked, **cancelled.to_json()})
        return JSONResponse({**cancelled.to_json(), "code": "ALREADY_CREDITED"}, 409)

    async def balance(self, request: Request, customer: str, response: Response) -> Response:
        """Answer with a customer's balance."""
        fault = self.faults.take("balance", customer)
        return await self._fail_early(request, fault, None) or response

    def journal(self, day: str, after: str) -> Response:
        """Answer with a page of the credits of a day."""
        entries, following = self.ledger.of_day(day, int(after or 0))
        return JSONResponse({"entries": entries, "next": None if following is None else str(following)})

    async def _fail_early(
        self, request: Request, fault: ProviderFault | None, key: str | None
    ) -> Response | None:
        """Return the response of a fault that prevents any effect."""
        match fault:
            case ProviderFault(name="timeout_before"):
                await self.faults.hanging.hold(request)
                answer: Response = _error(503, "BUSY")
            case ProviderFault(name="reset_before"):
                answer = TruncatedResponse()
            case ProviderFault(name="html"):
                answer = HTMLResponse("<h1>It works!</h1>")
            case ProviderFault(name=name, code=code, retry_after=wait) if name in STATUS_OF:
                answer = _error(STATUS_OF[name], code if name == "refuse" else name.upper(), wait)
            case _:
                return None
        self._note(request.method, key, "not done", fault)
        return answer

    def _credit(self, wanted: CreditRequest, fault: ProviderFault | None) -> Response:
        pending = fault is not None and fault.name == "pending"
        try:
            entry = self.ledger.credit(
                wanted.key, wanted.body, self.clock(), valid_days=wanted.valid_days, pending=pending
            )
        except KeyConflict:
            self._note("CREDIT", wanted.key, "conflict", fault)
            return _error(409, "IDEMPOTENCY_CONFLICT")
        except KeyCancelled:
            self._note("CREDIT", wanted.key, "cancelled", fault)
            return _error(409, "CANCELLED")
        self._note("CREDIT", wanted.key, entry.status, fault)
        return JSONResponse(entry.to_json(), 202 if entry.status == "pending" else 200)

    async def _respond(
        self, request: Request, fault: ProviderFault | None, answer: Response, wanted: CreditRequest
    ) -> Response:
        """Respond after the effect is in the ledger: at once, late, wrongly, or not at all."""
        match fault:
            case ProviderFault(name="reset_after"):
                return TruncatedResponse()
            case ProviderFault(name="timeout_after"):
                await self.faults.hanging.hold(request)
            case ProviderFault(name="slow", late_seconds=seconds):
                await self.faults.hanging.hold(request, seconds)
            case ProviderFault(name="error_after"):
                return _error(500, "ERROR")
            case ProviderFault(name=name) if name in WRONG_ECHOES:
                return _altered(answer, wanted.names[name.removeprefix("wrong_")])
        return answer

    def _note(self, method: str, key: str | None, outcome: str, fault: ProviderFault | None) -> None:
        self.ledger.note(self.clock(), method, key, outcome, fault.name if fault else None)


def _error(status: int, code: str, retry_after: str = "1") -> Response:
    headers = {"Retry-After": retry_after} if status in {429, 503} else None
    return JSONResponse({"code": code, "message": "a simulated fault"}, status, headers)


def _altered(answer: Response, name: str) -> Response:
    content = json.loads(bytes(answer.body))
    value = content.get(name)
    content[name] = value + 1 if isinstance(value, int) else f"{value}X"
    return JSONResponse(content, answer.status_code)


class ProviderFaultOrder(BaseModel):
    """A request for a fault of the next `times` requests of an operation."""

    model_config = ConfigDict(extra="forbid")

    fault: ProviderFaultName
    times: Annotated[int, Field(ge=1)] = 1
    on: Operation = "credit"
    customer: str | None = None
    late_seconds: Annotated[float, Field(gt=0, le=30)] = 1.0
    code: str = "REFUSED"


class Change(BaseModel):
    """A request to change the status of a credit."""

    model_config = ConfigDict(extra="forbid")

    key: str
    status: Status


def control_routes(handler: ProviderHandler) -> APIRouter:
    """Return the routes under `/simulator`, which are not part of a provider's API."""
    routes = APIRouter(prefix="/simulator")

    @routes.post("/faults", status_code=204)
    async def arm(order: ProviderFaultOrder) -> None:
        handler.faults.arm(
            ProviderFault(order.fault, order.times, order.on, order.customer, order.late_seconds, order.code)
        )

    @routes.delete("/faults", status_code=204)
    async def clear() -> None:
        handler.faults.clear()

    @routes.post("/rates", status_code=204)
    async def rates(wanted: dict[ProviderFaultName, float]) -> None:
        handler.faults.rates = wanted

    @routes.post("/changes", status_code=204)
    async def change(wanted: Change) -> None:
        handler.ledger.change(wanted.key, wanted.status, handler.clock())

    @routes.post("/forget", status_code=204)
    async def forget() -> None:
        handler.ledger.forget()

    @routes.get("/effects")
    async def effects() -> dict[str, int]:
        return handler.ledger.effects()

    @routes.get("/journal")
    async def journal(key: str | None = None) -> dict[str, list[dict[str, Any]]]:
        return {"requests": handler.ledger.requests(key)}

    return routes
