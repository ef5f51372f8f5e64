"""Applies bets to the ledger, and reassesses them when accounts, memberships or schemes change."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from consumers.messages.accounts import AccountStatus, CustomerErased, without_erased
from consumers.messages.customer_weeks import QualificationChanged
from consumers.messages.memberships import MembershipChanged
from consumers.messages.reducers import (
    conflicting,
    conflicting_accounts,
    store_accounts,
    store_schemes,
    weeks_outcome,
)
from consumers.messages.schemes import SchemePublished, WeekOpened
from consumers.progress.messages import BetChanged, OutcomeChanged, ProgressAdjusted
from consumers.stream.database.dead_letter_replay import waiting_reason
from consumers.stream.records import Record
from consumers.stream.topics import Message, Outcome
from foundation.storage.clock import Clock
from subgraphs.club_kit.records.reference_writer import ReferenceWriter
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.records.erasure import Erasure
from subgraphs.kit.records.revision_conflicts import RevisionConflicts
from subgraphs.progress.ledger.ledger import Ledger
from subgraphs.progress.models import ADJUSTMENT, MEMBERSHIP, OUTCOME
from subgraphs.progress.qualification.club_state import store_outcomes
from subgraphs.progress.qualification.earlier_qualifications import store_read_back

MAX_AHEAD: Final = timedelta(minutes=1)
"""How far the clock of whoever placed a bet may be ahead of the database's."""

FUTURE: Final = "placed in the future"
_LONG_AGO: Final = datetime.fromtimestamp(0, UTC)


@dataclass(slots=True)
class SeenTime:
    """The time that transactions decide by, as last seen, so that few have to ask for it.

    It is asked for again when this node's clock is before it: a rehearsal may have been moved back.
    """

    instant: datetime = _LONG_AGO

    async def reach(self, instant: datetime, clock: Clock, connection: AsyncConnection) -> datetime:
        """Return a time that has come: the one seen last, or the present if that was before an instant."""
        if self.instant < instant or clock.now() < self.instant:
            self.instant = await clock.at(connection)
        return self.instant


