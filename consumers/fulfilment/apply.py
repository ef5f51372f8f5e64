"""Qualifications, choices and accounts into rewards that are due, ready, or stopped."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import attrgetter

from sqlalchemy.ext.asyncio import AsyncConnection

from consumers.fulfilment.published import PublishedMessage
from consumers.reference.apply import conflicting, conflicting_accounts, store_accounts
from consumers.reference.choices import ChoiceChanged
from consumers.reference.erasure import of_living
from consumers.reference.events import AccountStatus
from consumers.reference.qualifications import QualificationChanged
from consumers.stream.topics import Message, Outcome
from storage.clock import Clock
from subgraphs.fulfilment.models import ACCOUNT_CHANGE, CHOICE, QUALIFICATION
from subgraphs.fulfilment.service import FulfilmentService
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.records.account_history import AccountHistory
from subgraphs.kit.records.erasure import Erasure
from subgraphs.kit.records.reference import ReferenceWriter
from subgraphs.kit.records.revision_conflicts import RevisionConflicts


@dataclass(frozen=True, slots=True)
class FulfilmentApply:
    """Applies batches of the fulfilment consumer's topics."""

    service: FulfilmentService
    writer: ReferenceWriter
    clock: Clock
    history: AccountHistory = field(default_factory=lambda: AccountHistory(ACCOUNT_CHANGE))
    erasure: Erasure | None = None

    async def qualifications(
        self, connection: AsyncConnection, messages: Sequence[Message[QualificationChanged]]
    ) -> Outcome:
        """Applies a batch of qualifications."""
        living = await of_living(self.erasure, connection, messages, attrgetter("occurred_at"))
        rows = [message.event.row() for message in living]
        changed = await self.service.apply_qualifications(connection, rows, self.clock.now())
        known = RevisionConflicts(QUALIFICATION, "revision")
        conflicts = await conflicting(connection, known, living, changed)
        return Outcome(stale=len(messages) - changed, conflicts=conflicts)

    async def choices(
        self, connection: AsyncConnection, messages: Sequence[Message[ChoiceChanged]]
    ) -> Outcome:
        """Applies a batch of choices."""
        living = await of_living(self.erasure, connection, messages, attrgetter("occurred_at"))
        rows = [message.event.row() for message in living]
        changed = await self.service.apply_choices(connection, rows, self.clock.now())
        conflicts = await conflicting(connection, RevisionConflicts(CHOICE, "revision"), living, changed)
        return Outcome(stale=len(messages) - changed, conflicts=conflicts)

    async def published(
        self, connection: AsyncConnection, messages: Sequence[Message[PublishedMessage]]
    ) -> Outcome:
        """Reads back what this subgraph published; its own echo changes nothing."""
        living = await of_living(self.erasure, connection, messages, attrgetter("occurred_at"))
        outcomes = [message.event.outcome() for message in living]
        changed = await self.service.restore_published(connection, outcomes, self.clock.now())
        return Outcome(stale=len(messages) - changed)

    async def accounts(
        self, connection: AsyncConnection, messages: Sequence[Message[AccountStatus]]
    ) -> Outcome:
        """Applies a batch of accounts; rewards of those who may no longer take part are stopped.

        An old revision that is late changes no account, but may tell that somebody was excluded meanwhile.
        """
        changed = await store_accounts(self.writer, connection, messages, self.history)
        owners = {Owner(message.event.brand_id, message.event.customer_id) for message in messages}
        await self.service.apply_account_changes(connection, owners, self.clock.now())
        conflicts = await conflicting_accounts(self.writer, connection, messages, len(changed))
        return Outcome(stale=len(messages) - len(changed), conflicts=conflicts)
