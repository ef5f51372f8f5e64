"""Counts the uses of operations in a worker, until they are written to the store."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final

import structlog
from graphql import GraphQLError, GraphQLSchema

from gateway.lru_cache import LruCache
from gateway.monitoring.operations import Client, Document, Recorder
from gateway.usage.operation import UsedOperation, used_operation
from gateway.usage.settings import UsageSettings
from gateway.usage.store import UsageStore, UsageStoreError, Use

MOST_RECORDERS: Final = 5_000
"""The most pairs of operation and client between two writes; uses of others are only counted as lost."""

MOST_KNOWN: Final = 5_000
"""The most operations whose coordinates a worker remembers."""


class OperationReader:
    """Reads operations of one schema, and remembers what they use.

    Attributes:
        schema: What clients see of the supergraph.
    """

    def __init__(self, schema: GraphQLSchema) -> None:
        self.schema = schema
        self._known: LruCache[bytes, UsedOperation] = LruCache(MOST_KNOWN)

    def read(self, key: bytes, text: str, name: str | None) -> UsedOperation | None:
        """Return what an operation uses; None if it cannot be read.

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
    """Makes recorders, and writes what they have counted.

    Attributes:
        store: Where uses are written.
        lost: Uses since the last write for which there was no room.
    """

    def __init__(self, store: UsageStore) -> None:
        self.store = store
        self.lost = 0
        self._active: list[_UsageRecorder] = []

    def recorder(
        self, reader: OperationReader, document: Document, client: Client, inner: Recorder
    ) -> Recorder:
        """Return a recorder that counts uses, and then as the inner one does."""
        key = _Key(reader, document.key, document.text, document.name, client.name, client.version)
        return _UsageRecorder(self, key, inner)

    def activate(self, recorder: _UsageRecorder) -> bool:
        """Note that a recorder has something to write; return whether there is room."""
        if len(self._active) >= MOST_RECORDERS:
            self.lost += 1
            return False
        self._active.append(recorder)
        return True

    async def write(self) -> None:
        """Write what was counted since the last time; what cannot be written is counted the next time."""
        active, self._active = self._active, []
        lost, self.lost = self.lost, 0
        counted = [(each.key, *each.take()) for each in active]
        if not counted and not lost:
            return
        try:
            await asyncio.to_thread(self._write, counted, lost)
        except UsageStoreError as error:
            self.lost += lost + sum(requests for _, requests, _, _ in counted)
            structlog.get_logger("gateway").warning("usage_not_written", reason=str(error))

    async def keep_writing(self, seconds: float) -> None:
        """Write again and again, and once more when cancelled."""
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


@dataclass(frozen=True, slots=True)
class _Key:
    """What a recorder counts."""

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
        """Return what was counted, and begin anew."""
        taken = self._requests, self._failed, self._seconds
        self._requests = self._failed = 0
        self._seconds = 0.0
        return taken


def usage_table(settings: UsageSettings) -> UsageTable | None:
    """Return what counts usage by the settings; None if nobody asks for it."""
    if settings.usage_file is None:
        return None
    return UsageTable(UsageStore(settings.usage_file, settings.usage_operations, settings.usage_days))
