"""Compares each provider's journal of a day with our credits; differences are reported, never corrected."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import structlog

from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.fulfilment.accounting.repository import Difference, Report, ReportRepository
from subgraphs.fulfilment.errors import JournalUnavailable
from subgraphs.fulfilment.models import GOODWILL_CREDIT
from subgraphs.fulfilment.providers.provider import JournalEntry
from subgraphs.fulfilment.providers.registry import ProviderRegistry, RegisteredProvider
from subgraphs.fulfilment.repository import FulfilmentRepository
from subgraphs.fulfilment.state.fulfilment import Fulfilment
from subgraphs.fulfilment.state.state_machine import PAID

log = structlog.get_logger(__name__)
ONE_DAY = timedelta(days=1)
PAGE = 500


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Compares journals with our credits, and stores the reports.

    Attributes:
        paid: Our own credits: rewards of weeks, and goodwill.
    """

    database: Database
    clock: Clock
    paid: Sequence[FulfilmentRepository] = field(
        default_factory=lambda: (FulfilmentRepository(), FulfilmentRepository(GOODWILL_CREDIT))
    )

    async def compare(self, registered: RegisteredProvider, day: date) -> Report:
        """Compare a provider's credits of a day (UTC), and store the report.

        A provider's journal has the credits of all cells. Each cell compares those of its own customers, and
        those under its own keys, so that each credit is compared in at least one.

        Raises:
            subgraphs.fulfilment.errors.JournalUnavailable: The provider's journal cannot be read.
        """
        name = registered.config.name
        theirs = await registered.provider.journal(day)
        async with self.database.read() as connection:
            start = datetime.combine(day, time(), UTC)
            ours = [
                credited
                for payment in self.paid
                for credited in await payment.credited_between(connection, name, start, start + ONE_DAY)
            ]
            fulfilments = {fulfilment.key: fulfilment for fulfilment in ours}
            for page in _pages(sorted({entry.key for entry in theirs} - set(fulfilments))):
                for payment in self.paid:
                    fulfilments |= await payment.by_keys(connection, page)
        if (cell := self.database.fence.cell) is not None:
            theirs = [
                entry for entry in theirs if entry.key in fulfilments or cell.has(entry.brand, entry.customer)
            ]
        our_keys = [fulfilment.key for fulfilment in ours]
        differences = tuple(_differences(our_keys, fulfilments, theirs))
        report = Report(name, day, len({*our_keys, *(entry.key for entry in theirs)}), differences)
        async with self.database.write() as connection:
            await self._reports.store(connection, report, self.clock.now())
        if differences:
            log.error("provider_books_differ", provider=name, day=str(day), number=len(differences))
        return report

    async def is_made(self, provider: str, day: date) -> bool:
        """Return whether a day has been compared already."""
        async with self.database.read() as connection:
            return await self._reports.exists(connection, provider, day)

    @property
    def _reports(self) -> ReportRepository:
        return ReportRepository(self.database.dialect)


def _differences(
    our_keys: Sequence[str], known: Mapping[str, Fulfilment], theirs: Sequence[JournalEntry]
) -> Iterator[Difference]:
    seen: set[str] = set()
    for entry in theirs:
        fulfilment = known.get(entry.key)
        if entry.key in seen:
            yield Difference("TWICE", entry.key, f"credited again: {_summary(entry)}")
        elif fulfilment is None or fulfilment.state not in PAID:
            state = fulfilment.state.value if fulfilment else "nothing"
            yield Difference("MISSING_HERE", entry.key, f"here: {state}; there: {_summary(entry)}")
        elif mismatch := _mismatch(fulfilment, entry):
            yield Difference("DIFFERENT", entry.key, mismatch)
        seen.add(entry.key)
    for key in our_keys:
        if key not in seen:
            yield Difference("MISSING_THERE", key, f"credited here at {known[key].credited_at}")


def _mismatch(fulfilment: Fulfilment, entry: JournalEntry) -> str:
    """Describe the fields that differ; empty if all agree."""
    reward = fulfilment.credit.reward
    pairs: Mapping[str, tuple[Any, Any]] = {
        "brand": (fulfilment.club.brand, entry.brand),
        "customer": (fulfilment.club.customer, entry.customer),
        "kind": (reward.kind, reward.kind if reward.kind in entry.kinds else _kinds(entry)),
        "value_minor": (reward.value_minor, entry.value_minor),
        "spins": (reward.spins, entry.spins if reward.spins is not None else None),
        "currency": (reward.currency, entry.currency),
    }
    return "; ".join(
        f"{name}: here {ours}, there {theirs}" for name, (ours, theirs) in pairs.items() if ours != theirs
    )


def _kinds(entry: JournalEntry) -> str:
    return " or ".join(entry.kinds)


def _summary(entry: JournalEntry) -> str:
    amount = entry.spins if entry.value_minor is None else entry.value_minor
    return f"{_kinds(entry)} {amount} {entry.currency} to {entry.brand}:{entry.customer}"


def _pages(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    return (keys[start : start + PAGE] for start in range(0, len(keys), PAGE))


AFTER_MIDNIGHT = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class DailyReconciliation:
    """Creates the missing reports of yesterday.

    If two nodes create the same report at the same time, one replaces the other, and both are equal.
    """

    reconciliation: Reconciliation
    registry: ProviderRegistry

    async def make_missing(self) -> int:
        """Create the missing reports, and return how many; an unreadable journal is tried again later."""
        day = (self.reconciliation.clock.now() - AFTER_MIDNIGHT).date() - timedelta(days=1)
        made = 0
        for registered in self.registry:
            is_made = await self.reconciliation.is_made(registered.config.name, day)
            if is_made or not registered.config.enabled:
                continue
            try:
                async with self.registry.using(registered):
                    await self.reconciliation.compare(registered, day)
            except JournalUnavailable as fault:
                log.warning("provider_books_missing", provider=registered.config.name, fault=str(fault))
            else:
                made += 1
        return made
