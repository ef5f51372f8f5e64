"""The keys of an issuer, refreshed in the background: no request waits while a known key verifies."""

import asyncio
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

import httpx
import structlog
from msgspec import Struct

from foundation.tokens.errors import VerificationUnavailable
from foundation.tokens.keys.download import Load
from foundation.tokens.keys.verification_key import KeysById, VerificationKey, all_keys, read_key_set


@dataclass(slots=True)
class RefreshCounts:
    """How often keys were refreshed, for metrics.

    Attributes:
        refreshed: How many refreshes succeeded.
        failed: How many refreshes failed.
        fetched_at: When the last refresh succeeded, in seconds since the epoch; None if none has.
    """

    refreshed: int = 0
    failed: int = 0
    fetched_at: float | None = None


class KeySource(Protocol):
    """The keys of one issuer.

    Attributes:
        serves_until: Until when the known keys may be used, in seconds since the epoch.
        generation: Changes when a key is replaced or dropped, so that what it verified is checked again.
        counts: How often keys were refreshed; None if they never are.
    """

    serves_until: float
    generation: int
    counts: RefreshCounts | None

    async def find(self, key_id: str | None) -> tuple[VerificationKey, ...]:
        """Return the known keys with that id.

        Raises:
            VerificationUnavailable: No key is fresh enough.
        """
        ...

    async def start(self) -> None:
        """Fetch the keys, and keep them up to date from now on; return when they are there, or shortly."""
        ...

    async def close(self) -> None:
        """Stop, and close all connections."""
        ...


@dataclass(slots=True)
class FixedKeys:
    """Keys that never change, such as a secret; they are used for every `kid`."""

    keys: tuple[VerificationKey, ...]
    serves_until: float = field(default=math.inf, init=False)
    generation: int = field(default=0, init=False)
    counts: RefreshCounts | None = field(default=None, init=False)

    async def find(self, key_id: str | None) -> tuple[VerificationKey, ...]:
        """Return the keys."""
        del key_id
        return self.keys

    async def start(self) -> None:
        """Do nothing."""

    async def close(self) -> None:
        """Do nothing."""


log = structlog.get_logger(__name__)
MAX_UNKNOWN_IDS: Final = 1024
FIRST_PAUSE, MAX_PAUSE = 1.0, 10.0
WARN_EVERY: Final = 60.0


class RefreshLimits(Struct, frozen=True):
    """When keys are refreshed; all times in seconds.

    Attributes:
        interval: How often keys are refreshed, whatever tokens arrive.
        deadline: How long one refresh may take, from the connection to the last byte.
        kept: How long keys may be used after the last successful refresh.
        asked_interval: How often unknown key ids may cause a further refresh.
        wait: How long after the start of such a refresh tokens with an unknown key id wait for it.
        waiting: How many tokens may wait at once.
        unknown: How long a key id that the issuer did not have causes no further refresh.
    """

    interval: float = 300.0
    deadline: float = 3.0
    kept: float = 24 * 3600.0
    asked_interval: float = 1.0
    wait: float = 0.5
    waiting: int = 64
    unknown: float = 5.0


