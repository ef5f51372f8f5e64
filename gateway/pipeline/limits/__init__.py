"""Limits on the cost of one request, checked before anything expensive is done."""

from gateway.pipeline.limits.document_limits import check_document, check_variables, most_merged
from gateway.pipeline.limits.introspection import (
    introspection_refused,
    introspection_too_large,
    only_introspects,
    unusual_introspection_refused,
)
from gateway.pipeline.limits.introspection_size import DocumentIntrospection, IntrospectionSizes
from gateway.pipeline.limits.measures import Measures, measure

__all__ = [
    "DocumentIntrospection",
    "IntrospectionSizes",
    "Measures",
    "check_document",
    "check_variables",
    "introspection_refused",
    "introspection_too_large",
    "measure",
    "most_merged",
    "only_introspects",
    "unusual_introspection_refused",
]
