"""JSON with one spelling for each value, so that equal values have equal hashes."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import TypeAlias

Json: TypeAlias = bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"] | None


def canonical(value: Json) -> str:
    """Return JSON with sorted keys, without spaces, in ASCII.

    Raises:
        ValueError: A number is not finite.
        TypeError: The value is not JSON.
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def content_hash(value: Json) -> str:
    """Return the SHA-256 of a value's canonical JSON, in hexadecimal digits."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()
