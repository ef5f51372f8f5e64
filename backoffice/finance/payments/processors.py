"""How processors do, and how their reports compare: sums, without a customer's data."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from backoffice.access import Actor, Permission, brands_with, require
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.wallet.models import PAYMENTS
from subgraphs.wallet.payments.records.health import (
    ComparedDay,
    ProcessorHealth,
    compared_days,
    health_of_processors,
)

ANSWERED_WITHIN: Final = timedelta(minutes=1)
"""What a processor has not answered by then is in doubt."""


@dataclass(frozen=True, slots=True)
class Processors:
    """Reads how processors do.

    Attributes:
        wallet: The wallet's database.
    """

    wallet: Database
    clock: Clock

    async def health(self, actor: Actor) -> Sequence[ProcessorHealth]:
        """Return how processors do.

        Raises:
            Forbidden: The actor may not see finance of any brand.
        """
        _require_any(actor)
        async with self.wallet.read() as connection:
            now = await self.clock.machine.at(connection)
            return await health_of_processors(connection, PAYMENTS, now - ANSWERED_WITHIN)

    async def compared(
        self, actor: Actor, first: int, before: tuple[date, str] | None
    ) -> Sequence[ComparedDay]:
        """Return up to `first` compared days after one, the newest first.

        Raises:
            Forbidden: The actor may not see finance of any brand.
        """
        _require_any(actor)
        async with self.wallet.read() as connection:
            return await compared_days(connection, PAYMENTS, first, before)


def _require_any(actor: Actor) -> None:
    if not brands_with(actor, Permission.FINANCE_READ):
        require(actor, Permission.FINANCE_READ, None)
