"""Answers a provider's requests: from its books, or by the fault that befalls them."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from simulator.provider_books import Books, KeyCancelled, KeyConflict
from simulator.provider_faults import WRONG, CutOff, ProviderFault, ProviderFaults

Refuse = Callable[[], tuple[int, str] | None]
STATUS_OF = {"busy": 503, "too_many": 429, "error": 500, "refuse": 422, "conflict": 409, "denied": 401}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A credit as it is asked for.

    Attributes:
        names: what this kind of provider calls `amount`, `currency` and `customer`.
    """

    key: str
    body: dict[str, Any]
    customer: str
    valid_days: int | None
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ProviderDesk:
    """The books, and the faults that are put in front of them on purpose.

    `clock` tells when something is credited, `machine` when a request is signed.
    """

    books: Books
    faults: ProviderFaults
    clock: Callable[[], datetime]
    machine: Callable[[], datetime]

    async def credit(self, request: Request, wanted: Wanted) -> Response:
        """Answers a request for a credit."""
        fault = self.faults.take("credit", wanted.customer)
        early = await self._before(request, fault, wanted.key)
        if early is not None:
            return early
        if fault is not None and fault.name == "duplicate":
            self._credit(wanted, fault)
        return await self._after(request, fault, self._credit(wanted, fault), wanted)

    async def find(self, request: Request, key: str) -> Response:
        """Tells what became of a key."""
        fault = self.faults.take("read", None)
        early = await self._before(request, fault, key)
        if early is not None:
            return early
        found = self.books.find(key)
        self._note(request.method, key, "found" if found else "absent", fault)
        if found is None:
            return _problem(404, "NOT_FOUND")
        return JSONResponse(found.told())

    async def cancel(self, request: Request, key: str) -> Response:
        """Sees to it that a key is never credited; tells the credit where there is one already."""
        fault = self.faults.take("cancel", None)
        early = await self._before(request, fault, key)
        if early is not None:
            return early
        found = self.books.cancel(key, self.clock())
        self._note(request.method, key, found.status, fault)
        if found.status == "cancelled":
            return JSONResponse(found.told())
        return JSONResponse({**found.told(), "code": "ALREADY_CREDITED"}, 409)

    async def look(self, request: Request, customer: str, balance: Response) -> Response:
        """Tells a customer's balance."""
        fault = self.faults.take("balance", customer)
        return await self._before(request, fault, None) or balance

    def journal(self, day: str, after: str) -> Response:
        """A page of the credits of a day."""
        entries, following = self.books.of_day(day, int(after or 0))
        return JSONResponse({"entries": entries, "next": None if following is None else str(following)})

    async def _before(
        self, request: Request, fault: ProviderFault | None, key: str | None
    ) -> Response | None:
        """What a fault answers without anything being done."""
        match fault:
            case ProviderFault(name="timeout_before"):
                await self.faults.hang(request)
                answer: Response = _problem(503, "BUSY")
            case ProviderFault(name="reset_before"):
                answer = CutOff()
            case ProviderFault(name="html"):
                answer = HTMLResponse("<h1>It works!</h1>")
            case ProviderFault(name=name, code=code) if name in STATUS_OF:
                answer = _problem(STATUS_OF[name], code if name == "refuse" else name.upper())
            case _:
                return None
        self._note(request.method, key, "not done", fault)
        return answer

    def _credit(self, wanted: Wanted, fault: ProviderFault | None) -> Response:
        pending = fault is not None and fault.name == "pending"
        try:
            entry = self.books.credit(
                wanted.key, wanted.body, self.clock(), valid_days=wanted.valid_days, pending=pending
            )
        except KeyConflict:
            self._note("CREDIT", wanted.key, "conflict", fault)
            return _problem(409, "IDEMPOTENCY_CONFLICT")
        except KeyCancelled:
            self._note("CREDIT", wanted.key, "cancelled", fault)
            return _problem(409, "CANCELLED")
        self._note("CREDIT", wanted.key, entry.status, fault)
        return JSONResponse(entry.told(), 202 if entry.status == "pending" else 200)

    async def _after(
        self, request: Request, fault: ProviderFault | None, answer: Response, wanted: Wanted
    ) -> Response:
        """Gives an answer whose effect is in the books already: at once, late, wrong, or not at all."""
        match fault:
            case ProviderFault(name="reset_after"):
                return CutOff()
            case ProviderFault(name="timeout_after"):
                await self.faults.hang(request)
            case ProviderFault(name="slow", late_seconds=seconds):
                await self.faults.hang(request, seconds)
            case ProviderFault(name="error_after"):
                return _problem(500, "ERROR")
            case ProviderFault(name=name) if name in WRONG:
                return _altered(answer, wanted.names[name.removeprefix("wrong_")])
        return answer

    def _note(self, method: str, key: str | None, outcome: str, fault: ProviderFault | None) -> None:
        self.books.note(self.clock(), method, key, outcome, fault.name if fault else None)


def _problem(status: int, code: str) -> Response:
    headers = {"Retry-After": "1"} if status in {429, 503} else None
    return JSONResponse({"code": code, "message": "as the simulator was told"}, status, headers)


def _altered(answer: Response, name: str) -> Response:
    content = json.loads(bytes(answer.body))
    value = content.get(name)
    content[name] = value + 1 if isinstance(value, int) else f"{value}X"
    return JSONResponse(content, answer.status_code)
