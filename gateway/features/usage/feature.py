"""Counts the uses of operations in a worker, beside what is recorded, until they are written to the store."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Final

import structlog
from graphql import GraphQLError, GraphQLSchema
from msgspec import Struct

from gateway.caching.lru_cache import LruCache
from gateway.feature import Core, Feature, Version, VersionParts
from gateway.features.usage.operation import UsedOperation, used_operation
from gateway.features.usage.settings import UsageSettings
from gateway.features.usage.store import UsageStore, UsageStoreError, Use
from gateway.monitoring.operations import Client, Document, Recorder

MAX_RECORDERS: Final = 5_000
"""The most pairs of operation and client between two writes; all other uses only count as lost."""
MAX_KNOWN: Final = 5_000
"""The most operations whose coordinates a worker caches."""


class Usage(Feature):
    """Counts which clients use which fields."""

    table: UsageTable

    def install(self, core: Core) -> None:
        """Open the store, and write to it while the gateway serves."""
        settings = core.settings.of(UsageSettings)
        if settings.file is None:
            raise ValueError("FURLONG_GATEWAY__USAGE__FILE names no file.")
        self.table = UsageTable(UsageStore(settings.file, settings.operations, settings.days))
        core.run_in_background(partial(self.table.keep_writing, settings.seconds))

    def of(self, version: Version) -> VersionParts:
        """Count the operations of a version by its schema."""
        reader = OperationReader(version.supergraph.public)
        return VersionParts(recorders=(partial(self.table.recorder, reader),))


class OperationReader:
    """Reads operations over one schema, and caches the coordinates that they use.

    Attributes:
        schema: The public schema.
    """

    def __init__(self, schema: GraphQLSchema) -> None:
        self.schema = schema
        self._known: LruCache[bytes, UsedOperation] = LruCache(MAX_KNOWN)

    def read(self, key: bytes, text: str, name: str | None) -> UsedOperation | None:
        """Return an operation with the coordinates that it uses; None if it cannot be read.

        Args:
            key: Identifies the document and the operation.
            text: The document.
            name: The name of the operation.
        """
        known = self._known.get(key)
        if known is None:
            try:
                known = used_operation(self.schema, text, name)
            except (GraphQLError, RecursionError):
                return None
            self._known.put(key, known)
        return known


class UsageTable:
    """Creates recorders, and writes their counts to the store.

    Attributes:
        store: The store for the uses.
        lost: The uses since the last write that there was no room for.
    """

    def __init__(self, store: UsageStore) -> None:
        self.store = store
        self.lost = 0
        self._active: list[_UsageRecorder] = []

    def recorder(
        self, reader: OperationReader, document: Document, client: Client, inner: Recorder
    ) -> Recorder:
        """Return a recorder that counts uses, and then calls the inner recorder."""
        key = _Key(reader, document.key, document.text, document.name, client.name, client.version)
        return _UsageRecorder(self, key, inner)

    def activate(self, recorder: _UsageRecorder) -> bool:
        """Record that a recorder has counts to write; return whether there is room."""
        if len(self._active) >= MAX_RECORDERS:
            self.lost += 1
            return False
        self._active.append(recorder)
        return True

    async def write(self) -> None:
        """Write the counts since the last write; if that fails, they are kept for the next write."""
        active, self._active = self._active, []
        lost, self.lost = self.lost, 0
        counted = [(recorder.key, *recorder.take()) for recorder in active]
        if not counted and not lost:
            return
        try:
            await asyncio.to_thread(self._write, counted, lost)
        except UsageStoreError as error:
            self.lost += lost + sum(requests for _, requests, _, _ in counted)
            structlog.get_logger("gateway").warning("usage_not_written", reason=str(error))

    async def keep_writing(self, seconds: float) -> None:
        """Write periodically, and once more when cancelled."""
        try:
            while True:
                await asyncio.sleep(seconds)
                await self.write()
        finally:
            await self.write()

    def _write(self, counted: list[tuple[_Key, int, int, float]], lost: int) -> None:
        uses = []
        for key, requests, failed, seconds in counted:
            operation = key.reader.read(key.document, key.text, key.operation)
            if operation is None:
                lost += requests
                continue
            uses.append(Use(operation, key.client or "", key.version or "", requests, failed, seconds))
        self.store.add(uses, lost)


class _Key(Struct, frozen=True):
    """The operation and client that a recorder counts."""

    reader: OperationReader
    document: bytes
    text: str
    operation: str | None
    client: str | None
    version: str | None


class _UsageRecorder:
    """Counts the uses of one operation by one client."""

    __slots__ = ("_failed", "_inner", "_requests", "_seconds", "_table", "key")

    def __init__(self, table: UsageTable, key: _Key, inner: Recorder) -> None:
        self.key = key
        self._table = table
        self._inner = inner
        self._requests = self._failed = 0
        self._seconds = 0.0

    def observe(self, outcome: str, seconds: float) -> None:
        self._inner.observe(outcome, seconds)
        if not self._requests and not self._table.activate(self):
            return
        self._requests += 1
        self._seconds += seconds
        if outcome != "ok":
            self._failed += 1

    def take(self) -> tuple[int, int, float]:
        """Return the counts, and reset them."""
        taken = self._requests, self._failed, self._seconds
        self._requests = self._failed = 0
        self._seconds = 0.0
        return taken
