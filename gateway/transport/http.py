"""A subgraph behind HTTP, read strictly and within bounds.

The client is ours, on httptools' parser; docs/decisions/http-client.md says why.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from gateway.errors import SubgraphUnreachable
from gateway.json_depth import nested_too_deeply
from gateway.transport.address import Address
from gateway.transport.base import SubgraphOperation
from gateway.transport.limits import HttpLimits
from gateway.transport.pool import Pool
from gateway.transport.reply import Reply

HEADER_ENCODING = "latin-1"
HEAD: Final = (
    "POST {target} HTTP/1.1\r\n"
    "host: {authority}\r\n"
    "content-type: application/json\r\n"
    "accept: application/graphql-response+json, application/json;q=0.9\r\n"
    "accept-encoding: identity\r\n"
    "user-agent: furlong-gateway\r\n"
)


@dataclass(slots=True)
class Connections:
    """The connections to one subgraph: made with the first request, because they belong to an event loop."""

    address: Address
    limits: HttpLimits
    trust: ssl.SSLContext | None
    _pool: Pool | None = field(default=None, init=False)

    def pool(self) -> Pool:
        """They."""
        if self._pool is None:
            self._pool = Pool(self.address, self.limits, self.trust, asyncio.get_running_loop())
        return self._pool

    async def close(self) -> None:
        """Close all; who asks afterwards gets a RuntimeError."""
        await self.pool().close()


@dataclass(frozen=True, slots=True)
class HttpTransport:
    """Posts operations to a URL. Redirects are not followed and nothing is ever sent twice.

    Attributes:
        head: Of every request, but for its own headers.
        connections: To the subgraph.
    """

    head: bytes
    connections: Connections

    @property
    def trusted(self) -> bool:
        """Whoever is at the other end may leave things out."""
        return False

    @classmethod
    def to(cls, url: str, limits: HttpLimits | None = None) -> HttpTransport:
        """A transport with connections of its own, to be closed in the end.

        Raises:
            ValueError: It is no URL of HTTP.
            OSError: The file of certificates cannot be read, or holds none.
        """
        limits = limits or HttpLimits()
        address = Address.of(url)
        head = HEAD.format(target=address.target, authority=address.authority).encode("ascii")
        return cls(head, Connections(address, limits, address.trust(limits.authorities)))

    async def close(self) -> None:
        """Close its connections."""
        await self.connections.close()

    def prepare(self, document: str, operation_name: str | None) -> SubgraphOperation:
        """Write what never changes of an operation's request.

        The calls raise `SubgraphUnreachable`: no connection, time-out, redirect, too large, or not a GraphQL
        response.
        """
        begin, head, connections = _begin(document, operation_name), self.head, self.connections

        async def call(
            variables: Mapping[str, Any], headers: Mapping[str, str], _session: object
        ) -> Mapping[str, Any]:
            body = begin + (b',"variables":' + orjson.dumps(variables) if variables else b"") + b"}"
            request = b"%b%bcontent-length: %d\r\n\r\n%b" % (head, _lines(headers), len(body), body)
            return _graphql_response(await connections.pool().ask(request))

        return call


def _lines(headers: Mapping[str, str]) -> bytes:
    """Headers as they go out: the octets that came.

    Raises:
        SubgraphUnreachable: One cannot be sent.
    """
    text = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
    # A line break in a value would be another header.
    if text.count("\n") != len(headers) or text.count("\r") != len(headers) or "\0" in text:
        raise SubgraphUnreachable("a header cannot be sent")
    try:
        return text.encode(HEADER_ENCODING)
    except UnicodeEncodeError as error:
        raise SubgraphUnreachable("a header cannot be sent") from error


def _begin(document: str, operation_name: str | None) -> bytes:
    """A request's body, but for its variables and the closing brace."""
    payload = {"query": document}
    if operation_name is not None:
        payload["operationName"] = operation_name
    return orjson.dumps(payload)[:-1]


def _graphql_response(reply: Reply) -> Mapping[str, Any]:
    """The decoded body; a GraphQL response counts whatever the HTTP status says."""
    status, body = reply
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise SubgraphUnreachable(f"HTTP {status}, not JSON") from error
    if not isinstance(answer, dict) or not ("data" in answer or isinstance(answer.get("errors"), list)):
        raise SubgraphUnreachable(f"HTTP {status}, no GraphQL response")
    if nested_too_deeply(body, answer):
        raise SubgraphUnreachable(f"HTTP {status}, nested too deeply")
    return answer
