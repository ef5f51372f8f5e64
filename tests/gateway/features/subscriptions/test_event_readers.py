"""What subgraphs send is read the same however it is cut into pieces, and strictly."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import ReplyTooLarge, SubgraphUnreachable
from gateway.features.subscriptions.streaming.http_stream import Reader
from gateway.features.subscriptions.streaming.multipart import MultipartReader
from gateway.features.subscriptions.streaming.sse import SseReader

TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
EVENTS = st.lists(st.builds(lambda text: {"data": {"text": text}}, TEXTS), max_size=5)
CUTS = st.lists(st.integers(1, 30), min_size=1, max_size=5)


def read(reader: Reader, content: bytes, cuts: list[int]) -> list[Mapping[str, Any]]:
    """All events of a reply that arrives in pieces of these sizes, again and again."""
    found, begin, number = [], 0, 0
    while begin < len(content):
        size = cuts[number % len(cuts)]
        reader.feed(content[begin : begin + size])
        begin, number = begin + size, number + 1
        while (event := reader.take()) is not None:
            found.append(event)
    return found


@given(EVENTS, CUTS, st.sampled_from(["\n", "\r\n", "\r"]), st.sampled_from([None, 1]))
def test_server_sent_events_are_read_in_any_pieces(
    events: list[dict[str, Any]], cuts: list[int], end: str, indent: int | None
) -> None:
    """By any line ending, with comments, and with data over several lines."""
    parts = []
    for event in events:
        text = json.dumps(event, ensure_ascii=False, indent=indent)
        parts += [": ping", "", "event: next", *(f"data: {line}" for line in text.split("\n")), ""]
    content = end.join([*parts, "event: complete", "data:", "", ""]).encode()
    reader = SseReader(10_000)
    assert read(reader, content, cuts) == events
    assert reader.is_complete


@given(EVENTS, CUTS)
def test_parts_are_read_in_any_pieces(events: list[dict[str, Any]], cuts: list[int]) -> None:
    """Heartbeats are no events."""
    parts = [{}, *({"payload": event} for event in events), {}]
    written = [f"content-type: application/json\r\n\r\n{json.dumps(part)}" for part in parts]
    content = "\r\n--graphql".join(["", *(f"\r\n{each}" for each in written), "--\r\n"]).encode()
    reader = MultipartReader("graphql", 10_000)
    assert read(reader, content, cuts) == events
    assert reader.is_complete


def test_a_part_is_read_as_soon_as_it_ends() -> None:
    """Not when the next one comes: a subgraph writes the delimiter after each part."""
    reader = MultipartReader("-", 1000)
    reader.feed(b'---\r\ncontent-type: application/json\r\n\r\n{"payload":{"data":1}}\r\n---')
    assert reader.take() == {"data": 1}


def test_a_fatal_error_is_the_last_event() -> None:
    """The protocol reports it beside the payload."""
    reader = MultipartReader("-", 1000)
    reader.feed(b'---\r\n\r\n\r\n{"payload":null,"errors":[{"message":"over"}]}\r\n---\r\n')
    assert reader.take() == {"data": None, "errors": [{"message": "over"}]}
    assert reader.is_complete


@pytest.mark.parametrize(
    ("reader", "content", "kind"),
    [
        (SseReader(100), b"data: " + b"x" * 101, ReplyTooLarge),
        (SseReader(100), b"data: xxxxxxxxxxxxxxxx\n" * 10, ReplyTooLarge),
        (SseReader(100), b"data\n" * 101, ReplyTooLarge),
        (SseReader(100), b"data: {\n\n", SubgraphUnreachable),
        (SseReader(100), b"data: 5\n\n", SubgraphUnreachable),
        (SseReader(1000), b'data: {"data":' + b"[" * 200 + b"]" * 200 + b"}\n\n", SubgraphUnreachable),
        (MultipartReader("-", 100), b"---\r\n\r\n\r\n" + b"x" * 120, ReplyTooLarge),
        (MultipartReader("-", 100), b"---\r\n\r\n\r\n" + b"x" * 120 + b"\r\n---", ReplyTooLarge),
        (MultipartReader("-", 100), b"---\r\n\r\n\r\n[]\r\n---", SubgraphUnreachable),
        (MultipartReader("-", 100), b"---\r\nno body\r\n---", SubgraphUnreachable),
        (MultipartReader("-", 100), b"---xx", SubgraphUnreachable),
        (MultipartReader("-", 100), b'---\r\n{"payload":{"data":1}}\r\n---', SubgraphUnreachable),
        (MultipartReader("-", 100), b'---\r\n\r\n{"payload":{"errors":[]}}\r\n---', SubgraphUnreachable),
        (SseReader(100), b'data: {"errors":[]}\n\n', SubgraphUnreachable),
    ],
)
def test_what_is_not_as_agreed_is_refused(reader: Reader, content: bytes, kind: type[Exception]) -> None:
    """Whatever is too large, no JSON, or no response."""
    with pytest.raises(kind):
        reader.feed(content)
