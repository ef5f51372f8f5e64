"""Who may be paid, by the account as it is known here."""

from collections.abc import Collection
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.fulfilment.models import REFERENCE
from subgraphs.kit.accounts import IneligibleReason, ineligible_reason
from subgraphs.kit.owners import Owner
from subgraphs.kit.reference import ReferenceRepository


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Judges customers by their accounts and their brands' schemes."""

    reference: ReferenceRepository = field(default_factory=lambda: ReferenceRepository(REFERENCE))

    async def judge(
        self, connection: AsyncConnection, owners: Collection[Owner]
    ) -> dict[Owner, IneligibleReason | None]:
        """Why customers may not be paid, None for those who may.

        Customers whose account or brand has not arrived yet are absent: nobody can tell. The accounts are
        held, so that they stay as they are until the transaction ends.
        """
        accounts = await self.reference.accounts(connection, owners, held=True)
        names = {owner.brand for owner in accounts}
        brands = await self.reference.brands(connection, names)
        schemes = await self.reference.schemes(connection, list(brands))
        served = {(s.brand, s.jurisdiction, s.currency) for group in schemes.values() for s in group}
        return {
            owner: ineligible_reason(
                account,
                brands[owner.brand],
                has_scheme=(owner.brand, account.jurisdiction, account.currency) in served,
            )
            for owner, account in accounts.items()
            if owner.brand in brands
        }
