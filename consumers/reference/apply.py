"""Accounts and schemes into a subgraph's own tables, where nothing else depends on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from consumers.reference.erasure import ErasingAccounts, decode_account_or_erasure
from consumers.reference.events import (
    ACCOUNT_TOPIC,
    SCHEME_TOPIC,
    AccountStatus,
    SchemePublished,
    decode_scheme,
)
from consumers.reference.weeks import WeekOpened, decode_week
from consumers.stream.records import Record
from consumers.stream.topics import AnyTopic, Apply, Message, Outcome, Topic
from storage.clock import Clock
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.records.account_history import AccountHistory
from subgraphs.kit.records.erasure import Erasure
from subgraphs.kit.records.reference import ReferenceWriter
from subgraphs.kit.records.revision_conflicts import RevisionConflicts
from subgraphs.kit.records.week_definitions import WEEK_TOPIC


def reference_topics(
    accounts: Apply[AccountStatus],
    schemes: Apply[SchemePublished],
    weeks: Apply[WeekOpened],
    erasure: Erasure,
    clock: Clock,
) -> list[AnyTopic]:
    """The topics that every consumer reads first, with what the app does with them."""
    erasing = ErasingAccounts(accounts, erasure, clock)
    return [
        Topic(SCHEME_TOPIC, decode_scheme, schemes, reference=True),
        Topic(WEEK_TOPIC, decode_week, weeks, reference=True),
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


async def conflicting(
    connection: AsyncConnection,
    known: RevisionConflicts,
    messages: Sequence[Message[Any]],
    changed: int,
) -> list[Record]:
    """The records that say something else than what is stored at their revision.

    Args:
        connection: in the transaction that has just applied the messages.
        known: where their events are stored, as rows.
        messages: whose events have a `row()`.
        changed: how many of them changed what is stored: where all did, none can be a conflict.
    """
    if changed == len(messages):
        return []
    found = await known.among(connection, [message.event.row() for message in messages])
    return [messages[place].record for place in found]


async def conflicting_accounts(
    writer: ReferenceWriter,
    connection: AsyncConnection,
    messages: Sequence[Message[AccountStatus]],
    changed: int,
) -> list[Record]:
    """The records that say something else of an account than what is stored at their revision."""
    return await conflicting(
        connection, RevisionConflicts(writer.tables.account, "revision"), messages, changed
    )


async def store_schemes(
    writer: ReferenceWriter, connection: AsyncConnection, messages: Sequence[Message[SchemePublished]]
) -> list[Record]:
    """Stores the schemes of a batch, and what they tell of their brands.

    Returns:
        The records that contradict a version that is stored, or the time zone of their brand.
    """
    brands = [message.event.brand_row() for message in messages]
    await writer.store_schemes(connection, brands, [message.event.row() for message in messages])
    changed = await conflicting(connection, RevisionConflicts(writer.tables.scheme, None), messages, 0)
    zones = await writer.time_zones(connection, {message.event.brand_id for message in messages})
    return [
        message.record
        for message in messages
        if message.record in changed or message.event.brand.time_zone != zones[message.event.brand_id]
    ]


async def weeks_outcome(
    writer: ReferenceWriter,
    connection: AsyncConnection,
    messages: Sequence[Message[WeekOpened]],
    changed: int,
) -> Outcome:
    """Tell how many weeks changed nothing, and which records contradict what is stored of their week."""
    known = RevisionConflicts(writer.tables.week_definition, None)
    conflicts = await conflicting(connection, known, messages, changed)
    return Outcome(stale=len(messages) - changed, conflicts=conflicts)


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
        changed = len(await store_accounts(self.writer, connection, messages))
        conflicts = await conflicting_accounts(self.writer, connection, messages, changed)
        return Outcome(stale=len(messages) - changed, conflicts=conflicts)

    async def schemes(
        self, connection: AsyncConnection, messages: Sequence[Message[SchemePublished]]
    ) -> Outcome:
        """Applies a batch of schemes."""
        return Outcome(conflicts=await store_schemes(self.writer, connection, messages))

    async def weeks(self, connection: AsyncConnection, messages: Sequence[Message[WeekOpened]]) -> Outcome:
        """Applies a batch of weeks that have opened."""
        definitions = [message.event.definition() for message in messages]
        changed = await self.writer.store_weeks(connection, definitions)
        return await weeks_outcome(self.writer, connection, messages, changed)