@dataclass(frozen=True, slots=True)
class ProgressReducer:
    """Applies batches of the progress consumer's topics."""

    ledger: Ledger
    writer: ReferenceWriter
    clock: Clock
    erasure: Erasure | None = None
    _seen_time: SeenTime = field(default_factory=SeenTime, init=False)

    async def bets(self, connection: AsyncConnection, messages: Sequence[Message[BetChanged]]) -> Outcome:
        """Apply a batch of bets, except those of customers who have been erased since.

        A bet of the future waits among the dead letters until then: it would count before it is placed.
        """
        received = len(messages)
        kept = await without_erased(self.erasure, connection, messages, attrgetter("placed_at"))
        messages, early = await self._without_early(connection, kept)
        applied = await self.ledger.apply_bets(
            connection,
            [message.event.bet() for message in messages],
            held=self.erasure is not None,  # which has locked the brands
        )
        refused = early + [(messages[index].record, reason) for index, reason in applied.refused.items()]
        conflicts = [messages[index].record for index in applied.conflicts]
        stale = len(applied.stale) + received - len(messages) - len(early)
        return Outcome(stale, len(applied.duplicates), refused, conflicts)

    async def _without_early(
        self, connection: AsyncConnection, messages: list[Message[BetChanged]]
    ) -> tuple[list[Message[BetChanged]], list[tuple[Record, str]]]:
        """Return the bets that are not of the future, and the records of the others with the reason."""
        if not messages:
            return messages, []
        newest = max([message.event.placed_at for message in messages])
        latest = await self._seen_time.reach(newest - MAX_AHEAD, self.clock, connection) + MAX_AHEAD
        if newest <= latest:
            return messages, []
        early = [message for message in messages if message.event.placed_at > latest]
        return [message for message in messages if message.event.placed_at <= latest], [
            (message.record, waiting_reason(message.event.placed_at, FUTURE)) for message in early
        ]

    async def accounts(
        self, connection: AsyncConnection, messages: Sequence[Message[AccountStatus]]
    ) -> Outcome:
        """Apply a batch of accounts, and reassess the bets of those that changed."""
        await self.ledger.lock_rulebook(
            connection, {message.event.brand_id for message in messages}, exclusive=True
        )  # before anything is written, so that bets that are being applied come first
        changed = await store_accounts(self.writer, connection, messages)
        await self.ledger.reassess_customers(connection, changed)
        conflicts = await conflicting_accounts(self.writer, connection, messages, len(changed))
        return Outcome(stale=len(messages) - len(changed), conflicts=conflicts)

    async def memberships_or_erased(
        self, connection: AsyncConnection, messages: Sequence[Message[Any]]
    ) -> Outcome:
        """Apply a batch of memberships; a null value only clears the topic: the account topic erases."""
        changes = [message for message in messages if not isinstance(message.event, CustomerErased)]
        return await self.memberships(connection, changes) if changes else Outcome()

    async def memberships(
        self, connection: AsyncConnection, messages: Sequence[Message[MembershipChanged]]
    ) -> Outcome:
        """Apply a batch of memberships, and reassess bets where a scheme requires the opt-in."""
        brands = {message.event.brand_id for message in messages}
        rules = await self.ledger.lock_rulebook(connection, brands, exclusive=True)
        messages = await without_erased(self.erasure, connection, messages, attrgetter("occurred_at"))
        stale, changed = await self.ledger.customers.store_memberships(
            connection, [message.event.row() for message in messages]
        )
        asking = {name for name, brand in rules.brands.items() if brand.ask_for_opt_in}
        await self.ledger.reassess_customers(
            connection, {owner for owner in changed if owner.brand in asking}
        )
        joined_or_left = {Owner(message.event.brand_id, message.event.customer_id) for message in messages}
        await self.ledger.requalify_customers(connection, joined_or_left)
        revision_conflicts = RevisionConflicts(MEMBERSHIP, "version")
        conflicts = await conflicting(connection, revision_conflicts, messages, len(messages) - stale)
        return Outcome(stale=stale, conflicts=conflicts)

    async def qualifications(
        self, connection: AsyncConnection, messages: Sequence[Message[QualificationChanged]]
    ) -> Outcome:
        """Apply a batch of the subgraph's own messages, which are new only to a restored database."""
        await self.ledger.lock_rulebook(
            connection, {message.event.brand_id for message in messages}, exclusive=True
        )
        kept = await without_erased(self.erasure, connection, messages, attrgetter("occurred_at"))
        changed = await store_read_back(connection, [message.event.row() for message in kept])
        return Outcome(stale=len(messages) - changed)

    async def outcomes(
        self, connection: AsyncConnection, messages: Sequence[Message[OutcomeChanged]]
    ) -> Outcome:
        """Apply a batch of outcomes."""
        kept = await without_erased(self.erasure, connection, messages, attrgetter("occurred_at"))
        rows = [message.event.row() for message in kept]
        changed = await store_outcomes(connection, self.writer.dialect, rows)
        conflicts = await conflicting(connection, RevisionConflicts(OUTCOME, "revision"), kept, changed)
        return Outcome(stale=len(messages) - changed, conflicts=conflicts)

    async def adjustments(
        self, connection: AsyncConnection, messages: Sequence[Message[ProgressAdjusted]]
    ) -> Outcome:
        """Apply a batch of adjustments, except those of customers who have been erased since."""
        kept = await without_erased(self.erasure, connection, messages, attrgetter("decided_at"))
        now = await self.clock.at(connection)
        applied = await self.ledger.apply_adjustments(
            connection, [message.event.adjustment(message.record, now) for message in kept]
        )
        revision_conflicts = RevisionConflicts(ADJUSTMENT, None)
        conflicts = await conflicting(connection, revision_conflicts, kept, applied.new)
        refused = [(kept[index].record, reason) for index, reason in applied.refused.items()]
        stale = len(messages) - len(kept)
        duplicates = len(kept) - applied.new - len(refused)
        return Outcome(stale, duplicates, refused, conflicts)

    async def schemes(
        self, connection: AsyncConnection, messages: Sequence[Message[SchemePublished]]
    ) -> Outcome:
        """Apply a batch of schemes, and reassess the bets of the weeks that they concern."""
        brands = {message.event.brand_id for message in messages}
        before = await self.ledger.lock_rulebook(connection, brands, exclusive=True)
        conflicts = await store_schemes(self.writer, connection, messages)
        await self.ledger.reassess_schemes(connection, before)
        return Outcome(conflicts=conflicts)

    async def weeks(self, connection: AsyncConnection, messages: Sequence[Message[WeekOpened]]) -> Outcome:
        """Apply a batch of opened weeks, which are new only to a restored database."""
        definitions = [message.event.definition() for message in messages]
        changed = await self.ledger.store_weeks(connection, definitions)
        return await weeks_outcome(self.writer, connection, messages, changed)
