"""Automatic persisted queries: documents that clients register by their SHA-256 digests.

The protocol is Apollo's: a client sends only the digest; if the gateway does not know it, the client sends it
again with the document. A document is kept only under its own digest, so a client cannot register anything in
place of another document.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final, Protocol

from msgspec import Struct

from gateway.features.documents.trusted import DocumentMetrics, plain_id

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_OVERHEAD: Final = 300
"""The bytes of a document besides its text: its digest and a dictionary entry."""


class SharedTexts(Protocol):
    """Documents that several processes share."""

    async def get(self, digest: str) -> str | None:
        """Return a document, or None if it is unknown or the store does not answer in time."""
        ...

    async def put(self, digest: str, text: str) -> None:
        """Store a document, if that is possible in time."""
        ...

    async def close(self) -> None:
        """Close all connections."""
        ...


@dataclass(slots=True)
class Texts:
    """Documents in memory, bounded by bytes; the least recently used are evicted.

    Attributes:
        most_bytes: The most bytes of all documents; a document longer than an eighth of that is not kept.
    """

    most_bytes: int
    _texts: OrderedDict[str, str] = field(default_factory=OrderedDict)
    _bytes: int = 0

    def get(self, digest: str) -> str | None:
        """Return a document and mark it as used, or return None."""
        text = self._texts.get(digest)
        if text is not None:
            self._texts.move_to_end(digest)
        return text

    def put(self, digest: str, text: str) -> None:
        """Keep a document."""
        if digest in self._texts:
            self._texts.move_to_end(digest)
        elif _size(text) * 8 <= self.most_bytes:
            self._texts[digest] = text
            self._bytes += _size(text)
            while self._bytes > self.most_bytes:
                self._bytes -= _size(self._texts.popitem(last=False)[1])

    def __len__(self) -> int:
        return len(self._texts)


class AutomaticDocuments(Struct, frozen=True):
    """Finds and registers documents by their digests.

    Attributes:
        texts: The documents of this process.
        shared: The store that all processes share, if any.
        metrics: Counts look-ups and registrations.
    """

    texts: Texts
    metrics: DocumentMetrics
    shared: SharedTexts | None = None

    async def find(self, digest: str) -> str | None:
        """Return the document with a digest, or None if it is not known."""
        text = self.texts.get(digest)
        if text is None and self.shared is not None:
            text = await self.shared.get(digest)
            # Others may write to the store as well, so a document is trusted only if its digest matches.
            if text is not None and digest_of(text) != digest:
                text = None
            if text is not None:
                self.texts.put(digest, text)
        self.metrics.automatic["miss" if text is None else "hit"] += 1
        return text

    async def register(self, digest: str, text: str) -> None:
        """Store a valid document under its digest."""
        self.metrics.automatic["registered"] += 1
        self.texts.put(digest, text)
        if self.shared is not None:
            await self.shared.put(digest, text)


def digest_of(text: str) -> str:
    """Return the digest under which a document is registered."""
    return sha256(text.encode()).hexdigest()


def digest_in(document_id: str | None) -> str | None:
    """Return the digest that an id consists of, or None if it is another kind of id."""
    digest = plain_id(document_id or "")
    return digest if _DIGEST.fullmatch(digest) else None


def _size(text: str) -> int:
    return len(text.encode()) + _OVERHEAD
