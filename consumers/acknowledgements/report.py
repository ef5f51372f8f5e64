"""Reads from a subgraph's database what its consumer has applied of the global topic."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncConnection

from consumers.acknowledgements.message import BudgetReport, ProviderHealth, RefusedMessage, UnknownMessage
from consumers.messages.global_events.message import head_of
from consumers.stream.database.dead_letters import DeadLetter, list_dead_letters
from subgraphs.kit.records.global_state import NOTHING_APPLIED, GlobalOrder, GlobalStateRepository
from subgraphs.kit.topics import GLOBAL_TOPIC

MAX_LISTED: Final = 50
MAX_NUMBER: Final = 2**53


@dataclass(frozen=True, slots=True)
class Report:
    """What a database has applied: everything up to `order`, except for what is listed."""

    order: GlobalOrder
    refused: tuple[RefusedMessage, ...] = ()
    kept: tuple[UnknownMessage, ...] = ()


@dataclass(frozen=True, slots=True)
class WorkersReport:
    """What the node's workers report.

    These are messages that they could not apply, the health of providers, and the use of budgets.
    """

    refused: tuple[RefusedMessage, ...] = ()
    providers: tuple[ProviderHealth, ...] = ()
    budgets: tuple[BudgetReport, ...] = ()


ReadWorkers: TypeAlias = Callable[[AsyncConnection], Awaitable[WorkersReport]]


async def read_report(
    connection: AsyncConnection, repository: GlobalStateRepository, dead_letter: Table
) -> Report:
    """Return what the database has applied."""
    kept = [
        UnknownMessage(
            key=message.key, epoch=message.order.epoch, number=message.order.number, kind=message.kind
        )
        for message in await repository.not_understood(connection)
    ]
    newest = _newest(await list_dead_letters(connection, dead_letter, MAX_LISTED, GLOBAL_TOPIC))
    applied = await repository.last_of(connection, newest.keys())
    refused = [
        _refused(key, letter) for key, letter in newest.items() if not _superseded(letter, applied.get(key))
    ]
    return Report(await repository.newest(connection), tuple(refused), tuple(kept[:MAX_LISTED]))


def _newest(letters: Iterable[DeadLetter]) -> dict[str, DeadLetter]:
    """Return the newest dead letter of each subject; they come newest first."""
    newest: dict[str, DeadLetter] = {}
    for letter in letters:
        newest.setdefault((letter.record.key or b"").decode(errors="replace")[:255], letter)
    return newest


def _superseded(letter: DeadLetter, applied: tuple[GlobalOrder, datetime | None] | None) -> bool:
    """Return whether a message that was applied since replaces one that could not be applied.

    A dead letter without a readable number is compared by the time at which its record was produced.
    """
    if applied is None:
        return False
    order, produced_at = applied
    if refused_order := _order_of(letter):
        return order >= refused_order
    at = letter.record.timestamp
    return produced_at is not None and at is not None and produced_at > at


def _refused(key: str, letter: DeadLetter) -> RefusedMessage:
    order = _order_of(letter) or NOTHING_APPLIED
    return RefusedMessage(key=key, epoch=order.epoch, number=order.number, reason=letter.reason)


def _order_of(letter: DeadLetter) -> GlobalOrder | None:
    head = head_of(letter.record.value)
    epoch, number = _count(head.get("epoch")), _count(head.get("number"))
    return GlobalOrder(epoch, number) if number else None


def _count(value: object) -> int:
    return value if isinstance(value, int) and 0 < value < MAX_NUMBER else 0
