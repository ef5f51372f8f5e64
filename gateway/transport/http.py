"""A subgraph over HTTP, whose replies are read strictly and within limits.

The client is our own, on httptools' parser; docs/decisions/http-client.md says why.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from msgspec import Struct

from foundation.graphql_http.strict_json import nested_too_deeply
from foundation.reloaded_context import ReloadedContext
from gateway.errors import SubgraphUnavailable, SubgraphUnreachable
from gateway.transport.address import Address
from gateway.transport.base import FailedResponse, Sign, SubgraphOperation
from gateway.transport.connector import Connector
from gateway.transport.header_lines import header_lines
from gateway.transport.limits import HttpLimits
from gateway.transport.pool import Pool
from gateway.transport.reply import Reply
from jit.codegen import spend

BYTES_A_PLACE: Final = 20
"""The average bytes of a response field with its value, by which replies are charged to the request's
budget.
"""

SERVER_ERRORS: Final = 500
"""The first status that means that the server failed."""

UNAVAILABLE: Final = frozenset({502, 503, 504})
"""The statuses that mean that a server or proxy cannot answer at the moment."""

HEAD: Final = (
    "POST {target} HTTP/1.1\r\n"
    "host: {authority}\r\n"
    "content-type: application/json\r\n"
    "accept: application/graphql-response+json, application/json;q=0.9\r\n"
    "accept-encoding: {encoding}\r\n"
    "user-agent: furlong-gateway\r\n"
)


@dataclass(slots=True)
class Connections:
    """The connections to one subgraph.

    Attributes:
        opened: The pool; it is created by the first request, because it belongs to its event loop.
    """

    address: Address
    limits: HttpLimits
    opened: Pool | None = field(default=None, init=False)
    _kept: frozenset[bytes] = field(default=frozenset(), init=False, compare=False)
    _trust: ReloadedContext | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        """Read the certificates, so that no request waits for that."""
        if self.address.is_secure:
            self._trust = self.limits.tls.reloaded()

    def context(self) -> ssl.SSLContext | None:
        """Return the TLS context for a connection of its own, reloaded if its files have changed."""
        if self._trust is None:
            return None
        self._trust.refresh()
        return self._trust.current

    def keep_headers(self, names: frozenset[bytes]) -> None:
        """Keep these headers of replies, by name in lower case; it holds for connections opened later."""
        self._kept = names

    def pool(self) -> Pool:
        """Return the connections."""
        if self.opened is None:
            self.opened = self._pool(asyncio.get_running_loop())
        return self.opened

    def _pool(self, loop: asyncio.AbstractEventLoop) -> Pool:
        address, limits = self.address, self.limits
        encoding = "gzip" if limits.reads_gzip else "identity"
        head = HEAD.format(target=address.target, authority=address.authority, encoding=encoding)
        connector = Connector(address, limits, self._trust, loop)
        if not self._kept:
            return Pool(connector, head.encode("ascii"), limits, loop)
        from gateway.transport.reply_headers import HeadedPool  # noqa: PLC0415 - few want headers

        return HeadedPool(self._kept, connector, head.encode("ascii"), limits, loop)

    async def close(self) -> None:
        """Close all connections; later requests raise RuntimeError."""
        await self.pool().close()


class HttpTransport(Struct, frozen=True):
    """Posts operations to a URL; follows no redirects, and repeats nothing that may have been processed.

    Attributes:
        connections: The connections to the subgraph.
        sign: Returns the header lines that sign a request; None if requests are not signed.
    """

    connections: Connections
    sign: Sign | None = None

    @property
    def trusted(self) -> bool:
        """False: a response may leave out fields."""
        return False

    @classmethod
    def to(cls, url: str, limits: HttpLimits, sign: Sign | None = None) -> HttpTransport:
        """Return a transport with its own connections, which the caller must close.

        Raises:
            ValueError: It is not an HTTP URL. OSError: The file of certificates cannot be read, or contains
                none.
        """
        return cls(Connections(Address.of(url), limits), sign)

    def reaches(self, url: str, limits: HttpLimits, sign: Sign | None = None) -> bool:
        """Return whether `to` would build an equal transport from these arguments.

        Raises:
            ValueError: It is not an HTTP URL.
        """
        known = self.connections
        return known.address == Address.of(url) and known.limits == limits and self.sign == sign

    async def close(self) -> None:
        """Close its connections."""
        await self.connections.close()

    def prepare(self, document: str, operation_name: str | None) -> SubgraphOperation:
        """Encode the part of an operation's request that never changes.

        The calls raise `SubgraphUnreachable` on a failed connection, a timeout, a redirect, or a reply that
        is too large or not a GraphQL response; and `BudgetSpent` if the replies to one request are too large
        together.
        """
        begin, connections, sign = _begin(document, operation_name), self.connections, self.sign

        async def call(
            variables: Mapping[str, Any], headers: Mapping[str, str], _session: object
        ) -> Mapping[str, Any]:
            body = begin + (b',"variables":' + orjson.dumps(variables) if variables else b"") + b"}"
            lines = header_lines(tuple(headers.items()))
            if sign is not None:
                lines += sign(body, headers)
            reply = await (connections.opened or connections.pool()).ask(lines, body)
            spend(len(reply.body) // BYTES_A_PLACE)
            return graphql_response(reply)

        return call


def _begin(document: str, operation_name: str | None) -> bytes:
    """Encode a request's body, without its variables and the closing brace."""
    payload = {"query": document}
    if operation_name is not None:
        payload["operationName"] = operation_name
    return orjson.dumps(payload)[:-1]


def graphql_response(reply: Reply) -> Mapping[str, Any]:
    """Decode a reply's body; a GraphQL response counts whatever its HTTP status."""
    status, body = reply.status, reply.body
    try:
        response = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise _unusable(status, "not JSON") from error
    if response.__class__ is not dict or not ("data" in response or isinstance(response.get("errors"), list)):
        raise _unusable(status, "not a GraphQL response")
    if nested_too_deeply(body, response):
        raise SubgraphUnreachable(f"HTTP {status}, nested too deeply")
    return response if status < SERVER_ERRORS else FailedResponse(response)


def _unusable(status: int, what: str) -> SubgraphUnreachable:
    """Return the error for a reply without a GraphQL response."""
    kind = SubgraphUnavailable if status in UNAVAILABLE else SubgraphUnreachable
    return kind(f"HTTP {status}, {what}")
