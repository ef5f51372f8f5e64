"""Repeats what operators' wallets have not answered, and rolls back what has expired or was given up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Final

import structlog

from foundation.background import all_of
from foundation.storage.database import Database
from subgraphs.kit.durable_steps.loop import Loop, LoopName
from subgraphs.kit.durable_steps.postponed import PostponedItems
from subgraphs.kit.funds_settings import FundsSettings
from subgraphs.kit.live.event_bus import CustomersChanged
from subgraphs.kit.live.watches import customer_key
from subgraphs.kit.rounds import WorkerParts
from subgraphs.wallet.models import OPERATORS, POSTPONED
from subgraphs.wallet.seamless.journal import Due, Journal
from subgraphs.wallet.seamless.operators import Operators

if TYPE_CHECKING:
    from subgraphs.wallet.seamless.requests import OperatorRequests

log = structlog.get_logger(__name__)
REQUESTS: Final = LoopName("wallet-operators", "requests")
BATCH: Final = 200
"""How many reservations a round looks at at most."""

AT_ONCE: Final = 8
"""How many requests wait for one operator at the same time."""


@dataclass(frozen=True, slots=True)
class OperatorRounds:
    """Sends what is due; several processes may do so at the same time.

    Attributes:
        operators: Whom to ask. Whatever is due of another brand waits, and is counted.
        changed: Called with the keys of customers whose money has changed; None if nobody follows.
    """

    database: Database
    journal: Journal
    operators: Operators
    changed: CustomersChanged | None = None

    async def round(self) -> Mapping[str, int]:
        """Send what is due.

        Returns:
            How much is not answered yet, how much of it has been repeated many times, and how much cannot be
            sent, because no setting names the operator.
        """
        by_brand: dict[str, list[Due]] = defaultdict(list)
        for due in await self.journal.due(BATCH):
            by_brand[due.owner.brand].append(due)
        ours = {brand: by_brand.pop(brand) for brand in list(by_brand) if self.operators.is_operators(brand)}
        await all_of(*(self._send(brand, due) for brand, due in ours.items()))
        for brand, others in by_brand.items():
            log.error("operator_unknown", brand=brand, due=len(others))
        waiting, stuck = await self.journal.waiting()
        failing = await self._loop.postponed.counts("wallet-operators", self.journal.clock.machine)
        unknown = sum(map(len, by_brand.values()))
        return {"answers": waiting, "stuck": stuck, "operator": unknown, **failing}

    @property
    def _loop(self) -> Loop[Due]:
        async def put_off(due: Due, until: datetime) -> None:
            await self.journal.put_off(due.reservation_id, until)

        return Loop(
            name=REQUESTS,
            postponed=PostponedItems(self.database, POSTPONED),
            clock=self.journal.clock.machine,
            named=_named,
            put_off=put_off,
            at_once=AT_ONCE,
        )

    async def _send(self, brand: str, due: Sequence[Due]) -> None:
        """Send what is due to one operator; stop for this round if it answers nothing."""
        from subgraphs.wallet.seamless.requests import OperatorRequests  # noqa: PLC0415 - it needs HTTP

        requests = OperatorRequests(self.operators.by_brand[brand], self.journal)
        for first in range(0, len(due), AT_ONCE):
            some = due[first : first + AT_ONCE]
            done = await self._loop.each(some, partial(self._finish, requests))
            if done and not any(done):
                break

    async def _finish(self, requests: OperatorRequests, due: Due) -> bool:
        await self.journal.give_up(due.reservation_id)
        is_done = await requests.finish(due.reservation_id)
        if is_done and self.changed is not None:
            self.changed([customer_key(due.owner)])
        return is_done

    async def close(self) -> None:
        """Close all connections."""
        await self.operators.close()
        await self.database.close()


def _named(due: Due) -> str:
    return due.reservation_id


def create_rounds(parts: WorkerParts) -> OperatorRounds:
    """Return the work that operators' wallets leave to do.

    Raises:
        SettingsError: A file of keys cannot be used.
    """
    operators = Operators.of(parts.given.of(FundsSettings).operators)
    database = Database.open(parts.database, "wallet")
    return OperatorRounds(database, Journal(database, OPERATORS, parts.clock), operators, parts.changed)
