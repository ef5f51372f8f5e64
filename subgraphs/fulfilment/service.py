"""What becomes of rewards when other subgraphs or the squad say something new."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.fulfilment.payout.eligibility import Eligibility, Verdict
from subgraphs.fulfilment.payout.lifecycle import Ledger
from subgraphs.fulfilment.projection_repository import Projections
from subgraphs.fulfilment.repository import Fulfilment
from subgraphs.fulfilment.state.published_outcome import PublishedOutcome, PublishedOutcomes, furthest
from subgraphs.fulfilment.state.reward import fulfilment_key
from subgraphs.fulfilment.state.state_machine import (
    PAID,
    PERHAPS_SENT,
    UNSENT,
    FulfilmentEvent,
    FulfilmentState,
    is_ahead,
)
from subgraphs.kit.domain.keys import ClubKey, Owner

log = structlog.get_logger(__name__)
CONFIRMED, REVOKED = "confirmed", "revoked"
STOPPABLE = (UNSENT | PERHAPS_SENT) - {FulfilmentState.EXCLUDING}
REVOCABLE = STOPPABLE - {FulfilmentState.REVOKING}


@dataclass(frozen=True, slots=True)
class Entitlements:
    """Opens rewards, makes them ready and stops them, in the consumer's transactions.

    Everybody locks accounts first, then what was said of a week, then the fulfilment: so consumers and
    workers never wait for one another in a circle.
    """

    projections: Projections
    published_outcomes: PublishedOutcomes
    ledger: Ledger = field(default_factory=Ledger)
    eligibility: Eligibility = field(default_factory=Eligibility)

    @classmethod
    def of(cls, dialect: str) -> "Entitlements":
        """Make them for a database of a dialect."""
        return cls(Projections(dialect), PublishedOutcomes(dialect))

    async def qualified(
        self, connection: AsyncConnection, rows: Sequence[Mapping[str, Any]], now: datetime
    ) -> int:
        """Takes in what progress says of weeks.

        Returns:
            How many weeks it changed.
        """
        verdicts = await self._verdicts(connection, {_owner(row) for row in rows})
        changed = await self.projections.store_qualifications(connection, rows)
        if not changed:
            return 0
        known = await self.ledger.repository.of_clubs(connection, list(changed), held=True)
        confirmed = [club for club, said in changed.items() if said == CONFIRMED]
        await self._confirm(connection, confirmed, known, now)
        for club, said in sorted(changed.items()):
            if said == REVOKED and club in known:
                await self._revoke(connection, known[club], now)
        await self._stop(connection, verdicts, now)
        return len(changed)

    async def chosen(
        self, connection: AsyncConnection, rows: Sequence[Mapping[str, Any]], now: datetime
    ) -> int:
        """Takes in what rewards says is to be paid.

        Returns:
            How many weeks it changed.
        """
        changed = await self.projections.store_choices(connection, rows)
        final = [club for club, is_final in changed.items() if is_final]
        if final:
            known = await self.ledger.repository.of_clubs(connection, final, held=True)
            for club in sorted(known):
                if known[club].state is FulfilmentState.CONFIRMED:
                    await self.ledger.change(connection, known[club], now, next_at=now)
        return len(changed)

    async def published(
        self, connection: AsyncConnection, outcomes: Sequence[PublishedOutcome], now: datetime
    ) -> int:
        """Read back what this subgraph published; a row that is behind it takes it over.

        Returns:
            How many weeks it changed: none, unless the database was lost or restored.
        """
        told = furthest(outcomes)
        known = await self.ledger.repository.of_clubs(connection, list(told), held=True)
        changed = await self.published_outcomes.store(
            connection, [one for club, one in told.items() if club not in known]
        )
        for club, one in sorted(known.items()):
            if is_ahead(told[club].state, one.state):
                await self._adopt(connection, one, told[club], now)
                changed += 1
        return changed

    async def _adopt(
        self, connection: AsyncConnection, one: Fulfilment, published: PublishedOutcome, now: datetime
    ) -> None:
        log.warning("a reward was published as further than it is stored", key=one.key, state=published.state)
        await self.ledger.adopt(connection, one, published, now)

    async def accounts_changed(
        self, connection: AsyncConnection, owners: Collection[Owner], now: datetime
    ) -> None:
        """Stops what is not credited yet of customers who may no longer take part, or might not meanwhile."""
        await self._stop(connection, await self._verdicts(connection, owners), now)

    async def _confirm(
        self,
        connection: AsyncConnection,
        clubs: Collection[ClubKey],
        known: Mapping[ClubKey, Fulfilment],
        now: datetime,
    ) -> None:
        new = await self._unpaid(connection, [club for club in clubs if club not in known])
        if new:
            choices = await self.projections.choices(connection, new)
            ready = [club for club, choice in choices.items() if choice.final]
            opened = await self.ledger.open(connection, new, ready, now)
            told = await self.published_outcomes.of_clubs(connection, new)
            for one in opened:
                if one.club in told and is_ahead(told[one.club].state, one.state):
                    await self._adopt(connection, one, told[one.club], now)
        for club in sorted(set(clubs) & set(known)):
            if known[club].state in {FulfilmentState.REVOKED, FulfilmentState.REVOKING}:
                await self._flag(connection, known[club], "CONFIRMED_AGAIN", now)

    async def _unpaid(self, connection: AsyncConnection, clubs: Sequence[ClubKey]) -> list[ClubKey]:
        """Without weeks whose reward was opened for somebody who was erased: a key is credited once."""
        keys = {club: fulfilment_key(club) for club in clubs}
        taken = await self.ledger.repository.of_keys(connection, keys.values()) if keys else {}
        return [club for club, key in keys.items() if key not in taken]

    async def _revoke(self, connection: AsyncConnection, one: Fulfilment, now: datetime) -> None:
        """Before the credit nothing is paid; after it a person is told, and nothing is taken back."""
        if one.state in PAID:
            await self._flag(connection, one, "REVOKED_AFTER_CREDIT", now)
        elif one.state in REVOCABLE:
            next_at = None if one.state in UNSENT else now
            await self.ledger.move(
                connection, one, FulfilmentEvent.REVOKED, now, reason="REVOKED", next_at=next_at
            )

    async def _verdicts(self, connection: AsyncConnection, owners: Collection[Owner]) -> dict[Owner, Verdict]:
        """Of those against whom anything speaks, in this week or another."""
        verdicts = await self.eligibility.judge(connection, owners) if owners else {}
        return {owner: verdict for owner, verdict in verdicts.items() if not verdict.clean}

    async def _stop(
        self, connection: AsyncConnection, verdicts: Mapping[Owner, Verdict], now: datetime
    ) -> None:
        if not verdicts:
            return
        for one in await self.ledger.repository.of_owners(connection, list(verdicts), STOPPABLE):
            reason = verdicts[one.club.owner].against(one.club.iso_week)
            if reason is not None:
                next_at = None if one.state in UNSENT else now
                await self.ledger.move(
                    connection, one, FulfilmentEvent.EXCLUDED, now, reason=reason.value, next_at=next_at
                )

    async def _flag(self, connection: AsyncConnection, one: Fulfilment, flag: str, now: datetime) -> None:
        log.warning("a reward needs a look", flag=flag, key=one.key)
        await self.ledger.change(connection, one, now, flag=flag, flagged_at=now)


def _owner(row: Mapping[str, Any]) -> Owner:
    return Owner(row["brand_id"], row["customer_id"])
