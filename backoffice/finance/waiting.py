"""How much waits for finance of a brand: numbers only, without a customer's data."""

from dataclasses import dataclass

from backoffice.access import Actor, Permission, require
from backoffice.finance.payments.cases import seen_brands
from foundation.storage.database import Database
from subgraphs.wallet.corrections import count_waiting
from subgraphs.wallet.limits.checks import count_open_checks
from subgraphs.wallet.models import CORRECTION, LIMITS, PAYMENTS
from subgraphs.wallet.payments.records.cases import count_open_days, count_open_of
from subgraphs.wallet.payments.records.reviews import count_in_review


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits.

    Attributes:
        checks: Customers at whom a person has to look.
        corrections: Corrections that two people decided, and the wallet has not settled.
        withdrawals: Withdrawals at which a person has to look.
        cases: What does not fit of payments; with those of no brand for people of all brands.
        differing_days: Of how many days of processors' reports such cases are.
    """

    checks: int
    corrections: int
    withdrawals: int
    cases: int
    differing_days: int


async def waiting(wallet: Database, actor: Actor, brand: str) -> Waiting:
    """Return what waits at a brand.

    Raises:
        Forbidden: The actor may not see it.
    """
    require(actor, Permission.FINANCE_READ, brand)
    async with wallet.read() as connection:
        return Waiting(
            await count_open_checks(connection, LIMITS, brand),
            await count_waiting(connection, CORRECTION, brand),
            await count_in_review(connection, PAYMENTS, brand),
            await count_open_of(connection, PAYMENTS, seen_brands(actor, brand)),
            await count_open_days(connection, PAYMENTS, seen_brands(actor, brand)),
        )
