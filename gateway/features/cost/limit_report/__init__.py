"""Prints what documents cost next to all limits, and the limits that a log of requests suggests."""

from gateway.features.cost.limit_report.figures import LIMITS, Document, Limit, OperationFigures
from gateway.features.cost.limit_report.printed import (
    documents_as_json,
    printed_documents,
    printed_proposals,
    proposals_as_json,
)
from gateway.features.cost.limit_report.proposals import Proposal, Proposals
from gateway.features.cost.limit_report.reader import NO_OPERATION, DocumentReader
from gateway.features.cost.limit_report.request_log import BadLine, LoggedRequest, read_log

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
