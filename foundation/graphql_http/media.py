"""Content negotiation: the media type of a response, and whether a client accepts it in parts."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from msgspec import Struct, field

GRAPHQL_JSON: Final = "application/graphql-response+json"
JSON: Final = "application/json"
HTML: Final = "text/html"
MAX_CACHED: Final = 128
MAX_CACHED_LENGTH: Final = 256


class Media(Struct, frozen=True):
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


class Negotiation(Struct, frozen=True):
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
    """Return the offered media type that an Accept header prefers.

    If several have the highest quality, the order of the header decides between them, and the order of the
    offers between those that the same range names.

    Args:
        accept: The header; an empty one selects the first offer.
        offered: Media types.

    Returns:
        None if the header accepts none of them.
    """
    if not accept.strip():
        return offered[0]
    ranges = [_range(part) for part in accept.split(",")]
    best, best_rank = None, (0.0, 1)
    for media_type in offered:
        rank = _rank(media_type, ranges)
        if rank > best_rank:
            best, best_rank = media_type, rank
    return best


def content_codings(content_encoding: str) -> list[str]:
    """Return the codings that a Content-Encoding header names, in lower case, without `identity`."""
    codings = (coding.strip().lower() for coding in content_encoding.split(","))
    return [coding for coding in codings if coding not in ("", "identity")]


def is_utf8_json(content_type: str) -> bool:
    """Return whether a Content-Type header says JSON in UTF-8."""
    name, *parameters = (part.strip().lower() for part in content_type.split(";"))
    charsets = [part.removeprefix("charset=").strip('"') for part in parameters if "charset=" in part]
    return name == JSON and all(charset in ("utf-8", "utf8") for charset in charsets)


def _range(part: str) -> tuple[str, float]:
    name, *parameters = (piece.strip().lower() for piece in part.split(";"))
    quality = next((parameter[2:] for parameter in parameters if parameter.startswith("q=")), "1")
    try:
        return name, float(quality)
    except ValueError:
        return name, 0.0


def _rank(media_type: str, ranges: list[tuple[str, float]]) -> tuple[float, int]:
    """Return the quality of the most specific range that matches, and its place: 0, then -1, and so on."""
    for pattern in (media_type, f"{media_type.split('/', 1)[0]}/*", "*/*"):
        for place, (name, quality) in enumerate(ranges):
            if name == pattern:
                return quality, -place
    return 0.0, 0


IncrementalSpec: TypeAlias = Literal["v0.2", "v0.1"]
"""The format of a response in parts: that of graphql-js 17, or the older one of `deferSpec=20220824`."""

LATEST: Final[IncrementalSpec] = "v0.2"

EVENT_STREAM: Final = "text/event-stream"
MULTIPART: Final = "multipart/mixed"

SPECS: Final[dict[tuple[str, str], IncrementalSpec]] = {
    ("incrementalspec", "v0.2"): "v0.2",
    ("incrementaldeliveryspec", "3283f8a"): "v0.2",
    ("incrementalspec", "v0.1"): "v0.1",
    ("deferspec", "20220824"): "v0.1",
}
"""The formats by the parameters, in lower case, with which clients of Apollo and others ask for them."""

NAMES: Final = frozenset(name for name, _ in SPECS)


def accepted_spec(accept: str) -> IncrementalSpec | None:
    """Return the format of the parts that an Accept header prefers; None if it accepts none.

    A media type without a parameter means the latest format.
    """
    best, best_quality = None, 0.0
    for media_range in accept.split(","):
        name, parameters = read_media_range(media_range)
        spec = _spec(name, parameters)
        quality = quality_of(parameters)
        if spec is not None and quality > best_quality:
            best, best_quality = spec, quality
    return best


def read_media_range(text: str) -> tuple[str, dict[str, str]]:
    """Return a media range's name and its parameters, all in lower case."""
    name, *pieces = (piece.strip().lower() for piece in text.split(";"))
    pairs = (piece.replace('"', "").split("=", 1) for piece in pieces if "=" in piece)
    return name, {key.strip(): value.strip() for key, value in pairs}


def quality_of(parameters: dict[str, str]) -> float:
    """Return the quality of a media range; 0 if it cannot be read."""
    try:
        return float(parameters.get("q", "1"))
    except ValueError:
        return 0.0


def _spec(name: str, parameters: dict[str, str]) -> IncrementalSpec | None:
    if name not in (EVENT_STREAM, MULTIPART) or "subscriptionspec" in parameters:
        return None
    named = [(key, value) for key, value in parameters.items() if key in NAMES]
    return SPECS.get(named[0]) if named else LATEST
