"""Recognizes queries by the bytes of their bodies: known ones are neither parsed nor checked again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from gateway.caching import WeightedCache
from gateway.pipeline.preparation.plan_cache import Conditions
from gateway.pipeline.preparation.prepared import PreparedDocument, PreparedRequest
from gateway.pipeline.preparation.sizes import json_bytes

MAX_PART: Final = 8
"""A body that would take more than this fraction of the cache is not kept."""


class _KnownBody(msgspec.Struct, frozen=True, eq=False):
    """A checked body. It refers to its document by key, so that an evicted document is freed."""

    document: bytes
    conditions: Conditions
    variables: Mapping[str, Any]
    cost: int
    cost_fault: str | None
    found_in: object


@dataclass(slots=True)
class KnownBodies:
    """A cache from the bodies of queries to prepared requests, bounded by bytes.

    Attributes:
        size: The most bytes.
        documents: The cache of documents; a body is known as long as its document is cached.
    """

    size: int
    documents: WeightedCache[bytes, PreparedDocument]
    cache: WeightedCache[bytes, _KnownBody] = field(init=False)

    def __post_init__(self) -> None:
        self.cache = WeightedCache(self.size)

    def get(self, body: bytes) -> PreparedRequest | None:
        """Return the prepared request of an equal body, or None; this counts as a use of its document."""
        known = self.cache.get(body)
        if known is None:
            return None
        document = self.documents.get(known.document)
        if document is None:
            return None
        return PreparedRequest(
            document, known.conditions, known.variables, known.cost, known.cost_fault, known.found_in
        )

    def put(self, body: bytes, prepared: PreparedRequest) -> None:
        """Remember the prepared request of a body, if its document is in the cache."""
        key = prepared.document.key
        if key not in self.documents or len(body) * MAX_PART > self.size:
            return
        size = len(body) + json_bytes(prepared.variables)
        if size * MAX_PART <= self.size:
            known = _KnownBody(
                key,
                prepared.conditions,
                prepared.variables,
                prepared.cost,
                prepared.cost_fault,
                prepared.found_in,
            )
            self.cache.put(body, known, size)
