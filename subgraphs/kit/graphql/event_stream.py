"""Sends a subscription as server-sent events: GraphQL over SSE, distinct connections mode.

https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Final

import orjson
from starlette.responses import StreamingResponse

from subgraphs.kit.graphql.subscriptions import Events

MEDIA_TYPE: Final = "text/event-stream"
HEARTBEAT_SECONDS: Final = 12.0
HEARTBEAT: Final = b":\n\n"
COMPLETE: Final = b"event: complete\ndata:\n\n"


def event_stream(events: Events) -> StreamingResponse:
    """Return a response that streams the events, and ends the subscription if the client disconnects."""
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return StreamingResponse(_sent(events), media_type=MEDIA_TYPE, headers=headers)


async def _sent(events: Events) -> AsyncIterator[bytes]:
    waiting: asyncio.Task[bytes] | None = None
    try:
        while True:
            waiting = waiting or asyncio.create_task(_next(events))
            await asyncio.wait({waiting}, timeout=HEARTBEAT_SECONDS)
            if not waiting.done():
                yield HEARTBEAT
                continue
            sent, waiting = waiting.result(), None
            yield sent
            if sent is COMPLETE:
                return
    finally:
        if waiting is not None:
            waiting.cancel()
            await asyncio.wait({waiting})
        await events.aclose()


async def _next(events: Events) -> bytes:
    try:
        event = await anext(events)
    except StopAsyncIteration:
        return COMPLETE
    return b"event: next\ndata: %b\n\n" % orjson.dumps(event)
