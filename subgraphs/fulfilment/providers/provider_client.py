"""The line to a provider: bounded attempts with jitter, a circuit breaker, answers read strictly."""

import asyncio
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
import orjson
import structlog

from subgraphs.fulfilment.providers.settings import ProviderConfig
from subgraphs.fulfilment.providers.signing import BadSignature
from subgraphs.kit.mutations.circuit_breaker import Breaker

log = structlog.get_logger(__name__)
ANSWER_BYTES: Final = 1024 * 1024
TOO_MANY, SERVER_FAULTS = 429, 500


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as it came: a status, and a JSON object."""

    status: int
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked. It may be asked several times over: asking it again changes nothing more.

    Attributes:
        target: path and query, below the provider's URL.
        body: of a request that has one.
        key: the idempotency key of a request that changes something.
    """

    method: str
    target: str
    body: Mapping[str, Any] | None = None
    key: str | None = None


Sign = Callable[[str, str, bytes], Mapping[str, str]]
"""Makes the headers that prove who is asking, from method, target and body."""

Check = Callable[[httpx.Request, httpx.Response, bytes], None]
"""Looks at request, answer and the answer's body; raises BadSignature where it is not the provider's."""


@dataclass(frozen=True, slots=True)
class Line:
    """Asks one provider."""

    config: ProviderConfig
    client: httpx.AsyncClient
    breaker: Breaker
    sign: Sign
    check: Check = field(default=lambda _request, _response, _body: None)

    async def ask(self, question: Question) -> Reply | None:
        """The provider's answer; None when there is none, or none that can be believed.

        What it leaves open (no answer, 429, 5xx) is asked again, within bounds.
        """
        reply: Reply | None = None
        for attempt in range(self.config.attempts):
            if attempt:
                await asyncio.sleep(_pause(self.config.pause_seconds, attempt))
            if not self.breaker.admits():
                return reply
            reply = await self._ask_once(question)
            if reply is not None and reply.status < SERVER_FAULTS and reply.status != TOO_MANY:
                self.breaker.succeeded()
                return reply
            self.breaker.failed()
        return reply

    async def close(self) -> None:
        """Closes the connections."""
        await self.client.aclose()

    async def _ask_once(self, question: Question) -> Reply | None:
        try:
            async with asyncio.timeout(self.config.timeout_seconds):
                return await self._exchange(question)
        except (httpx.HTTPError, TimeoutError, BadSignature, _NotAnAnswer) as fault:
            log.warning(
                "a provider gave no answer",
                provider=self.config.name,
                method=question.method,
                key=question.key,
                fault=repr(fault),
            )
            return None

    async def _exchange(self, question: Question) -> Reply:
        body = b"" if question.body is None else orjson.dumps(question.body)
        # The target that is signed is the one that arrives: with the path of the provider's own URL.
        url = self.config.url.rstrip("/") + question.target
        parts = urlsplit(url)
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        headers = {"Accept-Encoding": "identity", **self.sign(question.method, target, body)}
        if question.body is not None:
            headers["Content-Type"] = "application/json"
        if question.key is not None:
            headers["Idempotency-Key"] = question.key
        request = self.client.build_request(question.method, url, content=body or None, headers=headers)
        response = await self.client.send(request, stream=True)
        try:
            answer = await _read(response)
        finally:
            await response.aclose()
        self.check(request, response, answer)
        return Reply(response.status_code, _json_object(answer, response.status_code))


class _NotAnAnswer(Exception):
    """Too long, or no JSON object."""


async def _read(response: httpx.Response) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > ANSWER_BYTES:
            raise _NotAnAnswer("longer than an answer may be")
    return bytes(body)


def _json_object(body: bytes, status: int) -> Mapping[str, Any]:
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise _NotAnAnswer(f"status {status} without JSON") from error
    if not isinstance(content, dict):
        raise _NotAnAnswer(f"status {status} without a JSON object")
    return content


def _pause(first: float, attempt: int) -> float:
    """Between half and all of a pause that doubles with each attempt."""
    return first * (1 << (attempt - 1)) * random.uniform(0.5, 1)  # noqa: S311 - jitter, not a secret


def open_client(config: ProviderConfig) -> httpx.AsyncClient:
    """A client with the provider's limits, that follows no redirects and no proxy of the environment."""
    return httpx.AsyncClient(
        timeout=config.timeout_seconds,
        limits=httpx.Limits(max_connections=config.in_flight + 2),
        follow_redirects=False,
        trust_env=False,
    )
