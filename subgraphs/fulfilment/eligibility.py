"""Who may be paid, by the account as it is known here, and as it was since the week ended."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.fulfilment.models import ACCOUNT_CHANGE, REFERENCE
from subgraphs.kit.account_history import AccountHistory
from subgraphs.kit.accounts import IneligibleReason, ineligible_reason
from subgraphs.kit.bars import Bar, barred, bars_of
from subgraphs.kit.owners import Owner
from subgraphs.kit.reference import ReferenceRepository
from subgraphs.kit.schemes import currencies_in
from subgraphs.kit.weeks import Calendar


class Verdict(NamedTuple):
    """What speaks against paying a customer.

    Attributes:
        present: as the account is now.
        bars: the times in which something did.
        calendar: the weeks of the brand.
    """

    present: IneligibleReason | None
    bars: tuple[Bar, ...]
    calendar: Calendar

    @property
    def clean(self) -> bool:
        """Whether nothing ever did, in any week."""
        return self.present is None and not self.bars

    def against(self, iso_week: str) -> IneligibleReason | None:
        """Why a reward of a week may not be paid: whatever was so once the week was over is final."""
        return self.present or barred(self.bars, self.calendar.week_named(iso_week).ends_at)


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Judges customers by their accounts and their brands' schemes."""

    reference: ReferenceRepository = field(default_factory=lambda: ReferenceRepository(REFERENCE))
    history: AccountHistory = field(default_factory=lambda: AccountHistory(ACCOUNT_CHANGE))

    async def judge(self, connection: AsyncConnection, owners: Collection[Owner]) -> dict[Owner, Verdict]:
        """What speaks against paying customers.

        Customers whose account or brand has not arrived yet are absent: nobody can tell. The accounts are
        held, so that they stay as they are until the transaction ends.
        """
        accounts = await self.reference.accounts(connection, owners, held=True)
        changes = await self.history.of_owners(connection, list(accounts))
        names = {owner.brand for owner in accounts}
        brands = await self.reference.brands(connection, names)
        schemes = await self.reference.schemes(connection, list(brands))
        opened = await self.reference.opened_weeks(connection, list(brands))
        calendars = {name: opened[name].calendar(brand.time_zone) for name, brand in brands.items()}
        found: dict[Owner, Verdict] = {}
        for owner, account in accounts.items():
            if (brand := brands.get(owner.brand)) is None:
                continue
            served = {(scheme.jurisdiction, scheme.currency) for scheme in schemes[brand.id]}
            currencies = currencies_in(account.jurisdiction, served)
            present = ineligible_reason(account, brand, currencies=currencies)
            bars = bars_of(changes.get(owner, ()), brand, served)
            found[owner] = Verdict(present, bars, calendars[brand.id])
        return found
