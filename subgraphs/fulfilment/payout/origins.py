"""What is paid, since when it is due, and whether the customer may be paid."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.club_kit.domain.accounts import IneligibleReason, ineligible_reason
from subgraphs.club_kit.domain.exclusions import ChosenExclusion, account_in_force
from subgraphs.club_kit.domain.schemes import currencies_in
from subgraphs.club_kit.domain.weeks import Calendar
from subgraphs.club_kit.records.accounts import (
    AccountHistory,
    ExclusionPeriod,
    chosen_periods,
    excluded_at,
    exclusion_periods_of,
)
from subgraphs.club_kit.records.reference import ReferenceRepository
from subgraphs.fulfilment.models import ACCOUNT_CHANGE, REFERENCE
from subgraphs.fulfilment.read_model_repository import PublishedOutcomeRepository, ReadModelRepository
from subgraphs.fulfilment.state.fulfilment import Fulfilment
from subgraphs.fulfilment.state.outcomes import PublishedOutcome
from subgraphs.fulfilment.state.reward import Choice
from subgraphs.kit.domain.keys import Owner


class Eligibility(NamedTuple):
    """Whether a customer may be paid, now and for each week.

    Attributes:
        present: Why the customer may not be paid at present; None otherwise.
        periods: The times in which the customer could not take part.
        calendar: The weeks of the brand.
        chosen: What the customer chose in the wallet.
    """

    present: IneligibleReason | None
    periods: tuple[ExclusionPeriod, ...]
    calendar: Calendar
    chosen: tuple[ChosenExclusion, ...] = ()

    @property
    def was_ever_excluded(self) -> bool:
        """Whether the customer is excluded, or was at any time."""
        return self.present is not None or bool(self.periods) or bool(self.chosen)

    def ineligible_reason(self, iso_week: str, product: str | None) -> IneligibleReason | None:
        """Return why a week's reward may not be paid, or None; an exclusion after the week's end is final."""
        return self.ineligible_since(self.calendar.week_named(iso_week).ends_at, product)

    def ineligible_since(self, instant: datetime, product: str | None) -> IneligibleReason | None:
        """Return why a reward due since an instant may not be paid, or None; a later exclusion is final.

        Args:
            instant: Since when it is due.
            product: What it is used in, which a break of that product stops; None if it is not chosen yet.
        """
        return self.present or excluded_at((*self.periods, *chosen_periods(self.chosen, product)), instant)


@dataclass(frozen=True, slots=True)
class EligibilityCheck:
    """Evaluates customers by their accounts and their brands' schemes."""

    reference: ReferenceRepository = field(default_factory=lambda: ReferenceRepository(REFERENCE))
    history: AccountHistory = field(default_factory=lambda: AccountHistory(ACCOUNT_CHANGE))

    async def evaluate(
        self, connection: AsyncConnection, owners: Collection[Owner], at: datetime
    ) -> dict[Owner, Eligibility]:
        """Return the eligibility of customers, and lock their accounts until the transaction ends.

        Customers whose account or brand has not arrived yet are absent.
        """
        accounts = await self.reference.accounts(connection, owners, held=True)
        exclusions = await self.reference.exclusions(connection, list(accounts))
        changes = await self.history.of_owners(connection, list(accounts))
        names = {owner.brand for owner in accounts}
        brands = await self.reference.brands(connection, names)
        schemes = await self.reference.schemes(connection, list(brands))
        opened = await self.reference.opened_weeks(connection, list(brands))
        calendars = {name: opened[name].calendar(brand.time_zone) for name, brand in brands.items()}
        eligibilities: dict[Owner, Eligibility] = {}
        for owner, account in accounts.items():
            if (brand := brands.get(owner.brand)) is None:
                continue
            served = {(scheme.jurisdiction, scheme.currency) for scheme in schemes[brand.id]}
            currencies = currencies_in(account.jurisdiction, served)
            chosen = exclusions.get(owner, ())
            now = account_in_force(account, chosen, at)
            present = ineligible_reason(now, brand, currencies=currencies)
            periods = exclusion_periods_of(changes.get(owner, ()), brand, served)
            eligibilities[owner] = Eligibility(present, periods, calendars[brand.id], chosen)
        return eligibilities


