"""Bytes that many replies have in common: written once a second, with the date."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from gateway.admission import RETRY_AFTER
from gateway.door import Door
from gateway.headers import Raw

STATUS_LINES: Final = {each.value: f"HTTP/1.1 {each.value} {each.phrase}\r\n".encode() for each in HTTPStatus}


class Standing:
    """What is the same in many replies, for as long as uvicorn's list of fixed headers is the same."""

    __slots__ = ("_fixed", "_heads", "_listed", "_refusal", "_refused_with")

    def __init__(self) -> None:
        self._listed: Raw | None = None
        self._fixed = b""
        self._heads: dict[tuple[int, bytes], bytes] = {}
        self._refused_with: Raw | None = None
        self._refusal = b""

    def fixed(self, headers: Raw) -> bytes:
        """Headers of every reply, as they go out; uvicorn makes a new list of them each second."""
        if headers is not self._listed:
            self._listed = headers
            self._fixed = b"".join(b"%b: %b\r\n" % each for each in headers)
            self._heads.clear()
        return self._fixed

    def head(self, status: int, content_type: bytes, headers: Raw) -> bytes:
        """The head of a reply, up to the length of its body."""
        if headers is self._listed:
            head = self._heads.get((status, content_type))
            if head is not None:
                return head
        parts = (STATUS_LINES[status], self.fixed(headers), b"content-type: ", content_type)
        head = self._heads[status, content_type] = b"".join((*parts, b"\r\ncontent-length: "))
        return head

    def refusal(self, door: Door, headers: Raw) -> bytes:
        """The whole reply to who is not let in."""
        if headers is not self._refused_with:
            self._refused_with = headers
            head = STATUS_LINES[HTTPStatus.SERVICE_UNAVAILABLE] + self.fixed(headers)
            rest = b"content-type: application/json\r\nretry-after: %b\r\ncontent-length: %d\r\n\r\n"
            self._refusal = head + rest % (RETRY_AFTER, len(door.refusal)) + door.refusal
        return self._refusal

    def closing(self, status: HTTPStatus, headers: Raw) -> bytes:
        """A whole reply without a body, the last one of its connection."""
        return STATUS_LINES[status] + self.fixed(headers) + b"content-length: 0\r\nconnection: close\r\n\r\n"
