"""A subgraph behind HTTP, read through one strict and bounded reader."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import orjson

from gateway.depth import too_deep
from gateway.errors import SubgraphUnreachable
from gateway.transport.base import Call

ACCEPT = "application/graphql-response+json, application/json;q=0.9"


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """What a subgraph is allowed to take.

    Attributes:
        connect_seconds: For the connection alone.
        total_seconds: From sending to the last byte of the answer.
        answer_bytes: The largest answer that is read.
    """

    connect_seconds: float = 0.3
    total_seconds: float = 1.5
    answer_bytes: int = 2 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class HttpTransport:
    """Posts operations to a URL. Redirects are not followed and nothing is ever sent twice.

    Attributes:
        url: Where the subgraph listens.
        client: Shared and closed by whoever made it.
        limits: Time and size.
    """

    url: str
    client: httpx.AsyncClient
    limits: HttpLimits = HttpLimits()

    def prepare(self, document: str, operation_name: str | None) -> Call:
        """Write what never changes of an operation's request.

        The calls raise `SubgraphUnreachable`: no connection, time-out, redirect, too large, or not a GraphQL
        response.
        """
        begin = _begin(document, operation_name)

        async def call(variables: Mapping[str, Any], headers: Mapping[str, str]) -> Mapping[str, Any]:
            content = begin + (b',"variables":' + orjson.dumps(variables) if variables else b"") + b"}"
            try:
                async with asyncio.timeout(self.limits.total_seconds):
                    status, body = await self._exchange(content, headers)
            except TimeoutError:
                raise SubgraphUnreachable("timed out") from None
            except httpx.HTTPError as error:
                raise SubgraphUnreachable(f"{type(error).__name__}: {error}") from error
            return _graphql_response(status, body)

        return call

    async def _exchange(self, content: bytes, forwarded: Mapping[str, str]) -> tuple[int, bytes]:
        sent = {
            **forwarded,
            "content-type": "application/json",
            "accept": ACCEPT,
            "accept-encoding": "identity",
        }
        # A header may hold any octet, and servers decode it so: it goes on as it came.
        headers = httpx.Headers(sent, encoding="latin-1")
        timeout = httpx.Timeout(self.limits.total_seconds, connect=self.limits.connect_seconds)
        async with self.client.stream(
            "POST", self.url, content=content, headers=headers, timeout=timeout, follow_redirects=False
        ) as response:
            if response.headers.get("content-encoding", "identity") != "identity":
                raise SubgraphUnreachable("answered with a content encoding that was not asked for")
            return response.status_code, await self._bounded(response)

    async def _bounded(self, response: httpx.Response) -> bytes:
        body = bytearray()
        async for chunk in response.aiter_raw():
            body += chunk
            if len(body) > self.limits.answer_bytes:
                raise SubgraphUnreachable(f"answered with more than {self.limits.answer_bytes} bytes")
        return bytes(body)


def _begin(document: str, operation_name: str | None) -> bytes:
    """A request's body, but for its variables and the closing brace."""
    payload = {"query": document}
    if operation_name is not None:
        payload["operationName"] = operation_name
    return orjson.dumps(payload)[:-1]


def _graphql_response(status: int, body: bytes) -> Mapping[str, Any]:
    """The decoded body; a GraphQL response counts whatever the HTTP status says."""
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise SubgraphUnreachable(f"HTTP {status}, not JSON") from error
    if not isinstance(answer, dict) or not ("data" in answer or isinstance(answer.get("errors"), list)):
        raise SubgraphUnreachable(f"HTTP {status}, no GraphQL response")
    if too_deep(answer):
        raise SubgraphUnreachable(f"HTTP {status}, nested too deeply")
    return answer
