"""The worker: leases rewards whose time has come, provider by provider, until it is stopped."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Final, TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError

from subgraphs.fulfilment.payout.cancellation import Canceller
from subgraphs.fulfilment.payout.redemption import Watcher
from subgraphs.fulfilment.payout.routing import Router
from subgraphs.fulfilment.payout.sender import Sender, Step, unwatched
from subgraphs.fulfilment.payout.unit_of_work import Desk
from subgraphs.fulfilment.providers.registry import Registered, Registry
from subgraphs.fulfilment.providers.settings import FulfilmentSettings
from subgraphs.fulfilment.repository import Fulfilment
from subgraphs.fulfilment.state.state_machine import STOPPING, FulfilmentState

log = structlog.get_logger(__name__)
R = TypeVar("R")
SENDABLE: Final = frozenset({FulfilmentState.CONFIRMED, FulfilmentState.FULFILLING})
PATIENCE_SECONDS = 5.0  # after a fault of the database


class Worker:
    """Pays rewards. Any number of workers, on any number of machines, may run at the same time.

    Each provider is worked on by itself: one that is slow, away or stopped keeps no other waiting.
    """

    def __init__(
        self, desk: Desk, registry: Registry, settings: FulfilmentSettings, on_step: Step = unwatched
    ) -> None:
        """Does nothing yet.

        Args:
            desk: where it reads and writes.
            registry: whom it asks to pay.
            settings: how much it takes on, and how often it looks.
            on_step: is told of each step of each reward.
        """
        self.desk = desk
        self.registry = registry
        self._settings = settings
        self._on_step = on_step
        self._router = Router(desk, registry)
        self._sender = Sender(desk, on_step)
        self._canceller = Canceller(desk, on_step)
        self._watcher = Watcher(desk)

    async def run(self, stop: asyncio.Event) -> None:
        """Works until `stop` is set, and then to the end of what it has begun."""
        lanes = [self._routing, *(self._lane_of(one) for one in self.registry)]
        async with asyncio.TaskGroup() as tasks:
            for lane in lanes:
                tasks.create_task(self._keep_on(lane, stop))

    async def once(self) -> int:
        """Does what is due now; returns how many rewards it looked at."""
        done = await self._routing()
        for one in self.registry:
            done += await self._lane_of(one)()
        return done

    async def _keep_on(self, lane: Callable[[], Awaitable[int]], stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                pause = 0.0 if await lane() else self._settings.poll_seconds
            except (SQLAlchemyError, OSError):
                log.exception("the database failed a worker")
                pause = PATIENCE_SECONDS
            if pause:
                await _unless(stop, pause)

    async def _routing(self) -> int:
        leased = await self.desk.lease(None, self._settings.batch)
        await self._together(leased, self._router.route)
        return len(leased)

    def _lane_of(self, registered: Registered) -> Callable[[], Awaitable[int]]:
        async def lane() -> int:
            room = registered.breaker.room(min(registered.config.in_flight, self._settings.batch))
            if not room or not registered.config.enabled or await self._is_stopped(registered):
                return 0
            leased = await self.desk.lease(registered.config.name, room)
            if leased:
                self._on_step("leased")
            begun = await self._together(
                [one for one in leased if one.state in SENDABLE], partial(self._sender.begin, registered)
            )
            await asyncio.gather(
                *(
                    self._guarded([one], self._sender.finish(registered, one))
                    for group in begun
                    for one in group
                ),
                *(self._guarded([one], self._follow(registered, one)) for one in leased),
            )
            return len(leased)

        return lane

    async def _follow(self, registered: Registered, leased: Fulfilment) -> None:
        match leased.state:
            case FulfilmentState.CREDITED:
                await self._watcher.ask(registered, leased)
            case state if state in STOPPING:
                await self._canceller.cancel(registered, leased)

    async def _together(
        self, leased: Sequence[Fulfilment], work: Callable[[Sequence[Fulfilment]], Awaitable[R]]
    ) -> list[R]:
        """Works on rewards in one go; where that fails, on each by itself, so that one harms no other."""
        if not leased:
            return []
        done = await self._guarded(leased, work(leased))
        if done or len(leased) == 1:
            return done
        return [each for one in leased for each in await self._guarded([one], work([one]))]

    async def _guarded(self, leased: Sequence[Fulfilment], work: Awaitable[R]) -> list[R]:
        """What comes of the work; nothing after a fault. The lease then runs out, and it is tried again."""
        try:
            return [await work]
        except SQLAlchemyError as fault:
            log.warning("the database failed rewards", keys=[one.key for one in leased], fault=repr(fault))
        except Exception:
            log.exception("rewards could not be worked on", keys=[one.key for one in leased])
        return []

    async def _is_stopped(self, registered: Registered) -> bool:
        async with self.desk.database.home.read() as connection:
            return registered.config.name in await self.desk.alarms.stopped(connection)


async def _unless(stop: asyncio.Event, seconds: float) -> None:
    """Waits, but not after `stop` is set."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
