"""A subgraph that speaks HTTP/2 by the library h2, and does whatever a test wants of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, StreamEnded, StreamReset
from h2.settings import SettingCodes, Settings

from gateway.transport import HttpLimits, HttpTransport
from tests.support.gateway.listening_subgraph import GOOD, PATIENT

HTTP2 = replace(PATIENT, http2=True)


def frame(kind: int, payload: bytes = b"", stream: int = 0, flags: int = 0) -> bytes:
    """A frame, byte by byte."""
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


@dataclass
class Peer:
    """The server's side of one connection."""

    subgraph: Faulty
    transport: asyncio.Transport
    h2: H2Connection
    streams: list[int] = field(default_factory=list)

    def answer(self, stream: int, body: bytes = GOOD, headers: Mapping[str, str] | None = None) -> None:
        """Answer a request."""
        self.h2.send_headers(stream, list({":status": "200", **(headers or {})}.items()))
        self.h2.send_data(stream, body, end_stream=True)
        self.flush()

    def flush(self) -> None:
        """Send h2's output."""
        self.transport.write(self.h2.data_to_send())

    def raw(self, data: bytes) -> None:
        """Send bytes that h2 would not."""
        self.flush()
        self.transport.write(data)


React = Callable[[Peer, int], None]


@dataclass
class Faulty:
    """A subgraph that reacts to whole requests.

    Attributes:
        react: Called with the connection and the stream of each request.
        settings: The first settings.
        answers_control: Whether PING and SETTINGS are acknowledged.
        opens_windows: Whether it allows more of a body than the first window.
        greets: What it does instead of all that once a connection is open.
        peers: The connections so far.
        resets: The streams that the gateway has reset, with the codes.
        lost: How many connections have ended.
    """

    react: React
    settings: Mapping[int, int] = field(default_factory=dict)
    answers_control: bool = True
    opens_windows: bool = True
    greets: Callable[[Peer], None] | None = None
    peers: list[Peer] = field(default_factory=list)
    resets: list[tuple[int, int]] = field(default_factory=list)
    lost: int = 0
    url: str = ""

    @asynccontextmanager
    async def asked(self, limits: HttpLimits = HTTP2) -> AsyncIterator[HttpTransport]:
        """A transport to it, while it listens."""
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: _Connection(self), "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/graphql"
        transport = HttpTransport.to(self.url, limits)
        try:
            yield transport
        finally:
            await transport.close()
            server.close()
            for peer in self.peers:
                peer.transport.abort()


class _Connection(asyncio.Protocol):
    def __init__(self, subgraph: Faulty) -> None:
        self._subgraph = subgraph

    def connection_made(self, transport: Any) -> None:
        h2 = H2Connection(H2Configuration(client_side=False))
        values: dict[Any, int] = {SettingCodes.MAX_CONCURRENT_STREAMS: 100, **self._subgraph.settings}
        h2.local_settings = Settings(client=False, initial_values=values)
        self._peer = Peer(self._subgraph, transport, h2)
        self._subgraph.peers.append(self._peer)
        if self._subgraph.greets is not None:
            self._subgraph.greets(self._peer)
            return
        h2.initiate_connection()
        self._peer.flush()

    def data_received(self, data: bytes) -> None:
        if self._subgraph.greets is not None:
            return
        ended = []
        for event in self._peer.h2.receive_data(data):
            match event:
                case DataReceived() if self._subgraph.opens_windows:
                    self._peer.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                case StreamEnded():
                    ended.append(event.stream_id)
                case StreamReset():
                    self._subgraph.resets.append((event.stream_id, int(event.error_code)))
                case _:
                    pass
        if not self._subgraph.answers_control:
            self._peer.h2.data_to_send()
        self._peer.flush()
        for stream in ended:
            self._peer.streams.append(stream)
            self._subgraph.react(self._peer, stream)

    def connection_lost(self, _exc: Exception | None) -> None:
        self._subgraph.lost += 1
