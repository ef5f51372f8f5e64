"""Limits on what one request may cost, decided before anything expensive is done."""

from gateway.limits.document_limits import DocumentLimits, check_document
from gateway.limits.introspection import (
    introspection_refused,
    introspection_too_large,
    introspects,
    is_usual_introspection,
    unusual_introspection_refused,
)
from gateway.limits.introspection_size import (
    IntrospectionSizes,
    introspection_sizes,
    standard_introspection_bytes,
)

__all__ = [
    "DocumentLimits",
    "IntrospectionSizes",
    "check_document",
    "introspection_refused",
    "introspection_sizes",
    "introspection_too_large",
    "introspects",
    "is_usual_introspection",
    "standard_introspection_bytes",
    "unusual_introspection_refused",
]
