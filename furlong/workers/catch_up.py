"""Waiting until a database has applied its topics: it may be new, or restored from a backup."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from aiokafka.errors import KafkaError
from prometheus_client import CollectorRegistry
from sqlalchemy.exc import SQLAlchemyError

from consumers.stream.catch_up import CatchUp
from consumers.stream.errors import MixedInstallations, TopicRecreated
from consumers.stream.settings import StreamSettings
from foundation.storage.clock import Clock
from foundation.storage.settings import DatabaseSettings
from subgraphs.block_list import BY_NAME

PAUSE_SECONDS: Final = 0.5


def gate_of(block: str, settings: DatabaseSettings, stream: StreamSettings, clock: Clock) -> CatchUp:
    """Return the check that a block's database has applied everything that its consumer reads.

    It has connections of its own, which must be closed.
    """
    return CatchUp.of(BY_NAME[block].create_consumer(settings, stream, CollectorRegistry(), clock))


async def until_caught_up(gate: CatchUp, stop: asyncio.Event, waits_for: Callable[[str], None]) -> bool:
    """Wait until everything that the topics held at the first look is applied.

    Args:
        gate: The database and its topics.
        stop: Ends the wait.
        waits_for: Called with what is still missing, each time that this changes.

    Returns:
        True if everything is applied, False if `stop` was set first.
    """
    reported: object = None
    while not stop.is_set():
        try:
            behind = await gate.behind()
        except (KafkaError, SQLAlchemyError, OSError, TopicRecreated, MixedInstallations) as fault:
            reason = repr(fault)
        else:
            if not behind:
                return True
            reason = f"{sum(behind.values())} records in {len(behind)} partitions"
        if reason != reported:
            waits_for(reason)
            reported = reason
        with suppress(TimeoutError):
            async with asyncio.timeout(PAUSE_SECONDS):
                await stop.wait()
    return False
