"""A subgraph behind HTTP, read through one strict and bounded reader.

The client is aiohttp; docs/decisions/http-client.md says why.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson
from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout, DummyCookieJar, TCPConnector
from yarl import URL

from gateway.depth import nested_too_deeply
from gateway.errors import SubgraphUnreachable
from gateway.headers import ENCODING
from gateway.transport.base import Call

HEADERS: Final = {
    "content-type": "application/json",
    "accept": "application/graphql-response+json, application/json;q=0.9",
    "accept-encoding": "identity",
    "user-agent": "furlong-gateway",
}


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """What a subgraph is allowed to take.

    Attributes:
        connect_seconds: For the connection alone.
        total_seconds: From waiting for a connection to the last byte of the answer.
        answer_bytes: The largest answer that is read.
        connections: How many are open at once.
        idle_seconds: How long a connection is kept unused. Subgraphs must keep theirs for longer: what is
            sent while the other side closes is lost, and nothing is sent twice.
        authorities: A file of certificates (PEM) that are trusted beside those of the system.
    """

    connect_seconds: float = 0.3
    total_seconds: float = 1.5
    answer_bytes: int = 2 * 1024 * 1024
    connections: int = 50
    idle_seconds: float = 2.0
    authorities: Path | None = None


class Connections:
    """The connections to one subgraph: made with the first request, because they belong to an event loop."""

    __slots__ = ("_limits", "_session", "_trust")

    def __init__(self, limits: HttpLimits, trust: ssl.SSLContext | None = None) -> None:
        self._limits = limits
        self._trust = trust
        self._session: ClientSession | None = None

    def session(self) -> ClientSession:
        """The client: without cookies, proxies of the environment, or decompression."""
        if self._session is None:
            limits = self._limits
            self._session = ClientSession(
                connector=TCPConnector(
                    limit=limits.connections,
                    keepalive_timeout=limits.idle_seconds,
                    ssl=True if self._trust is None else self._trust,
                ),
                timeout=ClientTimeout(total=limits.total_seconds, sock_connect=limits.connect_seconds),
                cookie_jar=DummyCookieJar(),
                auto_decompress=False,
                trust_env=False,
            )
        return self._session

    async def close(self) -> None:
        """Close all; who asks afterwards gets a RuntimeError."""
        await self.session().close()


@dataclass(frozen=True, slots=True)
class HttpTransport:
    """Posts operations to a URL. Redirects are not followed and nothing is ever sent twice.

    Attributes:
        url: Where the subgraph listens.
        connections: To it.
        answer_bytes: The largest answer that is read.
    """

    url: URL
    connections: Connections
    answer_bytes: int

    @classmethod
    def to(cls, url: str, limits: HttpLimits | None = None) -> HttpTransport:
        """A transport with connections of its own, to be closed in the end.

        Raises:
            ValueError: It is no URL of HTTP.
            OSError: The file of certificates cannot be read, or holds none.
        """
        limits = limits or HttpLimits()
        parsed = URL(url)
        if parsed.scheme not in ("http", "https") or not parsed.host:
            raise ValueError("this is no URL of HTTP")
        trust = None
        if limits.authorities is not None:
            trust = ssl.create_default_context()
            trust.load_verify_locations(limits.authorities)
        return cls(parsed, Connections(limits, trust), limits.answer_bytes)

    async def close(self) -> None:
        """Close its connections."""
        await self.connections.close()

    def prepare(self, document: str, operation_name: str | None) -> Call:
        """Write what never changes of an operation's request.

        The calls raise `SubgraphUnreachable`: no connection, time-out, redirect, too large, or not a GraphQL
        response.
        """
        begin = _begin(document, operation_name)

        async def call(variables: Mapping[str, Any], headers: Mapping[str, str]) -> Mapping[str, Any]:
            content = begin + (b',"variables":' + orjson.dumps(variables) if variables else b"") + b"}"
            try:
                status, body = await self._exchange(content, headers)
            except TimeoutError:
                raise SubgraphUnreachable("timed out") from None
            except (ClientError, ValueError) as error:
                raise SubgraphUnreachable(f"{type(error).__name__}: {error}") from error
            return _graphql_response(status, body)

        return call

    async def _exchange(self, content: bytes, forwarded: Mapping[str, str]) -> tuple[int, bytes]:
        headers = {**HEADERS, **{name: _octets(value) for name, value in forwarded.items()}}
        async with self.connections.session().post(
            self.url, data=content, headers=headers, allow_redirects=False
        ) as response:
            if response.headers.get("content-encoding", "identity") != "identity":
                response.close()
                raise SubgraphUnreachable("answered with a content encoding that was not asked for")
            return response.status, await self._bounded(response)

    async def _bounded(self, response: ClientResponse) -> bytes:
        body = await response.content.readany()
        while not response.content.at_eof():
            if len(body) > self.answer_bytes:
                break
            body += await response.content.readany()
        if len(body) > self.answer_bytes:
            response.close()
            raise SubgraphUnreachable(f"answered with more than {self.answer_bytes} bytes")
        return body


def _octets(value: str) -> str:
    """A header's value so that the client, which writes UTF-8, sends the octets that came.

    Octets that are no UTF-8 are sent as replacement characters: what they stood for is wrong, and stays so.
    """
    return value if value.isascii() else value.encode(ENCODING).decode("utf-8", "replace")


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
    if nested_too_deeply(body, answer):
        raise SubgraphUnreachable(f"HTTP {status}, nested too deeply")
    return answer
