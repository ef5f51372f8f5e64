"""Prints what documents cost next to all limits, and the limits that a log of requests suggests."""

from gateway.features.cost.limit_report.documents import (
    LIMITS,
    NO_OPERATION,
    Document,
    DocumentReader,
    Limit,
    OperationFigures,
)
from gateway.features.cost.limit_report.printed import (
    documents_as_json,
    printed_documents,
    printed_proposals,
    proposals_as_json,
)
from gateway.features.cost.limit_report.proposals import BadLine, LoggedRequest, Proposal, Proposals, read_log

__all__ = [
    "LIMITS",
    "NO_OPERATION",
    "BadLine",
    "Document",
    "DocumentReader",
    "Limit",
    "LoggedRequest",
    "OperationFigures",
    "Proposal",
    "Proposals",
    "documents_as_json",
    "printed_documents",
    "printed_proposals",
    "proposals_as_json",
    "read_log",
]
