"""HTTP to a provider: bounded retries with jitter, a circuit breaker, and strictly read responses."""

import asyncio
import random
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
import orjson
import structlog

from subgraphs.fulfilment.errors import BadSignature, InvalidResponse
from subgraphs.fulfilment.providers.signing import SIGNATURE, Signer
from subgraphs.kit.certificates import trusted_authorities
from subgraphs.kit.mutations.circuit_breaker import Breaker
from subgraphs.kit.mutations.retry_after import asked_wait

log = structlog.get_logger(__name__)
RESPONSE_BYTES: Final = 1024 * 1024
TOO_MANY, SERVER_ERRORS = 429, 500
DENIALS: Final = frozenset({401, 403})


@dataclass(frozen=True, slots=True)
class ProviderResponse:
    """The status of a response, and the JSON object in its body.

    Attributes:
        wait: How long the provider asks not to be called again; None if it does not.
    """

    status: int
    content: Mapping[str, Any]
    wait: timedelta | None = None


@dataclass(frozen=True, slots=True)
class ProviderRequest:
    """A request that may be sent several times: repeating it changes nothing more.

    Attributes:
        target: Path and query, below the provider's URL.
        body: None for a request without a body.
        key: The idempotency key of a request that changes something.
    """

    method: str
    target: str
    body: Mapping[str, Any] | None = None
    key: str | None = None


Sign = Callable[[str, str, bytes], Mapping[str, str]]
"""Returns the headers that authenticate a request, from its method, target and body."""

UNSIGNED: Final = "its answer is not signed with its secret"
"""What is noted of a call whose response is not the provider's."""

Check = Callable[[httpx.Request, httpx.Response, bytes], None]
"""Checks that a response and its body are the provider's; raises BadSignature otherwise."""


@dataclass(slots=True)
class CallRecord:
    """How the calls to a provider went. Times are machine time.

    Attributes:
        running: The running calls.
        error: What happened at the last failure, such as `no answer in time` or `status 503`.
    """

    now: Callable[[], datetime]
    running: int = 0
    succeeded_at: datetime | None = None
    failed_at: datetime | None = None
    error: str | None = None

    @contextmanager
    def one_call(self) -> Iterator[None]:
        """Count a call while it runs."""
        self.running += 1
        try:
            yield
        finally:
            self.running -= 1

    def succeeded(self) -> None:
        """Note a call that was answered."""
        self.succeeded_at = self.now()

    def failed(self, error: str) -> None:
        """Note a call that was not answered, or was answered with a failure."""
        self.failed_at, self.error = self.now(), error


@dataclass(frozen=True, slots=True)
class ProviderEndpoint:
    """Where a provider is, and the limits of calls to it, as in its configuration."""

    name: str
    url: str
    in_flight: int
    timeout_seconds: float
    attempts: int
    pause_seconds: float


