"""Decodes JSON with msgspec, and means by it what JSON Schema and RFC 3339 mean.

msgspec refuses `2.0` for an integer, which it is by JSON Schema (validation, 6.1.1), and rounds times to
microseconds. So an instant of 23:59:59.9999995 would belong to the next day. Messages with such values are
rare: they are rewritten and decoded once more, and others are decoded once.
"""

import re
from collections.abc import Hashable
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Final, TypeVar, cast

import msgspec
from msgspec import inspect

T = TypeVar("T")

INTEGER_DIGITS: Final = 40
"""Longer integers fit no field. They are not written out, since `1e400000000` would fill the memory."""

has_long_fraction: Final = re.compile(rb"\.\d{7,}[Zz+-]").search
"""Finds a time with more digits than microseconds, and rarely something else. Costs one search."""

_TOKENS: Final = re.compile(
    rb"""
    "(?P<name>\w++)"\s*+:\s*+
    (?P<time>"[0-9-]{10}[Tt\ ][0-9:]{8}\.[0-9]{6})[0-9]++(?P<zone>(?:[Zz]|[+-][0-9:]++)")
    | (?P<string>"(?:[^"\\]++|\\.)*+")
    | (?P<number>-?[0-9]++(?:\.[0-9]++)?+(?:[eE][+-]?[0-9]++)?+)
    """,
    re.DOTALL | re.VERBOSE,
)


class _AnyObject(msgspec.Struct):
    """Any JSON object: its fields are only checked for being JSON."""


_SYNTAX: Final = msgspec.json.Decoder(_AnyObject)


def decode(decoder: msgspec.json.Decoder[T], value: bytes) -> T:
    """Return a JSON object decoded, with numbers like `2.0` as integers and times cut at microseconds.

    Raises:
        msgspec.ValidationError: It does not have the decoder's type.
        msgspec.DecodeError: It is not JSON.
        RecursionError: It is nested too deeply.
    """
    if has_long_fraction(value) is not None:
        return decode_rewritten(decoder, value)
    try:
        return decoder.decode(value)
    except msgspec.ValidationError as fault:
        return decode_rewritten(decoder, value, fault)


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
    names = _time_fields(cast("Hashable", decoder.type))

    def rewrite(token: re.Match[bytes]) -> bytes:
        if token["number"]:
            return _as_integer(token[0])
        if token["name"] in names:
            return b'"%b":%b%b' % (token["name"], token["time"], token["zone"])
        return token[0]

    return decoder.decode(_TOKENS.sub(rewrite, value))


@cache
def _time_fields(type_: Hashable) -> frozenset[bytes]:
    """Return the names in JSON of the fields of a type, and of the types of its fields, that are times."""
    names: set[bytes] = set()
    _collect(inspect.type_info(type_), names)
    return frozenset(names)


def _collect(info: object, names: set[bytes]) -> bool:
    """Add the names of fields that are times; return whether this is a time."""
    for field in getattr(info, "fields", ()):
        if _collect(field.type, names):
            names.add(field.encode_name.encode())
    inner = [getattr(info, name, None) for name in ("type", "item_type", "value_type")]
    is_time = [
        _collect(inner_type, names)
        for inner_type in (*inner, *getattr(info, "types", ()))
        if inner_type is not None
    ]
    return isinstance(info, inspect.DateTimeType) or any(is_time)


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
