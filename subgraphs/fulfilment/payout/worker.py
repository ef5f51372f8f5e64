"""The worker: leases due rewards, for each provider separately, until it is stopped."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError

from foundation.storage.clock import ClockDiffers
from subgraphs.fulfilment.errors import ProviderConfigError
from subgraphs.fulfilment.payout.configuring import ProviderConfiguration
from subgraphs.fulfilment.payout.steps import (
    Canceller,
    RedemptionTracker,
    Router,
    Sender,
    StepObserver,
    ignore_step,
)
from subgraphs.fulfilment.payout.unit_of_work import UnitOfWork
from subgraphs.fulfilment.providers.registry import ProviderRegistry, RegisteredProvider
from subgraphs.fulfilment.providers.settings import FulfilmentSettings
from subgraphs.fulfilment.state.fulfilment import Fulfilment
from subgraphs.fulfilment.state.state_machine import STOPPING, FulfilmentState

log = structlog.get_logger(__name__)
R = TypeVar("R")
SENDABLE: Final = frozenset({FulfilmentState.CONFIRMED, FulfilmentState.FULFILLING})
DATABASE_PAUSE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class _Steps:
    """The steps for one origin of payments: rewards of weeks, or goodwill credits."""

    uow: UnitOfWork
    router: Router
    sender: Sender
    canceller: Canceller
    redemption: RedemptionTracker

    @classmethod
    def over(cls, uow: UnitOfWork, registry: ProviderRegistry, on_step: StepObserver) -> "_Steps":
        return cls(
            uow,
            Router(uow, registry),
            Sender(uow, on_step),
            Canceller(uow, on_step),
            RedemptionTracker(uow),
        )

    async def follow(self, registered: RegisteredProvider, leased: Fulfilment) -> None:
        """Poll a credited reward, or cancel one that is being stopped."""
        match leased.state:
            case FulfilmentState.CREDITED:
                await self.redemption.poll(registered, leased)
            case state if state in STOPPING:
                await self.canceller.cancel(registered, leased)


class Worker:
    """Pays rewards and goodwill credits. Any number of workers may run at once, on any number of machines.

    Each provider has a loop of its own: a provider that is slow, unavailable or stopped does not delay
    others.
    """

    def __init__(
        self,
        uow: UnitOfWork,
        registry: ProviderRegistry,
        settings: FulfilmentSettings,
        on_step: StepObserver = ignore_step,
        configuration: ProviderConfiguration | None = None,
    ) -> None:
        """Create a worker that does nothing until it is run.

        Args:
            uow: The worker's reads and writes.
            registry: The providers.
            settings: How many rewards it leases at a time, and how often it looks for them.
            on_step: Called at each step of each reward.
            configuration: Keeps the registry as the back office decided; None if nothing changes it.
        """
        self.uow = uow
        self._configuration = configuration
        self.registry = registry
        self._settings = settings
        self._on_step = on_step
        self._steps = [_Steps.over(each, registry, on_step) for each in uow.each_origin()]

    async def prepare(self, stop: asyncio.Event) -> None:
        """Read the configuration, or wait until the database can be reached or `stop` is set.

        Raises:
            ProviderConfigError: The file of providers cannot be used.
        """
        while not (await self._refresh() or stop.is_set()):
            await _sleep_unless_stopped(stop, DATABASE_PAUSE_SECONDS)
        if self._configuration is not None and (problems := self._configuration.file_problems):
            raise ProviderConfigError(problems)

    async def run_until(self, stop: asyncio.Event) -> None:
        """Pay rewards until `stop` is set; then finish what has begun.

        Nothing is paid before the configuration was read. It is read again in each poll, and a new revision
        of a provider's configuration is used from the provider's next round on.

        Raises:
            ProviderConfigError: The file of providers cannot be used.
        """
        await self.prepare(stop)
        if stop.is_set():
            return
        served: set[str] = set()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._repeat(self._route_due, stop))
            while not stop.is_set():
                for name in {registered.config.name for registered in self.registry} - served:
                    served.add(name)
                    tasks.create_task(self._repeat(partial(self._serve, name), stop))
                await _sleep_unless_stopped(stop, self._settings.poll_seconds)
                await self._refresh()
        if self._configuration is not None:
            await self._configuration.leave()

    async def run_once(self) -> int:
        """Pay all due rewards, and return how many were processed."""
        await self._refresh()
        done = await self._route_due()
        for registered in self.registry:
            done += await self._serve(registered.config.name)
        return done

    async def _refresh(self) -> bool:
        """Bring the configuration up to date; return whether the database could be reached."""
        try:
            if self._configuration is not None:
                await self._configuration.refresh()
        except (SQLAlchemyError, OSError):
            log.exception("provider_configuration_not_read")
            return False
        return True

    async def _repeat(self, one_round: Callable[[], Awaitable[int]], stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                pause = 0.0 if await one_round() else self._settings.poll_seconds
            except ClockDiffers as fault:
                log.warning("clock_differs", detail=str(fault))
                pause = DATABASE_PAUSE_SECONDS
            except (SQLAlchemyError, OSError):
                log.exception("database_failed_worker")
                pause = DATABASE_PAUSE_SECONDS
            if pause:
                await _sleep_unless_stopped(stop, pause)

    async def _route_due(self) -> int:
        """Assign due rewards to providers, and return how many were leased."""
        number = 0
        for steps in self._steps:
            leased = await steps.uow.lease(None, self._settings.batch)
            await self._together_or_apart(leased, steps.router.route)
            number += len(leased)
        return number

    async def _serve(self, name: str) -> int:
        """Process what is due at a provider by its present configuration; return how many were leased."""
        registered = self.registry.find(name)
        if registered is None:
            return 0
        async with self.registry.using(registered):
            return sum([await self._serve_with(steps, registered) for steps in self._steps])

    async def _serve_with(self, steps: "_Steps", registered: RegisteredProvider) -> int:
        capacity = registered.breaker.room(min(registered.config.in_flight, self._settings.batch))
        if not capacity or not registered.config.enabled or await self._is_stopped(registered):
            return 0
        leased = await steps.uow.lease(registered.config.name, capacity)
        if leased:
            self._on_step("leased")
        sendable = [fulfilment for fulfilment in leased if fulfilment.state in SENDABLE]
        begun = await self._together_or_apart(sendable, partial(steps.sender.begin, registered))
        await asyncio.gather(
            *(
                self._logging_faults([fulfilment], steps.sender.finish(registered, fulfilment))
                for group in begun
                for fulfilment in group
            ),
            *(
                self._logging_faults([fulfilment], steps.follow(registered, fulfilment))
                for fulfilment in leased
            ),
        )
        return len(leased)

    async def _together_or_apart(
        self, leased: Sequence[Fulfilment], work: Callable[[Sequence[Fulfilment]], Awaitable[R]]
    ) -> list[R]:
        """Process rewards together; if that fails, separately, so that none blocks the others."""
        if not leased:
            return []
        done = await self._logging_faults(leased, work(leased))
        if done or len(leased) == 1:
            return done
        return [
            fault
            for fulfilment in leased
            for fault in await self._logging_faults([fulfilment], work([fulfilment]))
        ]

    async def _logging_faults(self, leased: Sequence[Fulfilment], work: Awaitable[R]) -> list[R]:
        """Return the result of the work, or nothing after a fault.

        After a fault the rewards are tried again when their lease has run out.
        """
        try:
            return [await work]
        except SQLAlchemyError as fault:
            log.warning(
                "database_failed_rewards", keys=[fulfilment.key for fulfilment in leased], fault=repr(fault)
            )
        except Exception:
            log.exception("rewards_not_worked_on", keys=[fulfilment.key for fulfilment in leased])
        return []

    async def _is_stopped(self, registered: RegisteredProvider) -> bool:
        async with self.uow.database.read() as connection:
            return registered.config.name in await self.uow.provider_holds.stopped(connection)


async def _sleep_unless_stopped(stop: asyncio.Event, seconds: float) -> None:
    """Sleep, but only until `stop` is set."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
