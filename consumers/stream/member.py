"""A member of a group: one membership after another, until it is told to stop or nothing helps."""

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

from consumers.stream.cancellation import raise_if_cancelled
from consumers.stream.condition import Condition
from consumers.stream.errors import PositionOutOfRange, Stalled
from consumers.stream.faults import cause
from consumers.stream.settings import StreamSettings

log = structlog.get_logger(__name__)

GRACE_SECONDS: Final = 1.5
"""How long a batch that is under way may take to end when the member is told to stop."""

REVOKE_SECONDS: Final = 3.0
"""How long it may take when the group takes the partitions back, which holds up all members."""

STALLS: Final = 3
"""So many memberships in a row in which records do not come end the process."""

HOPELESS: Final = (
    AuthenticationFailedError,
    AuthenticationMethodNotSupported,
    GroupAuthorizationFailedError,
    RecordTooLargeError,
    TopicAuthorizationFailedError,
    UnsupportedVersionError,
)
"""Errors of Kafka that no waiting mends."""


@dataclass(slots=True)
class Member:
    """Comes back after faults, and tells how it is by its condition.

    Attributes:
        group: its name.
        committed: how many batches have been, in all: whether there is progress between stalls.
        stalled: told of each stall.
    """

    group: str
    settings: StreamSettings
    condition: Condition
    committed: Callable[[], int]
    stalled: Callable[[], None]
    _failures: int = 0
    _stalls: int = 0
    _committed_at_stall: int = 0
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)
    _ended: asyncio.Event = field(default_factory=asyncio.Event)
    _task: asyncio.Task[Any] | None = None

    @property
    def live(self) -> bool:
        """Whether it has begun, and not ended."""
        return self._task is not None and not self._ended.is_set()

    @property
    def stopping(self) -> bool:
        """Whether it was told to stop."""
        return self._stopping.is_set()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Lasts as long as the member does; notes what it ends with."""
        self._task = asyncio.current_task()
        try:
            yield
        except Exception as fault:
            self.condition.ended = f"stopped: {cause(fault)}"
            raise
        finally:
            self.condition.ended = self.condition.ended or "stopped"
            self._ended.set()

    async def stop(self) -> None:
        """Ends what runs after the batches under way, and waits for it; cancels it if that takes long."""
        self._stopping.set()
        if self._task is None:
            return
        await asyncio.wait({self._task}, timeout=GRACE_SECONDS)
        self._task.cancel()
        await self._ended.wait()

    async def until_stopped(self, membership: Callable[[], Awaitable[None]]) -> None:
        """One membership after another.

        Args:
            membership: one of them, to its end.

        Raises:
            Halt: a person has to decide.
            Stalled: records do not come, whatever is tried.
            KafkaError: the brokers refuse for good.
        """
        while not self.stopping:
            raise_if_cancelled()
            try:
                await membership()
            except OffsetOutOfRangeError as fault:
                raise PositionOutOfRange(f"{self.group}: the broker has no records at {fault}") from fault
            except HOPELESS:
                raise
            except Stalled as fault:
                self._note_stall(fault)
            except KafkaError as fault:
                self._failures += 1
                self.condition.kafka = f"Kafka is away: {fault!r}"
                log.warning("kafka_away", group=self.group, error=repr(fault), failures=self._failures)
                await self._rest()

    def joined(self) -> None:
        """Notes that the brokers have let it in."""
        self._failures, self.condition.kafka = 0, ""

    def _note_stall(self, fault: Stalled) -> None:
        """Joins anew, but not for ever.

        Raises:
            Stalled: again and again, with nothing committed in between.
        """
        committed = self.committed()
        self._stalls = self._stalls + 1 if committed == self._committed_at_stall else 1
        self._committed_at_stall = committed
        self.stalled()
        log.error("stalled", group=self.group, error=str(fault), times=self._stalls)
        if self._stalls == STALLS:
            raise fault

    async def _rest(self) -> None:
        """A pause that a stop cuts short."""
        longest, first = self.settings.retry_limit_seconds, self.settings.retry_seconds
        with suppress(TimeoutError):
            pause = min(longest, first * 2.0 ** min(self._failures, 30))
            async with asyncio.timeout(pause):
                await self._stopping.wait()


async def beside(*work: Coroutine[Any, Any, None]) -> None:
    """Does several things at once until the first of them ends; the others are cancelled.

    Raises:
        Exception: what it ended with.
    """
    tasks = [asyncio.create_task(one) for one in work]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
