"""A request as received over HTTP: its headers, and a body that may still be arriving."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from foundation.decompression import Broken, TooMuch, gunzipped
from foundation.graphql_http import GraphQLRequest, check_content, read_body, read_parameters
from foundation.graphql_http.media import IncrementalSpec, accepted_spec, content_codings
from gateway.errors import BodyTooLarge, RequestError
from gateway.http.client import Client
from gateway.http.headers import ENCODING, Headers
from gateway.monitoring import Recorder


class ReceivedRequest(msgspec.Struct, eq=False):
    """A POST or GET of GraphQL over HTTP.

    Attributes:
        client: The other end of the connection.
        headers: All headers, as `combined` returns them.
        forwarded: The headers that subgraphs may see.
        body_limit: The most bytes of the body.
        body: The body of a POST, if all of it has arrived.
        parameters: The query string of a GET; None for a POST.
        recorder: Counts requests like this one; None until its operation is known.
        reads_gzip: Whether the body may be compressed.
    """

    client: Client
    headers: Mapping[bytes, bytes]
    forwarded: dict[str, str]
    body_limit: int
    body: bytes | None = None
    parameters: bytes | None = None
    recorder: Recorder | None = None
    reads_gzip: bool = False

    @property
    def method(self) -> str:
        """The HTTP method: GET or POST."""
        return "POST" if self.parameters is None else "GET"

    @property
    def peer(self) -> str | None:
        """The client's address on the connection, which may be a proxy's; None if it has none."""
        return self.client.address

    @property
    def text_headers(self) -> Mapping[str, str]:
        """All headers as text."""
        return Headers(self.headers)

    def incremental_spec(self) -> IncrementalSpec | None:
        """Return the format in which the client accepts a response in parts; None if it accepts none."""
        return accepted_spec(self.headers.get(b"accept", b"").decode(ENCODING))

    def arrived_body(self) -> bytes | None:
        """Return the body if all of it has arrived and is plain JSON, else None."""
        headers = self.headers
        if headers.get(b"content-type") != b"application/json" or b"content-encoding" in headers:
            return None
        return self.body

    async def read_body(self) -> bytes | None:
        """Check the content type and read the body; None for a GET.

        Raises:
            RequestError: The body is not JSON, or too large.
            ClientDisconnected: The client disconnected before the body was complete.
        """
        if self.parameters is not None:
            return None
        is_compressed = self.reads_gzip and content_codings(_encoding(self.headers)) == ["gzip"]
        _check_content(self.headers, is_compressed=is_compressed)
        if self.body is None:
            self.body = await self.client.read(self.body_limit)
        elif len(self.body) > self.body_limit:
            raise BodyTooLarge(self.body_limit)
        return self._decompressed(self.body) if is_compressed else self.body

    def _decompressed(self, body: bytes) -> bytes:
        """Decompress a body; the limit applies to both the compressed and the decompressed bytes.

        Raises:
            RequestError: The body is not gzip, or too large.
        """
        try:
            return gunzipped(body, self.body_limit)
        except TooMuch as error:
            raise BodyTooLarge(self.body_limit) from error
        except Broken as error:
            raise RequestError(f"The body is not gzip: {error}.", code="INVALID_COMPRESSION") from error

    def parse(self, body: bytes | None) -> GraphQLRequest:
        """Parse the body, or the parameters of a GET.

        Raises:
            RequestError: It is not a GraphQL request.
        """
        return (
            read_parameters(self.parameters or b"", ids_are_documents=True)
            if body is None
            else read_body(body, ids_are_documents=True)
        )


def _check_content(headers: Mapping[bytes, bytes], *, is_compressed: bool) -> None:
    if headers.get(b"content-type") != b"application/json" or b"content-encoding" in headers:
        check_content(
            headers.get(b"content-type", b"").decode(ENCODING),
            "identity" if is_compressed else _encoding(headers),
        )


def _encoding(headers: Mapping[bytes, bytes]) -> str:
    return headers.get(b"content-encoding", b"").decode(ENCODING)