@dataclass(frozen=True, slots=True)
class ProviderClient:
    """Sends requests to one provider, and records how they went."""

    endpoint: ProviderEndpoint
    client: httpx.AsyncClient
    breaker: Breaker
    sign: Sign
    calls: CallRecord
    check: Check = field(default=lambda _request, _response, _body: None)

    async def send(self, request: ProviderRequest) -> ProviderResponse | None:
        """Return the provider's response; None if there is none, or none that can be trusted.

        After no response, 429 or 5xx, the request is sent again, within bounds, unless the provider asks to
        wait.
        """
        response: ProviderResponse | None = None
        for attempt in range(self.endpoint.attempts):
            if attempt:
                await asyncio.sleep(_pause(self.endpoint.pause_seconds, attempt))
            if not self.breaker.admits():
                return response
            response = await self._send_once(request)
            if response is not None and response.status < SERVER_ERRORS and response.status != TOO_MANY:
                self.breaker.succeeded()
                return response
            self.breaker.failed()
            if response is not None and response.wait is not None:
                return response
        return response

    async def close(self) -> None:
        """Close the connections."""
        await self.client.aclose()

    async def _send_once(self, request: ProviderRequest) -> ProviderResponse | None:
        try:
            with self.calls.one_call():
                async with asyncio.timeout(self.endpoint.timeout_seconds):
                    response = await self._exchange(request)
        except (httpx.HTTPError, TimeoutError, BadSignature, InvalidResponse) as fault:
            log.warning(
                "provider_no_answer",
                provider=self.endpoint.name,
                method=request.method,
                key=request.key,
                fault=repr(fault),
            )
            self.calls.failed(_in_words(fault))
            return None
        status = response.status
        if status >= SERVER_ERRORS or status == TOO_MANY or status in DENIALS:
            self.calls.failed(f"status {status}")
        else:
            self.calls.succeeded()
        return response

    async def _exchange(self, request: ProviderRequest) -> ProviderResponse:
        body = b"" if request.body is None else orjson.dumps(request.body)
        # The signature covers the target that arrives, which includes the path of the provider's own URL.
        url = self.endpoint.url.rstrip("/") + request.target
        parts = urlsplit(url)
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        headers = {"Accept-Encoding": "identity", **self.sign(request.method, target, body)}
        if request.body is not None:
            headers["Content-Type"] = "application/json"
        if request.key is not None:
            headers["Idempotency-Key"] = request.key
        sent = self.client.build_request(request.method, url, content=body or None, headers=headers)
        response = await self.client.send(sent, stream=True)
        try:
            content = await _read(response)
        finally:
            await response.aclose()
        self.check(sent, response, content)
        wait = asked_wait(response.status_code, response.headers, self.calls.now())
        try:
            body_told = _json_object(content, response.status_code)
        except InvalidResponse:
            if wait is None:
                raise
            body_told = {}  # a proxy that asks to wait sends a page
        return ProviderResponse(response.status_code, body_told, wait)


async def _read(response: httpx.Response) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > RESPONSE_BYTES:
            raise InvalidResponse(f"longer than {RESPONSE_BYTES} bytes")
    return bytes(body)


def _json_object(body: bytes, status: int) -> Mapping[str, Any]:
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InvalidResponse(f"status {status} without JSON") from error
    if not isinstance(content, dict):
        raise InvalidResponse(f"status {status} without a JSON object")
    return content


def _in_words(fault: Exception) -> str:
    """Return what an operator reads about a call that was not answered; the log has the fault itself."""
    match fault:
        case httpx.TimeoutException() | TimeoutError():
            return "no answer in time"
        case httpx.ConnectError():
            return _unconnected(fault)
        case httpx.NetworkError() | httpx.RemoteProtocolError():
            return "the connection was lost"
        case BadSignature():
            return UNSIGNED
        case InvalidResponse():
            return f"its answer can't be read: {fault}"
    return "the call failed"


def _unconnected(fault: BaseException) -> str:
    cause: BaseException | None = fault
    while cause is not None and not isinstance(cause, ssl.SSLError):
        cause = cause.__cause__ or cause.__context__
    if cause is None:
        return "nothing answers at its address"
    is_untrusted = isinstance(cause, ssl.SSLCertVerificationError)
    return "its certificate is not accepted" if is_untrusted else "it can't be reached by TLS"


def _pause(first: float, attempt: int) -> float:
    """Return between half and all of a pause that doubles with each attempt."""
    return first * (1 << (attempt - 1)) * random.uniform(0.5, 1)  # noqa: S311 - jitter, not a secret


def open_client(endpoint: ProviderEndpoint) -> httpx.AsyncClient:
    """Return a client with the provider's limits, which ignores redirects and the environment's proxies."""
    return httpx.AsyncClient(
        verify=trusted_authorities(),
        timeout=endpoint.timeout_seconds,
        limits=httpx.Limits(max_connections=endpoint.in_flight + 2),
        follow_redirects=False,
        trust_env=False,
    )


def response_check(signer: Signer) -> Check:
    """Return a check that a response is the provider's, and that it answers this very request."""

    def check(request: httpx.Request, response: httpx.Response, body: bytes) -> None:
        signer.check_response(response.headers, request.headers[SIGNATURE], response.status_code, body)

    return check
