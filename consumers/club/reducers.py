"""Applies accounts, exclusions and memberships; excluded customers leave the club in the same transaction."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from consumers.messages.accounts import AccountStatus, CustomerErased, without_erased
from consumers.messages.exclusions import ExclusionReducer, ExclusionsChosen, outcome_of
from consumers.messages.memberships import MembershipChanged
from consumers.messages.reducers import conflicting_accounts, store_accounts
from consumers.stream.topics import Message, Outcome
from foundation.storage.clock import Clock
from subgraphs.club.membership.exclusion import Exclusion
from subgraphs.club.membership.membership import MembershipKind
from subgraphs.club.membership.read_back import MembershipReadBack, PublishedMembership
from subgraphs.club.models import ACCOUNT_CHANGE
from subgraphs.club_kit.domain.accounts import Account, ends_membership
from subgraphs.club_kit.records.accounts import AccountHistory
from subgraphs.club_kit.records.reference_writer import ReferenceWriter
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.records.erasure import Erasure

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ClubReducer:
    """Applies batches of the topics of accounts and of exclusions."""

    writer: ReferenceWriter
    clock: Clock
    exclusion: Exclusion = field(default_factory=Exclusion)
    history: AccountHistory = field(default_factory=lambda: AccountHistory(ACCOUNT_CHANGE))
    erasure: Erasure | None = None

    async def accounts(
        self, connection: AsyncConnection, messages: Sequence[Message[AccountStatus]]
    ) -> Outcome:
        """Apply a batch of accounts, and end the memberships of excluded customers."""
        excluding = {
            Owner(message.event.brand_id, message.event.customer_id)
            for message in messages
            if ends_membership(_account(message.event))
        }
        await self.exclusion.lock_pending(connection, excluding)
        changed = await store_accounts(self.writer, connection, messages, self.history)
        await self._end(connection, excluding & changed)
        conflicts = await conflicting_accounts(self.writer, connection, messages, len(changed))
        return Outcome(stale=len(messages) - len(changed), conflicts=conflicts)

    async def exclusions(
        self, connection: AsyncConnection, messages: Sequence[Message[ExclusionsChosen]]
    ) -> Outcome:
        """Apply a batch of exclusions, and end the memberships of those who are excluded now."""
        reducer = ExclusionReducer(self.writer, self.erasure)
        kept = await reducer.kept(connection, messages)
        await self.exclusion.lock_pending(connection, {message.event.owner for message in kept})
        changed = await reducer.store(connection, kept)
        await self._end(connection, changed)
        return outcome_of(messages, kept, changed)

    async def _end(self, connection: AsyncConnection, owners: Collection[Owner]) -> None:
        if not owners:
            return
        at = await self.clock.at(connection)
        if ended := await self.exclusion.end_memberships(connection, owners, at):
            log.info("forced_out", customers=len(ended))


@dataclass(frozen=True, slots=True)
class MembershipReducer:
    """Applies batches of the club's own messages, which are new only to a restored database."""

    clock: Clock
    exclusion: Exclusion = field(default_factory=Exclusion)
    read_back: MembershipReadBack = field(default_factory=MembershipReadBack)
    erasure: Erasure | None = None

    async def memberships(self, connection: AsyncConnection, messages: Sequence[Message[Any]]) -> Outcome:
        """Apply a batch of memberships; a null value only clears the topic: the account topic erases."""
        changes = [message for message in messages if not isinstance(message.event, CustomerErased)]
        kept = await without_erased(self.erasure, connection, changes, attrgetter("occurred_at"))
        owners = {_owner(message.event) for message in kept}
        await self.exclusion.lock_pending(connection, owners)
        memberships = [_told_membership(message.event) for message in kept]
        changed, conflicting = await self.read_back.restore(connection, memberships)
        if changed:
            await self.exclusion.end_memberships(connection, owners, await self.clock.at(connection))
        conflicts = [kept[index].record for index in conflicting]
        return Outcome(stale=len(messages) - changed, conflicts=conflicts)


def _owner(event: MembershipChanged) -> Owner:
    return Owner(event.brand_id, event.customer_id)


def _told_membership(event: MembershipChanged) -> PublishedMembership:
    kind = MembershipKind(event.change)
    return PublishedMembership(
        _owner(event), event.version, kind, event.since, event.first_opted_in_at, event.occurred_at
    )


def _account(event: AccountStatus) -> Account:
    return Account(
        event.jurisdiction,
        event.currency,
        status=event.status,
        verified=event.verified,
        rg_state=event.rg_state,
        promo_restricted=event.promo_restricted,
    )
