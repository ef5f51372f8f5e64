"""Limits so wide that generated documents of any shape pass: what tests compare is then the answer."""

from typing import Any, Final

from gateway.pipeline.preparation.limits import PreparationLimits
from gateway.settings.limits import DocumentLimits

GENEROUS_DOCUMENT: Final = DocumentLimits(
    **dict.fromkeys(DocumentLimits.model_fields.keys() - {"mutation_fields"}, 1_000_000)
)

GENEROUS: Final[dict[str, Any]] = {"limits": GENEROUS_DOCUMENT, "introspection": {"permission": True}}
"""The same, as settings of the gateway, by section."""

GENEROUS_LIMITS: Final = PreparationLimits(GENEROUS_DOCUMENT)
"""The same, for a preparer."""
