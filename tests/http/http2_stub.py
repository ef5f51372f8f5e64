"""The stub over HTTP/2: it gives the same replies, or refuses streams and whole connections."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import DataReceived, StreamEnded, WindowUpdated

from tests.http.stub import Reply, Stub, answering

Refusal: TypeAlias = Callable[[H2Connection, int], None]


def refused_stream(h2: H2Connection, stream: int) -> None:
    """Say that the request was not processed."""
    h2.reset_stream(stream, ErrorCodes.REFUSED_STREAM)


def go_away(h2: H2Connection, _stream: int) -> None:
    """Say that no request of the connection was processed."""
    h2.close_connection(last_stream_id=0)


@dataclass
class Http2Stub(Stub):
    """A listening stub; it plays whole replies only.

    Attributes:
        refusals: What it does with the first requests instead of replying.
    """

    refusals: list[Refusal] = field(default_factory=list)


class _Connection(asyncio.Protocol):
    def __init__(self, stub: Http2Stub) -> None:
        self._stub = stub
        self._h2 = H2Connection(H2Configuration(client_side=False))
        self._bodies: dict[int, bytes] = {}
        self._unsent: dict[int, bytes] = {}

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._h2.initiate_connection()
        self._transport.write(self._h2.data_to_send())

    def data_received(self, data: bytes) -> None:
        for event in self._h2.receive_data(data):
            match event:
                case DataReceived():
                    self._bodies[event.stream_id] = self._bodies.get(event.stream_id, b"") + event.data
                    self._h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                case StreamEnded():
                    self._react(event.stream_id)
                case WindowUpdated():
                    self._send_rest()
                case _:
                    pass
        self._transport.write(self._h2.data_to_send())

    def _react(self, stream: int) -> None:
        self._stub.asked.append(json.loads(self._bodies.pop(stream)))
        if self._stub.refusals:
            self._stub.refusals.pop(0)(self._h2, stream)
            return
        reply = self._stub.reaction
        assert isinstance(reply, Reply)
        self._h2.send_headers(stream, [(":status", str(reply.status)), *reply.headers.items()])
        self._unsent[stream] = reply.body
        self._send_rest()

    def _send_rest(self) -> None:
        for stream, body in list(self._unsent.items()):
            rest = body
            while room := min(self._h2.local_flow_control_window(stream), 16_384) if rest else 0:
                self._h2.send_data(stream, rest[:room])
                rest = rest[room:]
            if rest:
                self._unsent[stream] = rest
            else:
                del self._unsent[stream]
                self._h2.end_stream(stream)


@asynccontextmanager
async def http2_stub() -> AsyncIterator[Http2Stub]:
    """A stub over HTTP/2 on a free loopback port, which answers with null until told otherwise."""
    made = Http2Stub("", answering({"data": None}), http2=True)
    server = await asyncio.get_running_loop().create_server(lambda: _Connection(made), "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/graphql"
    async with server:
        yield made
