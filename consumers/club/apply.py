"""Accounts into the club's tables; who is excluded by them leaves the club in the same transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from consumers.reference.apply import conflicting_accounts, store_accounts
from consumers.reference.events import AccountStatus
from consumers.stream.topics import Message, Outcome
from subgraphs.club.exclusion import Exclusion
from subgraphs.club.models import ACCOUNT_CHANGE
from subgraphs.kit.account_history import AccountHistory
from subgraphs.kit.accounts import Account, ends_membership
from subgraphs.kit.clock import Clock
from subgraphs.kit.owners import Owner
from subgraphs.kit.reference import ReferenceWriter

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
        await self.exclusion.hold(connection, excluding)
        changed = await store_accounts(self.writer, connection, messages, self.history)
        if followed := excluding & changed:
            at = await self.clock.at(connection)
            if ended := await self.exclusion.follow(connection, followed, at):
                log.info("forced_out", customers=len(ended))
        conflicts = await conflicting_accounts(self.writer, connection, messages, len(changed))
        return Outcome(stale=len(messages) - len(changed), conflicts=conflicts)


def _account(event: AccountStatus) -> Account:
    return Account(
        event.jurisdiction,
        event.currency,
        status=event.status,
        verified=event.verified,
        rg_state=event.rg_state,
        promo_restricted=event.promo_restricted,
    )
