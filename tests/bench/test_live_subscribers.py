"""The benchmark's subscribers understand what a gateway sends, however it is cut into packets."""

import json
from dataclasses import replace

import pytest

from bench.live.bets import BetGenerator
from bench.live.latencies import Latencies, percentile
from bench.live.subscriber import SseSubscriber, Subscriber, Subscription, WebSocketSubscriber

ASKED = Subscription.of(4000, "subscription { clubUpdated { version } }", {"brand": "northbet"})
SHORT = {"data": {"clubUpdated": {"version": 1}}}
LONG = {"data": {"clubUpdated": {"version": 2, "text": "x" * 70_000}}}


class Wire:
    """A transport that keeps what is written."""

    def __init__(self) -> None:
        self.written, self.closed = b"", False

    def write(self, data: bytes) -> None:
        """Keep data."""
        self.written += data

    def close(self) -> None:
        """Note it."""
        self.closed = True


def frame(message: object, opcode: int = 1) -> bytes:
    """A frame of a server."""
    payload = json.dumps(message, separators=(",", ":")).encode()
    size = len(payload)
    if size < 126:
        return bytes((0x80 | opcode, size)) + payload
    if size < 1 << 16:
        return bytes((0x80 | opcode, 126)) + size.to_bytes(2, "big") + payload
    return bytes((0x80 | opcode, 127)) + size.to_bytes(8, "big") + payload


def by_websocket() -> bytes:
    """Everything that a gateway sends on a WebSocket."""
    events = [{"id": "1", "type": "next", "payload": each} for each in (SHORT, LONG)]
    return (
        b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n\r\n"
        + frame({"type": "connection_ack"})
        + frame(events[0])
        + frame("", opcode=9)
        + frame(events[1])
    )


def by_sse() -> bytes:
    """Everything that a gateway sends as server-sent events, in chunks."""
    parts = [f"event: next\ndata: {json.dumps(each)}\n\n".encode() for each in (SHORT, LONG)]
    chunks = [b"%x\r\n%b\r\n" % (len(part), part) for part in (b":\n\n", *parts)]
    return b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n" + b"".join(chunks)


@pytest.mark.parametrize("size", [1, 7, 1_000, 100_000])
@pytest.mark.parametrize(("make", "sent"), [(WebSocketSubscriber, by_websocket()), (SseSubscriber, by_sse())])
def test_each_event_is_handed_on_once(make: type[Subscriber], sent: bytes, size: int) -> None:
    """Whole, in order, and nothing counts as a fault."""
    seen: list[bytes] = []
    subscriber, wire = make(ASKED, "token", lambda _, payload: seen.append(payload)), Wire()
    subscriber.connection_made(wire)  # type: ignore[arg-type]  # what it needs of a transport
    for start in range(0, len(sent), size):
        subscriber.data_received(sent[start : start + size])
    assert (subscriber.events, subscriber.fault) == (2, "")
    assert [b'"version":1' in seen[0].replace(b" ", b""), len(seen[1]) > 70_000] == [True, True]
    assert b"clubUpdated" in wire.written


def test_a_connection_with_two_streams_subscribes_twice() -> None:
    """Each stream has an id of its own."""
    subscriber, wire = WebSocketSubscriber(replace(ASKED, streams=2), "token", lambda *_: None), Wire()
    subscriber.connection_made(wire)  # type: ignore[arg-type]  # as above
    subscriber.data_received(by_websocket())
    sent = [wire.written.count(b'{"id":"%d","type":"subscribe"' % number) for number in range(4)]
    assert sent == [0, 1, 1, 0]


@pytest.mark.parametrize("make", [WebSocketSubscriber, SseSubscriber])
def test_a_refusal_is_a_fault(make: type[Subscriber]) -> None:
    """Its status says why, and what comes with it."""
    subscriber, wire = make(ASKED, "token", lambda *_: None), Wire()
    subscriber.connection_made(wire)  # type: ignore[arg-type]  # as above
    subscriber.data_received(b"HTTP/1.1 503 Service Unavailable\r\n\r\nTry again soon.")
    assert (subscriber.fault, wire.closed) == ("HTTP/1.1 503 Service Unavailable: Try again soon.", True)


def test_a_bet_counts_as_shown_by_the_first_event_that_is_not_older() -> None:
    """Events before it, and those of other customers, show nothing."""
    latencies = Latencies(BetGenerator(["c-1"]))
    subscriber = WebSocketSubscriber(ASKED, "token", latencies.on_event)
    key = latencies.next_message("2026-03-25T12:00:00.500000Z").key
    latencies.customers = {subscriber: key}
    latencies.on_event(subscriber, b'{"asOf":"2026-03-25T12:00:00.499000+00:00"}')
    latencies.on_event(
        WebSocketSubscriber(ASKED, "other", latencies.on_event), b'{"asOf":"2027-01-01T00:00:00"}'
    )
    assert (latencies.unseen, latencies.seconds) == (1, [])
    latencies.on_event(subscriber, b'{"asOf":"2026-03-25T12:00:00.500000+00:00"}')
    assert (latencies.unseen, len(latencies.seconds)) == (0, 1)


def test_percentiles() -> None:
    """The value at a share of the sorted values."""
    assert [percentile([], 0.5), percentile([3, 1, 2], 0.5), percentile([1, 2], 0.99)] == [0.0, 2, 2]
