"""Applies accounts, schemes and weeks to a subgraph's own tables, and finds conflicting revisions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from consumers.messages.accounts import AccountOrErasureReducer, AccountStatus, decode_account_or_erasure
from consumers.messages.schemes import SchemePublished, WeekOpened, decode_scheme, decode_week
from consumers.stream.records import Record
from consumers.stream.topics import AnyTopic, Apply, Message, Outcome, Topic
from foundation.storage.clock import Clock
from subgraphs.club_kit.records.accounts import AccountHistory
from subgraphs.club_kit.records.reference_writer import ReferenceWriter
from subgraphs.club_kit.topics import ACCOUNT_TOPIC, SCHEME_TOPIC, WEEK_TOPIC
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.records.erasure import Erasure
from subgraphs.kit.records.revision_conflicts import RevisionConflicts


def reference_topics(
    accounts: Apply[AccountStatus],
    schemes: Apply[SchemePublished],
    weeks: Apply[WeekOpened],
    erasure: Erasure,
    clock: Clock,
) -> list[AnyTopic]:
    """Return the topics that the club's consumers read first, with the app's reducers."""
    return [
        Topic(SCHEME_TOPIC, decode_scheme, schemes, reference=True, shared=True),
        Topic(WEEK_TOPIC, decode_week, weeks, reference=True, shared=True),
        account_topic(erasure, clock, accounts),
    ]


def account_topic(erasure: Erasure, clock: Clock, accounts: Apply[AccountStatus] | None = None) -> AnyTopic:
    """Return the topic by which customers are erased, with the reducer of accounts if the app keeps them."""
    erasing = AccountOrErasureReducer(accounts, erasure, clock)
    return Topic(ACCOUNT_TOPIC, decode_account_or_erasure, erasing.apply, reference=True)


async def store_accounts(
    writer: ReferenceWriter,
    connection: AsyncConnection,
    messages: Sequence[Message[AccountStatus]],
    history: AccountHistory | None = None,
) -> set[Owner]:
    """Store a batch's accounts, also in the history if there is one; return the customers that changed."""
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
    """Return the records whose contents differ from the stored ones at their revision.

    Args:
        connection: In the transaction that has just applied the messages.
        known: The table that stores the events as rows.
        messages: The applied messages, whose events have a `row()`.
        changed: How many messages changed the stored data. If all did, there is no conflict.
    """
    if changed == len(messages):
        return []
    conflicts = await known.among(connection, [message.event.row() for message in messages])
    return [messages[index].record for index in conflicts]


async def conflicting_accounts(
    writer: ReferenceWriter,
    connection: AsyncConnection,
    messages: Sequence[Message[AccountStatus]],
    changed: int,
) -> list[Record]:
    """Return the records whose account differs from the stored one at its revision."""
    return await conflicting(
        connection, RevisionConflicts(writer.tables.account, "revision"), messages, changed
    )


async def store_schemes(
    writer: ReferenceWriter, connection: AsyncConnection, messages: Sequence[Message[SchemePublished]]
) -> list[Record]:
    """Store the schemes of a batch and their brands.

    Returns:
        The records that contradict a stored version, or the stored time zone of their brand.
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
    """Return how many weeks changed nothing, and the records that contradict the stored week.

    Each cell opens a week by itself, at a moment of its own, so `opened_at` alone contradicts nothing.
    """
    revision_conflicts = RevisionConflicts(writer.tables.week_definition, None, frozenset({"opened_at"}))
    conflicts = await conflicting(connection, revision_conflicts, messages, changed)
    return Outcome(stale=len(messages) - changed, conflicts=conflicts)


@dataclass(frozen=True, slots=True)
class ReferenceReducer:
    """Applies batches of accounts, schemes and weeks that nothing else in the subgraph depends on.

    An account is stored even if its brand is unknown: the two arrive on different topics, in any order, and
    the account has no effect before its brand arrives.
    """

    writer: ReferenceWriter

    async def accounts(
        self, connection: AsyncConnection, messages: Sequence[Message[AccountStatus]]
    ) -> Outcome:
        """Apply a batch of accounts."""
        changed = len(await store_accounts(self.writer, connection, messages))
        conflicts = await conflicting_accounts(self.writer, connection, messages, changed)
        return Outcome(stale=len(messages) - changed, conflicts=conflicts)

    async def schemes(
        self, connection: AsyncConnection, messages: Sequence[Message[SchemePublished]]
    ) -> Outcome:
        """Apply a batch of schemes."""
        return Outcome(conflicts=await store_schemes(self.writer, connection, messages))

    async def weeks(self, connection: AsyncConnection, messages: Sequence[Message[WeekOpened]]) -> Outcome:
        """Apply a batch of opened weeks."""
        definitions = [message.event.definition() for message in messages]
        changed = await self.writer.store_weeks(connection, definitions)
        return await weeks_outcome(self.writer, connection, messages, changed)
