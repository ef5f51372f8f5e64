"""Accounts and schemes into a subgraph's own tables, where nothing else depends on them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from consumers.reference.erasure import ErasingAccounts, decode_account_or_erasure
from consumers.reference.events import (
    ACCOUNT_TOPIC,
    SCHEME_TOPIC,
    AccountStatus,
    SchemePublished,
    decode_scheme,
)
from consumers.stream.topics import AnyTopic, Apply, Message, Outcome, Topic
from subgraphs.kit.account_history import AccountHistory
from subgraphs.kit.clock import Clock
from subgraphs.kit.erasure import Erasure
from subgraphs.kit.owners import Owner
from subgraphs.kit.reference import ReferenceWriter


def reference_topics(
    accounts: Apply[AccountStatus], schemes: Apply[SchemePublished], erasure: Erasure, clock: Clock
) -> list[AnyTopic]:
    """The topics that every consumer reads first, with what the app does with them."""
    erasing = ErasingAccounts(accounts, erasure, clock)
    return [
        Topic(SCHEME_TOPIC, decode_scheme, schemes, reference=True),
        Topic(ACCOUNT_TOPIC, decode_account_or_erasure, erasing.apply, reference=True),
    ]


async def store_accounts(
    writer: ReferenceWriter,
    connection: AsyncConnection,
    messages: Sequence[Message[AccountStatus]],
    history: AccountHistory | None = None,
) -> set[Owner]:
    """Stores the accounts of a batch, with all revisions where a history is kept; returns whose changed."""
    rows = [message.event.row() for message in messages]
    changed = await writer.store_accounts(connection, rows)
    if history is not None:
        await history.remember(connection, rows)
    return changed


async def store_schemes(
    writer: ReferenceWriter, connection: AsyncConnection, messages: Sequence[Message[SchemePublished]]
) -> None:
    """Stores the schemes of a batch, and what they tell of their brands."""
    brands = [message.event.brand_row() for message in messages]
    await writer.store_schemes(connection, brands, [message.event.row() for message in messages])


@dataclass(frozen=True, slots=True)
class ReferenceApply:
    """Keeps the projections of accounts and schemes.

    An account of a brand that is not known (yet) is kept all the same: the two come by different
    topics, in any order, and it does nothing until its brand is there.
    """

    writer: ReferenceWriter

    async def accounts(
        self, connection: AsyncConnection, messages: Sequence[Message[AccountStatus]]
    ) -> Outcome:
        """Applies a batch of accounts."""
        changed = await store_accounts(self.writer, connection, messages)
        return Outcome(stale=len(messages) - len(changed))

    async def schemes(
        self, connection: AsyncConnection, messages: Sequence[Message[SchemePublished]]
    ) -> Outcome:
        """Applies a batch of schemes."""
        await store_schemes(self.writer, connection, messages)
        return Outcome()
