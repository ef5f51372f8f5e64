"""Streams of every form that RFC 2046 and the SSE algorithm allow are read as reference parsers read them."""

from __future__ import annotations

import json
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st

from gateway.features.subscriptions.streaming.http_stream import Reader
from gateway.features.subscriptions.streaming.multipart import MultipartReader
from gateway.features.subscriptions.streaming.sse import SseReader

LIMIT: Final = 10_000
BOUNDARY: Final = "graphql"
TEXTS: Final = st.text(st.characters(codec="utf-8"), max_size=8)
RESPONSES: Final = st.builds(lambda text: {"data": {"text": text}}, TEXTS)
BLANK: Final = st.text("\t ", max_size=3)
"""Spaces and tabs: transport padding, and blank bodies."""

HEADERS: Final = st.lists(
    st.sampled_from(["Content-Type: application/json; charset=utf-8", "content-length:2", "X-A: b\r\n c"]),
    max_size=2,
    unique=True,
)
DISCARDED: Final = st.text(st.characters(codec="ascii", exclude_characters="-"), max_size=12)
"""What stands before the first delimiter, and after the last."""

IGNORED: Final = st.sampled_from([":", ": ping", "", "id: 1", "id:2", "id", "retry: 5", "other"])
"""Lines of a stream of events that mean nothing here, but for ids."""

BODIES: Final = st.one_of(
    st.just("{}"),
    BLANK,
    st.builds(lambda response: json.dumps({"payload": response}), RESPONSES),
    st.builds(lambda response: json.dumps({"payload": response}, indent=1, ensure_ascii=False), RESPONSES),
    st.builds(json.dumps, RESPONSES),
)


@st.composite
def multipart(draw: st.DrawFn) -> bytes:
    """A whole body, as the grammar of RFC 2046, section 5.1.1, allows."""
    parts = []
    for body in draw(st.lists(st.one_of(st.none(), BODIES), max_size=5)):
        headers = "".join(f"{header}\r\n" for header in draw(HEADERS))
        # A part may have no body, and then no empty line after its headers.
        parts.append(headers if body is None else f"{headers}\r\n{body}")
    delimiters = [f"--{BOUNDARY}{draw(BLANK)}\r\n" for _ in parts]
    preamble = draw(st.one_of(st.just(""), st.builds("{}\r\n".format, DISCARDED)))
    epilogue = draw(st.one_of(st.just(""), st.builds("\r\n{}".format, DISCARDED)))
    content = "\r\n".join(f"{delimiter}{part}" for delimiter, part in zip(delimiters, parts, strict=True))
    end = f"\r\n--{BOUNDARY}--{draw(BLANK)}{epilogue}" if parts else f"--{BOUNDARY}--"
    return f"{preamble}{content}{end}".encode()


def parts_by_email(content: bytes) -> list[Any]:
    """The events in a multipart body, by Python's own parser of mail."""
    head = f'content-type: multipart/mixed; boundary="{BOUNDARY}"\r\n\r\n'.encode()
    message = message_from_bytes(head + content, EmailMessage, policy=policy.HTTP)
    bodies = [part.get_payload(decode=True) for part in message.iter_parts()]
    values = [json.loads(body) for body in bodies if isinstance(body, bytes) and body.strip()]
    return [value.get("payload", value) for value in values if value]


@st.composite
def server_sent(draw: st.DrawFn) -> bytes:
    """A whole stream, as the grammar of the HTML standard, section 9.2.5, allows."""
    lines = []
    for response in draw(st.lists(st.one_of(st.none(), RESPONSES), max_size=5)):
        lines += draw(st.lists(IGNORED, max_size=2))
        kind = draw(st.sampled_from([None, "event: next", "event:next", "event: other", "event"]))
        data = [draw(st.sampled_from(["data", "data:", "data: ", "data:  "]))]
        if response is not None:
            space, indent = draw(st.sampled_from(["", " "])), draw(st.sampled_from([None, 1]))
            text = json.dumps(response, indent=indent, ensure_ascii=False)
            data = [f"data:{space}{line}" for line in text.split("\n")]
        lines += [*([] if kind is None else [kind]), *data, ""]
    lines += ["event: complete", "data:", "", *draw(st.lists(st.just("data: 5"), max_size=1))]
    text = draw(st.sampled_from(["", "\ufeff"]))
    for line in lines:
        # After a carriage return, a line feed would end no empty line.
        ends = ["\r", "\r\n"] if text.endswith("\r") and not line else ["\n", "\r", "\r\n"]
        text += line + draw(st.sampled_from(ends))
    return text.encode()


def events_by_the_standard(content: bytes) -> list[Any]:
    """The events before `complete`, by the algorithm of the HTML standard over the whole text.

    An id is the position of the event that it stands in.
    """
    text = content.decode().removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    kind, data, position, found = "", "", "", []
    for line in text.split("\n")[:-1]:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            data += value + "\n"
        elif name == "event":
            kind = value
        elif name == "id":
            position = value
        elif not line:
            if data and kind == "complete":
                break
            if data.strip() and kind in ("", "message", "next"):
                event = json.loads(data.removesuffix("\n"))
                found.append(event | ({"extensions": {"position": position}} if position else {}))
            kind, data, position = "", "", ""
    return found


def read(reader: Reader, pieces: list[bytes]) -> list[Any]:
    """All events of a reply that arrives in pieces."""
    found = []
    for piece in pieces:
        reader.feed(piece)
        while (event := reader.take()) is not None:
            found.append(event)
    assert reader.is_complete
    return found


def cut_everywhere(content: bytes) -> list[list[bytes]]:
    """The content in one piece, in two pieces cut at each byte, and byte by byte."""
    halves = [[content[:cut], content[cut:]] for cut in range(len(content) + 1)]
    return [*halves, [bytes([byte]) for byte in content]]


@given(multipart())
def test_a_multipart_body_is_read_as_a_parser_of_mail_reads_it(content: bytes) -> None:
    """However it is cut, parts without headers, bodies or both among them; blank parts are no events."""
    expected = parts_by_email(content)
    for pieces in cut_everywhere(content):
        assert read(MultipartReader(BOUNDARY, LIMIT), pieces) == expected


@given(server_sent())
def test_a_stream_of_events_is_read_as_the_standard_says(content: bytes) -> None:
    """However it is cut, with a byte order mark and mixed line ends; blank data are no events."""
    expected = events_by_the_standard(content)
    for pieces in cut_everywhere(content):
        assert read(SseReader(LIMIT), pieces) == expected


def test_what_follows_the_end_is_not_read() -> None:
    """However large it is, and whatever it looks like."""
    after = b"\r\n--graphql\r\n\r\n[]\r\n--graphql" + b"x" * LIMIT
    parts = MultipartReader(BOUNDARY, LIMIT)
    assert read(parts, [b"--graphql--" + after]) == []
    assert read(SseReader(LIMIT), [b"event: complete\n\n" + b"data: 5\n\n" + b"x" * LIMIT * 2]) == []
