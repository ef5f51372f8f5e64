"""Delivers what an adapter knows: tells it on Kafka, then keeps it in the state.

What is told is always the whole state of an item, under its key, so nothing has to be told in between: while
Kafka is down, changes gather. After an outage, and when a process begins, everything is told again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Literal, NamedTuple, TypeAlias
from uuid import UUID, uuid4

import msgspec
import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from providers.configuration import ConfigurationStatus
from providers.declaration import AdapterDeclaration
from providers.state import StateAway, StateStore
from providers.status import ProviderStatus, Trouble
from providers.topics import STATUS

log = structlog.get_logger(__name__)
TOLD: Final = "told-revision"
"""The entry of the state with the last revision, behind which the next process goes on."""

UNKEPT: Final = 1_000
"""How many revisions may have been told after the last one that was kept."""

MAX_AHEAD_MS: Final = 300_000
"""How far revisions may be ahead of the clock: those of a clock that was wrong are not gone on with."""

PAUSE_SECONDS: Final = 0.5
"""How long after a failure Kafka or the state is tried again."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a batch shall have.

    Attributes:
        revision: The number of its messages.
        everything: Whether the messages of all items, and not only of those that changed.
        all_entries: The same for the entries of the state.
    """

    revision: int
    everything: bool
    all_entries: bool


class Item(NamedTuple):
    """What a message is about: the topic that it is told on, and the key."""

    topic: str
    key: str


@dataclass(frozen=True, slots=True)
class Batch:
    """What changed, as of one moment.

    Attributes:
        messages: The messages by what they are about; None for an item that is gone.
        entries: The entries of the state that changed.
        removed: The entries of the state that are gone.
        whole: Whether the entries are all of the state.
    """

    messages: Mapping[Item, bytes | None]
    entries: Mapping[str, bytes]
    removed: frozenset[str]
    whole: bool

    def then(self, later: Batch) -> Batch:
        """Return what both of them keep, as of the later one's moment."""
        left = {name: value for name, value in self.entries.items() if name not in later.removed}
        removed = (self.removed - later.entries.keys()) | later.removed
        return Batch({}, {**left, **later.entries}, removed, self.whole)


Take: TypeAlias = Callable[[Wanted], Batch]
"""Returns what changed since it was last called."""


class StatusMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A message of `provider.status.v1`; its contract is in `contracts/providers/`."""

    schema: str = "provider.status/1"
    event_id: UUID = msgspec.field(default_factory=uuid4)
    provider: str
    kind: str
    complete: bool
    incomplete_since: datetime | None
    reason: str
    first_revision: int
    capabilities: tuple[str, ...]
    delay_ms: int
    occurred_at: datetime
    items: int = 0
    configuration: ConfigurationStatus | None = None


@dataclass(slots=True)
class Delivery:
    """Delivers for one adapter, until it is cancelled.

    Attributes:
        producing: Opens a producer, which fails with KafkaError.
        status_seconds: How often it says how it is, if nothing changes that.
        changed: Set when there is something to take.
    """

    adapter: AdapterDeclaration
    producing: Callable[[], AbstractAsyncContextManager[AIOKafkaProducer]]
    store: StateStore
    status: ProviderStatus
    status_seconds: float
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    _first_revision: int = 0
    _revision: int = 0
    _missed: set[Item] = field(default_factory=set)
    _unkept: asyncio.Event = field(default_factory=asyncio.Event)
    _pending: Batch | None = None
    _keeps: Literal["all", "changes", "nothing"] = "all"

    async def load(self) -> Mapping[str, bytes]:
        """Return the entries of the state that was kept; none if it cannot be read."""
        try:
            entries = dict(await self.store.load())
        except StateAway as fault:
            self.status.state_fails(str(fault))
            return {}
        told = entries.pop(TOLD, b"")
        if told.isdigit() and int(told) <= self._now() + MAX_AHEAD_MS:
            self._revision = max(self._revision, int(told) + UNKEPT)
        return entries

    async def run(self, take: Take) -> None:
        """Tell and keep what `take` returns, through outages of Kafka and of the state."""
        self._first_revision = self._revision = max(self._revision + 1, self._now())
        self._pending, self._keeps = None, "all"
        async with self._keeping():
            await self._through_outages(lambda producer: self._tell(producer, take))

    async def rest(self) -> None:
        """Tell only how the adapter is, until cancelled: what was told before stays, as of then."""
        self._first_revision = self._first_revision or self._now()
        await self._through_outages(self._tell_status)

    async def _through_outages(self, tell: Callable[[AIOKafkaProducer], Awaitable[None]]) -> None:
        while True:
            try:
                async with self.producing() as producer:
                    await tell(producer)
            except (KafkaError, OSError) as fault:  # TimeoutError is an OSError
                self.status.kafka_fails(f"nothing can be published: {type(fault).__name__}")
                log.warning("provider_not_told", adapter=self.adapter.name, error=repr(fault))
            await asyncio.sleep(PAUSE_SECONDS)

    async def _tell_status(self, producer: AIOKafkaProducer) -> None:
        """Tell how the adapter is, again and again, until Kafka fails."""
        while True:
            self.changed.clear()
            item = Item(STATUS.name, self.adapter.name)
            await _publish(producer, {item: self._status(self.status.provider)})
            self.status.kafka = None
            await self._until_changed()

    async def _tell(self, producer: AIOKafkaProducer, take: Take) -> None:
        """Tell everything, and then what changes, until Kafka fails."""
        if self._keeps == "changes":  # what could not be told was taken, but not kept
            self._keeps = "all"
        everything, last, told_at = True, None, 0.0
        while True:
            self.changed.clear()
            everything = self._begins_anew() or everything
            batch, trouble = self._take(take, everything=everything), self.status.provider
            self._missed |= set(batch.messages)
            await _publish(producer, batch.messages)
            self._missed.clear()
            self.status.counts["told"] += len(batch.messages)
            self._keep(batch)
            now = asyncio.get_running_loop().time()
            if everything or trouble != last or now - told_at >= self.status_seconds:
                item = Item(STATUS.name, self.adapter.name)
                await _publish(producer, {item: self._status(trouble)})
                last, told_at = trouble, now
            everything, self.status.kafka = False, None
            await self._until_changed()

    async def _until_changed(self) -> None:
        """Wait until there is something to tell, which at the latest is how the adapter is."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self.status_seconds):
                await self.changed.wait()

    def _begins_anew(self) -> bool:
        """Go back to the clock if it was put right; return whether that was so."""
        if self._revision <= self._now() + MAX_AHEAD_MS:
            return False
        self._first_revision = self._revision = self._now()
        return True

    def _now(self) -> int:
        """Return the time in milliseconds, with which revisions begin."""
        return int(self.status.now().timestamp() * 1000)

    def _take(self, take: Take, *, everything: bool) -> Batch:
        self._revision = max(self._revision + 1, self._now())
        batch = take(Wanted(self._revision, everything, self._keeps == "all"))
        if not everything:
            return batch
        # What is not there now, and could not be told that it went, has to be told so.
        return replace(batch, messages={**dict.fromkeys(self._missed), **batch.messages})

    def _status(self, trouble: Trouble | None) -> bytes:
        return msgspec.json.encode(
            StatusMessage(
                provider=self.adapter.name,
                kind=self.adapter.kind.value,
                complete=trouble is None,
                incomplete_since=trouble.since if trouble else None,
                reason=trouble.reason if trouble else "",
                first_revision=self._first_revision,
                capabilities=tuple(sorted(self.adapter.capabilities)),
                delay_ms=round(1000 * self.status.late_seconds),
                occurred_at=self.status.now(),
                items=self.status.items,
                configuration=self.status.configuration,
            )
        )

    def _keep(self, batch: Batch) -> None:
        """Let a batch be kept; those that wait are kept together."""
        batch = replace(batch, entries={**batch.entries, TOLD: str(self._revision).encode()})
        if batch.whole:
            self._pending, self._keeps = batch, "changes"
        elif self._keeps == "changes":
            self._pending = batch if self._pending is None else self._pending.then(batch)
        self._unkept.set()

    @asynccontextmanager
    async def _keeping(self) -> AsyncIterator[None]:
        """Keep what was told while the block runs. That may take long, and delays nothing."""
        async with asyncio.TaskGroup() as tasks:
            keeping = tasks.create_task(self._keep_on(), name="provider-state")
            try:
                yield
            finally:
                keeping.cancel()

    async def _keep_on(self) -> None:
        while True:
            await self._unkept.wait()
            self._unkept.clear()
            batch, self._pending = self._pending, None
            if batch is None or not (batch.whole or batch.entries or batch.removed):
                continue
            try:
                await self._write(batch)
            except StateAway as fault:
                self.status.state_fails(str(fault))
                self._pending, self._keeps = None, "nothing"
                await asyncio.sleep(PAUSE_SECONDS)
                self._keeps = "all"
                self.changed.set()

    async def _write(self, batch: Batch) -> None:
        if batch.whole:
            await self.store.replace(batch.entries)
        elif not await self.store.update(batch.entries, batch.removed):
            raise StateAway("the state was lost, or another process has replaced it")
        self.status.state = None


async def _publish(producer: AIOKafkaProducer, messages: Mapping[Item, bytes | None]) -> None:
    """Publish messages, and wait until the brokers have all of them."""
    sent = [
        await producer.send(item.topic, value=value, key=item.key.encode())
        for item, value in messages.items()
    ]
    for outcome in await asyncio.gather(*sent, return_exceptions=True):
        if isinstance(outcome, BaseException):
            raise outcome
