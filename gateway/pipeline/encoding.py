"""Encodes responses as JSON; what many responses share is encoded once."""

from __future__ import annotations

from typing import Any, Final

import orjson

from jit.codegen import SharedList

PASSED_ON: Final = orjson.OPT_PASSTHROUGH_SUBCLASS


def as_json(value: object) -> bytes:
    """Return a value as JSON.

    Raises:
        TypeError: Something in it has no form in JSON.
    """
    return orjson.dumps(value, _plain, PASSED_ON)


def _plain(value: Any) -> object:
    """Return what is encoded in place of a value that orjson passes on, which any subclass is."""
    match value:
        case SharedList():
            return value.once(_fragment)
        case str():
            return str.__str__(value)
        case int():
            return int(value)
        case list():
            return [*value]
        case dict():
            return {**value}
        case _:
            raise TypeError(f"{type(value).__name__} has no form in JSON")


def _fragment(shared: SharedList[Any]) -> orjson.Fragment:
    return orjson.Fragment(as_json([*shared]))
