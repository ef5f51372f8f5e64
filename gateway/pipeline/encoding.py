"""Encodes responses as JSON; what many responses share is encoded once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

import orjson

from jit.codegen import SharedList

if TYPE_CHECKING:
    from _collections_abc import dict_items, dict_keys, dict_values

PASSED_ON: Final = orjson.OPT_PASSTHROUGH_SUBCLASS
GAP: Final = b"\xff"
"""Stands for a shared list while a value is encoded in pieces: no JSON contains this byte."""


class EncodedBody(dict[str, Any]):
    """The body of a response without errors that is encoded already; its data are decoded if somebody looks.

    Attributes:
        pieces: The whole body as JSON, in pieces that bodies may share.
    """

    __slots__ = ("pieces",)

    def __init__(self, pieces: tuple[bytes, ...]) -> None:
        super().__init__()
        self.pieces = pieces

    def __missing__(self, key: str) -> Any:
        if key != "data":
            raise KeyError(key)
        data = self["data"] = orjson.loads(b"".join(self.pieces))["data"]
        return data

    def get(self, key: str, default: Any = None) -> Any:
        """Return the data, or the default for anything else."""
        return self["data"] if key == "data" else default

    def __or__(self, other: Mapping[str, Any]) -> dict[str, Any]:  # type: ignore[override]
        """Return a plain body, with what another has besides."""
        return {"data": self["data"]} | dict(other)

    def copy(self) -> dict[str, Any]:
        """Return a plain body."""
        return {"data": self["data"]}

    def __copy__(self) -> dict[str, Any]:
        return self.copy()

    def __setitem__(self, key: str, value: Any) -> None:
        """Set the data that `__missing__` decodes or that were encoded; nothing else can be added.

        Raises:
            TypeError: Another key, which the encoded body would not have.
        """
        if key != "data":
            raise TypeError(f"The body is encoded already: return {{**body, {key!r}: …}} instead.")
        super().__setitem__(key, value)

    def __iter__(self) -> Iterator[str]:
        """Return the keys: there are only data."""
        return iter(("data",))

    def __len__(self) -> int:
        """Return 1."""
        return 1

    def __contains__(self, key: object) -> bool:
        """Return whether it is the key of the data."""
        return key == "data"

    def keys(self) -> dict_keys[str, Any]:
        """Return the keys, as `{**body}` asks for them."""
        return {"data": self["data"]}.keys()

    def values(self) -> dict_values[str, Any]:
        """Return the values."""
        return {"data": self["data"]}.values()

    def items(self) -> dict_items[str, Any]:
        """Return the data with their key."""
        return {"data": self["data"]}.items()


def as_json(value: object) -> bytes:
    """Return a value as JSON.

    Raises:
        TypeError: Something in it has no form in JSON.
    """
    return orjson.dumps(value, _plain, PASSED_ON)


def in_pieces(body: Mapping[str, Any]) -> tuple[bytes, ...]:
    """Return a body as JSON, in pieces: a shared list is the same piece in all bodies that contain it.

    Raises:
        TypeError: Something in it has no form in JSON.
    """
    shared: list[bytes] = []

    def plain(value: Any) -> object:
        if isinstance(value, SharedList):
            shared.append(_bytes_of(value))
            return orjson.Fragment(GAP)
        return _plain(value)

    first, *others = orjson.dumps(body, plain, PASSED_ON).split(GAP)
    return first, *chain.from_iterable(zip(shared, others, strict=True))


def _plain(value: Any) -> object:
    """Return what is encoded in place of a value that orjson passes on, which any subclass is."""
    match value:
        case SharedList():
            return value.once(_fragment)
        case EncodedBody():
            return orjson.Fragment(b"".join(value.pieces))
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
    return orjson.Fragment(_bytes_of(shared))


def _bytes_of(shared: SharedList[Any]) -> bytes:
    encoded: bytes | None = shared.once(_encoded)
    return encoded if encoded is not None else _encoded(shared)


def _encoded(shared: SharedList[Any]) -> bytes:
    return as_json([*shared])
