"""The topic of what customers chose in the wallet: breaks and self-exclusions, which every block obeys."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, Final, Literal

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from consumers.messages.accounts import CustomerErased, decode_erasure, without_erased
from consumers.messages.fields import Instant, Ordinal, PlatformId, Product, require_utc
from consumers.messages.reader import Body, Reader
from consumers.stream.records import Record
from consumers.stream.topics import AnyTopic, Apply, Message, Outcome, Topic
from subgraphs.club_kit.domain.exclusions import ChosenExclusion
from subgraphs.club_kit.records.reference_writer import ReferenceWriter
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.records.erasure import Erasure
from subgraphs.kit.topics import EXCLUSION_TOPIC


class Exclusion(msgspec.Struct, frozen=True, kw_only=True):
    """A time in which the customer takes a break, or is excluded."""

    kind: Literal["BREAK", "EXCLUSION"]
    product: Product | None
    since: Instant
    until: Instant

    def __post_init__(self) -> None:
        """Validate what the field types cannot."""
        require_utc(since=self.since, until=self.until)
        if self.until <= self.since:
            raise ValueError("`until` is not after `since`")
        if self.kind == "EXCLUSION" and self.product is not None:
            raise ValueError("an exclusion is from everything, and has no `product`")


class ExclusionsChosen(Body, frozen=True, kw_only=True):
    """All breaks and exclusions of a customer that had not ended, at a revision."""

    customer_id: PlatformId
    revision: Ordinal
    occurred_at: Instant
    exclusions: tuple[Exclusion, ...]

    def __post_init__(self) -> None:
        """Validate what the field types cannot."""
        require_utc(occurred_at=self.occurred_at)

    @property
    def owner(self) -> Owner:
        """Return the customer."""
        return Owner(self.brand_id, self.customer_id)

    def chosen(self) -> list[ChosenExclusion]:
        """Return what the customer chose."""
        return [ChosenExclusion(told.kind, told.product, told.since, told.until) for told in self.exclusions]


_EXCLUSIONS: Final = Reader(
    "wallet.exclusion",
    msgspec.json.Decoder(ExclusionsChosen),
    lambda told: f"{told.brand_id}:{told.customer_id}",
)


def decode_exclusions(record: Record) -> ExclusionsChosen:
    """Return what a customer chose.

    Raises:
        Poison: The record is no message about exclusions.
    """
    return _EXCLUSIONS.read(record)


def decode_exclusions_or_erasure(record: Record) -> ExclusionsChosen | CustomerErased:
    """Return what a customer chose; a null value means that the customer was erased.

    Raises:
        Poison: The record is neither.
    """
    return decode_exclusions(record) if record.value is not None else decode_erasure(record)


def exclusion_topic(apply: Apply[ExclusionsChosen], writer: ReferenceWriter) -> AnyTopic:
    """Return the topic that each consumer reads of whose block anything is stopped by an exclusion.

    A null value comes once nothing of an erased customer runs: what was stored until then is forgotten.

    Args:
        apply: The app's reducer.
        writer: Forgets.
    """

    async def apply_in_order(
        connection: AsyncConnection, messages: Sequence[Message[ExclusionsChosen | CustomerErased]]
    ) -> Outcome:
        outcome = Outcome()
        for erased, group in groupby(messages, key=lambda message: isinstance(message.event, CustomerErased)):
            run: list[Message[Any]] = list(group)
            if erased:
                await writer.forget_exclusions(connection, {message.event.owner for message in run})
            else:
                outcome += await apply(connection, run)
        return outcome

    return Topic(EXCLUSION_TOPIC, decode_exclusions_or_erasure, apply_in_order, reference=True)


@dataclass(frozen=True, slots=True)
class ExclusionReducer:
    """Stores exclusions; of customers who were erased since, those that run on.

    Neither order nor repetition of messages matters.
    """

    writer: ReferenceWriter
    erasure: Erasure | None = None

    async def apply(
        self, connection: AsyncConnection, messages: Sequence[Message[ExclusionsChosen]]
    ) -> Outcome:
        """Apply a batch."""
        kept = await self.kept(connection, messages)
        changed = await self.store(connection, kept)
        return outcome_of(messages, kept, changed)

    async def kept(
        self, connection: AsyncConnection, messages: Sequence[Message[ExclusionsChosen]]
    ) -> list[Message[ExclusionsChosen]]:
        """Return the messages that still tell something after an erasure; it locks their brands."""
        return await without_erased(self.erasure, connection, messages, _true_until)

    async def store(
        self, connection: AsyncConnection, messages: Sequence[Message[ExclusionsChosen]]
    ) -> set[Owner]:
        """Store what messages say; return the customers of whom something is new."""
        chosen: dict[Owner, list[ChosenExclusion]] = {}
        for message in messages:
            chosen.setdefault(message.event.owner, []).extend(message.event.chosen())
        return await self.writer.store_exclusions(connection, chosen)


def _true_until(told: ExclusionsChosen) -> datetime:
    return max((exclusion.until for exclusion in told.exclusions), default=told.occurred_at)


def outcome_of(
    messages: Sequence[Message[ExclusionsChosen]],
    kept: Sequence[Message[ExclusionsChosen]],
    changed: Collection[Owner],
) -> Outcome:
    """Return how many messages were of erased customers, or told nothing new."""
    duplicates = sum(message.event.owner not in changed for message in kept)
    return Outcome(stale=len(messages) - len(kept), duplicates=duplicates)
