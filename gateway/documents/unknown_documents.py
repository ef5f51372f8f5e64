"""Logs documents that are in no manifest, each once and up to a limit."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

import structlog

_STRING: Final = re.compile(r'"""(?:\\"""|[^"]|"(?!""))*"""|"(?:\\.|[^"\\])*"')
_MAX_CHARS: Final = 2_000
"""How many characters of a document are logged."""


@dataclass(slots=True)
class UnknownDocuments:
    """Logs each document that is not trusted once for each client.

    Attributes:
        most: How many documents are logged; metrics count all of them.
    """

    most: int
    _logged: set[bytes] = field(default_factory=set)

    def log(self, tokens: str, operation: str | None, client: str | None, version: str | None) -> None:
        """Log a document unless it was logged for this client before, or too many were.

        Args:
            tokens: The document without ignored characters.
            operation: The name of the operation.
            client: The name that the client gives itself.
            version: The version that the client gives itself.
        """
        if len(self._logged) > self.most:
            return
        digest = sha256(tokens.encode())
        digest_and_client = digest.digest() + (client or "").encode()
        if digest_and_client in self._logged:
            return
        self._logged.add(digest_and_client)
        log = structlog.get_logger("gateway")
        if len(self._logged) > self.most:
            log.warning("untrusted_documents_not_logged_any_more", logged=self.most)
            return
        # String values may contain customers' data.
        document = _STRING.sub('""', tokens)[:_MAX_CHARS]
        log.warning(
            "untrusted_document",
            sha256=digest.hexdigest(),
            operation=operation,
            client=client,
            version=version,
            document=document,
        )
