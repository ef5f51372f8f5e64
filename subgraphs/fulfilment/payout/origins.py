"""What is paid, and since when it is due: rewards of confirmed weeks, or goodwill credits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.fulfilment.payout.eligibility import Eligibility
from subgraphs.fulfilment.read_model_repository import PublishedOutcomeRepository, ReadModelRepository
from subgraphs.fulfilment.state.fulfilment import Fulfilment
from subgraphs.fulfilment.state.published_outcome import PublishedOutcome
from subgraphs.fulfilment.state.reward import Choice
from subgraphs.kit.domain.accounts import IneligibleReason


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
        return eligibility.ineligible_reason(due.club.iso_week)

    async def choices(self, connection: AsyncConnection, due: Sequence[Fulfilment]) -> Mapping[str, Choice]:
        """Return the choices of the weeks."""
        found = await self.read_models.choices(connection, [one.club for one in due])
        return {one.key: found[one.club] for one in due if one.club in found}

    async def published(
        self, connection: AsyncConnection, due: Sequence[Fulfilment]
    ) -> Mapping[str, PublishedOutcome]:
        """Return the outcomes of the weeks."""
        found = await self.published_outcomes.of_clubs(connection, [one.club for one in due])
        return {one.key: found[one.club] for one in due if one.club in found}

    async def due_since(
        self, connection: AsyncConnection, due: Sequence[Fulfilment]
    ) -> Mapping[str, datetime]:
        """Return when the weeks were confirmed."""
        found = await self.read_models.confirmed_at(connection, [one.club for one in due])
        return {one.key: found[one.club] for one in due if one.club in found}


@dataclass(frozen=True, slots=True)
class Goodwill:
    """Goodwill credits, which have their reward from the start and are due since they were decided."""

    def ineligible_reason(self, due: Fulfilment, eligibility: Eligibility) -> IneligibleReason | None:
        """Return why the customer may not be paid, or None, counting exclusions since the decision."""
        return eligibility.ineligible_since(due.created_at)

    async def choices(self, connection: AsyncConnection, due: Sequence[Fulfilment]) -> Mapping[str, Choice]:
        """Return the rewards that were decided."""
        del connection
        return {one.key: Choice(final=True, reward=one.reward) for one in due}

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
