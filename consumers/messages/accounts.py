"""The account topic: a customer's status at a revision, or a null value, which erases the customer."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any, Final, Literal, NamedTuple, TypeVar

import msgspec
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from consumers.messages.fields import Currency, Instant, Jurisdiction, Ordinal, PlatformId, require_utc
from consumers.messages.reader import Body, Reader, require_headers
from consumers.stream.errors import Poison
from consumers.stream.records import Record
from consumers.stream.topics import Apply, Message, Outcome
from foundation.storage.clock import Clock
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.records.erasure import Erasure


class AccountStatus(Body, frozen=True, kw_only=True):
    """A customer's account, at a revision."""

    customer_id: PlatformId
    revision: Ordinal
    status: Literal["active", "suspended", "closed"]
    verified: bool
    jurisdiction: Jurisdiction
    currency: Currency
    rg_state: Literal["none", "restricted", "self_excluded"]
    promo_restricted: bool
    occurred_at: Instant

    def __post_init__(self) -> None:
        """Validate what the field types cannot."""
        require_utc(occurred_at=self.occurred_at)


_ACCOUNTS: Final = Reader(
    "club.account-status",
    msgspec.json.Decoder(AccountStatus),
    lambda account: f"{account.brand_id}:{account.customer_id}",
)


def decode_account(record: Record) -> AccountStatus:
    """Return the account in a record.

    Raises:
        Poison: The record is not an account-status message.
    """
    return _ACCOUNTS.read(record)


log = structlog.get_logger(__name__)
B = TypeVar("B", bound=Body)
_OWNER: Final = attrgetter("brand_id", "customer_id")
_KEY: Final = re.compile(r"([^\s:\x00-\x1f\x7f]{1,64}):([^\s\x00-\x1f\x7f]{1,128})")


class CustomerErased(NamedTuple):
    """A null value under a customer's key.

    Attributes:
        at: When the record was produced; it has no body that could say more.
    """

    owner: Owner
    at: datetime


def decode_account_or_erasure(record: Record) -> AccountStatus | CustomerErased:
    """Return the account in a record, or the erasure of a customer.

    Raises:
        Poison: The record is neither.
    """
    return decode_account(record) if record.value is not None else decode_erasure(record)


def decode_erasure(record: Record) -> CustomerErased:
    """Return the customer in the key of a null value.

    Raises:
        Poison: The key is not a customer's, or the record has no timestamp.
    """
    try:
        key = _KEY.fullmatch((record.key or b"").decode())
    except UnicodeDecodeError as fault:
        raise Poison("the key is not UTF-8") from fault
    if key is None:
        raise Poison("a null value under a key that is not brand:customer")
    if record.timestamp is None:
        raise Poison("a null value in a record without a timestamp")
    require_headers(record, brand=key[1])
    return CustomerErased(Owner(key[1], key[2]), record.timestamp)


@dataclass(frozen=True, slots=True)
class AccountOrErasureReducer:
    """Applies batches of the account topic: erasures itself, accounts by an app's reducer, if it has one."""

    inner: Apply[AccountStatus] | None
    erasure: Erasure
    clock: Clock

    async def apply(
        self, connection: AsyncConnection, messages: Sequence[Message[AccountStatus | CustomerErased]]
    ) -> Outcome:
        """Apply a batch in its order: an account after an erasure is a new person's."""
        outcome = Outcome()
        for erased, group in groupby(messages, key=lambda message: isinstance(message.event, CustomerErased)):
            run: list[Message[Any]] = list(group)
            outcome += await (self._erase if erased else self._store)(connection, run)
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
        if self.inner is None:
            return Outcome(stale=len(messages))
        owners = {Owner(message.event.brand_id, message.event.customer_id) for message in messages}
        markers = await self.erasure.markers(connection, owners)
        kept = [message for message in messages if not _is_erased(message.event, markers)]
        outcome = await self.inner(connection, kept) if kept else Outcome()
        return outcome + Outcome(stale=len(messages) - len(kept))


async def without_erased(
    erasure: Erasure | None,
    connection: AsyncConnection,
    messages: Sequence[Message[B]],
    time: Callable[[B], datetime],
) -> list[Message[B]]:
    """Return the messages that are not about erased customers.

    Args:
        erasure: The subgraph's erasure; None keeps all messages.
        connection: In a write transaction, which locks brands until it ends.
        messages: Messages about customers.
        time: Returns since when a message is true; up to the erasure it is about the erased customer.
    """
    if erasure is None:
        return list(messages)
    events = [message.event for message in messages]
    facts = list(zip(map(_OWNER, events), map(time, events), strict=True))
    erased = await erasure.of_erased(connection, facts)
    if not erased:
        return list(messages)
    return [message for index, message in enumerate(messages) if index not in erased]


def _is_erased(event: AccountStatus, markers: Any) -> bool:
    marker = markers.get(Owner(event.brand_id, event.customer_id))
    return marker is not None and event.revision <= marker.revision
