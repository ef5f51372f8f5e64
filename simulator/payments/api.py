"""Answers requests of those who have the key: once under each idempotency key, or with a fault."""

import hmac
import json
from base64 import b64decode
from binascii import Error as NoBase64
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from simulator.payments.books import Books, shown
from simulator.payments.checkout import create_session, expire_session
from simulator.payments.faults import CallFaultName
from simulator.payments.forms import read_form
from simulator.payments.listing import expand, list_objects, search
from simulator.payments.payouts import create_payout
from simulator.payments.refunds import create_refund
from simulator.payments.refusal import Refused
from simulator.payments.settling import settle_due
from simulator.payments.store import KeptAnswer, Object
from simulator.server import HangingRequests, TruncatedResponse

KEY: Final = "sk_test_simulated"
SECONDS_OF_KEYS: Final = 24 * 60 * 60
"""How long idempotency keys are kept."""

MAX_KEY_LENGTH: Final = 255
SLOW_SECONDS: Final = 3.0
KINDS: Final = {
    "checkout/sessions": "checkout.session",
    "payment_intents": "payment_intent",
    "charges": "charge",
    "refunds": "refund",
    "payouts": "payout",
    "disputes": "dispute",
    "balance_transactions": "balance_transaction",
    "events": "event",
}
"""The kind of object of each path."""

_EARLY: Final[dict[str, tuple[int, str, dict[str, str]]]] = {
    "error": (500, "api_error", {}),
    "unavailable": (503, "api_error", {"Retry-After": "1"}),
    "too_many": (429, "rate_limit_error", {"Retry-After": "1"}),
}
_ERROR: Final = {"error": {"type": "api_error", "message": "An unknown error occurred."}}
_PAGE: Final = "<!doctype html><title>Welcome</title><h1>It works!</h1>"


