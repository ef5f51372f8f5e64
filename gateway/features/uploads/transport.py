"""Sends a mutation with files to a subgraph, as the files arrive from the client."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from secrets import token_hex
from typing import Any, Final

import httpx
import orjson
from msgspec import Struct

from gateway.errors import (
    ClientDisconnected,
    ConnectionFailed,
    ReplyTooLarge,
    RequestError,
    SubgraphTimeout,
    SubgraphUnreachable,
)
from gateway.features.uploads.upload import UPLOAD, Upload, part_head, without_marks
from gateway.transport import HttpTransport, SubgraphOperation, Transport
from gateway.transport.header_lines import header_lines
from gateway.transport.http import BYTES_A_PLACE, graphql_response
from gateway.transport.reply import Reply
from jit.codegen import spend

WITHOUT_TLS: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For connections without TLS: trusts no certificate, so that none needs to be loaded."""
ACCEPT: Final = "application/graphql-response+json, application/json;q=0.9"


class UploadingTransport(Struct, frozen=True):
    """Sends operations by another transport, and those with files on a connection of their own.

    Attributes:
        transport: The other transport.
        over_http: The transport over HTTP to the same subgraph.
        url: The subgraph's URL.
        seconds: How long the subgraph may take for its response, and to take more of a file.
    """

    transport: Transport
    over_http: HttpTransport
    url: str
    seconds: float

    @property
    def trusted(self) -> bool:
        """Whether the other transport is trusted."""
        return self.transport.trusted

    def prepare(self, document: str, operation_name: str | None) -> SubgraphOperation:
        """Prepare an operation, as the other transport does."""
        call = self.transport.prepare(document, operation_name)
        named = {} if operation_name is None else {"operationName": operation_name}

        async def with_files(
            variables: Mapping[str, Any], headers: Mapping[str, str], session: object
        ) -> Mapping[str, Any]:
            upload = UPLOAD.get()
            if upload is None:
                return await call(variables, headers, session)
            paths: dict[str, str] = {}
            sent = without_marks(variables, upload.names, paths, "variables")
            if not paths:
                return await call(variables, headers, session)
            return await self._sent(upload, {"query": document, **named, "variables": sent}, paths, headers)

        return with_files

    def prepare_subscription(self, document: str, operation_name: str | None) -> Any:
        """Prepare a subscription, as the other transport does."""
        from gateway.transport import prepared_subscription  # noqa: PLC0415 - for subscriptions alone

        return prepared_subscription(self.transport, document, operation_name)

    async def _sent(
        self,
        upload: Upload,
        operations: Mapping[str, Any],
        paths: Mapping[str, str],
        headers: Mapping[str, str],
    ) -> Mapping[str, Any]:
        """Send a multipart request, and return the response.

        Raises:
            SubgraphUnreachable: There was none, or the files did not arrive; `error` of the upload says why.
        """
        if upload.is_read:
            raise SubgraphUnreachable("files cannot be sent twice")
        upload.is_read = True
        boundary = f"furlong-{token_hex(16)}"
        body = _body(upload, boundary, orjson.dumps(operations), paths)
        try:
            reply = await self._exchanged(boundary, body, headers)
        except (RequestError, ClientDisconnected) as error:
            upload.error = error
            raise SubgraphUnreachable("the client's files did not arrive") from error
        spend(len(reply.body) // BYTES_A_PLACE)
        return graphql_response(reply)

    async def _exchanged(
        self, boundary: str, body: AsyncIterator[bytes], headers: Mapping[str, str]
    ) -> Reply:
        """Send a body while it arrives, and return the reply.

        Raises:
            SubgraphUnreachable: There was no reply. RequestError: The files did not arrive.
        """
        connections = self.over_http.connections
        limits, trust = connections.limits, connections.context()
        header_lines(tuple(headers.items()))  # refuses what would be another header
        lines = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        fixed = {
            b"content-type": f"multipart/form-data; boundary={boundary}".encode(),
            b"accept": ACCEPT.encode(),
            b"accept-encoding": b"identity",
            b"user-agent": b"furlong-gateway",
        }
        timeout = httpx.Timeout(self.seconds, connect=limits.connect_seconds)
        extensions = {} if limits.tls.server_name is None else {"sni_hostname": limits.tls.server_name}
        verify = WITHOUT_TLS if trust is None else trust
        try:
            async with (
                httpx.AsyncClient(verify=verify, trust_env=False, timeout=timeout) as client,
                client.stream(
                    "POST", self.url, content=body, headers=[*fixed.items(), *lines], extensions=extensions
                ) as response,
            ):
                return await _read(response, limits.answer_bytes, self.seconds)
        except (TimeoutError, httpx.ReadTimeout, httpx.WriteTimeout) as error:
            raise SubgraphTimeout("did not answer in time") from error
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise ConnectionFailed(f"cannot be connected to: {error}") from error
        except (httpx.HTTPError, OSError) as error:
            raise SubgraphUnreachable(f"closed the connection: {error}") from error


async def _read(response: httpx.Response, limit: int, seconds: float) -> Reply:
    content = bytearray()
    async with asyncio.timeout(seconds):
        async for chunk in response.aiter_raw():
            content += chunk
            if len(content) > limit:
                raise ReplyTooLarge(f"more than {limit} bytes")
    return Reply(response.status_code, bytes(content))


async def _body(
    upload: Upload, boundary: str, operations: bytes, paths: Mapping[str, str]
) -> AsyncIterator[bytes]:
    """Yield the body of the request to the subgraph, in which files have names of the gateway's own."""
    numbers = {name: str(number) for number, name in enumerate(paths)}
    places = {numbers[name]: [path] for name, path in paths.items()}
    delimiter = f"--{boundary}\r\n".encode()
    for name, text in (("operations", operations), ("map", orjson.dumps(places))):
        yield delimiter + f'content-disposition: form-data; name="{name}"\r\n\r\n'.encode() + text + b"\r\n"
    async for part, pieces in upload.files():
        yield delimiter + part_head(numbers[part.name], part)
        async for piece in pieces:
            yield piece
        yield b"\r\n"
    yield f"--{boundary}--\r\n".encode()
