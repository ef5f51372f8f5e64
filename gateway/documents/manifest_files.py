"""Loads the trusted documents from the manifests on disk; a changed manifest takes effect while serving."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Final

import structlog

from gateway.documents.manifest import read_manifest
from gateway.documents.metrics import DocumentMetrics
from gateway.documents.trusted import TrustedDocument, TrustedDocuments
from gateway.errors import ManifestError

PATTERN: Final = "*.json"
"""The manifests in a folder."""

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
        self._clients = {name: frozenset(each) for name, each in clients.items()}
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
        if not self._paths:
            return
        await _logged(prepare(self.documents))
        while seconds:
            await asyncio.sleep(seconds)
            await _logged(self._refreshed(prepare))

    async def _refreshed(self, prepare: Callable[[TrustedDocuments], Awaitable[None]]) -> None:
        if await asyncio.to_thread(self.refresh):
            await prepare(self.documents)

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
            found = sorted(path.glob(PATTERN)) if path.is_dir() else [path]
            if not found:
                raise ManifestError(f"{path}: the folder has no manifest ({PATTERN}).")
            files += found
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


async def _logged(work: Awaitable[None]) -> None:
    """Await work whose failure must not stop the watching of manifests; log the failure."""
    try:
        await work
    except Exception:  # noqa: BLE001 - the outermost edge of a background task
        structlog.get_logger("gateway").error("manifest_watch_failed", exc_info=True)


def _signature(file: Path) -> tuple[str, int, int, int]:
    found = file.stat()
    return str(file), found.st_ino, found.st_size, found.st_mtime_ns
