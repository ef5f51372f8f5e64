"""Supervises a group member: a new session after each fault, until it is stopped or cannot continue."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final

import structlog
from aiokafka.errors import (
    AuthenticationFailedError,
    AuthenticationMethodNotSupported,
    GroupAuthorizationFailedError,
    KafkaError,
    OffsetOutOfRangeError,
    RecordTooLargeError,
    TopicAuthorizationFailedError,
    UnsupportedVersionError,
)

from consumers.stream.database.retry import cause
from consumers.stream.errors import PositionOutOfRange, Stalled, raise_if_cancelled
from consumers.stream.health import HealthState
from consumers.stream.settings import StreamSettings

log = structlog.get_logger(__name__)

GRACE_SECONDS: Final = 1.5
"""How long running batches may take to finish when the member is told to stop."""

REVOKE_SECONDS: Final = 3.0
"""How long running batches may take to finish in a rebalance, which holds up all members."""

MAX_STALLS: Final = 3
"""After so many stalled sessions in a row without progress the process ends."""

PERMANENT_KAFKA_ERRORS: Final = (
    AuthenticationFailedError,
    AuthenticationMethodNotSupported,
    GroupAuthorizationFailedError,
    RecordTooLargeError,
    TopicAuthorizationFailedError,
    UnsupportedVersionError,
)
"""Kafka errors that waiting does not resolve."""


@dataclass(slots=True)
class SessionSupervisor:
    """Starts a new session after each fault, and reports its health.

    Attributes:
        group: The name of the consumer group.
        committed: Returns how many batches were committed so far, which tells whether there is progress.
        on_stall: Called at each stall.
    """

    group: str
    settings: StreamSettings
    health_state: HealthState
    committed: Callable[[], int]
    on_stall: Callable[[], None]
    _failures: int = 0
    _stalls: int = 0
    _committed_at_stall: int = 0
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)
    _ended: asyncio.Event = field(default_factory=asyncio.Event)
    _task: asyncio.Task[Any] | None = None

    @property
    def live(self) -> bool:
        """Return whether the member has started and not ended."""
        return self._task is not None and not self._ended.is_set()

    @property
    def stopping(self) -> bool:
        """Return whether the member was told to stop."""
        return self._stopping.is_set()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Mark the member as live inside the block, and note what the block ends with."""
        self._task = asyncio.current_task()
        try:
            yield
        except Exception as fault:
            self.health_state.ended = f"stopped: {cause(fault)}"
            raise
        finally:
            self.health_state.ended = self.health_state.ended or "stopped"
            self._ended.set()

    async def stop(self) -> None:
        """Stop after the running batches, and wait for it; cancel if that takes long."""
        self._stopping.set()
        if self._task is None:
            return
        await asyncio.wait({self._task}, timeout=GRACE_SECONDS)
        self._task.cancel()
        await self._ended.wait()

    async def until_stopped(self, session: Callable[[], Awaitable[None]]) -> None:
        """Run one session after another.

        Args:
            session: Runs one session to its end.

        Raises:
            Halt: A person has to decide.
            Stalled: Waiting records do not arrive, however often the group is joined.
            KafkaError: The brokers refuse permanently.
        """
        while not self.stopping:
            raise_if_cancelled()
            try:
                await session()
            except OffsetOutOfRangeError as fault:
                raise PositionOutOfRange(f"{self.group}: the broker has no records at {fault}") from fault
            except PERMANENT_KAFKA_ERRORS:
                raise
            except Stalled as fault:
                self._count_stall(fault)
            except KafkaError as fault:
                self._failures += 1
                self.health_state.kafka = f"Kafka is unavailable: {fault!r}"
                log.warning("kafka_away", group=self.group, error=repr(fault), failures=self._failures)
                await self._back_off()

    def joined(self) -> None:
        """Note that the member has joined the group."""
        self._failures, self.health_state.kafka = 0, ""

    def _count_stall(self, fault: Stalled) -> None:
        """Count a stall, so that the member does not rejoin the group without end.

        Raises:
            Stalled: There were too many in a row without a committed batch.
        """
        committed = self.committed()
        self._stalls = self._stalls + 1 if committed == self._committed_at_stall else 1
        self._committed_at_stall = committed
        self.on_stall()
        log.error("stalled", group=self.group, error=str(fault), times=self._stalls)
        if self._stalls == MAX_STALLS:
            raise fault

    async def _back_off(self) -> None:
        """Pause, unless the member is told to stop."""
        longest, first = self.settings.retry_limit_seconds, self.settings.retry_seconds
        with suppress(TimeoutError):
            pause = min(longest, first * 2.0 ** min(self._failures, 30))
            async with asyncio.timeout(pause):
                await self._stopping.wait()


async def until_first_ends(*coroutines: Coroutine[Any, Any, None]) -> None:
    """Run coroutines concurrently until the first of them ends, and cancel the others.

    Raises:
        Exception: What the first one ended with.
    """
    tasks = [asyncio.create_task(coroutine) for coroutine in coroutines]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
