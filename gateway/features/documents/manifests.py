"""Manifests: the files in which a client's build lists its documents; changes take effect while serving.

Three formats are supported. GraphQL Code Generator's client preset (`persisted-documents.json`) and the Relay
compiler (`persistConfig.file`) write an object with a document for each id. Apollo's tools write `{"format":
"apollo-persisted-query-manifest", "version": 1, "operations": [{"id", "name", "type", "body"}]}`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import orjson
import structlog
from graphql import GraphQLError, parse, strip_ignored_characters

from gateway.features.documents.trusted import (
    SHA256_PREFIX,
    DocumentMetrics,
    ManifestError,
    TrustedDocument,
    TrustedDocuments,
    plain_id,
)

PATTERN: Final = "*.json"
"""The manifests in a folder."""

APOLLO_FORMAT: Final = "apollo-persisted-query-manifest"
APOLLO_VERSION: Final = 1

_Signature = tuple[tuple[str, int, int, int], ...]
"""The path, inode, size and modification time of each file."""


class ManifestFiles:
    """The manifests at some paths, and the set of their documents.

    Attributes:
        documents: The current set. It is replaced as a whole, so each request sees either the old or the new
            set.
    """

    def __init__(
        self, paths: Iterable[Path], clients: Mapping[str, Iterable[str]], metrics: DocumentMetrics
    ) -> None:
        """Read all manifests.

        Args:
            paths: Files, and folders of `*.json` files.
            clients: The clients that a file's documents are bound to, by file name.
            metrics: Counts reloads.

        Raises:
            ManifestError: A manifest is missing or broken.
        """
        self._paths = tuple(paths)
        self._clients = {name: frozenset(names) for name, names in clients.items()}
        self._metrics = metrics
        self._signature: _Signature | None = None
        self._digests: dict[str, bytes] = {}
        self._reported = ""
        self.documents = TrustedDocuments()
        if self._paths:
            self._read()
            metrics.trusted = len(self.documents)

    def refresh(self) -> bool:
        """Read manifests that have changed; return whether the set has changed.

        If a manifest is broken or missing, the old set remains in use, and the error is logged once.
        """
        before = self.documents
        try:
            self._read()
        except ManifestError as error:
            self._metrics.is_broken = True
            if str(error) != self._reported:
                self._reported = str(error)
                self._metrics.reloads["broken"] += 1
                structlog.get_logger("gateway").error("manifest_broken", reason=str(error))
            return False
        self._reported = ""
        self._metrics.is_broken = False
        if self.documents is before:
            return False
        self._metrics.reloads["ok"] += 1
        self._metrics.trusted = len(self.documents)
        structlog.get_logger("gateway").info("manifests_reloaded", documents=len(self.documents))
        return True

    async def watch(self, seconds: float, prepare: Callable[[TrustedDocuments], Awaitable[None]]) -> None:
        """Prepare the documents, and then refresh in a thread periodically.

        Args:
            seconds: How long to wait between two refreshes; 0 never to refresh.
            prepare: Called with the current set, and with each set that replaces it.
        """
        prepared: TrustedDocuments | None = None
        while True:
            # Somebody else may have refreshed as well.
            if self.documents is not prepared:
                prepared = self.documents
                await _logged(prepare(prepared))
            if not seconds:
                return
            await asyncio.sleep(seconds)
            await _logged(asyncio.to_thread(self.refresh))

    def _read(self) -> None:
        try:
            files = self._files()
            signature = tuple(_signature(file) for file in files)
            if signature == self._signature:
                return
            contents = {file: file.read_bytes() for file in files}
        except OSError as error:
            raise ManifestError(f"{error.filename}: {error.strerror}.") from None
        digests = {str(file): sha256(content).digest() for file, content in contents.items()}
        if digests != self._digests:
            self.documents = TrustedDocuments(self._documents(contents))
            self._digests = digests
        # Only now, so that files that could not be read are tried again even if they seem unchanged.
        self._signature = signature

    def _files(self) -> list[Path]:
        files: list[Path] = []
        for path in self._paths:
            matching = sorted(path.glob(PATTERN)) if path.is_dir() else [path]
            if not matching:
                raise ManifestError(f"{path}: the folder has no manifest ({PATTERN}).")
            files += matching
        unknown = sorted(self._clients.keys() - {file.name for file in files})
        if unknown:
            raise ManifestError(
                f"{unknown[0]}: clients are bound to this manifest, but there is no such file."
            )
        return files

    def _documents(self, contents: Mapping[Path, bytes]) -> Iterator[TrustedDocument]:
        known = self.documents.tokens_by_text()
        for file, content in contents.items():
            yield from read_manifest(file.name, content, self._clients.get(file.name), known)


async def _logged(work: Awaitable[object]) -> None:
    """Await work whose failure must not stop the watching of manifests; log the failure."""
    try:
        await work
    except Exception:  # noqa: BLE001 - the outermost edge of a background task
        structlog.get_logger("gateway").error("manifest_watch_failed", exc_info=True)


def _signature(file: Path) -> tuple[str, int, int, int]:
    status = file.stat()
    return str(file), status.st_ino, status.st_size, status.st_mtime_ns


def read_manifest(
    name: str,
    content: bytes,
    clients: frozenset[str] | None = None,
    known_tokens: Mapping[str, str] | None = None,
) -> list[TrustedDocument]:
    """Read a manifest.

    Args:
        name: The name of the file, for messages.
        content: The content of the file.
        clients: The clients that the documents are bound to, unless an entry names its own; None for all
            clients.
        known_tokens: The tokens of known documents by text, so that they need not be parsed again.

    Raises:
        ManifestError: The manifest is broken; the message names the file and the entry.
    """
    try:
        value = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise ManifestError(f"{name}: not JSON: {error}.") from None
    if not isinstance(value, dict):
        raise ManifestError(f"{name}: a manifest is a JSON object.")
    entries = _apollo_entries(name, value) if _is_apollo(value) else _flat_entries(name, value)
    return [
        TrustedDocument(
            plain_id(document_id),
            text,
            _tokens(origin, document_id, text, known_tokens or {}),
            own_clients or clients,
            origin,
        )
        for document_id, text, own_clients, origin in entries
    ]


_Entry = tuple[str, str, frozenset[str] | None, str]
"""The id, the document, the clients that the entry names, and the entry's origin for messages."""


