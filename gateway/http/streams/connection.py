"""An open stream of responses over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from gateway.errors import RequestError
from gateway.http.client import ReplyStream
from gateway.http.live import LiveConnections, LiveSession, Slot
from gateway.http.responses import masked
from gateway.http.streams.formats import StreamFormat
from gateway.pipeline.stages import ResponseStream

COMPLETE: Final = "complete"
DISCONNECTED: Final = "disconnected"
RESTART: Final = "restart"
RELOAD: Final = "reload"
SLOW: Final = "slow"
SESSION: Final = "session"
FAULT: Final = "fault"


class StreamConnection:
    """An open stream, sent by the task that answers the request.

    Args:
        reply: The HTTP reply to write to.
        written: The format of the stream.
        connections: All connections of the process.
        slot: The connection's share of the limits.
        session: The client's session.
        is_retired: Returns whether the stream's version of the graph was replaced too long ago.

    Attributes:
        slot: The connection's share of the limits.
        ending: The reason why the stream ends; None while it is open.
    """

    __slots__ = (
        "_connections",
        "_full_at",
        "_is_retired",
        "_reply",
        "_sent_at",
        "_session",
        "_task",
        "_written",
        "ending",
        "slot",
    )

    def __init__(
        self,
        reply: ReplyStream,
        written: StreamFormat,
        connections: LiveConnections,
        slot: Slot,
        *,
        session: LiveSession,
        is_retired: Callable[[], bool],
    ) -> None:
        self.slot = slot
        self.ending: str | None = None
        self._reply = reply
        self._written = written
        self._connections = connections
        self._session = session
        self._is_retired = is_retired
        self._task: asyncio.Task[None] | None = None
        self._sent_at = self._full_at = 0.0

    async def send(self, stream: ResponseStream) -> None:
        """Send all responses until the stream or the connection ends.

        If the connection must end before the stream does, the current task is cancelled.
        """
        loop = asyncio.get_running_loop()
        reply, written, metrics = self._reply, self._written, self._connections.metrics
        self._task = asyncio.current_task()
        self._sent_at = loop.time()
        metrics.operations += 1
        try:
            async for response in stream:
                if not self._session.is_known():
                    await self._session.renew()
                await reply.send(written.part(response.content))
                del response  # a waiting stream needs no response
                metrics.events += 1
                self._sent_at = loop.time()
            self.ending = COMPLETE
        except RequestError:
            self.ending = SESSION
        except asyncio.CancelledError:
            if self.ending is None or self._task is None:
                raise
            self._task.uncancel()
        except Exception as error:  # noqa: BLE001 - the outermost edge: the reply has begun
            masked(error)
            self.ending = FAULT
        finally:
            metrics.operations -= 1
        await reply.end(written.end if self.ending == COMPLETE else written.cut)

    def visit(self, now: float) -> None:
        """Send a heartbeat; end the stream if it is too slow, or its session or graph has expired."""
        limits = self._connections.limits
        if not self._reply.is_full:
            self._full_at = 0.0
            if self._written.heartbeat and now - self._sent_at >= limits.ping_seconds:
                self._sent_at = now
                self._reply.send_soon(self._written.heartbeat)
        elif not self._full_at:
            self._full_at = now
        elif now - self._full_at > limits.slow_seconds:
            self._reply.abort()
            self._end(SLOW)
            return
        if self._is_retired():
            self._end(RELOAD)
        elif self._session.is_due(now):
            self._connections.run(self._renew())

    def shut_down(self) -> None:
        """End the stream in a way that makes the client reconnect."""
        self._end(RESTART)

    def _end(self, ending: str) -> None:
        if self.ending is None and self._task is not None:
            self.ending = ending
            self._task.cancel()

    async def _renew(self) -> None:
        try:
            await self._session.renew()
        except RequestError:
            self._end(SESSION)
        except Exception as error:  # noqa: BLE001 - the outermost edge: no caller awaits this
            masked(error)
            self._end(FAULT)
