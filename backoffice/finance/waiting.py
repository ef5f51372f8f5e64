"""How much waits for finance of a brand: numbers only, without a customer's data."""

from dataclasses import dataclass

from backoffice.access import Actor, Permission, require
from foundation.storage.database import Database
from subgraphs.wallet.corrections import count_waiting
from subgraphs.wallet.limits.checks import count_open_checks
from subgraphs.wallet.models import CORRECTION, LIMITS


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits.

    Attributes:
        checks: Customers at whom a person has to look.
        corrections: Corrections that two people decided, and the wallet has not settled.
    """

    checks: int
    corrections: int


async def waiting(wallet: Database, actor: Actor, brand: str) -> Waiting:
    """Return what waits at a brand.

    Raises:
        Forbidden: The actor may not see it.
    """
    require(actor, Permission.FINANCE_READ, brand)
    async with wallet.read() as connection:
        checks = await count_open_checks(connection, LIMITS, brand)
        return Waiting(checks, await count_waiting(connection, CORRECTION, brand))
