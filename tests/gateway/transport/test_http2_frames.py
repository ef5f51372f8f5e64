"""Whatever bytes arrive, in whatever pieces, a connection ends its requests and raises nothing."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import Any

import pytest
from h2.config import H2Configuration
from h2.connection import H2Connection
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import ConnectionFailed, SubgraphUnreachable
from gateway.transport.address import Address
from gateway.transport.http2.connection import ConnectionSettings, Http2Connection
from gateway.transport.http2.frames import FrameGuard, Goaway
from gateway.transport.http2.request import own_headers, pseudo_headers
from gateway.transport.http2.stream import Http2Job
from gateway.transport.reply import Reply
from tests.support.gateway.faulty_http2 import HTTP2, frame

GREETING = frame(4)
SETTINGS = ConnectionSettings(HTTP2, pseudo_headers(Address.of("http://a/graphql")), keeps_headers=True)


class Wire(asyncio.Transport):
    """Keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.closed = False

    def write(self, _data: Any) -> None:
        """Take it."""
        assert not self.closed

    def close(self) -> None:
        """Note the end."""
        self.closed = True

    abort = close


class Owner:
    """Counts lost connections."""

    lost_ones = 0

    def freed(self, _connection: Http2Connection) -> None:
        """Do nothing."""

    def refused(self, job: Http2Job, reason: str) -> None:
        """Let it fail."""
        job.settle(ConnectionFailed(reason))

    def lost(self, _connection: Http2Connection) -> None:
        """Count."""
        self.lost_ones += 1


frames = st.builds(
    frame,
    st.integers(0, 12),
    st.binary(max_size=40) | st.sampled_from([b"\x88", b"\x88\x5c\x011", bytes(4), bytes(8)]),
    st.integers(0, 6),
    st.sampled_from([0, 1, 4, 5, 8, 0x20, 0xFF]),
)


@given(pieces=st.lists(frames | st.binary(max_size=30), max_size=20), cut=st.integers(1, 50))
def test_no_bytes_break_a_connection(pieces: list[bytes], cut: int) -> None:
    """Each request has an outcome once the connection is closed, and the owner learns of it once."""

    async def run() -> None:
        loop, owner, wire = asyncio.get_running_loop(), Owner(), Wire()
        connection = Http2Connection(owner, SETTINGS, loop)
        connection.connection_made(wire)
        connection.data_received(GREETING)
        jobs = [Http2Job(own_headers(b"", 2), b"{}", loop.create_future()) for _ in range(3)]
        for job in jobs:
            connection.begin(job)
        data = b"".join(pieces)
        for start in range(0, len(data), cut):
            connection.data_received(data[start : start + cut])
        connection.connection_lost(None)
        assert owner.lost_ones == 1
        for job in jobs:
            assert isinstance(job.outcome.result(), Reply | SubgraphUnreachable)

    asyncio.run(run())


@given(cuts=st.lists(st.integers(0, 200), max_size=8))
def test_pieces_make_no_difference(cuts: list[int]) -> None:
    """Frames are whole, and GOAWAY is taken out wherever it stands."""
    kept = [frame(6, bytes(8)), frame(0, b"x" * 70, 1), frame(4)]
    data = kept[0] + frame(7, bytes([0, 0, 0, 5, 0, 0, 0, 2]) + b"why") + kept[1] + kept[2]
    places = sorted({0, len(data), *(min(cut, len(data)) for cut in cuts)})
    guard, out, goaways = FrameGuard(), b"", []
    for begin, end in pairwise(places):
        whole, gone = guard.feed(data[begin:end], {1})
        out += whole
        goaways += gone
    assert (out, goaways) == (b"".join(kept), [Goaway(5, 2)])


def test_a_request_leaves_nothing_in_the_table() -> None:
    """Tokens and signatures are never indexed: a second request does not become shorter by the first."""
    h2 = H2Connection(H2Configuration())
    h2.initiate_connection()
    lines = b"authorization: Bearer secret\r\nsignature: sig=:abc:\r\nx-other: 1\r\n"
    lengths = []
    for stream in (1, 3, 5):
        h2.data_to_send()
        h2.send_headers(stream, [*SETTINGS.fixed, *own_headers(lines, 10)])
        lengths.append(len(h2.data_to_send()))
    assert lengths[1] == lengths[2]
    indexed = {name for name, _ in h2.encoder.header_table.dynamic_entries}
    assert indexed <= {b":authority", b":path"}


@pytest.mark.parametrize("kind", [0, 1, 6])
def test_a_frame_that_is_too_long_is_refused_by_its_head(kind: int) -> None:
    """Before its bytes are kept."""
    with pytest.raises(SubgraphUnreachable):
        FrameGuard().feed((16_385).to_bytes(3, "big") + bytes([kind, 0]) + bytes(4), ())
