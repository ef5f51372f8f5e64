"""Limits on what one request may cost, decided before anything expensive is done."""

from gateway.limits.document_limits import DocumentLimits, check_document
from gateway.limits.introspection import check_introspection

__all__ = ["DocumentLimits", "check_document", "check_introspection"]
