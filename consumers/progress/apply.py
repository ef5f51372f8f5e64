"""Bets into the ledger, and its second thoughts when accounts, memberships or schemes change."""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from consumers.progress.events import BetChanged
from consumers.progress.outcomes import OutcomeChanged
from consumers.reference.apply import (
    conflicting,
    conflicting_accounts,
    store_accounts,
    store_schemes,
    weeks_outcome,
)
from consumers.reference.erasure import CustomerErased, of_living
from consumers.reference.events import AccountStatus, SchemePublished
from consumers.reference.memberships import MembershipChanged
from consumers.reference.qualifications import QualificationChanged
from consumers.reference.weeks import WeekOpened
from consumers.stream.topics import Message, Outcome
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.records.erasure import Erasure
from subgraphs.kit.records.reference import ReferenceWriter
from subgraphs.kit.records.revision_conflicts import RevisionConflicts
from subgraphs.progress.ledger.ledger import Ledger
from subgraphs.progress.models import MEMBERSHIP, OUTCOME
from subgraphs.progress.qualification.outcome_repository import store_outcomes
from subgraphs.progress.qualification.read_back_repository import store_read_back


@dataclass(frozen=True, slots=True)
class ProgressApply:
    """Applies batches of the progress consumer's topics."""

    ledger: Ledger
    writer: ReferenceWriter
    erasure: Erasure | None = None

    async def bets(self, connection: AsyncConnection, messages: Sequence[Message[BetChanged]]) -> Outcome:
        """Applies a batch of bets; those of customers who were erased since they were placed are left out."""
        told = len(messages)
        messages = await of_living(self.erasure, connection, messages, attrgetter("placed_at"))
        applied = await self.ledger.apply_bets(connection, [message.event.bet() for message in messages])
        refused = [(messages[place].record, reason) for place, reason in applied.refused.items()]
        conflicts = [messages[place].record for place in applied.conflicts]
        stale = len(applied.stale) + told - len(messages)
        return Outcome(stale, len(applied.duplicates), refused, conflicts)

    async def accounts(
        self, connection: AsyncConnection, messages: Sequence[Message[AccountStatus]]
    ) -> Outcome:
        """Applies a batch of accounts; bets of those that changed are judged again."""
        await self.ledger.lock_rulebook(
            connection, {message.event.brand_id for message in messages}, exclusive=True
        )  # before anything is written, so that bets being applied just now come first
        changed = await store_accounts(self.writer, connection, messages)
        await self.ledger.reassess_customers(connection, changed)
        conflicts = await conflicting_accounts(self.writer, connection, messages, len(changed))
        return Outcome(stale=len(messages) - len(changed), conflicts=conflicts)

    async def told_memberships(
        self, connection: AsyncConnection, messages: Sequence[Message[Any]]
    ) -> Outcome:
        """Applies what came on the topic; a null value only clears it: accounts tell who is erased."""
        told = [one for one in messages if not isinstance(one.event, CustomerErased)]
        return await self.memberships(connection, told) if told else Outcome()

    async def memberships(
        self, connection: AsyncConnection, messages: Sequence[Message[MembershipChanged]]
    ) -> Outcome:
        """Applies a batch of memberships; where a scheme asks for the opt-in, bets are judged again."""
        brands = {message.event.brand_id for message in messages}
        rules = await self.ledger.lock_rulebook(connection, brands, exclusive=True)
        messages = await of_living(self.erasure, connection, messages, attrgetter("occurred_at"))
        stale, changed = await self.ledger.customers.store_memberships(
            connection, [message.event.row() for message in messages]
        )
        asking = {name for name, brand in rules.brands.items() if brand.ask_for_opt_in}
        await self.ledger.reassess_customers(connection, {one for one in changed if one.brand in asking})
        joined_or_left = {Owner(message.event.brand_id, message.event.customer_id) for message in messages}
        await self.ledger.requalify_customers(connection, joined_or_left)
        known = RevisionConflicts(MEMBERSHIP, "version")
        conflicts = await conflicting(connection, known, messages, len(messages) - stale)
        return Outcome(stale=stale, conflicts=conflicts)

    async def qualifications(
        self, connection: AsyncConnection, messages: Sequence[Message[QualificationChanged]]
    ) -> Outcome:
        """Apply a batch of what this subgraph told: news to a database that was lost or restored alone."""
        await self.ledger.lock_rulebook(connection, {one.event.brand_id for one in messages}, exclusive=True)
        living = await of_living(self.erasure, connection, messages, attrgetter("occurred_at"))
        changed = await store_read_back(connection, [message.event.row() for message in living])
        return Outcome(stale=len(messages) - changed)

    async def outcomes(
        self, connection: AsyncConnection, messages: Sequence[Message[OutcomeChanged]]
    ) -> Outcome:
        """Applies a batch of outcomes."""
        living = await of_living(self.erasure, connection, messages, attrgetter("occurred_at"))
        rows = [message.event.row() for message in living]
        changed = await store_outcomes(connection, self.writer.dialect, rows)
        conflicts = await conflicting(connection, RevisionConflicts(OUTCOME, "revision"), living, changed)
        return Outcome(stale=len(messages) - changed, conflicts=conflicts)

    async def schemes(
        self, connection: AsyncConnection, messages: Sequence[Message[SchemePublished]]
    ) -> Outcome:
        """Applies a batch of schemes; bets of weeks that they are about are judged again."""
        brands = {message.event.brand_id for message in messages}
        before = await self.ledger.lock_rulebook(connection, brands, exclusive=True)
        conflicts = await store_schemes(self.writer, connection, messages)
        await self.ledger.reassess_schemes(connection, before)
        return Outcome(conflicts=conflicts)

    async def weeks(self, connection: AsyncConnection, messages: Sequence[Message[WeekOpened]]) -> Outcome:
        """Apply a batch of weeks that have opened: a database that was lost reads its own back."""
        definitions = [message.event.definition() for message in messages]
        changed = await self.ledger.store_weeks(connection, definitions)
        return await weeks_outcome(self.writer, connection, messages, changed)
