"""Recognizes queries by the bytes of their bodies: known ones are neither parsed nor checked again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from gateway.caching import WeightedCache
from gateway.documents import TrustedDocuments
from gateway.pipeline.preparation.plan_cache import Conditions
from gateway.pipeline.preparation.prepared import PreparedDocument, PreparedRequest
from gateway.pipeline.preparation.sizes import json_bytes

LARGEST_PART: Final = 8
"""A body that would take more than this fraction of the whole cache is not kept."""


class _KnownBody(msgspec.Struct, frozen=True, eq=False):
    """A checked body. It names its document and does not hold it, so evicted documents take no memory."""

    document: bytes
    conditions: Conditions
    variables: Mapping[str, Any]
    cost: int
    cost_fault: str | None
    trusted: TrustedDocuments | None


@dataclass(slots=True)
class KnownBodies:
    """The bodies of queries, with what they contain, bounded by their bytes.

    Attributes:
        size: The most bytes.
        documents: The documents; a body is known as long as its document is there.
    """

    size: int
    documents: WeightedCache[bytes, PreparedDocument]
    cache: WeightedCache[bytes, _KnownBody] = field(init=False)

    def __post_init__(self) -> None:
        self.cache = WeightedCache(self.size)

    def get(self, body: bytes) -> PreparedRequest | None:
        """Return what was prepared for an equal body; this counts as a use of its document as well."""
        known = self.cache.get(body)
        if known is None:
            return None
        document = self.documents.get(known.document)
        if document is None:
            return None
        return PreparedRequest(
            document, known.conditions, known.variables, known.cost, known.cost_fault, known.trusted
        )

    def put(self, body: bytes, prepared: PreparedRequest) -> None:
        """Remember what was prepared for a body, if the cache of documents has kept its document."""
        key = prepared.document.key
        if key not in self.documents or len(body) * LARGEST_PART > self.size:
            return
        size = len(body) + json_bytes(prepared.variables)
        if size * LARGEST_PART <= self.size:
            known = _KnownBody(
                key,
                prepared.conditions,
                prepared.variables,
                prepared.cost,
                prepared.cost_fault,
                prepared.trusted,
            )
            self.cache.put(body, known, size)
