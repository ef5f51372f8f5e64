"""A subgraph that misbehaves over HTTP/2 harms its own requests, no others, and not for long."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import pytest
from h2.errors import ErrorCodes
from h2.settings import SettingCodes

from gateway.errors import (
    ConnectionFailed,
    ConnectionLost,
    ReplyTooLarge,
    SubgraphTimeout,
    SubgraphUnreachable,
)
from gateway.transport.http2.pool import CONNECTIONS
from tests.support.gateway.faulty_http2 import HTTP2, Faulty, Peer, frame
from tests.support.gateway.listening_subgraph import PATIENCE_SECONDS, sent

ANSWER = {"data": {"a": 1}}
DATA, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, WINDOW_UPDATE, CONTINUATION = 0, 3, 4, 5, 6, 8, 9
MANY: Final = 5_000


async def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not condition():  # noqa: ASYNC110 - the condition is the server's
            await asyncio.sleep(0.005)


def hold(_peer: Peer, _stream: int) -> None:
    """Never answer."""


def answer(peer: Peer, stream: int) -> None:
    """Answer well."""
    peer.answer(stream)


def after(seconds: float) -> Callable[[Peer, int], None]:
    """Answer later."""

    def react(peer: Peer, stream: int) -> None:
        asyncio.get_running_loop().call_later(seconds, peer.answer, stream)

    return react


def first_then(first: Callable[[Peer, int], None], then: Callable[[Peer, int], None] = answer) -> Faulty:
    """A subgraph that reacts to the first request in another way."""
    count = 0

    def react(peer: Peer, stream: int) -> None:
        nonlocal count
        count += 1
        (first if count == 1 else then)(peer, stream)

    return Faulty(react)


@pytest.mark.parametrize("notice", [b"", frame(7, b"\x7f\xff\xff\xff" + bytes(4))], ids=["soon", "later"])
async def test_goaway_finishes_lower_streams_and_moves_the_others(notice: bytes) -> None:
    """What may have been processed is answered; what was not is sent again, over another connection."""

    def react(peer: Peer, stream: int) -> None:
        if len(peer.subgraph.peers) > 1:
            peer.answer(stream)
        elif len(peer.streams) == 3:
            peer.raw(notice + frame(7, (1).to_bytes(4, "big") + bytes(4)))
            asyncio.get_running_loop().call_later(0.05, peer.answer, 1)

    subgraph = Faulty(react)
    async with subgraph.asked() as transport:
        assert await asyncio.gather(*[sent(transport) for _ in range(3)]) == [ANSWER] * 3
        await until(lambda: subgraph.lost == 1)
    assert [len(peer.streams) for peer in subgraph.peers] == [3, 2]


def refuse(peer: Peer, stream: int) -> None:
    """Say that a request was not processed."""
    peer.raw(frame(RST_STREAM, ErrorCodes.REFUSED_STREAM.to_bytes(4, "big"), stream))


def go_away(peer: Peer, _stream: int) -> None:
    """Say that no request of this connection was processed."""
    peer.raw(frame(7, bytes(8)))


@pytest.mark.parametrize("refusal", [refuse, go_away])
async def test_a_request_that_was_not_processed_is_sent_once_more(
    refusal: Callable[[Peer, int], None],
) -> None:
    """The subgraph says so itself; if it says so again, the request fails as one that was never sent."""
    once = first_then(refusal)
    async with once.asked() as transport:
        assert await sent(transport) == ANSWER
    always = Faulty(refusal)
    async with always.asked() as transport:
        with pytest.raises(SubgraphUnreachable) as raised:
            await sent(transport)
        assert type(raised.value) is ConnectionFailed
    assert [sum(len(peer.streams) for peer in each.peers) for each in (once, always)] == [2, 2]


@pytest.mark.parametrize("refusal", [refuse, go_away])
async def test_a_request_whose_answer_has_begun_is_not_sent_again(
    refusal: Callable[[Peer, int], None],
) -> None:
    """Whatever the subgraph says then, it has processed the request."""

    def react(peer: Peer, stream: int) -> None:
        peer.h2.send_headers(stream, [(":status", "200")])
        refusal(peer, stream)

    subgraph = Faulty(react)
    async with subgraph.asked() as transport:
        with pytest.raises(SubgraphUnreachable) as raised:
            await sent(transport)
        assert type(raised.value) is ConnectionLost
    assert [peer.streams for peer in subgraph.peers] == [[1]]


async def test_a_time_out_resets_the_stream_alone() -> None:
    """The connection carries the next request."""
    subgraph = first_then(hold)
    async with subgraph.asked(replace(HTTP2, total_seconds=0.2)) as transport:
        with pytest.raises(SubgraphTimeout):
            await sent(transport)
        assert await sent(transport) == ANSWER
        assert subgraph.resets == [(1, ErrorCodes.CANCEL)]
    assert len(subgraph.peers) == 1


async def test_a_cancelled_request_resets_its_stream() -> None:
    """So that the subgraph stops; the connection stays, and what still arrives is not taken for another."""

    def late(peer: Peer, _stream: int) -> None:
        peer.subgraph.react = answer

    subgraph = Faulty(late)
    async with subgraph.asked() as transport:
        asked = asyncio.create_task(sent(transport))
        await until(lambda: bool(subgraph.peers) and subgraph.peers[0].streams == [1])
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked
        subgraph.peers[0].raw(frame(DATA, b"x" * 100, 1))
        await until(lambda: bool(subgraph.resets))
        assert await sent(transport) == ANSWER
    assert len(subgraph.peers) == 1


@pytest.mark.parametrize("code", [ErrorCodes.INTERNAL_ERROR, ErrorCodes.CANCEL, 0x1234])
async def test_a_stream_that_is_reset_fails_alone(code: int) -> None:
    """It may have been executed, so it is not sent again here."""
    subgraph = first_then(lambda peer, stream: peer.raw(frame(RST_STREAM, code.to_bytes(4, "big"), stream)))
    async with subgraph.asked() as transport:
        with pytest.raises(SubgraphUnreachable) as raised:
            await sent(transport)
        assert type(raised.value) is ConnectionLost
        assert await sent(transport) == ANSWER
    assert len(subgraph.peers) == 1


def begun(peer: Peer, stream: int) -> None:
    """Begin a reply."""
    peer.h2.send_headers(stream, [(":status", "200")])
    peer.flush()


FLOODS: Final[dict[str, Callable[[Peer, int], bytes]]] = {
    "ping": lambda _peer, _stream: frame(PING, bytes(8)),
    "ping acknowledged": lambda _peer, _stream: frame(PING, bytes(8), 0, 1),
    "settings": lambda _peer, _stream: frame(SETTINGS),
    "priority": lambda _peer, stream: frame(2, bytes(3) + b"\x05\x01", stream),
    "unknown": lambda _peer, _stream: frame(0x77, b"x"),
    "window": lambda _peer, _stream: frame(WINDOW_UPDATE, (1).to_bytes(4, "big")),
    "empty data": lambda _peer, stream: frame(DATA, b"", stream),
    "small data": lambda _peer, stream: frame(DATA, b" ", stream),
    "resets": lambda _peer, _stream: frame(RST_STREAM, bytes(4), 1),
    "continuation": lambda _peer, stream: frame(CONTINUATION, b"", stream),
}


@pytest.mark.parametrize("flood", FLOODS)
async def test_a_flood_ends_the_connection(flood: str) -> None:
    """Frames that are allowed one by one, but bring no reply forward; the next connection works."""

    def drown(peer: Peer, stream: int) -> None:
        if flood == "continuation":
            peer.raw(frame(1, b"", stream))
        elif "data" in flood:
            begun(peer, stream)
        peer.raw(FLOODS[flood](peer, stream) * MANY)

    subgraph = first_then(drown)
    async with subgraph.asked() as transport:
        with pytest.raises(ConnectionLost):
            await sent(transport)
        assert await sent(transport) == ANSWER
    assert len(subgraph.peers) == 2


async def test_data_for_a_request_that_was_given_up_have_an_end() -> None:
    """What was on its way is ignored; thousands of frames are not."""
    subgraph = first_then(hold)
    async with subgraph.asked(replace(HTTP2, total_seconds=0.2)) as transport:
        with pytest.raises(SubgraphTimeout):
            await sent(transport)
        subgraph.peers[0].raw(frame(DATA, b"x" * 100, 1) * 100)
        assert await sent(transport) == ANSWER
        assert subgraph.lost == 0
        subgraph.peers[0].raw(frame(DATA, b"x" * 100, 1) * MANY)
        await until(lambda: subgraph.lost == 1)


async def test_a_subgraph_that_resets_everything_fast_is_cut_off() -> None:
    """Each request fails anyway; the connection is not used for thousands of them."""
    subgraph = Faulty(lambda peer, stream: peer.raw(frame(RST_STREAM, (2).to_bytes(4, "big"), stream)))
    async with subgraph.asked() as transport:
        for _ in range(150):
            with pytest.raises(ConnectionLost):
                await sent(transport)
    assert len(subgraph.peers) > 1


@pytest.mark.parametrize(
    "raw",
    [
        frame(PUSH_PROMISE, (2).to_bytes(4, "big") + b"\x82\x86\x84\x41\x01a", 1, 4),
        frame(DATA, b"x" * 20_000, 1),
        frame(1, b"\x88", 1, 4) + frame(CONTINUATION, b"", 1, 4),
        frame(1, b"x" * 16_000, 1) + frame(CONTINUATION, b"x" * 16_000, 1) * 5,
        frame(1, b"\xff" * 50, 1, 4),
        frame(1, b"\x88", 1) + frame(PING, bytes(8)),
        frame(1, b"\x88", 2, 4),
        frame(DATA, b"x", 1, 1),
        frame(SETTINGS, b"x"),
        frame(SETTINGS, b"\x00\x04" + b"\xff" * 4),
        frame(WINDOW_UPDATE, b"\x7f\xff\xff\xff") * 2,
        frame(WINDOW_UPDATE, bytes(4), 1),
        frame(7, b"x"),
        frame(RST_STREAM, b"x", 1),
        frame(1, b"\x88\x5c\x012", 1, 4) + frame(DATA, b"xxx", 1),
        frame(PING, b"x"),
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
    ],
)
async def test_what_is_no_http_2_ends_the_connection(raw: bytes) -> None:
    """Pushed streams, frames too long, out of order or broken, lengths that are wrong."""
    subgraph = first_then(lambda peer, _stream: peer.raw(raw))
    async with subgraph.asked(replace(HTTP2, total_seconds=2.0)) as transport:
        with pytest.raises(ConnectionLost):
            await sent(transport)
        assert await sent(transport) == ANSWER
    assert len(subgraph.peers) == 2


@pytest.mark.parametrize("status", ["20", "2000", "abc", ""])
async def test_a_status_that_is_none_is_refused(status: str) -> None:
    """The stream fails, and the connection stays or is replaced."""

    def react(peer: Peer, stream: int) -> None:
        peer.answer(stream, headers={":status": status})

    subgraph = first_then(react)
    async with subgraph.asked() as transport:
        with pytest.raises(SubgraphUnreachable):
            await sent(transport)
        assert await sent(transport) == ANSWER


async def test_headers_without_end_are_refused() -> None:
    """A list that is larger than the limit, though it is short on the way (RFC 7541)."""

    def react(peer: Peer, stream: int) -> None:
        # One entry of the table, named thousands of times.
        peer.raw(frame(1, b"\x88\x40\x01a\x7f\x81\x1e" + b"b" * 3_997 + b"\xbe" * 5_000, stream, 4))

    subgraph = first_then(react)
    async with subgraph.asked(replace(HTTP2, total_seconds=2.0)) as transport:
        with pytest.raises(ConnectionLost):
            await sent(transport)
        assert await sent(transport) == ANSWER


@pytest.mark.parametrize("body", [b"", b"no JSON", b"[]", b'{"a": 1}', b"x" * 1_001])
async def test_bodies_are_as_strict_as_over_http_1(body: bytes) -> None:
    """Not JSON, not GraphQL, too large: the stream fails alone."""
    subgraph = first_then(lambda peer, stream: peer.answer(stream, body))
    async with subgraph.asked() as transport:
        with pytest.raises(ReplyTooLarge if len(body) > 1_000 else SubgraphUnreachable):
            await sent(transport)
        assert await sent(transport) == ANSWER
    assert len(subgraph.peers) == 1


async def test_a_dead_connection_is_noticed_by_ping() -> None:
    """Nobody acknowledges: the connection is given up long before the timeout of the request."""
    subgraph = Faulty(hold, answers_control=False)
    async with subgraph.asked(replace(HTTP2, ping_seconds=0.05)) as transport:
        with pytest.raises(ConnectionLost, match="acknowledge"):
            await sent(transport)


async def test_settings_that_are_never_acknowledged_end_the_connection() -> None:
    """Though other frames arrive all the time."""

    def talk(peer: Peer, stream: int) -> None:
        peer.raw(frame(PING, bytes(8)))
        asyncio.get_running_loop().call_later(0.01, talk, peer, stream)

    subgraph = Faulty(talk, answers_control=False)
    async with subgraph.asked(replace(HTTP2, ping_seconds=0.05)) as transport:
        with pytest.raises(ConnectionLost, match="acknowledge"):
            await sent(transport)


async def test_a_slow_subgraph_that_acknowledges_is_waited_for() -> None:
    """PING tells slow from dead."""
    subgraph = Faulty(after(0.5))
    async with subgraph.asked(replace(HTTP2, ping_seconds=0.05)) as transport:
        assert await sent(transport) == ANSWER


async def test_idle_connections_are_closed() -> None:
    """Soon after the time for that."""
    subgraph = Faulty(answer)
    async with subgraph.asked(replace(HTTP2, idle_seconds=0.05, ping_seconds=0.05)) as transport:
        assert await sent(transport) == ANSWER
        await until(lambda: subgraph.lost == 1)
        assert await sent(transport) == ANSWER


async def test_few_connections_are_opened_for_a_subgraph_that_allows_few_streams() -> None:
    """Further requests wait in order."""
    subgraph = Faulty(after(0.02), settings={SettingCodes.MAX_CONCURRENT_STREAMS: 1})
    async with subgraph.asked() as transport:
        assert await asyncio.gather(*[sent(transport) for _ in range(20)]) == [ANSWER] * 20
    assert 1 < len(subgraph.peers) <= CONNECTIONS


def nothing(_peer: Peer) -> None:
    """Say nothing."""


def http1(peer: Peer) -> None:
    """Speak another protocol."""
    peer.transport.write(b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n")


def gone(peer: Peer) -> None:
    """Greet, and leave."""
    peer.transport.write(frame(SETTINGS))
    peer.transport.close()


def going(peer: Peer) -> None:
    """Greet, and go away in the same breath."""
    peer.transport.write(frame(SETTINGS) + frame(7, bytes(8)))


def full(peer: Peer) -> None:
    """Greet, allow no stream, and leave."""
    peer.transport.write(frame(SETTINGS, b"\x00\x03" + bytes(4)))
    asyncio.get_running_loop().call_later(0.02, peer.transport.close)


@pytest.mark.parametrize("greets", [nothing, http1, gone, going, full])
async def test_without_a_greeting_nothing_is_sent(greets: Callable[[Peer], None]) -> None:
    """The request fails as unsent, after few attempts to connect."""
    subgraph = Faulty(answer, greets=greets)
    async with subgraph.asked(replace(HTTP2, total_seconds=0.5)) as transport:
        outcomes = await asyncio.gather(*[sent(transport) for _ in range(3)], return_exceptions=True)
    assert {type(each) for each in outcomes} <= {ConnectionFailed, SubgraphTimeout, ConnectionLost}
    assert len(subgraph.peers) <= 2 * CONNECTIONS


async def test_an_early_answer_ends_a_request_that_is_still_sent() -> None:
    """The rest of the body is not waited for."""
    subgraph = Faulty(hold, opens_windows=False)
    body = "y" * 300_000
    async with subgraph.asked() as transport:
        asked: asyncio.Future[Any] = asyncio.ensure_future(
            transport.prepare("{ a }", None)({"y": body}, {}, None)
        )
        await until(lambda: bool(subgraph.peers) and 1 in subgraph.peers[0].h2.streams)
        subgraph.peers[0].answer(1)
        assert await asked == ANSWER
        await until(lambda: bool(subgraph.resets))
    assert subgraph.resets == [(1, ErrorCodes.CANCEL)]
