"""Limits so wide that generated documents of any shape pass: what tests compare is then the answer."""

from typing import Any, Final

from gateway.pipeline.preparation.limits import PreparationLimits
from gateway.settings.limits import DocumentLimits

GENEROUS_DOCUMENT: Final = DocumentLimits(
    chars=1_000_000,
    tokens=100_000,
    points=1_000_000,
    depth=1_000,
    fields=100_000,
    merged_fields=10_000,
    root_fields=10_000,
    aliases=100_000,
    directives=10_000,
    fragments=1_000,
    fragment_depth=1_000,
    conditions=100,
    literal_values=10_000,
    value_depth=1_000,
    operations=1_000,
    variables=10_000,
    variable_values=1_000_000,
)

GENEROUS: Final[dict[str, Any]] = {"limits": GENEROUS_DOCUMENT, "introspection": {"permission": True}}
"""The same, as settings of the gateway, by section."""

GENEROUS_LIMITS: Final = PreparationLimits(GENEROUS_DOCUMENT)
"""The same, for a preparer."""
