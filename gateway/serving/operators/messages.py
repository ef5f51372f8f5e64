"""The messages between workers and the operators' port over a Unix socket."""

from __future__ import annotations

import asyncio
from typing import Final

import msgspec

from gateway.monitoring import Family

MAX_BYTES: Final = 64 * 1024 * 1024
"""The longest message; a longer one means that the connection is out of step."""

_LENGTH: Final = 4


class Report(msgspec.Struct, frozen=True):
    """A worker's report, sent on request and once more before the worker ends.

    Attributes:
        pid: The worker's process id.
        ready: Whether the worker can serve requests.
        remark: A line for operators; empty for none.
        metrics: The values of all of the worker's metrics.
    """

    pid: int
    ready: bool
    remark: str
    metrics: tuple[Family, ...]


encoder: Final = msgspec.msgpack.Encoder()
decoder: Final = msgspec.msgpack.Decoder(Report)


def write_message(writer: asyncio.StreamWriter, message: bytes) -> None:
    """Write a message, preceded by its length."""
    writer.write(len(message).to_bytes(_LENGTH, "big") + message)


async def read_message(reader: asyncio.StreamReader) -> bytes:
    """Read a message.

    Raises:
        IncompleteReadError: The other end has closed the connection.
        ConnectionError: The message is too long.
    """
    length = int.from_bytes(await reader.readexactly(_LENGTH), "big")
    if length > MAX_BYTES:
        raise ConnectionError(f"a message of {length} bytes")
    return await reader.readexactly(length)
