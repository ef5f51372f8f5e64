"""The compiled operations of a schema, found again by the text of their document."""

from threading import Lock
from typing import Final

from graphql import DocumentNode, GraphQLSchema

from jit.operation import CompiledOperation

DOCUMENTS_KEPT: Final = 512
MAX_KEPT_LENGTH: Final = 64 * 1024
"""The most characters of a document that is compiled, so that the memory for all of them stays small."""

TOO_LONG: Final = f"the document is longer than {MAX_KEPT_LENGTH} characters"
NO_TEXT: Final = "the document was parsed without locations, so it would not be found again"
CHANGED: Final = "an extension changed the document, and not as it did when it was compiled"
TOO_DEEP: Final = "the document is nested too deeply"


class KeptDocuments:
    """The least recently used operations are forgotten; safe to use in several threads.

    A server parses the same text for each request. What it parsed is compared with what was compiled,
    because an extension may have changed it since then.
    """

    def __init__(self, most: int = DOCUMENTS_KEPT) -> None:
        self._most = most
        self._kept: dict[tuple[str, str | None], tuple[DocumentNode, CompiledOperation]] = {}
        self._lock = Lock()

    def find(
        self, schema: GraphQLSchema, document: DocumentNode, operation_name: str | None
    ) -> CompiledOperation | str:
        """Return an operation, compiled on first use; or why it is not compiled."""
        if document.loc is None:
            return NO_TEXT
        text = document.loc.source.body
        if len(text) > MAX_KEPT_LENGTH:
            return TOO_LONG
        key = (text, operation_name)
        with self._lock:
            kept = self._kept.pop(key, None)
            if kept is None:
                kept = (document, CompiledOperation(schema, document, operation_name))
                if len(self._kept) >= self._most:
                    del self._kept[next(iter(self._kept))]
            self._kept[key] = kept
        compiled_from, operation = kept
        try:
            same = compiled_from is document or compiled_from == document
        except RecursionError:
            return TOO_DEEP
        return operation if same else CHANGED
