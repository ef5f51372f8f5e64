"""Content negotiation: chooses the media type of a response by the request's Accept header."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

GRAPHQL_JSON: Final = "application/graphql-response+json"
JSON: Final = "application/json"
HTML: Final = "text/html"
MAX_CACHED: Final = 128
MAX_CACHED_LENGTH: Final = 256


@dataclass(frozen=True, slots=True)
class Media:
    """A media type of responses.

    Attributes:
        name: The type without parameters.
        content_type: The value of the Content-Type header.
    """

    name: str
    content_type: bytes

    def status(self, status: int, *, well_formed: bool) -> int:
        """Return the HTTP status; with `application/json` it is 200 for every well-formed request."""
        return 200 if well_formed and self.name == JSON else status


@dataclass(frozen=True, slots=True)
class Negotiation:
    """Chooses the media type of responses, and caches the choice by Accept header."""

    _offered: dict[str, Media] = field(
        default_factory=lambda: {
            name: Media(name, f"{name}; charset=utf-8".encode()) for name in (JSON, GRAPHQL_JSON)
        }
    )
    _cached: dict[bytes, Media] = field(default_factory=dict)

    def choose(self, accept: bytes) -> Media | None:
        """Return the media type for an Accept header, or None if it accepts none of ours."""
        known = self._cached.get(accept)
        if known is not None:
            return known
        name = preferred(accept.decode("latin-1"), (JSON, GRAPHQL_JSON))
        if name is None:
            return None
        chosen = self._offered[name]
        if len(accept) <= MAX_CACHED_LENGTH:
            if len(self._cached) == MAX_CACHED:
                self._cached.clear()  # common headers are soon cached again
            self._cached[accept] = chosen
        return chosen


def preferred(accept: str, offered: tuple[str, ...]) -> str | None:
    """Return the offered media type that an Accept header prefers; the earlier one wins a tie.

    Args:
        accept: The header; an empty one selects the first offer.
        offered: Media types.

    Returns:
        None if the header accepts none of them.
    """
    if not accept.strip():
        return offered[0]
    ranges = [_range(part) for part in accept.split(",")]
    best, best_quality = None, 0.0
    for media_type in offered:
        quality = _quality(media_type, ranges)
        if quality > best_quality:
            best, best_quality = media_type, quality
    return best


def is_utf8_json(content_type: str) -> bool:
    """Return whether a Content-Type header says JSON in UTF-8."""
    name, *parameters = (part.strip().lower() for part in content_type.split(";"))
    charsets = [part.removeprefix("charset=").strip('"') for part in parameters if "charset=" in part]
    return name == JSON and all(charset in ("utf-8", "utf8") for charset in charsets)


def _range(part: str) -> tuple[str, float]:
    name, *parameters = (piece.strip().lower() for piece in part.split(";"))
    quality = next((each[2:] for each in parameters if each.startswith("q=")), "1")
    try:
        return name, float(quality)
    except ValueError:
        return name, 0.0


def _quality(media_type: str, ranges: list[tuple[str, float]]) -> float:
    """Return the quality of the most specific range that matches."""
    for pattern in (media_type, f"{media_type.split('/', 1)[0]}/*", "*/*"):
        for name, quality in ranges:
            if name == pattern:
                return quality
    return 0.0
