"""The refusals of documents and ids."""

from __future__ import annotations

from typing import Final

from gateway.errors import InvalidDocument

ID_REQUIRED: Final = "PERSISTED_DOCUMENT_ID_REQUIRED"
AUTOMATIC_NOT_FOUND: Final = "PERSISTED_QUERY_NOT_FOUND"
HASH_MISMATCH: Final = "PERSISTED_QUERY_HASH_MISMATCH"
NOT_FOUND: Final = "PERSISTED_DOCUMENT_NOT_FOUND"
NOT_SUPPORTED: Final = "PERSISTED_QUERY_NOT_SUPPORTED"
NOT_TRUSTED: Final = "QUERY_NOT_IN_SAFELIST"
OPERATION_NOT_ALLOWED: Final = "OPERATION_NOT_IN_SAFELIST"

_MESSAGES: Final = {
    ID_REQUIRED: "Send the id of a trusted document instead of a document.",
    NOT_FOUND: "No trusted document has this id.",
    HASH_MISMATCH: "The SHA-256 digest is not that of the document.",
    # Apollo's clients look for the next two texts. They then also send the document, or send it without its
    # id.
    AUTOMATIC_NOT_FOUND: "PersistedQueryNotFound",
    NOT_SUPPORTED: "PersistedQueryNotSupported",
    NOT_TRUSTED: "The document is not trusted: no manifest has it for this client.",
    OPERATION_NOT_ALLOWED: "This client may not execute this operation.",
}


def document_refused(code: str) -> InvalidDocument:
    """Return the refusal of a document or an id, by one of the codes of this module."""
    return InvalidDocument([{"message": _MESSAGES[code]}], code)
