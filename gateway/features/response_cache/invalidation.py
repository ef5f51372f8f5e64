"""Parses requests to invalidate responses.

Their format is that of Apollo's router: a list of objects with a `kind`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from gateway.cache_control.tags import subgraph_tag, type_tag, written_tag
from gateway.errors import RequestError

MAX_INVALIDATIONS = 1_000
"""The most invalidations in one request."""


@dataclass(frozen=True, slots=True)
class Invalidation:
    """One invalidation.

    Attributes:
        kind: `cache_tag`, `subgraph` or `type`.
        tags: The tags whose entries become invalid.
    """

    kind: str
    tags: tuple[str, ...]


def parse_invalidations(value: Any, known: Collection[str]) -> tuple[Invalidation, ...]:
    """Parse a decoded request.

    Args:
        value: A list of `{"kind": "cache_tag", "subgraphs": […], "cache_tag": "…"}`,
            `{"kind": "subgraph", "subgraph": "…"}` and `{"kind": "type", "subgraph": "…", "type": "…"}`.
        known: The subgraphs of the supergraph.

    Raises:
        RequestError: The value is anything else; the message names the entry.
    """
    if not isinstance(value, list) or not 0 < len(value) <= MAX_INVALIDATIONS:
        raise _bad(f"The body must be a list of 1 to {MAX_INVALIDATIONS} invalidations.")
    return tuple(_parsed(index, each, known) for index, each in enumerate(value))


def _parsed(index: int, given: Any, known: Collection[str]) -> Invalidation:
    entry = given if isinstance(given, dict) else {}
    match entry.get("kind"):
        case "cache_tag":
            subgraphs, tag = entry.get("subgraphs"), entry.get("cache_tag")
            if not isinstance(subgraphs, list) or not subgraphs or not isinstance(tag, str) or not tag:
                raise _bad(f"Entry {index}: a cache_tag needs subgraphs, a list of names, and cache_tag.")
            names = [_subgraph(index, each, known) for each in subgraphs]
            return Invalidation("cache_tag", tuple(written_tag(name, tag) for name in names))
        case "subgraph":
            name = _subgraph(index, entry.get("subgraph"), known)
            return Invalidation("subgraph", (subgraph_tag(name),))
        case "type":
            name, type_name = _subgraph(index, entry.get("subgraph"), known), entry.get("type")
            if not isinstance(type_name, str) or not type_name:
                raise _bad(f"Entry {index}: a type needs the name of a type.")
            return Invalidation("type", (type_tag(name, type_name),))
    raise _bad(f"Entry {index}: kind must be cache_tag, subgraph or type.")


def _subgraph(index: int, name: Any, known: Collection[str]) -> str:
    if not isinstance(name, str) or name not in known:
        raise _bad(f"Entry {index}: there is no such subgraph; there are {', '.join(sorted(known))}.")
    return name


def _bad(message: str) -> RequestError:
    return RequestError(message, code="BAD_REQUEST", status=400)
