"""GraphQL over SSE in single connection mode: one event stream for all operations of a client.

https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs

import orjson

from gateway.clients import CustomerOf
from gateway.errors import MethodNotAllowed, Overloaded, RequestError
from gateway.http.client import STREAMED, Reply
from gateway.http.live import LiveSession
from gateway.http.request import ReceivedRequest
from gateway.http.streams.formats import MERGED_EVENTS, StreamFormat
from gateway.http.streams.reservations import Reservation, Reservations
from gateway.http.streams.streams import Streams
from graphql_http import read_body

TOKEN: Final = b"x-graphql-event-stream-token"
TEXT: Final = b"text/plain; charset=utf-8"
NO_STORE: Final = ((b"cache-control", b"no-store"),)
MAX_NAME_LENGTH: Final = 128

ACCEPTED, CREATED, OK = 202, 201, 200


@dataclass(frozen=True, slots=True)
class SingleConnectionMode:
    """Reserves and connects event streams, and starts and ends the operations that write to them.

    Attributes:
        streams: Sends event streams.
        reservations: All reservations of the process.
        customer_of: Returns the key of a session's customer.
    """

    streams: Streams
    reservations: Reservations
    customer_of: CustomerOf | None = None

    async def answer(
        self, method: str, request: ReceivedRequest, query: bytes, written: StreamFormat | None
    ) -> Reply:
        """Answer a PUT, GET, POST or DELETE.

        Args:
            method: The HTTP method.
            request: The HTTP request.
            query: The query string.
            written: The stream format that the client accepts; None if it accepts none.

        Raises:
            RequestError: The request is refused.
            ClientDisconnected: The client has disconnected.
        """
        parameters = parse_qs(query.decode("latin-1"))
        if method == "PUT":
            return await self._reserve(request)
        reservation = await self._found(method, request, parameters)
        if method == "DELETE":
            if not reservation.stream.end(_first(parameters, "operationId")):
                raise _Refused("No operation with this id is in progress.", "OPERATION_NOT_FOUND", 404)
            return OK, TEXT, b"", NO_STORE
        if written is not None:
            return await self._connect(request, reservation)
        return await self._execute(request, reservation)

    async def _reserve(self, request: ReceivedRequest) -> Reply:
        if not self.reservations.are_possible:
            message = "This server has several processes: use distinct connections or a WebSocket."
            raise _Refused(message, "SINGLE_CONNECTION_NOT_SUPPORTED", 501)
        connections = self.streams.connections
        slot = connections.reserve(request.client.address, request.headers)
        if slot is None:
            raise Overloaded
        try:
            session = await self.streams.identified(request, slot)
        except BaseException:
            connections.release(slot)
            raise
        reservation = self.reservations.make(self._owner(session), slot, session)
        return CREATED, TEXT, reservation.token.encode(), NO_STORE

    async def _found(
        self, method: str, request: ReceivedRequest, parameters: Mapping[str, list[str]]
    ) -> Reservation:
        """Return the reservation of a token if it belongs to the client."""
        token = request.headers.get(TOKEN, b"").decode("latin-1") or _first(parameters, "token")
        reservation = self.reservations.find(token)
        if reservation is not None:
            # An `EventSource` cannot send headers, so the single-use token stands for its session.
            if method == "GET" and b"authorization" not in request.headers:
                return reservation
            session = LiveSession(self.streams.authentication, request)
            await session.renew()
            if self._owner(session) == reservation.owner:
                return reservation
        raise _Refused("There is no stream with this token.", "STREAM_NOT_FOUND", 404)

    async def _connect(self, request: ReceivedRequest, reservation: Reservation) -> Reply:
        if reservation.is_connected:
            raise _Refused("The stream is already open.", "STREAM_OPEN", 409)
        self.reservations.connect(reservation)
        try:
            await self.streams.deliver(
                request, MERGED_EVENTS, reservation.stream, reservation.session, reservation.slot
            )
        finally:
            self.reservations.forget(reservation)
        return STREAMED

    async def _execute(self, request: ReceivedRequest, reservation: Reservation) -> Reply:
        """Start an operation; refusals are the reply, and responses go to the stream."""
        name, stream = await _operation_name(request), reservation.stream
        if name in stream:
            raise _Refused("An operation with this id is already in progress.", "OPERATION_EXISTS", 409)
        if len(stream) >= self.streams.connections.limits.subscriptions:
            raise _Refused("Too many operations are in progress.", "TOO_MANY_OPERATIONS", 429)
        operation = stream.claim(name, self.streams.operations)
        try:
            started = await self.streams.operations.start(request)
        except BaseException:
            stream.release(name, operation)
            raise
        if stream.is_claimed(name, operation):
            stream.run(name, operation, started)
        else:
            await started.aclose()
        return ACCEPTED, TEXT, b"", NO_STORE

    def _owner(self, session: LiveSession) -> object:
        """Return the identity of the client: its customer, or its credentials if the customer is unknown."""
        customer = None
        if self.customer_of is not None and session.session is not None:
            customer = self.customer_of(session.session)
        return session.request.headers.get(b"authorization") if customer is None else customer


class _Refused(RequestError):
    """The protocol does not allow the request in the current state."""

    def __init__(self, message: str, code: str, status: int) -> None:
        super().__init__(message, code=code, status=status)


async def _operation_name(request: ReceivedRequest) -> str:
    """Return the id that the client gives an operation.

    Raises:
        RequestError: The id is missing, or the body is not a GraphQL request.
    """
    body = await request.read_body()
    if body is None:
        raise MethodNotAllowed("Send the operations of a reserved stream by POST.")
    read_body(body, ids_are_documents=True)
    name = (orjson.loads(body).get("extensions") or {}).get("operationId")
    if not isinstance(name, str) or not 0 < len(name) <= MAX_NAME_LENGTH:
        raise _Refused(
            "extensions.operationId must be a string of 1 to 128 characters.", "INVALID_REQUEST", 400
        )
    return name


def names_stream(method: str, query: bytes) -> bool:
    """Return whether the query string names a reserved stream.

    A GET with a document is an operation by itself, unless it has the id that this mode requires.
    """
    if b"token=" not in query:
        return False
    parameters = parse_qs(query.decode("latin-1"))
    if "token" not in parameters:
        return False
    return method != "GET" or "query" not in parameters or "operationId" in _first(parameters, "extensions")


def _first(parameters: Mapping[str, list[str]], name: str) -> str:
    return parameters.get(name, [""])[0]
