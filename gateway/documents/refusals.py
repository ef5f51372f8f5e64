"""The refusals of documents and ids."""

from __future__ import annotations

from typing import Final

from gateway.errors import InvalidDocument

ID_REQUIRED: Final = "PERSISTED_DOCUMENT_ID_REQUIRED"
NOT_FOUND: Final = "PERSISTED_DOCUMENT_NOT_FOUND"
NOT_SUPPORTED: Final = "PERSISTED_QUERY_NOT_SUPPORTED"
NOT_TRUSTED: Final = "QUERY_NOT_IN_SAFELIST"
OPERATION_NOT_ALLOWED: Final = "OPERATION_NOT_IN_SAFELIST"

_MESSAGES: Final = {
    ID_REQUIRED: "Send the id of a trusted document instead of a document.",
    NOT_FOUND: "No trusted document has this id.",
    # Apollo's clients look for these words, and then send documents as text.
    NOT_SUPPORTED: "PersistedQueryNotSupported",
    NOT_TRUSTED: "The document is not trusted: no manifest has it for this client.",
    OPERATION_NOT_ALLOWED: "This client may not execute this operation.",
}


def document_refused(code: str) -> InvalidDocument:
    """Return the refusal of a document or an id, by one of the codes of this module."""
    return InvalidDocument([{"message": _MESSAGES[code]}], code)
