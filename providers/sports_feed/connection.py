"""The feed's messages by AMQP: a queue of this process's own, which ends with the connection."""

from __future__ import annotations

import asyncio
import importlib.util
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from foundation.late_imports import NotInstalled

if TYPE_CHECKING:
    from aio_pika.abc import AbstractIncomingMessage, AbstractQueue

EXCHANGE: Final = "unifiedfeed"
HOW_TO_INSTALL: Final = "the adapter feed needs aio-pika, which is not installed: pip install 'furlong[feed]'"
SECONDS: Final = 15.0
HEARTBEAT_SECONDS: Final = 10
UNREAD: Final = 500
"""How many messages the broker sends ahead; the others wait there."""


class BrokerAway(Exception):
    """The broker cannot be reached, refuses, or went away."""


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """Where the broker is, and as whom one connects.

    Attributes:
        trusted: What its certificate is verified with; None for a broker without TLS.
    """

    host: str
    port: int
    virtual_host: str
    user: str
    password: str
    trusted: ssl.SSLContext | None


@dataclass(slots=True)
class Inbox:
    """The messages of a connection, in their order."""

    queue: AbstractQueue
    arrived: asyncio.Queue[AbstractIncomingMessage | None]

    async def receive(self, seconds: float) -> bytes | None:
        """Return the next message; None if there is none in time.

        Raises:
            BrokerAway: The connection has ended.
        """
        try:
            async with asyncio.timeout(seconds):
                message = await self.arrived.get()
        except TimeoutError:
            return None
        if message is None:
            raise BrokerAway("the connection to the broker ended")
        try:
            await message.ack()
        except Exception as fault:
            raise _away(fault) from fault
        return message.body


def routing_keys(node: int, sports: Sequence[str]) -> list[str]:
    """Return what a queue is bound to: messages for everybody and for this node, of some or all sports."""
    numbers = [sport.rpartition(":")[2] for sport in sports] or ["*"]
    kept = [f"*.*.*.*.{number}.*.*.{whose}.#" for number in numbers for whose in ("-", node)]
    return [*kept, f"-.-.-.snapshot_complete.-.-.-.{node}.#", "-.-.-.alive.#"]


def require_client() -> None:
    """Require the client of AMQP, which is an optional package.

    Raises:
        NotInstalled: It is not there.
    """
    if importlib.util.find_spec("aio_pika") is None:
        raise NotInstalled(HOW_TO_INSTALL)


@asynccontextmanager
async def open_inbox(address: BrokerAddress, keys: Sequence[str]) -> AsyncIterator[Inbox]:
    """Connect and bind a queue for the duration of the block.

    Raises:
        BrokerAway: The broker cannot be reached, or refuses.
    """
    import aio_pika  # noqa: PLC0415 - an optional package

    try:
        async with asyncio.timeout(SECONDS):
            connection = await aio_pika.connect(
                host=address.host,
                port=address.port,
                login=address.user,
                password=address.password,
                virtualhost=address.virtual_host,
                ssl=address.trusted is not None,
                ssl_context=address.trusted,
                timeout=SECONDS,
                heartbeat=HEARTBEAT_SECONDS,
            )
    except Exception as fault:
        raise _away(fault) from fault
    arrived: asyncio.Queue[AbstractIncomingMessage | None] = asyncio.Queue()
    connection.close_callbacks.add(lambda *_: arrived.put_nowait(None))
    try:
        try:
            async with asyncio.timeout(SECONDS):
                channel = await connection.channel(publisher_confirms=False)
                channel.close_callbacks.add(lambda *_: arrived.put_nowait(None))
                await channel.set_qos(prefetch_count=UNREAD)
                queue = await channel.declare_queue(exclusive=True, auto_delete=True)
                for key in keys:
                    await queue.bind(EXCHANGE, key)
                await queue.consume(arrived.put)
        except Exception as fault:
            raise _away(fault) from fault
        yield Inbox(queue, arrived)
    finally:
        await _close(connection)


async def _close(connection: object) -> None:
    close = getattr(connection, "close")  # noqa: B009 - the package is optional, and so is its type
    try:
        async with asyncio.timeout(1):
            await close()
    except Exception:  # noqa: BLE001, S110 - it is gone already, or will be with this process
        pass


def _away(fault: Exception) -> BrokerAway:
    told = str(fault) or type(fault).__name__
    return BrokerAway(f"the broker cannot be used: {told}")
