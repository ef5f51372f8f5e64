"""Reads `@cacheControl`: how long responses may be cached, and by whom.

The directive is Apollo Server's. It reaches a supergraph through `@composeDirective`, either under the name
that its import gives it, or as a `@join__directive`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from graphql import DocumentNode, TypeDefinitionNode
from graphql.language import Node
from msgspec import Struct

from gateway.supergraph.directives import Links, applications

DIRECTIVE: Final = "cacheControl"


class CacheHint(Struct, frozen=True):
    """The `@cacheControl` hint of a type or field.

    Attributes:
        max_age: How many seconds a value may be cached; None if unspecified.
        is_private: Whether a value belongs to one client; None if unspecified.
        inherits: Whether a value may be cached for as long as its parent.
    """

    max_age: int | None = None
    is_private: bool | None = None
    inherits: bool = False


def read_cache_hints(document: DocumentNode, links: Links) -> dict[str, CacheHint]:
    """Return the hints by coordinate: `Type` or `Type.field`.

    If subgraphs give different hints for one coordinate, the strictest one holds.
    """
    names = links.names_anywhere(DIRECTIVE)
    hints: dict[str, CacheHint] = {}
    for coordinate, node in coordinates(document):
        for arguments in applications(node, names, links):
            hint = _hint(arguments)
            known = hints.get(coordinate)
            hints[coordinate] = hint if known is None else _strictest(known, hint)
    return hints


def coordinates(document: DocumentNode) -> Iterator[tuple[str, Node]]:
    """Yield the definition of each type and field, with its coordinate."""
    for definition in document.definitions:
        if isinstance(definition, TypeDefinitionNode):
            yield definition.name.value, definition
            for member in getattr(definition, "fields", None) or ():
                yield f"{definition.name.value}.{member.name.value}", member


def _hint(arguments: Mapping[str, Any]) -> CacheHint:
    scope, inherits = arguments.get("scope"), arguments.get("inheritMaxAge") is True
    max_age = None if inherits or arguments.get("maxAge") is None else max(0, int(arguments["maxAge"]))
    return CacheHint(max_age, None if scope is None else scope == "PRIVATE", inherits)


def _strictest(one: CacheHint, other: CacheHint) -> CacheHint:
    ages = [hint.max_age for hint in (one, other) if hint.max_age is not None]
    scopes = [hint.is_private for hint in (one, other) if hint.is_private is not None]
    return CacheHint(
        min(ages, default=None), any(scopes) if scopes else None, one.inherits and other.inherits
    )
