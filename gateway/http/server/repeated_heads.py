"""Reads requests without a parser whose heads repeat an earlier one of their connection, but for a token."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from gateway.http.headers import RawHeaders

END: Final = b"\r\n\r\n"
AUTHORIZATION: Final = b"authorization"
LINE: Final = b"\nauthorization: "
VISIBLE: Final = bytes(range(0x21, 0x7F))
"""What tokens are made of: the parser refuses none of these bytes in a header's value, and strips none."""

MAX_HEADS: Final = 4
"""How many heads of a connection are remembered: a client has few operations, and tokens of few lengths."""

MAX_HEAD_BYTES: Final = 4096
"""The longest head that is remembered, in bytes; a session's token and cookies hardly ever need more."""


class RepeatedHead(Struct, frozen=True):
    """A head that the parser has read, of a request that was admitted on the fast path.

    A request needs no parser if it has the same bytes up to the token and after it, and a body of the same
    length: it is one whole request then, with the same headers but for the token.

    Attributes:
        before: The bytes up to the token.
        after: The bytes after the token.
        body_bytes: The length of the body.
        headers_before: The headers before the one with the token.
        scheme: The value of that header up to the token.
        headers_after: The headers after it.
    """

    before: bytes
    after: bytes
    body_bytes: int
    headers_before: RawHeaders
    scheme: bytes
    headers_after: RawHeaders

    @classmethod
    def of(cls, data: bytes, headers: RawHeaders) -> RepeatedHead | None:
        """Return the head of a request with one length and one token; None if data is anything else.

        Args:
            data: What the parser has just read.
            headers: The headers of the request that ends with it.
        """
        end = data.find(END) + len(END)
        names = [name for name, _ in headers]
        if end > MAX_HEAD_BYTES or names.count(AUTHORIZATION) != 1 or names.count(b"content-length") != 1:
            return None
        length = headers[names.index(b"content-length")][1]
        if end + int(length) != len(data):
            return None
        place = names.index(AUTHORIZATION)
        scheme, space, token = headers[place][1].partition(b" ")
        line = data[:end].lower().find(LINE)
        begin = line + len(LINE) + len(scheme + space)
        until = begin + len(token)
        if line < 0 or not _is_token(token) or data[begin:until] != token:
            return None
        return cls(
            data[:begin],
            data[until:end],
            len(data) - end,
            headers[:place],
            scheme + space,
            headers[place + 1 :],
        )

    def read(self, data: bytes) -> tuple[RawHeaders, bytes] | None:
        """Return the headers and the body of a request with this head; None if data is anything else."""
        begin = len(self.before)
        end = len(data) - self.body_bytes
        until = end - len(self.after)
        if until <= begin or not data.startswith(self.before) or not data.startswith(self.after, until):
            return None
        token = data[begin:until]
        if not _is_token(token):
            return None
        held = (AUTHORIZATION, self.scheme + token)
        return [*self.headers_before, held, *self.headers_after], data[end:]


class RepeatedHeads:
    """The heads that a connection may repeat, by the length of their requests."""

    __slots__ = ("_heads",)

    def __init__(self) -> None:
        self._heads: dict[int, RepeatedHead] = {}

    def learn(self, data: bytes, headers: RawHeaders) -> None:
        """Remember the head of a request that the parser has read as the only one in data."""
        if len(self._heads) < MAX_HEADS:
            head = RepeatedHead.of(data, headers)
            if head is not None:
                self._heads[len(data)] = head

    def read(self, data: bytes) -> tuple[RawHeaders, bytes] | None:
        """Return the headers and the body of a request with such a head; None if data is anything else."""
        head = self._heads.get(len(data))
        return None if head is None else head.read(data)


def _is_token(token: bytes) -> bool:
    """Return whether the parser would take it as it is."""
    return bool(token) and not token.translate(None, VISIBLE)
