"""Reads `@cacheTag`: the tags by which cached data can be invalidated.

The directive is Federation's (v2.12), for entity types and root fields of queries. Composition writes it as a
`@join__directive` under Federation's name; before that version it comes by `@composeDirective`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from graphql import DocumentNode
from msgspec import Struct

from gateway.errors import SupergraphError
from gateway.supergraph.annotations.cache_hints import coordinates
from gateway.supergraph.directives import Links, applications

DIRECTIVE: Final = "cacheTag"
_PLACEHOLDER: Final = re.compile(r"\{\$(args|key)((?:\.[_A-Za-z][_0-9A-Za-z]*)+)\}")


class CacheTag(Struct, frozen=True):
    """A tag with placeholders for values.

    Attributes:
        parts: Alternating texts and paths of values.
        source: Where values come from: a root field's arguments, or an entity's key; None without values.
    """

    parts: tuple[str | tuple[str, ...], ...]
    source: str | None

    @classmethod
    def of(cls, template: str) -> CacheTag:
        """Parse a format such as `product-{$key.upc}`.

        Raises:
            ValueError: The format is malformed, or mixes both kinds of values.
        """
        parts: list[str | tuple[str, ...]] = []
        sources: set[str] = set()
        start = 0
        for placeholder in _PLACEHOLDER.finditer(template):
            parts += [
                template[start : placeholder.start()],
                tuple(placeholder[2].removeprefix(".").split(".")),
            ]
            sources.add(placeholder[1])
            start = placeholder.end()
        parts.append(template[start:])
        if any(isinstance(part, str) and set("{}") & set(part) for part in parts):
            raise ValueError("places for values are {$args.NAME} or {$key.NAME}")
        if len(sources) > 1:
            raise ValueError("it has values of arguments and of a key")
        return cls(tuple(part for part in parts if part), next(iter(sources), None))

    def filled(self, values: Mapping[str, Any]) -> str | None:
        """Return the tag with values; None if a value is missing, or is not a text, number or Boolean."""
        filled = ""
        for part in self.parts:
            if isinstance(part, str):
                filled += part
                continue
            value: Any = values
            for name in part:
                value = value.get(name) if isinstance(value, Mapping) else None
            if not isinstance(value, str | int | float):
                return None
            filled += str(value).lower() if isinstance(value, bool) else str(value)
        return filled


def read_cache_tags(document: DocumentNode, links: Links) -> dict[str, tuple[CacheTag, ...]]:
    """Return the tags by coordinate: `Type` or `Type.field`.

    Raises:
        SupergraphError: A format is malformed.
    """
    names = links.names_anywhere(DIRECTIVE)
    tags: dict[str, tuple[CacheTag, ...]] = {}
    for coordinate, node in coordinates(document):
        own = dict.fromkeys(_tags(coordinate, applications(node, names, links)))
        if own:
            tags[coordinate] = (*tags.get(coordinate, ()), *own)
    return tags


def _tags(coordinate: str, given: Iterator[Mapping[str, Any]]) -> Iterator[CacheTag]:
    for arguments in given:
        template = arguments.get("format")
        try:
            yield CacheTag.of(template if isinstance(template, str) else "")
        except ValueError as error:
            raise SupergraphError(f"@cacheTag of {coordinate}: {error}: {template!r}.") from error
