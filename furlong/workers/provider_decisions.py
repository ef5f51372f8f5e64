"""Follows what is decided about providers on the global topic, for processes that have no database."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from consumers.messages.global_events.message import GlobalEvent, decode_global
from consumers.messages.global_events.states import AdapterState, SwitchState
from consumers.stream.broker.kafka_client import partitions_of, running_client
from consumers.stream.errors import Poison
from consumers.stream.records import Record
from consumers.stream.settings import StreamSettings
from subgraphs.kit.records.global_state import NOTHING_APPLIED, GlobalOrder, SwitchScope
from subgraphs.kit.topics import GLOBAL_TOPIC

log = structlog.get_logger(__name__)
NOT_KNOWN: Final = "Kafka has not said yet whether it is switched off"
PAUSE_SECONDS: Final = 1.0
"""How long after a failure, or without the topic, it is looked for again."""


@dataclass(frozen=True, slots=True)
class _Switch:
    """The last decision about a provider: its order, and why it is off; None if it is on."""

    order: GlobalOrder = NOTHING_APPLIED
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class DecidedSettings:
    """The last revision of the settings of an adapter that was decided."""

    order: GlobalOrder
    revision: int
    settings: Mapping[str, Any]


@dataclass(slots=True)
class ProviderDecisions:
    """Which providers are switched off, and which settings were decided for adapters.

    What was decided last holds while Kafka is down.

    Until the topic was read to its end for the first time, every provider counts as off: a process that
    starts must not do for a moment what it is forbidden to do.
    """

    stream: StreamSettings
    _switches: dict[str, _Switch] = field(default_factory=dict)
    _settings: dict[str, DecidedSettings] = field(default_factory=dict)
    _is_read: bool = False
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def is_read(self) -> bool:
        """Return whether it is known what was decided."""
        return self._is_read

    def off(self, name: str) -> str | None:
        """Return why a provider is off, in words; None if it is on."""
        if not self._is_read:
            return NOT_KNOWN
        return self._switches.get(name, _Switch()).reason

    def settings(self, name: str) -> DecidedSettings | None:
        """Return the settings that were decided for an adapter; None if none are known."""
        return self._settings.get(name)

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds that depends on decisions."""
        async with self._changed:
            await self._changed.wait_for(holds)

    async def run(self, fatal: tuple[type[KafkaError], ...] = ()) -> None:
        """Follow the topic until cancelled, through outages of Kafka.

        Args:
            fatal: The errors of Kafka with which it ends.

        Raises:
            KafkaError: One of them.
        """
        while True:
            try:
                await self._follow(await partitions_of(self.stream, [GLOBAL_TOPIC]))
            except fatal:
                raise
            except (KafkaError, OSError) as fault:
                log.warning("decisions_not_read", error=repr(fault))
            await asyncio.sleep(PAUSE_SECONDS)

    async def _follow(self, partitions: Sequence[TopicPartition]) -> None:
        if not partitions:  # nothing was ever decided
            await self._note_read()
            return
        reader = AIOKafkaConsumer(
            bootstrap_servers=self.stream.bootstrap,
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
        )
        async with running_client(reader) as consumer:
            consumer.assign(partitions)
            ends = await consumer.end_offsets(partitions)
            while True:
                if not self._is_read:
                    positions = [await consumer.position(partition) for partition in partitions]
                    if all(at >= ends[of] for at, of in zip(positions, partitions, strict=True)):
                        await self._note_read()
                for records in (await consumer.getmany(timeout_ms=500)).values():
                    for record in records:
                        await self._note(Record.of_kafka(record))

    async def _note(self, record: Record) -> None:
        try:
            event = decode_global(record)
            state = event.read_state()
        except Poison:  # the nodes report it
            return
        match state:
            case SwitchState(scope=SwitchScope.PROVIDER.value):
                await self._note_switch(event, state)
            case AdapterState():
                await self._note_settings(event.order, state)

    async def _note_switch(self, event: GlobalEvent, state: SwitchState) -> None:
        if event.order <= self._switches.get(state.name, _Switch()).order:
            return
        reason = f"switched off: {event.reason or 'without a reason'}" if state.off else None
        self._switches[state.name] = _Switch(event.order, reason)
        log.info("provider_switched", provider=state.name, off=state.off, reason=event.reason)
        await self._tell()

    async def _note_settings(self, order: GlobalOrder, state: AdapterState) -> None:
        known = self._settings.get(state.name)
        if known is None or order > known.order:
            self._settings[state.name] = DecidedSettings(order, state.revision, state.settings)
            await self._tell()

    async def _note_read(self) -> None:
        if not self._is_read:
            self._is_read = True
            await self._tell()

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()
