"""How processors do, for what they are asked, and how their reports compare: without a customer's data."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from msgspec import Struct

from backoffice.access import Actor, Permission, brands_with, require
from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.kit.domain.bounds import MAX_AMOUNT
from subgraphs.wallet.models import PAYMENTS
from subgraphs.wallet.payments.configuration import PaymentsFile
from subgraphs.wallet.payments.payment import Direction
from subgraphs.wallet.payments.records.health import (
    ComparedDay,
    ProcessorHealth,
    compared_days,
    health_of_processors,
)

ANSWERED_WITHIN: Final = timedelta(minutes=1)
"""What a processor has not answered by then is in doubt."""


class ProcessorRoute(Struct, frozen=True, kw_only=True):
    """A method by which customers pay at a processor.

    Attributes:
        name: What customers read.
        place: Which of the method's processors it is, as they are asked in order: the first is 1.
        places: How many the method has.
        brands: For which; all if empty. So are countries.
        maximum_minor: Up to which amount, in minor units; None if it has no limit of its own.
    """

    method_id: str
    name: str
    direction: Direction
    place: int
    places: int
    brands: tuple[str, ...]
    countries: tuple[str, ...]
    currencies: tuple[str, ...]
    maximum_minor: int | None


class ShownProcessor(Struct, frozen=True):
    """How a processor does, and for what it is asked.

    Attributes:
        enabled: Whether payments may begin at it; None if it is not configured here.
    """

    health: ProcessorHealth
    enabled: bool | None
    routes: tuple[ProcessorRoute, ...]


@dataclass(frozen=True, slots=True)
class Processors:
    """Reads how processors do.

    Attributes:
        wallet: The wallet's database.
        file: The processors and methods, as far as this process was given them.
    """

    wallet: Database
    clock: Clock
    file: PaymentsFile

    async def health(self, actor: Actor) -> Sequence[ShownProcessor]:
        """Return how processors do that are configured here, or were ever asked, by name.

        Raises:
            Forbidden: The actor may not see finance of any brand.
        """
        _require_any(actor)
        async with self.wallet.read() as connection:
            now = await self.clock.machine.at(connection)
            known = await health_of_processors(connection, PAYMENTS, now - ANSWERED_WITHIN, now)
        enabled = {processor.name: processor.enabled for processor in self.file.processors}
        found = {name: ProcessorHealth(processor=name) for name in enabled}
        found |= {health.processor: health for health in known}
        return [
            ShownProcessor(found[name], enabled.get(name), _routes(self.file, name)) for name in sorted(found)
        ]

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


def _routes(file: PaymentsFile, processor: str) -> tuple[ProcessorRoute, ...]:
    """Return the methods by which customers pay at a processor."""
    return tuple(
        ProcessorRoute(
            method_id=method.id,
            name=method.name_in("en"),
            direction=method.direction,
            place=place,
            places=len(method.routes),
            brands=method.brands,
            countries=route.countries or method.countries,
            currencies=tuple(sorted(method.amounts)),
            maximum_minor=None if route.maximum == MAX_AMOUNT else route.maximum,
        )
        for method in file.methods
        for place, route in enumerate(method.routes, start=1)
        if route.processor == processor
    )


def _require_any(actor: Actor) -> None:
    if not brands_with(actor, Permission.FINANCE_READ):
        require(actor, Permission.FINANCE_READ, None)
