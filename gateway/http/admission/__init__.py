"""Admission control: limits concurrent requests by how busy the processor is."""

from gateway.http.admission.admission import RETRY_AFTER, Admission

__all__ = ["RETRY_AFTER", "Admission"]
