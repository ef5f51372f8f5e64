"""The books of a provider against ours, day by day: every difference is found, none is mended by itself."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import structlog
from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.columns import upsert
from subgraphs.fulfilment.models import RECONCILIATION
from subgraphs.fulfilment.payout.unit_of_work import Desk
from subgraphs.fulfilment.providers.provider import JournalEntry
from subgraphs.fulfilment.providers.registry import Registered
from subgraphs.fulfilment.repository import Fulfilment
from subgraphs.fulfilment.state.state_machine import PAID

log = structlog.get_logger(__name__)
AROUND = timedelta(days=1)
PAGE = 500


@dataclass(frozen=True, slots=True)
class Difference:
    """Where the books do not agree.

    Attributes:
        kind: MISSING_THERE (we hold it for credited), MISSING_HERE (they credited it, we do not know),
            TWICE (two credits under one key) or DIFFERENT (in amount, currency or customer).
    """

    kind: str
    key: str
    detail: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a comparison found.

    Attributes:
        compared: credits in either book.
    """

    provider: str
    day: date
    compared: int
    differences: Sequence[Difference]


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Compares, and keeps the reports."""

    desk: Desk
    table: Table = RECONCILIATION

    async def compare(self, registered: Registered, day: date) -> Report:
        """Compares a provider's credits of a day (UTC), and keeps the report.

        Raises:
            subgraphs.fulfilment.providers.provider.JournalUnavailable: the provider's books cannot be read.
        """
        name = registered.config.name
        theirs = await registered.provider.journal(day)
        async with self.desk.database.home.read() as connection:
            start = datetime.combine(day, time(), UTC)
            ours = await self.desk.ledger.repository.credited_between(connection, name, start, start + AROUND)
            known = {one.key: one for one in ours}
            for page in _pages(sorted({entry.key for entry in theirs} - set(known))):
                known |= await self.desk.ledger.repository.of_keys(connection, page)
        differences = tuple(_differences([one.key for one in ours], known, theirs))
        report = Report(name, day, len({one.key for one in ours} | {e.key for e in theirs}), differences)
        async with self.desk.database.home.write() as connection:
            await self._keep(connection, report)
        if differences:
            log.error("the books of a provider differ", provider=name, day=str(day), number=len(differences))
        return report

    async def is_made(self, provider: str, day: date) -> bool:
        """Whether a day has been compared already."""
        c = self.table.c
        async with self.desk.database.home.read() as connection:
            found = await connection.scalar(select(c.day).where(c.provider == provider, c.day == day))
        return found is not None

    async def _keep(self, connection: AsyncConnection, report: Report) -> None:
        row = {
            "provider": report.provider,
            "day": report.day,
            "made_at": self.desk.clock.now(),
            "compared": report.compared,
            "differences": [asdict(difference) for difference in report.differences],
        }
        update = ("made_at", "compared", "differences")
        await connection.execute(upsert(self.desk.database.dialect, self.table, [row], update=update))


def _differences(
    of_the_day: Sequence[str], known: Mapping[str, Fulfilment], theirs: Sequence[JournalEntry]
) -> Iterator[Difference]:
    seen: set[str] = set()
    for entry in theirs:
        one = known.get(entry.key)
        if entry.key in seen:
            yield Difference("TWICE", entry.key, f"credited again: {_written(entry)}")
        elif one is None or one.state not in PAID:
            state = one.state.value if one else "nothing"
            yield Difference("MISSING_HERE", entry.key, f"here: {state}; there: {_written(entry)}")
        elif wrong := _wrong(one, entry):
            yield Difference("DIFFERENT", entry.key, wrong)
        seen.add(entry.key)
    for key in of_the_day:
        if key not in seen:
            yield Difference("MISSING_THERE", key, f"credited here at {known[key].credited_at}")


def _wrong(one: Fulfilment, entry: JournalEntry) -> str:
    """What does not agree, in words; empty where all does."""
    reward = one.credit.reward
    pairs: Mapping[str, tuple[Any, Any]] = {
        "brand": (one.club.brand, entry.brand),
        "customer": (one.club.customer, entry.customer),
        "kind": (reward.kind, entry.kind),
        "value_minor": (reward.value_minor, entry.value_minor),
        "spins": (reward.spins, entry.spins if reward.spins is not None else None),
        "currency": (reward.currency, entry.currency),
    }
    return "; ".join(
        f"{name}: here {ours}, there {others}" for name, (ours, others) in pairs.items() if ours != others
    )


def _written(entry: JournalEntry) -> str:
    amount = entry.spins if entry.value_minor is None else entry.value_minor
    return f"{entry.kind} {amount} {entry.currency} to {entry.brand}:{entry.customer}"


def _pages(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    return (keys[start : start + PAGE] for start in range(0, len(keys), PAGE))
