"""Counts what is served (content, previews, live events), and publishes the counts for analytics each minute.

It happens far more often than anybody could record it one by one. Only a process that counts imports this.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextvars import Context
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import groupby
from typing import Any, Final, NamedTuple
from uuid import uuid4

import structlog

from foundation.dependencies import repeat
from foundation.storage.cells.cell import Cell
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.club_kit.topics import SERVED_TOPIC
from subgraphs.kit.domain.instants import utc_text
from subgraphs.kit.records.outbox import Fact, Outbox
from subgraphs.kit.records.tables import OutboxTables

ITEMS_PER_MESSAGE: Final = 200
"""With as many, a message is far smaller than a row of the outbox may be."""

_EPOCH: Final = datetime.fromtimestamp(0, UTC)
_log = structlog.get_logger("served")


class ServedItem(NamedTuple):
    """A thing that is counted.

    Attributes:
        item: A reward, why a previewed bet would count or not, or whether a live event is its stream's first.
        config_version: Of a reward; 0 otherwise.
        locale: Of a reward's content; empty otherwise.
        revision: Of that content; 0 otherwise.
    """

    brand: str
    jurisdiction: str
    currency: str
    item: str
    config_version: int = 0
    locale: str = ""
    revision: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class ServedTogether:
    """Items that are served together again and again, and counted by one look-up of this object."""

    items: tuple[ServedItem, ...]


@dataclass(slots=True)
class ServedCounter:
    """Counts what a subgraph serves in this process.

    A period ends with a whole multiple of its length, so that those of all processes end together. Counts of
    the running period are lost if the process is killed. Those that could not be written, or perhaps were,
    keep their sequence, so that they count once.

    Attributes:
        kind: What is counted: content_shown, preview_asked or live_event.
        seconds: The length of a period.
        process: Tells this counter from all others.
    """

    kind: str
    seconds: float
    cell: Cell | None
    database: Database
    outbox: OutboxTables
    clock: Clock
    process: str = field(default_factory=lambda: uuid4().hex)
    _counts: Counter[ServedItem | ServedTogether] = field(default_factory=Counter)
    _unwritten: list[Fact] = field(default_factory=list)
    _sequence: int = 0
    _since: datetime = _EPOCH
    _writing: asyncio.Task[None] | None = None

    def count(self, served: ServedItem | ServedTogether) -> None:
        """Count what is served now, and each time that the same answer is given again."""
        self._count(served)
        repeat(partial(self._count, served))

    def _count(self, served: ServedItem | ServedTogether) -> None:
        self._counts[served] += 1
        if self._writing is None:
            self._since = self.clock.now()
            self._writing = asyncio.create_task(self._write_periods(), context=Context())

    async def close(self) -> None:
        """Try once to write what was counted; what is served later is not counted."""
        if self._writing is None:
            return
        self._writing.cancel()
        await asyncio.gather(self._writing, return_exceptions=True)
        try:
            self._end_period()
            await self._write()
        except Exception as error:  # noqa: BLE001 - counts are lost, and the process still has to end
            _log.warning("served_counts_lost", kind=self.kind, error=type(error).__name__)

    async def _write_periods(self) -> None:
        while self._counts or self._unwritten:
            await asyncio.sleep(self.seconds - self.clock.now().timestamp() % self.seconds)
            try:
                if not self._unwritten:  # otherwise the running period becomes longer
                    self._end_period()
                await self._write()
            except Exception as error:  # noqa: BLE001 - whatever is wrong, customers are served
                _log.warning("served_counts_wait", kind=self.kind, error=type(error).__name__)
        self._writing = None

    async def _write(self) -> None:
        if self._unwritten:
            async with self.database.write() as connection:
                await Outbox(self.outbox).put_all(connection, self._unwritten, self._since)
            self._unwritten = []

    def _end_period(self) -> None:
        """Turn the counts into messages, and begin the next period."""
        counts, self._counts = self._counts, Counter()
        until = self.clock.now()
        self._unwritten += self._messages(counts, self._since, until)
        self._since = until

    def _messages(
        self, counts: Counter[ServedItem | ServedTogether], since: datetime, until: datetime
    ) -> Iterator[Fact]:
        by_item = Counter[ServedItem]()
        for served, count in counts.items():
            for item in (served,) if isinstance(served, ServedItem) else served.items:
                by_item[item] += count
        for brand, of_brand in groupby(sorted(by_item.items()), lambda counted: counted[0].brand):
            rows = [{**item._asdict(), "count": count} for item, count in of_brand]
            for first in range(0, len(rows), ITEMS_PER_MESSAGE):
                self._sequence += 1
                body: dict[str, Any] = {
                    "brand_id": brand,
                    "cell": self.cell.name if self.cell else None,
                    "process": self.process,
                    "sequence": self._sequence,
                    "kind": self.kind,
                    "since": utc_text(since),
                    "occurred_at": utc_text(until),
                    "counts": [
                        {name: value for name, value in row.items() if name != "brand"}
                        for row in rows[first : first + ITEMS_PER_MESSAGE]
                    ],
                }
                key = f"{brand}:{self.process}"
                yield Fact(SERVED_TOPIC, "club.served/1", key, str(self._sequence), body)