def _is_apollo(value: dict[str, Any]) -> bool:
    return "format" in value and isinstance(value.get("operations"), list)


def _flat_entries(name: str, value: dict[str, Any]) -> Iterator[_Entry]:
    for document_id, text in value.items():
        origin = f"{name}: {document_id}"
        if not isinstance(text, str) or not document_id:
            raise ManifestError(
                f"{origin}: expected a document for each id, or Apollo's format with a list of operations."
            )
        yield document_id, text, None, origin


def _apollo_entries(name: str, value: dict[str, Any]) -> Iterator[_Entry]:
    if value["format"] != APOLLO_FORMAT or value.get("version") != APOLLO_VERSION:
        raise ManifestError(f"{name}: only version {APOLLO_VERSION} of the format {APOLLO_FORMAT} is known.")
    for number, operation in enumerate(value["operations"], start=1):
        origin = f"{name}: operation {number}"
        if not isinstance(operation, dict):
            raise ManifestError(f"{origin}: expected an object.")
        document_id, text = operation.get("id"), operation.get("body")
        if not isinstance(document_id, str) or not document_id or not isinstance(text, str):
            raise ManifestError(f"{origin}: id and body must be strings.")
        client = operation.get("clientName")
        if client is not None and (not isinstance(client, str) or not client):
            raise ManifestError(f"{origin}: clientName must be a string.")
        yield document_id, text, frozenset({client}) if client else None, f"{origin} ({document_id})"


def _tokens(origin: str, document_id: str, text: str, known: Mapping[str, str]) -> str:
    if document_id.startswith(SHA256_PREFIX):
        digest = sha256(text.encode(errors="surrogatepass")).hexdigest()
        if digest != plain_id(document_id):
            raise ManifestError(f"{origin}: the SHA-256 digest of the document is {digest}.")
    tokens = known.get(text)
    if tokens is not None:
        return tokens
    try:
        parse(text, no_location=True)
        return strip_ignored_characters(text)
    except GraphQLError as error:
        raise ManifestError(f"{origin}: {error.message}") from None
