"""A null value on the account topic erases the customer; older facts about them are not taken in again."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, Final, NamedTuple, TypeVar

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from consumers.reference.events import AccountStatus, decode_account
from consumers.reference.reading import Body, require_headers
from consumers.stream.errors import Poison
from consumers.stream.records import Record
from consumers.stream.topics import Apply, Message, Outcome
from storage.clock import Clock
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.records.erasure import Erasure

log = structlog.get_logger(__name__)
B = TypeVar("B", bound=Body)
_KEY: Final = re.compile(r"([^\s:\x00-\x1f\x7f]{1,64}):([^\s\x00-\x1f\x7f]{1,128})")


class CustomerErased(NamedTuple):
    """A null value under a customer's key.

    Attributes:
        at: when the record was produced; it has no body to say more.
    """

    owner: Owner
    at: datetime


def decode_account_or_erasure(record: Record) -> AccountStatus | CustomerErased:
    """The account in a record, or the erasure of a customer.

    Raises:
        Poison: it is neither.
    """
    return decode_account(record) if record.value is not None else decode_erasure(record)


def decode_erasure(record: Record) -> CustomerErased:
    """The customer in the key of a null value.

    Raises:
        Poison: the key is no customer's, or the record has no time.
    """
    try:
        key = _KEY.fullmatch((record.key or b"").decode())
    except UnicodeDecodeError as fault:
        raise Poison("the key is not UTF-8") from fault
    if key is None:
        raise Poison("a null value under a key that is not brand:customer")
    if record.timestamp is None:
        raise Poison("a null value in a record without a time")
    require_headers(record, brand=key[1])
    return CustomerErased(Owner(key[1], key[2]), record.timestamp)


@dataclass(frozen=True, slots=True)
class ErasingAccounts:
    """Applies batches of the account topic: erasures here, accounts by what an app does with them."""

    inner: Apply[AccountStatus]
    erasure: Erasure
    clock: Clock

    async def apply(
        self, connection: AsyncConnection, messages: Sequence[Message[AccountStatus | CustomerErased]]
    ) -> Outcome:
        """Applies a batch in its order: an account after an erasure is a new person's."""
        outcome = Outcome()
        for erased, run in groupby(messages, key=lambda one: isinstance(one.event, CustomerErased)):
            some: list[Message[Any]] = list(run)
            found = await (self._erase if erased else self._store)(connection, some)
            outcome = _sum(outcome, found)
        return outcome

    async def _erase(
        self, connection: AsyncConnection, messages: Sequence[Message[CustomerErased]]
    ) -> Outcome:
        now, stale = self.clock.now(), 0
        for message in messages:
            owner, at = message.event
            if not await self.erasure.erase(connection, owner, at, now):
                stale += 1
        log.info("customers_erased", customers=len(messages) - stale)
        return Outcome(stale=stale)

    async def _store(
        self, connection: AsyncConnection, messages: Sequence[Message[AccountStatus]]
    ) -> Outcome:
        owners = {Owner(one.event.brand_id, one.event.customer_id) for one in messages}
        markers = await self.erasure.markers(connection, owners)
        living = [one for one in messages if _is_living(one.event, markers)]
        outcome = await self.inner(connection, living) if living else Outcome()
        return _sum(outcome, Outcome(stale=len(messages) - len(living)))


async def of_living(
    erasure: Erasure | None,
    connection: AsyncConnection,
    messages: Sequence[Message[B]],
    time: Callable[[B], datetime],
) -> list[Message[B]]:
    """The messages without those about persons who were erased.

    Args:
        erasure: of the subgraph; None leaves all messages.
        connection: in a write transaction; brands are held until it ends.
        messages: about customers.
        time: since when a message is true: up to the erasure it is about the erased person.
    """
    if erasure is None:
        return list(messages)
    facts = [(Owner(one.event.brand_id, _customer(one.event)), time(one.event)) for one in messages]
    gone = await erasure.of_erased(connection, facts)
    return [one for place, one in enumerate(messages) if place not in gone]


def _customer(event: Any) -> str:
    customer: str = event.customer_id
    return customer


def _is_living(event: AccountStatus, markers: Any) -> bool:
    marker = markers.get(Owner(event.brand_id, event.customer_id))
    return marker is None or event.revision > marker.revision


def _sum(one: Outcome, other: Outcome) -> Outcome:
    return Outcome(
        one.stale + other.stale,
        one.duplicates + other.duplicates,
        (*one.refused, *other.refused),
        (*one.conflicts, *other.conflicts),
    )
