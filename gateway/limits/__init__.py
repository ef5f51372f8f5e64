"""Limits on what one request may cost, decided before anything expensive is done."""

from gateway.limits.document_limits import DocumentLimits, check_document
from gateway.limits.introspection import introspection_refused, introspects
from gateway.limits.measures import Measures, measure
from gateway.limits.merged_fields import most_merged

__all__ = [
    "DocumentLimits",
    "Measures",
    "check_document",
    "introspection_refused",
    "introspects",
    "measure",
    "most_merged",
]
