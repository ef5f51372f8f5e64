"""Limits on what one request may cost, decided before anything expensive is done."""

from gateway.limits.document_limits import DocumentLimits, check_document
from gateway.limits.introspection import introspection_refused, introspects

__all__ = ["DocumentLimits", "check_document", "introspection_refused", "introspects"]
