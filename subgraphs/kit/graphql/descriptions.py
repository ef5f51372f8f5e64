"""Descriptions of the graph from docstrings: what a reader of the code is told, clients are told once more.

Strawberry takes no docstring by itself, so that none becomes public unnoticed. A type says that its own do.
"""

import re
from inspect import cleandoc
from typing import Any, Final, TypeVar, cast

T = TypeVar("T")

_SECTION: Final = re.compile(r"^(?:Args|Attributes|Raises|Returns|Yields):$", re.MULTILINE)
_ATTRIBUTE: Final = re.compile(r"^ {4}(\w+): (.+(?:\n {8}.+)*)", re.MULTILINE)


def described(kind: T) -> T:
    """Describe a Strawberry type or enum by its docstring up to the first section, and its fields."""
    cast("Any", kind).__strawberry_definition__.description = _prose(kind.__doc__)
    return fields_described(kind)


def fields_described(kind: T) -> T:
    """Describe the fields of a Strawberry type, but not the type.

    A field has its line under `Attributes:` in the docstring of the type, or the docstring of its resolver,
    unless that says what the function returns: `Return …`.
    """
    attributes = dict(_ATTRIBUTE.findall(cleandoc(kind.__doc__ or "")))
    for field in getattr(cast("Any", kind).__strawberry_definition__, "fields", ()):
        resolver = field.base_resolver
        text = attributes.get(field.python_name) or (resolver and resolver.wrapped_func.__doc__)
        if field.description is None and text and not text.startswith("Return "):
            field.description = _prose(text)
    return kind


def _prose(text: str | None) -> str | None:
    prose = _SECTION.split(cleandoc(text or ""), maxsplit=1)[0]
    return " ".join(prose.split()) or None