class RefreshedKeys:
    """The keys of a key set, by URL or file.

    Refreshes have two budgets. Nothing else uses that of the interval, so a key that the issuer drops stops
    working in time. Unknown key ids share the other one: invented ids cause at most one refresh per
    `asked_interval`, and since each refresh brings all keys, they only make a rotation known sooner.

    Args:
        name: The issuer's name in logs.
        load: Returns the content of the key set.
        algorithms: The algorithms that its keys may be used with.
        limits: When they are refreshed.
        now: Returns the time in seconds since the epoch.
        on_close: Closes what `load` has opened.
    """

    def __init__(
        self,
        name: str,
        load: Load,
        algorithms: tuple[str, ...],
        limits: RefreshLimits,
        *,
        now: Callable[[], float],
        on_close: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self.serves_until = 0.0
        self.generation = 0
        self.counts: RefreshCounts | None = RefreshCounts()
        self._counts = self.counts
        self._name = name
        self._load = load
        self._algorithms = algorithms
        self._limits = limits
        self._now = now
        self._on_close = on_close
        self._keys: KeysById = {}
        self._unknown: dict[str | None, float] = {}
        self._due_at = self._asked_at = 0.0
        self._pause = FIRST_PAUSE
        self._warn_at = 0.0
        self._waiting = 0
        self._began = 0.0
        self._refreshing: asyncio.Task[None] | None = None
        self._loop: asyncio.Task[None] | None = None

    async def find(self, key_id: str | None) -> tuple[VerificationKey, ...]:
        """Return the keys with that id; for an unknown id, wait briefly for a refresh.

        Raises:
            VerificationUnavailable: No key is fresh enough.
        """
        self._keep_up_to_date()
        keys = self._known(key_id)
        if not keys:
            await self._ask(key_id)
            keys = self._known(key_id)
        if not keys and self._now() >= self.serves_until:
            raise VerificationUnavailable
        return keys

    async def start(self) -> None:
        """Refresh in the background from now on; return after the first refresh."""
        self._keep_up_to_date()
        if self._refreshing is not None:
            await asyncio.wait({self._refreshing})

    async def close(self) -> None:
        """Stop refreshing."""
        for task in (self._loop, self._refreshing):
            if task is not None:
                task.cancel()
                await asyncio.wait({task})
        self._loop = self._refreshing = None
        if self._on_close is not None:
            await self._on_close()

    def _known(self, key_id: str | None) -> tuple[VerificationKey, ...]:
        return self._keys.get(key_id, ()) if self._now() < self.serves_until else ()

    def _keep_up_to_date(self) -> None:
        """Start a refresh that is due, and schedule the later ones."""
        running = asyncio.get_running_loop()
        if self._loop is None or self._loop.done() or self._loop.get_loop() is not running:
            self._refreshing = None
            self._loop = running.create_task(self._refresh_for_ever())
        if self._now() >= self._due_at:
            self._refresh()

    async def _refresh_for_ever(self) -> None:
        while True:
            wait = self._due_at - self._now()
            if wait > 0:
                await asyncio.sleep(min(wait, self._limits.interval))
            else:
                await asyncio.wait({self._refresh()})

    async def _ask(self, key_id: str | None) -> None:
        """Wait briefly for a refresh that may bring a key; start one if none is in progress."""
        now = self._now()
        if now < self._unknown.get(key_id, 0.0):
            return
        is_on_its_way = self._refreshing is not None
        if not is_on_its_way and now < self._asked_at:
            return
        refresh, before = self._refresh(), self._counts.refreshed
        left = self._began + self._limits.wait - asyncio.get_running_loop().time()
        if left <= 0 or self._waiting >= self._limits.waiting:
            return
        self._waiting += 1
        try:
            await asyncio.wait({refresh}, timeout=left)
        finally:
            self._waiting -= 1
        # A refresh in progress may have been answered before the key was published.
        if not is_on_its_way and self._counts.refreshed > before and key_id not in self._keys:
            self._remember_unknown(key_id)

    def _remember_unknown(self, key_id: str | None) -> None:
        if len(self._unknown) >= MAX_UNKNOWN_IDS:
            self._unknown.clear()
        self._unknown[key_id] = self._now() + self._limits.unknown

    def _refresh(self) -> asyncio.Task[None]:
        """Start a refresh, unless one is in progress."""
        if self._refreshing is None:
            running = asyncio.get_running_loop()
            self._began = running.time()
            # Whether or not this refresh succeeds, the next one is not due at once.
            self._due_at = self._asked_at = self._now() + self._pause
            self._refreshing = running.create_task(self._refresh_once())
            self._refreshing.add_done_callback(self._done)
        return self._refreshing

    def _done(self, task: asyncio.Task[None]) -> None:
        if self._refreshing is task:
            self._refreshing = None

    async def _refresh_once(self) -> None:
        try:
            async with asyncio.timeout(self._limits.deadline):
                content = await self._load()
            keys = read_key_set(content, self._algorithms)
        except (OSError, ValueError, httpx.HTTPError) as error:
            self._failed(error)
        else:
            self._refreshed(keys)

    def _refreshed(self, keys: KeysById) -> None:
        if all_keys(self._keys) - all_keys(keys):
            self.generation += 1
        self._keys = keys
        now = self._counts.fetched_at = self._now()
        self._counts.refreshed += 1
        self.serves_until = now + self._limits.kept
        self._due_at = now + self._limits.interval
        self._asked_at = now + self._limits.asked_interval
        self._pause, self._warn_at = FIRST_PAUSE, 0.0

    def _failed(self, error: Exception) -> None:
        now = self._now()
        self._counts.failed += 1
        self._due_at = self._asked_at = now + self._pause
        self._pause = min(self._pause * 2, MAX_PAUSE)
        if now >= self._warn_at:
            self._warn_at = now + WARN_EVERY
            log.warning(
                "token_keys_not_refreshed",
                issuer=self._name,
                error=f"{type(error).__name__}: {error}",
                keys=len(all_keys(self._keys)),
            )
