"""Applies qualifications, choices, goodwill, accounts, exclusions and outcomes to what has to be paid."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import attrgetter

from sqlalchemy.ext.asyncio import AsyncConnection

from consumers.fulfilment.messages import GoodwillDecided, PublishedMessage
from consumers.messages.accounts import AccountStatus, without_erased
from consumers.messages.customer_weeks import ChoiceChanged, QualificationChanged
from consumers.messages.exclusions import ExclusionReducer, ExclusionsChosen, outcome_of
from consumers.messages.reducers import conflicting, conflicting_accounts, store_accounts
from consumers.stream.topics import Message, Outcome
from foundation.storage.clock import Clock
from subgraphs.club_kit.records.accounts import AccountHistory
from subgraphs.club_kit.records.reference_writer import ReferenceWriter
from subgraphs.fulfilment.models import ACCOUNT_CHANGE, CHOICE, GOODWILL_CREDIT, QUALIFICATION
from subgraphs.fulfilment.service import FulfilmentService
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.records.erasure import Erasure
from subgraphs.kit.records.revision_conflicts import RevisionConflicts


@dataclass(frozen=True, slots=True)
class FulfilmentReducer:
    """Applies batches of the fulfilment consumer's topics."""

    service: FulfilmentService
    writer: ReferenceWriter
    clock: Clock
    history: AccountHistory = field(default_factory=lambda: AccountHistory(ACCOUNT_CHANGE))
    erasure: Erasure | None = None

    async def qualifications(
        self, connection: AsyncConnection, messages: Sequence[Message[QualificationChanged]]
    ) -> Outcome:
        """Apply a batch of qualifications."""
        kept = await without_erased(self.erasure, connection, messages, attrgetter("occurred_at"))
        rows = [message.event.row() for message in kept]
        changed = await self.service.apply_qualifications(connection, rows, await self.clock.at(connection))
        revision_conflicts = RevisionConflicts(QUALIFICATION, "revision")
        conflicts = await conflicting(connection, revision_conflicts, kept, changed)
        return Outcome(stale=len(messages) - changed, conflicts=conflicts)

    async def choices(
        self, connection: AsyncConnection, messages: Sequence[Message[ChoiceChanged]]
    ) -> Outcome:
        """Apply a batch of choices."""
        kept = await without_erased(self.erasure, connection, messages, attrgetter("occurred_at"))
        rows = [message.event.row() for message in kept]
        changed = await self.service.apply_choices(connection, rows, await self.clock.at(connection))
        conflicts = await conflicting(connection, RevisionConflicts(CHOICE, "revision"), kept, changed)
        return Outcome(stale=len(messages) - changed, conflicts=conflicts)

    async def goodwill(
        self, connection: AsyncConnection, messages: Sequence[Message[GoodwillDecided]]
    ) -> Outcome:
        """Apply a batch of decided goodwill credits, except those of customers who were erased since."""
        kept = await without_erased(self.erasure, connection, messages, attrgetter("decided_at"))
        decided = [message.event.credit() for message in kept]
        new = await self.service.apply_goodwill(connection, decided, await self.clock.at(connection))
        conflicts = await conflicting(connection, RevisionConflicts(GOODWILL_CREDIT, None), kept, new)
        return Outcome(len(messages) - len(kept), len(kept) - new, conflicts=conflicts)

    async def published(
        self, connection: AsyncConnection, messages: Sequence[Message[PublishedMessage]]
    ) -> Outcome:
        """Apply a batch of the subgraph's own outcomes, which are new only to a restored database."""
        kept = await without_erased(self.erasure, connection, messages, attrgetter("occurred_at"))
        outcomes = [message.event.outcome() for message in kept]
        changed = await self.service.restore_published(connection, outcomes, await self.clock.at(connection))
        return Outcome(stale=len(messages) - changed)

    async def accounts(
        self, connection: AsyncConnection, messages: Sequence[Message[AccountStatus]]
    ) -> Outcome:
        """Apply a batch of accounts, and stop the rewards of customers who may no longer take part.

        A late old revision does not change the account, but may show that the customer was excluded for a
        time.
        """
        changed = await store_accounts(self.writer, connection, messages, self.history)
        owners = {Owner(message.event.brand_id, message.event.customer_id) for message in messages}
        await self.service.apply_account_changes(connection, owners, await self.clock.at(connection))
        conflicts = await conflicting_accounts(self.writer, connection, messages, len(changed))
        return Outcome(stale=len(messages) - len(changed), conflicts=conflicts)

    async def exclusions(
        self, connection: AsyncConnection, messages: Sequence[Message[ExclusionsChosen]]
    ) -> Outcome:
        """Apply a batch of exclusions, and stop the rewards of those who chose them."""
        reducer = ExclusionReducer(self.writer, self.erasure)
        kept = await reducer.kept(connection, messages)
        changed = await reducer.store(connection, kept)
        await self.service.apply_account_changes(connection, changed, await self.clock.at(connection))
        return outcome_of(messages, kept, changed)
