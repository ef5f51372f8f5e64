"""Merges the responses of several operations into one stream (GraphQL over SSE, single connection mode)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

import orjson

from gateway.http.live import LiveMetrics, LiveOperations
from gateway.http.responses import masked
from gateway.pipeline.stages import Response, ResponseStream

WAITING: Final = 16
"""The maximum number of queued events; operations wait while the queue is full."""


@dataclass(slots=True)
class MergedOperation:
    """An operation whose events go to a merged stream.

    Attributes:
        task: The task that forwards the events; None until it runs.
        operations: The `LiveOperations` that started it, which belong to one version of the graph.
    """

    operations: LiveOperations
    task: asyncio.Task[None] | None = None


class MergedStream:
    """A `ResponseStream` of events, each labelled with its operation's id.

    Args:
        metrics: Counts operations.

    Attributes:
        expires: Always None, because the connection checks the session.
    """

    def __init__(self, metrics: LiveMetrics) -> None:
        self.expires: float | None = None
        self._metrics = metrics
        self._events: asyncio.Queue[bytes] = asyncio.Queue(WAITING)
        self._operations: dict[str, MergedOperation] = {}

    def __len__(self) -> int:
        return len(self._operations)

    def __contains__(self, name: str) -> bool:
        return name in self._operations

    async def __aiter__(self) -> AsyncIterator[Response]:
        """Yield events until cancelled."""
        while True:
            yield Response(await self._events.get(), "ok")

    async def aclose(self) -> None:
        """End all operations at their sources."""
        running, self._operations = self._operations, {}
        for each in running.values():
            if each.task is not None:
                each.task.cancel()

    def is_retired(self, share: float) -> bool:
        """Return whether any operation still uses a version of the graph that was replaced too long ago."""
        return any(each.operations.is_retired(share) for each in self._operations.values())

    def claim(self, name: str, operations: LiveOperations) -> MergedOperation:
        """Claim a name for an operation that is starting."""
        claimed = self._operations[name] = MergedOperation(operations)
        return claimed

    def release(self, name: str, operation: MergedOperation) -> None:
        """Release the name of an operation that was not started or has ended."""
        if self._operations.get(name) is operation:
            del self._operations[name]

    def is_claimed(self, name: str, operation: MergedOperation) -> bool:
        """Return whether an operation still holds its name: the client has not cancelled it."""
        return self._operations.get(name) is operation

    def run(self, name: str, operation: MergedOperation, stream: ResponseStream) -> None:
        """Forward the responses of a started operation."""
        operation.task = asyncio.get_running_loop().create_task(self._run(name, operation, stream))

    def end(self, name: str) -> bool:
        """End an operation; return whether it existed."""
        operation = self._operations.pop(name, None)
        if operation is not None and operation.task is not None:
            operation.task.cancel()
        return operation is not None

    async def _run(self, name: str, operation: MergedOperation, stream: ResponseStream) -> None:
        release = operation.operations.keep_open()
        self._metrics.operations += 1
        encoded = orjson.dumps(name)
        try:
            async for response in stream:
                await self._events.put(
                    b'event: next\ndata: {"id":%b,"payload":%b}' % (encoded, response.content)
                )
                del response  # a waiting stream needs no response
        except Exception as error:  # noqa: BLE001 - the outermost edge: no caller awaits this task
            payload = orjson.dumps(masked(error).body)
            await self._events.put(b'event: next\ndata: {"id":%b,"payload":%b}' % (encoded, payload))
        finally:
            self._metrics.operations -= 1
            release()
            await stream.aclose()
        if self.is_claimed(name, operation):
            self.release(name, operation)
            await self._events.put(b'event: complete\ndata: {"id":%b}' % encoded)
