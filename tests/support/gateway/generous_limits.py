"""Limits so wide that generated documents of any shape pass: what tests compare is then the answer."""

from typing import Any, Final

from gateway.limits import DocumentLimits
from gateway.pipeline.preparation.limits import PreparationLimits

GENEROUS: Final[dict[str, Any]] = {
    "document_chars": 1_000_000,
    "document_tokens": 100_000,
    "document_points": 1_000_000,
    "document_depth": 1_000,
    "document_fields": 100_000,
    "document_merged_fields": 10_000,
    "document_root_fields": 10_000,
    "document_aliases": 100_000,
    "document_directives": 10_000,
    "document_fragments": 1_000,
    "document_fragment_depth": 1_000,
    "document_conditions": 100,
    "document_literal_values": 10_000,
    "document_value_depth": 1_000,
    "document_operations": 1_000,
    "document_variables": 10_000,
    "variable_values": 1_000_000,
    "introspection": True,
}
"""Settings of the gateway, by name."""

GENEROUS_SHAPE: Final = DocumentLimits(
    **{
        name.removeprefix("document_"): value
        for name, value in GENEROUS.items()
        if name not in {"document_chars", "document_tokens", "document_points", "introspection"}
    }
)
"""The same, as limits on a document's shape."""

GENEROUS_LIMITS: Final = PreparationLimits(
    document_chars=GENEROUS["document_chars"],
    document_tokens=GENEROUS["document_tokens"],
    document_points=GENEROUS["document_points"],
    shape=GENEROUS_SHAPE,
)
"""The same, for a preparer."""
