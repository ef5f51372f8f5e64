"""Decides whether a customer may be paid, by the account at present and since the week ended."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.fulfilment.models import ACCOUNT_CHANGE, REFERENCE
from subgraphs.kit.domain.accounts import IneligibleReason, ineligible_reason
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.domain.schemes import currencies_in
from subgraphs.kit.domain.weeks import Calendar
from subgraphs.kit.records.accounts.account_history import AccountHistory
from subgraphs.kit.records.accounts.exclusion_periods import (
    ExclusionPeriod,
    excluded_at,
    exclusion_periods_of,
)
from subgraphs.kit.records.reference import ReferenceRepository


class Eligibility(NamedTuple):
    """Whether a customer may be paid, now and for each week.

    Attributes:
        present: Why the customer may not be paid at present; None otherwise.
        periods: The times in which the customer could not take part.
        calendar: The weeks of the brand.
    """

    present: IneligibleReason | None
    periods: tuple[ExclusionPeriod, ...]
    calendar: Calendar

    @property
    def was_ever_excluded(self) -> bool:
        """Whether the customer is excluded, or was at any time."""
        return self.present is not None or bool(self.periods)

    def ineligible_reason(self, iso_week: str) -> IneligibleReason | None:
        """Return why a week's reward may not be paid, or None; an exclusion after the week's end is final."""
        return self.ineligible_since(self.calendar.week_named(iso_week).ends_at)

    def ineligible_since(self, instant: datetime) -> IneligibleReason | None:
        """Return why a reward due since an instant may not be paid, or None; a later exclusion is final."""
        return self.present or excluded_at(self.periods, instant)


@dataclass(frozen=True, slots=True)
class EligibilityCheck:
    """Evaluates customers by their accounts and their brands' schemes."""

    reference: ReferenceRepository = field(default_factory=lambda: ReferenceRepository(REFERENCE))
    history: AccountHistory = field(default_factory=lambda: AccountHistory(ACCOUNT_CHANGE))

    async def evaluate(
        self, connection: AsyncConnection, owners: Collection[Owner]
    ) -> dict[Owner, Eligibility]:
        """Return the eligibility of customers, and lock their accounts until the transaction ends.

        Customers whose account or brand has not arrived yet are absent.
        """
        accounts = await self.reference.accounts(connection, owners, held=True)
        changes = await self.history.of_owners(connection, list(accounts))
        names = {owner.brand for owner in accounts}
        brands = await self.reference.brands(connection, names)
        schemes = await self.reference.schemes(connection, list(brands))
        opened = await self.reference.opened_weeks(connection, list(brands))
        calendars = {name: opened[name].calendar(brand.time_zone) for name, brand in brands.items()}
        found: dict[Owner, Eligibility] = {}
        for owner, account in accounts.items():
            if (brand := brands.get(owner.brand)) is None:
                continue
            served = {(scheme.jurisdiction, scheme.currency) for scheme in schemes[brand.id]}
            currencies = currencies_in(account.jurisdiction, served)
            present = ineligible_reason(account, brand, currencies=currencies)
            periods = exclusion_periods_of(changes.get(owner, ()), brand, served)
            found[owner] = Eligibility(present, periods, calendars[brand.id])
        return found
