"""Accounts into the club's tables; who is excluded by them leaves the club in the same transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from consumers.reference.apply import conflicting_accounts, store_accounts
from consumers.reference.erasure import CustomerErased, of_living
from consumers.reference.events import AccountStatus
from consumers.reference.memberships import MembershipChanged
from consumers.stream.topics import Message, Outcome
from storage.clock import Clock
from subgraphs.club.exclusion import Exclusion
from subgraphs.club.membership import MembershipKind
from subgraphs.club.models import ACCOUNT_CHANGE
from subgraphs.club.read_back import MembershipReadBack, PublishedMembership
from subgraphs.kit.domain.accounts import Account, ends_membership
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.records.account_history import AccountHistory
from subgraphs.kit.records.erasure import Erasure
from subgraphs.kit.records.reference import ReferenceWriter

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ClubApply:
    """Applies batches of the account topic."""

    writer: ReferenceWriter
    clock: Clock
    exclusion: Exclusion = field(default_factory=Exclusion)
    history: AccountHistory = field(default_factory=lambda: AccountHistory(ACCOUNT_CHANGE))

    async def accounts(
        self, connection: AsyncConnection, messages: Sequence[Message[AccountStatus]]
    ) -> Outcome:
        """Applies a batch of accounts, and ends the memberships of those who are excluded."""
        excluding = {
            Owner(message.event.brand_id, message.event.customer_id)
            for message in messages
            if ends_membership(_account(message.event))
        }
        await self.exclusion.lock_pending(connection, excluding)
        changed = await store_accounts(self.writer, connection, messages, self.history)
        if followed := excluding & changed:
            at = await self.clock.at(connection)
            if ended := await self.exclusion.end_memberships(connection, followed, at):
                log.info("forced_out", customers=len(ended))
        conflicts = await conflicting_accounts(self.writer, connection, messages, len(changed))
        return Outcome(stale=len(messages) - len(changed), conflicts=conflicts)


@dataclass(frozen=True, slots=True)
class MembershipsApply:
    """Applies batches of what the club told: news to a database that was lost or restored alone."""

    clock: Clock
    exclusion: Exclusion = field(default_factory=Exclusion)
    read_back: MembershipReadBack = field(default_factory=MembershipReadBack)
    erasure: Erasure | None = None

    async def memberships(self, connection: AsyncConnection, messages: Sequence[Message[Any]]) -> Outcome:
        """Apply a batch of memberships; a null value only clears the topic: accounts tell who is erased."""
        told = [one for one in messages if not isinstance(one.event, CustomerErased)]
        living = await of_living(self.erasure, connection, told, attrgetter("occurred_at"))
        owners = {_owner(one.event) for one in living}
        await self.exclusion.lock_pending(connection, owners)
        changed, places = await self.read_back.restore(connection, [_told(one.event) for one in living])
        if changed:
            await self.exclusion.end_memberships(connection, owners, await self.clock.at(connection))
        return Outcome(stale=len(messages) - changed, conflicts=[living[place].record for place in places])


def _owner(event: MembershipChanged) -> Owner:
    return Owner(event.brand_id, event.customer_id)


def _told(event: MembershipChanged) -> PublishedMembership:
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
