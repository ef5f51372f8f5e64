"""Makes an object from another whose fields have the same names: a row, a message, a type of a graph."""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")


def with_fields_of(kind: type[T], source: object, /, **others: Any) -> T:
    """Return an object of a kind, each field with the value of the source's attribute of that name.

    Args:
        kind: A dataclass, also one of Strawberry, or a msgspec struct.
        source: The object that has the values, such as a row of a table.
        others: The values of fields that the source does not have, or has in another form.

    Raises:
        AttributeError: The source lacks a field that `others` lacks as well, even if the kind has a default.
        TypeError: The kind lacks a field of `others`.
    """
    names = _names(kind)  # type: ignore[arg-type] # mypy takes a class of a variable type as not hashable
    return kind(**{name: getattr(source, name) for name in names if name not in others}, **others)


@cache
def _names(kind: type[Any]) -> tuple[str, ...]:
    """Return what a kind is built from: fields with resolvers are none of it."""
    structured: tuple[str, ...] | None = getattr(kind, "__struct_fields__", None)
    return structured or tuple(field.name for field in fields(kind) if field.init)
