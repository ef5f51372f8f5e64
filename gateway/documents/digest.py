"""Identifies documents by digests: texts have up to 8 KiB, and many caches and sets use them as keys."""

from __future__ import annotations

from hashlib import blake2b


def digest(text: str, operation_name: str | None = None) -> bytes:
    """Return a key of 32 bytes that identifies a document's text and the name of an operation."""
    found = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=32)
    if operation_name is not None:
        found.update(b"\0" + operation_name.encode("utf-8", "surrogatepass"))
    return found.digest()
