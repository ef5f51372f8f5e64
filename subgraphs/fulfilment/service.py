"""What consumers do to rewards and goodwill credits: open them, stop them, and restore published outcomes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.fulfilment.goodwill import GoodwillCredit, GoodwillRepository
from subgraphs.fulfilment.payout.lifecycle import Lifecycle
from subgraphs.fulfilment.payout.origins import (
    ConfirmedWeeks,
    Eligibility,
    EligibilityCheck,
    Goodwill,
    RewardOrigin,
)
from subgraphs.fulfilment.read_model_repository import PublishedOutcomeRepository, ReadModelRepository
from subgraphs.fulfilment.state import reasons
from subgraphs.fulfilment.state.fulfilment import Fulfilment
from subgraphs.fulfilment.state.outcomes import PublishedOutcome, furthest
from subgraphs.fulfilment.state.reward import fulfilment_key
from subgraphs.fulfilment.state.state_machine import (
    PAID,
    POSSIBLY_SENT,
    UNSENT,
    FulfilmentEvent,
    FulfilmentState,
    is_ahead,
)
from subgraphs.kit.domain.keys import Owner

log = structlog.get_logger(__name__)
CONFIRMED, REVOKED = "confirmed", "revoked"
EXCLUDABLE = (UNSENT | POSSIBLY_SENT) - {FulfilmentState.EXCLUDING}
REVOCABLE = EXCLUDABLE - {FulfilmentState.REVOKING}


@dataclass(frozen=True, slots=True)
class FulfilmentService:
    """Applies facts from other subgraphs and the upstream, in the consumer's transactions.

    Every transaction locks accounts first, then the data of a week, then the fulfilment, so that consumers
    and workers cannot deadlock.
    """

    read_models: ReadModelRepository
    published_outcomes: PublishedOutcomeRepository
    lifecycle: Lifecycle = field(default_factory=Lifecycle)
    eligibility: EligibilityCheck = field(default_factory=EligibilityCheck)
    goodwill: Lifecycle = field(default_factory=Lifecycle.of_goodwill)

    @classmethod
    def of(cls, dialect: str) -> "FulfilmentService":
        """Return the service for a database of a dialect."""
        return cls(ReadModelRepository(dialect), PublishedOutcomeRepository(dialect))

    async def apply_qualifications(
        self, connection: AsyncConnection, rows: Sequence[Mapping[str, Any]], now: datetime
    ) -> int:
        """Apply qualifications from progress, and return how many weeks changed."""
        excluded = await self._excluded(connection, {_owner(row) for row in rows}, now)
        changed = await self.read_models.store_qualifications(connection, rows)
        if not changed:
            return 0
        known = await self.lifecycle.repository.of_clubs(connection, list(changed), for_update=True)
        confirmed = [club for club, status in changed.items() if status == CONFIRMED]
        await self._confirm(connection, confirmed, known, now)
        for club, status in sorted(changed.items()):
            if status == REVOKED and club in known:
                await self._revoke(connection, known[club], now)
        await self._stop(connection, excluded, now)
        return len(changed)

    async def apply_choices(
        self, connection: AsyncConnection, rows: Sequence[Mapping[str, Any]], now: datetime
    ) -> int:
        """Apply choices from rewards, and return how many weeks changed."""
        changed = await self.read_models.store_choices(connection, rows)
        final = [club for club, is_final in changed.items() if is_final]
        if final:
            known = await self.lifecycle.repository.of_clubs(connection, final, for_update=True)
            for club in sorted(known):
                if known[club].state is FulfilmentState.CONFIRMED:
                    await self.lifecycle.update(connection, known[club], now, next_at=now)
        return len(changed)

    async def apply_goodwill(
        self, connection: AsyncConnection, decided: Sequence[GoodwillCredit], now: datetime
    ) -> int:
        """Store credits to be paid, each once however often it arrives, and return how many are new."""
        excluded = await self._excluded(connection, {credit.club.owner for credit in decided}, now)
        new = await GoodwillRepository().add(connection, decided, now)
        await self._stop(connection, excluded, now)
        return new

    async def restore_published(
        self, connection: AsyncConnection, outcomes: Sequence[PublishedOutcome], now: datetime
    ) -> int:
        """Apply this subgraph's own published outcomes; a row that is behind takes over the published state.

        No published revision is used again: what comes next is above it. If one was used for something else
        since the loss, the present state is published once more.

        Returns:
            How many weeks changed: none, unless the database was lost or restored.
        """
        published = furthest(outcomes)
        known = await self.lifecycle.repository.of_clubs(connection, list(published), for_update=True)
        changed = await self.published_outcomes.store(
            connection, [outcome for club, outcome in published.items() if club not in known]
        )
        for club, fulfilment in sorted(known.items()):
            if is_ahead(published[club].state, fulfilment.state):
                await self._adopt(connection, fulfilment, published[club], now)
            elif published[club].revision > fulfilment.revision:
                await self.lifecycle.continue_after(connection, fulfilment, published[club].revision)
            elif any(_is_other(outcome, fulfilment) for outcome in outcomes):
                await self.lifecycle.publish_again(connection, fulfilment, now)
            else:
                continue
            changed += 1
        return changed

    async def apply_account_changes(
        self, connection: AsyncConnection, owners: Collection[Owner], now: datetime
    ) -> None:
        """Stop uncredited rewards of customers who are excluded, or were since the week ended."""
        await self._stop(connection, await self._excluded(connection, owners, now), now)

    async def _confirm(
        self,
        connection: AsyncConnection,
        clubs: Collection[ClubKey],
        known: Mapping[ClubKey, Fulfilment],
        now: datetime,
    ) -> None:
        new = await self._without_credit(connection, [club for club in clubs if club not in known])
        if new:
            choices = await self.read_models.choices(connection, new)
            ready = [club for club, choice in choices.items() if choice.final]
            published = await self.published_outcomes.of_clubs(connection, new)
            opened = await self.lifecycle.open(connection, new, ready, now, published)
            for fulfilment in opened:
                outcome = published.get(fulfilment.club)
                if outcome is not None and is_ahead(outcome.state, fulfilment.state):
                    await self._adopt(connection, fulfilment, outcome, now)
        for club in sorted(set(clubs) & set(known)):
            if known[club].state in {FulfilmentState.REVOKED, FulfilmentState.REVOKING}:
                await self._flag(connection, known[club], reasons.CONFIRMED_AGAIN, now)

    async def _without_credit(self, connection: AsyncConnection, clubs: Sequence[ClubKey]) -> list[ClubKey]:
        """Leave out weeks whose key belongs to an erased customer's reward: a key is credited once."""
        keys = {club: fulfilment_key(club) for club in clubs}
        taken = await self.lifecycle.repository.by_keys(connection, keys.values()) if keys else {}
        return [club for club, key in keys.items() if key not in taken]

    async def _adopt(
        self,
        connection: AsyncConnection,
        fulfilment: Fulfilment,
        published: PublishedOutcome,
        now: datetime,
    ) -> None:
        log.warning("published_state_ahead_of_stored", key=fulfilment.key, state=published.state)
        await self.lifecycle.adopt(connection, fulfilment, published, now)

    async def _revoke(self, connection: AsyncConnection, fulfilment: Fulfilment, now: datetime) -> None:
        """Stop an uncredited reward; flag a credited one, because nothing is taken back."""
        if fulfilment.state in PAID:
            await self._flag(connection, fulfilment, reasons.REVOKED_AFTER_CREDIT, now)
        elif fulfilment.state in REVOCABLE:
            next_at = None if fulfilment.state in UNSENT else now
            await self.lifecycle.transition(
                connection, fulfilment, FulfilmentEvent.REVOKED, now, reason=reasons.REVOKED, next_at=next_at
            )

    async def _excluded(
        self, connection: AsyncConnection, owners: Collection[Owner], now: datetime
    ) -> dict[Owner, Eligibility]:
        """Return the eligibility of customers who were ever excluded, in this week or another."""
        eligibilities = await self.eligibility.evaluate(connection, owners, now) if owners else {}
        return {
            owner: eligibility
            for owner, eligibility in eligibilities.items()
            if eligibility.was_ever_excluded
        }

    async def _stop(
        self, connection: AsyncConnection, excluded: Mapping[Owner, Eligibility], now: datetime
    ) -> None:
        if not excluded:
            return
        weeks = ConfirmedWeeks(self.read_models, self.published_outcomes)
        origins: tuple[tuple[Lifecycle, RewardOrigin], ...] = (
            (self.lifecycle, weeks),
            (self.goodwill, Goodwill()),
        )
        for lifecycle, origin in origins:
            for fulfilment in await lifecycle.repository.of_owners(connection, list(excluded), EXCLUDABLE):
                reason = origin.ineligible_reason(fulfilment, excluded[fulfilment.club.owner])
                if reason is not None:
                    next_at = None if fulfilment.state in UNSENT else now
                    event = FulfilmentEvent.EXCLUDED
                    await lifecycle.transition(
                        connection, fulfilment, event, now, reason=reason.value, next_at=next_at
                    )

    async def _flag(
        self, connection: AsyncConnection, fulfilment: Fulfilment, flag: str, now: datetime
    ) -> None:
        log.warning("reward_needs_review", flag=flag, key=fulfilment.key)
        await self.lifecycle.update(connection, fulfilment, now, flag=flag, flagged_at=now)


def _owner(row: Mapping[str, Any]) -> Owner:
    return Owner(row["brand_id"], row["customer_id"])


def _is_other(published: PublishedOutcome, fulfilment: Fulfilment) -> bool:
    """Return whether a message has the stored revision of a fulfilment, but is not what was stored then."""
    same = published.club == fulfilment.club and published.revision == fulfilment.revision
    return same and published.occurred_at != fulfilment.changed_at
