"""Reads multipart/form-data as it arrives (RFC 7578): one part after the other, a piece at a time."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from email.message import Message
from typing import Final

from msgspec import Struct

from gateway.errors import RequestError

HEAD_BYTES: Final = 8 * 1024
"""The most bytes of a part's headers."""
MEDIA_TYPE: Final = re.compile(r"[\w!#$&^.+-]+/[\w!#$&^.+-]+(?:; ?charset=[\w-]+)?", re.ASCII)
OCTETS: Final = "application/octet-stream"


class InvalidUpload(RequestError):
    """The body is not a GraphQL multipart request."""

    def __init__(self, message: str) -> None:
        super().__init__(message, code="INVALID_UPLOAD", status=400)


class Part(Struct, frozen=True):
    """The head of a part.

    Attributes:
        name: The name of its field.
        filename: What the client calls the file; None if it is none.
        content_type: The media type, as the client says.
    """

    name: str
    filename: str | None
    content_type: str


class FormReader:
    """Reads the parts of a form, and holds no more of it than a piece and a delimiter.

    Args:
        chunks: The body as it arrives.
        boundary: What separates the parts.
    """

    __slots__ = ("_chunks", "_delimiter", "_in_part", "_pending")

    def __init__(self, chunks: AsyncIterator[bytes], boundary: str) -> None:
        self._chunks = chunks
        self._delimiter = b"\r\n--" + boundary.encode("latin-1")
        # This line end makes the first delimiter look like the others; what precedes that is no part.
        self._pending = bytearray(b"\r\n")
        self._in_part = True

    async def part(self) -> Part | None:
        """Skip the rest of a part, and return the head of the next one; None at the end of the form.

        Raises:
            InvalidUpload: The body is no form. ClientDisconnected: The client has gone.
        """
        while self._in_part:
            await self.piece()
        await self._until(2)
        if self._pending.startswith(b"--"):
            return None
        end = await self._find(b"\r\n\r\n")
        head = bytes(self._pending[:end])
        del self._pending[: end + 4]
        if not head.startswith(b"\r\n"):
            raise InvalidUpload("The parts of the body are not separated as declared.")
        self._in_part = True
        return _part(head)

    async def piece(self) -> bytes:
        """Return the next bytes of the part; none at its end.

        Raises:
            InvalidUpload: The body ends within the part. ClientDisconnected: The client has gone.
        """
        while self._in_part:
            end = self._pending.find(self._delimiter)
            if end >= 0:
                self._in_part = False
                piece = bytes(self._pending[:end])
                del self._pending[: end + len(self._delimiter)]
                return piece
            sure = len(self._pending) - len(self._delimiter) + 1
            if sure > 0:
                piece = bytes(self._pending[:sure])
                del self._pending[:sure]
                return piece
            await self._more()
        return b""

    async def text(self, limit: int) -> bytes:
        """Return the whole part.

        Raises:
            InvalidUpload: It has more than `limit` bytes, or the body ends within it.
        """
        text = bytearray()
        while self._in_part:
            text += await self.piece()
            if len(text) > limit:
                raise InvalidUpload(f"operations and map may have {limit} bytes each.")
        return bytes(text)

    async def _find(self, end: bytes) -> int:
        while (found := self._pending.find(end)) < 0:
            if len(self._pending) > HEAD_BYTES:
                raise InvalidUpload("The head of a part is too long.")
            await self._more()
        return found

    async def _until(self, size: int) -> None:
        while len(self._pending) < size:
            await self._more()

    async def _more(self) -> None:
        try:
            self._pending += await anext(self._chunks)
        except StopAsyncIteration:
            raise InvalidUpload("The body ends before the form does.") from None


def _part(head: bytes) -> Part:
    """Parse the head of a part."""
    message = Message()
    for line in head.decode("utf-8", "replace").split("\r\n"):
        header, separator, value = line.partition(":")
        if separator and header.lower() in {"content-disposition", "content-type"}:
            message[header] = value.strip()
    name = message.get_param("name", header="content-disposition")
    filename = message.get_param("filename", header="content-disposition")
    if message.get_content_disposition() != "form-data" or not isinstance(name, str):
        raise InvalidUpload("A part of the body has no name.")
    given = str(message.get("content-type", OCTETS))
    content_type = given if MEDIA_TYPE.fullmatch(given) else OCTETS
    return Part(name, filename if isinstance(filename, str) else None, content_type)