@dataclass(slots=True)
class PaymentApi:
    """The API.

    Attributes:
        books: What it is about.
        pages: The address under which sessions have their pages.
        key: The secret key.
        slow_seconds: How late slow answers come.
        in_progress: The idempotency keys of the requests that are being answered.
        requests: The methods and paths that were asked for, with the status of each answer; 0 for none.
    """

    books: Books
    pages: str = ""
    key: str = KEY
    slow_seconds: float = SLOW_SECONDS
    hanging: HangingRequests = field(default_factory=HangingRequests)
    in_progress: set[str] = field(default_factory=set)
    requests: list[tuple[str, str, int]] = field(default_factory=list)

    async def answer(self, request: Request) -> Response:
        """Answer a request."""
        path = request.path_params["path"]
        response = await self._answer(request, path)
        status = 0 if isinstance(response, TruncatedResponse) else response.status_code
        self.requests.append((request.method, path, status))
        return response

    async def _answer(self, request: Request, path: str) -> Response:
        text = (await request.body()).decode(errors="replace")
        if not self._is_allowed(request):
            refused = Refused("Invalid API Key provided.", status=401)
            return JSONResponse(refused.to_json(), 401, headers={"Request-Id": _request_id()})
        fault = self.books.faults.take_call(request.method, path)
        if (early := await self._fail_early(request, fault)) is not None:
            return early
        key = request.headers.get("idempotency-key", "") if request.method == "POST" else ""
        if len(key) > MAX_KEY_LENGTH:
            refused = Refused("The idempotency key is too long.", kind="idempotency_error")
            return JSONResponse(refused.to_json(), refused.status)
        if key and key in self.in_progress:
            return _conflict()
        if key:
            self.in_progress.add(key)
        try:
            if fault == "slow":
                await self.hanging.hold(request, self.slow_seconds)
            response = self._perform(request, path, text, key, is_kept_error=fault == "error_kept")
        finally:
            self.in_progress.discard(key)
        return await self._fail_late(request, fault) or response

    def _is_allowed(self, request: Request) -> bool:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if scheme == "Basic":
            try:
                given = b64decode(given).decode().partition(":")[0]
            except (NoBase64, UnicodeDecodeError):
                return False
        return hmac.compare_digest(given.encode(), self.key.encode())

    async def _fail_early(self, request: Request, fault: CallFaultName | None) -> Response | None:
        """Return the answer of a fault that prevents any effect."""
        match fault:
            case "error" | "unavailable" | "too_many":
                status, kind, headers = _EARLY[fault]
                error = {"error": {"type": kind, "message": "Please try again later."}}
                return JSONResponse(error, status, headers=headers | {"Request-Id": _request_id()})
            case "timeout_before":
                await self.hanging.hold(request)
                return TruncatedResponse()
            case "reset_before":
                return TruncatedResponse()
            case "garbage":
                return HTMLResponse(_PAGE)
        return None

    async def _fail_late(self, request: Request, fault: CallFaultName | None) -> Response | None:
        """Return the answer of a fault after the effect."""
        match fault:
            case "timeout_after":
                await self.hanging.hold(request)
                return TruncatedResponse()
            case "reset_after":
                return TruncatedResponse()
            case "garbage_after":
                return HTMLResponse(_PAGE)
            case "error_after" | "error_kept":
                return JSONResponse(_ERROR, 500, headers={"Request-Id": _request_id()})
        return None

    def _perform(self, request: Request, path: str, text: str, key: str, *, is_kept_error: bool) -> Response:
        """Do what is asked for, unless it was done under the same key; nothing else happens meanwhile."""
        books, now = self.books, self.books.now()
        try:
            params = read_form(text if request.method == "POST" else request.url.query)
            described = json.dumps([request.method, path, params], sort_keys=True)
            asked = KeptAnswer(sha256(described.encode()).hexdigest(), _request_id(), 200, b"")
            if key and (kept := books.store.answered(key, now - SECONDS_OF_KEYS)) is not None:
                return _replayed(kept, asked, key)
        except Refused as refused:
            return JSONResponse(refused.to_json(), refused.status)
        settle_due(books)
        try:
            with books.store.transaction():
                done = expand(books, shown(self._do(request.method, path, params)), params)
                answer = _answered(asked, 200, done)
                if key:
                    books.store.keep(key, _answered(asked, 500, _ERROR) if is_kept_error else answer, now)
        except Refused as refused:
            answer = _answered(asked, refused.status, refused.to_json())
            if key and refused.is_kept:
                books.store.keep(key, answer, now)
        return _response(answer, key)

    def _do(self, method: str, path: str, params: dict[str, Any]) -> Object:
        """Do what a request asks for.

        Raises:
            Refused: That cannot be.
        """
        books = self.books
        creating: dict[str, Callable[[], Object]] = {
            "checkout/sessions": lambda: create_session(books, params, self.pages),
            "refunds": lambda: create_refund(books, params),
            "payouts": lambda: create_payout(books, params),
        }
        owner, _, name = path.rpartition("/")
        session, _, deed = owner.rpartition("/")
        if method == "POST" and path in creating:
            return creating[path]()
        if method == "POST" and session == "checkout/sessions" and name == "expire":
            return expire_session(books, deed)
        if method == "GET" and path in KINDS:
            return list_objects(books, KINDS[path], path, params)
        if method == "GET" and name == "search" and owner in {"payment_intents", "charges"}:
            return search(books, KINDS[owner], path, params)
        if method == "GET" and owner in KINDS:
            return books.get(KINDS[owner], name)
        raise Refused(f"Unrecognized request URL ({method}: /v1/{path}).", status=404, is_kept=False)


def _request_id() -> str:
    return f"req_{uuid4().hex[:14]}"


def _answered(asked: KeptAnswer, status: int, body: Any) -> KeptAnswer:
    return KeptAnswer(asked.request, asked.id, status, json.dumps(body, indent=2).encode())


def _response(answer: KeptAnswer, key: str, *, again: str = "") -> Response:
    headers = {"Request-Id": again or answer.id}
    if key:
        headers |= {"Idempotency-Key": key, "Original-Request": answer.id}
    if again:
        headers["Idempotent-Replayed"] = "true"
    return Response(answer.body, answer.status, headers, "application/json")


def _replayed(kept: KeptAnswer, asked: KeptAnswer, key: str) -> Response:
    if kept.request == asked.request:
        return _response(kept, key, again=asked.id)
    refused = Refused(
        "Keys for idempotent requests can only be used for what they were first used for.",
        kind="idempotency_error",
    )
    return JSONResponse(refused.to_json(), refused.status, headers={"Request-Id": asked.id})


def _conflict() -> Response:
    refused = Refused(
        "Another request under this idempotency key is in progress.",
        status=409,
        kind="idempotency_error",
        code="idempotency_key_in_use",
    )
    headers = {"Request-Id": _request_id(), "Stripe-Should-Retry": "true"}
    return JSONResponse(refused.to_json(), refused.status, headers=headers)
