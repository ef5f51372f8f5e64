"""Decodes JSON with msgspec, and means by it what JSON Schema and RFC 3339 mean.

msgspec refuses `2.0` for an integer, which it is by JSON Schema (validation, 6.1.1), and rounds times to
microseconds. So an instant of 23:59:59.9999995 would belong to the next day. Messages with such values are
rare: they are rewritten and decoded once more, and others are decoded once.
"""

import re
from decimal import Decimal, InvalidOperation
from typing import Final, TypeVar

import msgspec

T = TypeVar("T")

INTEGER_DIGITS: Final = 40
"""Longer integers fit no field. They are not written out, since `1e400000000` would fill the memory."""

has_long_fraction: Final = re.compile(rb"\.\d{7,}[Zz+-]").search
"""Finds a time with more digits than microseconds, and rarely something else. Costs one search."""

_TOKENS: Final = re.compile(
    rb"""(?P<string>"(?:[^"\\]++|\\.)*+")|(?P<number>-?\d++(?:\.\d++)?+(?:[eE][+-]?\d++)?+)""", re.DOTALL
)
_TIME: Final = re.compile(rb'("\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d\.\d{6})\d+((?:[Zz]|[+-]\d\d:?\d\d)")')


class _AnyObject(msgspec.Struct):
    """Any JSON object: its fields are only checked for being JSON."""


_SYNTAX: Final = msgspec.json.Decoder(_AnyObject)


def decode_rewritten(
    decoder: msgspec.json.Decoder[T], value: bytes, fault: msgspec.ValidationError | None = None
) -> T:
    """Return a JSON object decoded after such numbers and times were rewritten.

    Args:
        decoder: Decodes the object.
        value: The object.
        fault: Why it could not be decoded as it is, which is raised again if rewriting cannot help.

    Raises:
        msgspec.ValidationError: It does not have the decoder's type.
        msgspec.DecodeError: It is not JSON.
        RecursionError: It is nested too deeply.
    """
    try:
        _SYNTAX.decode(value)  # what is not JSON must not become it, and each string must end
    except (msgspec.DecodeError, RecursionError):
        if fault is not None:
            raise fault from None
        raise
    return decoder.decode(_TOKENS.sub(_rewritten, value))


def _rewritten(token: re.Match[bytes]) -> bytes:
    text = token[0]
    return _TIME.sub(rb"\1\2", text) if token["string"] else _as_integer(text)


def _as_integer(text: bytes) -> bytes:
    """Return a JSON number without its fraction and exponent, if it is an integer."""
    if text.lstrip(b"-").isdigit():
        return text
    if not re.match(rb"-?[0.]*[1-9]", text):  # its exponent may be out of any range
        return b"0"
    try:
        number = Decimal(text.decode())
    except InvalidOperation:  # so is this one's
        return text
    if number.adjusted() >= INTEGER_DIGITS or number != number.to_integral_value():
        return text
    return b"%d" % int(number)