class RewardOrigin(Protocol):
    """What the worker must know about the origin of payments; results are keyed by idempotency key."""

    def ineligible_reason(self, due: Fulfilment, eligibility: Eligibility) -> IneligibleReason | None:
        """Return why the customer may not be paid this; None if they may."""

    async def choices(self, connection: AsyncConnection, due: Sequence[Fulfilment]) -> Mapping[str, Choice]:
        """Return the rewards to pay, as far as they are known."""

    async def published(
        self, connection: AsyncConnection, due: Sequence[Fulfilment]
    ) -> Mapping[str, PublishedOutcome]:
        """Return what was published before the database was lost."""

    async def due_since(
        self, connection: AsyncConnection, due: Sequence[Fulfilment]
    ) -> Mapping[str, datetime]:
        """Return since when they are due, where that differs from `created_at`."""


@dataclass(frozen=True, slots=True)
class ConfirmedWeeks:
    """The rewards of confirmed weeks: the rewards subgraph says which, progress since when they are due."""

    read_models: ReadModelRepository
    published_outcomes: PublishedOutcomeRepository

    def ineligible_reason(self, due: Fulfilment, eligibility: Eligibility) -> IneligibleReason | None:
        """Return why the customer may not be paid, or None, counting exclusions since the end of the week."""
        return eligibility.ineligible_reason(due.club.iso_week, _product(due))

    async def choices(self, connection: AsyncConnection, due: Sequence[Fulfilment]) -> Mapping[str, Choice]:
        """Return the choices of the weeks."""
        choices = await self.read_models.choices(connection, [fulfilment.club for fulfilment in due])
        return {fulfilment.key: choices[fulfilment.club] for fulfilment in due if fulfilment.club in choices}

    async def published(
        self, connection: AsyncConnection, due: Sequence[Fulfilment]
    ) -> Mapping[str, PublishedOutcome]:
        """Return the outcomes of the weeks."""
        outcomes = await self.published_outcomes.of_clubs(connection, [fulfilment.club for fulfilment in due])
        return {
            fulfilment.key: outcomes[fulfilment.club] for fulfilment in due if fulfilment.club in outcomes
        }

    async def due_since(
        self, connection: AsyncConnection, due: Sequence[Fulfilment]
    ) -> Mapping[str, datetime]:
        """Return when the weeks were confirmed."""
        confirmed = await self.read_models.confirmed_at(connection, [fulfilment.club for fulfilment in due])
        return {
            fulfilment.key: confirmed[fulfilment.club] for fulfilment in due if fulfilment.club in confirmed
        }


@dataclass(frozen=True, slots=True)
class Goodwill:
    """Goodwill credits, which have their reward from the start and are due since they were decided."""

    def ineligible_reason(self, due: Fulfilment, eligibility: Eligibility) -> IneligibleReason | None:
        """Return why the customer may not be paid, or None, counting exclusions since the decision."""
        return eligibility.ineligible_since(due.created_at, _product(due))

    async def choices(self, connection: AsyncConnection, due: Sequence[Fulfilment]) -> Mapping[str, Choice]:
        """Return the rewards that were decided."""
        del connection
        return {fulfilment.key: Choice(final=True, reward=fulfilment.reward) for fulfilment in due}

    async def published(
        self, connection: AsyncConnection, due: Sequence[Fulfilment]
    ) -> Mapping[str, PublishedOutcome]:
        """Return nothing: a decision is repeated by its own message, whose time says how old it is."""
        del connection, due
        return {}

    async def due_since(
        self, connection: AsyncConnection, due: Sequence[Fulfilment]
    ) -> Mapping[str, datetime]:
        """Return nothing: `created_at` is the time of the decision."""
        del connection, due
        return {}


def _product(due: Fulfilment) -> str | None:
    return due.reward.product if due.reward is not None else None
