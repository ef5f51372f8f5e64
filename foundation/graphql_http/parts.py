"""Finds out whether a client accepts a response in parts, and in which format."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

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
