"""The fact that tells other blocks of a customer's breaks and exclusions, and what the wallet reads back."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.club_kit.domain.exclusions import ChosenExclusion
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.domain.products import Product
from subgraphs.kit.records.outbox import TOMBSTONE, Fact
from subgraphs.kit.records.tables import OutboxTables
from subgraphs.kit.topics import EXCLUSION_TOPIC
from subgraphs.wallet.limits.breaks import Break, BreakKind

EXCLUSION_SCHEMA = "wallet.exclusion/1"


def exclusion_fact(owner: Owner, revision: int, breaks: Iterable[Break], at: datetime) -> Fact:
    """Return the message about what a customer chose: all that has not ended at an instant.

    Breaks that overlap are told as one, so a message has few of them, however many were chosen.

    Args:
        owner: The customer.
        revision: Grows with each message about the customer.
        breaks: Those that have not ended.
        at: When the last of them was chosen.
    """
    return Fact(
        topic=EXCLUSION_TOPIC,
        schema=EXCLUSION_SCHEMA,
        key=f"{owner.brand}:{owner.customer}",
        identity=str(revision),
        body={
            "brand_id": owner.brand,
            "customer_id": owner.customer,
            "revision": revision,
            "occurred_at": at.isoformat(),
            "exclusions": [_told(chosen) for chosen in merged(breaks)],
        },
    )


async def clear_exclusions(
    connection: AsyncConnection, outbox: OutboxTables, owner: Owner, at: datetime
) -> None:
    """Publish a null value, so that the topic and other blocks forget what an erased customer chose."""
    row = {
        "topic": EXCLUSION_TOPIC,
        "key": f"{owner.brand}:{owner.customer}",
        "value": TOMBSTONE,
        "headers": {"producer": "furlong", "brand": owner.brand},
        "written_at": at,
    }
    await connection.execute(insert(outbox.outbox).values(row))


def merged(breaks: Iterable[Break]) -> list[Break]:
    """Return the fewest breaks that stop the same at every instant, by kind, product and beginning."""
    found: list[Break] = []
    for chosen in sorted(breaks, key=_order):
        last = found[-1] if found else None
        same = last is not None and (last.kind, last.product) == (chosen.kind, chosen.product)
        if last is not None and same and chosen.since <= last.until:
            found[-1] = Break(last.kind, last.product, last.since, max(last.until, chosen.until))
        else:
            found.append(chosen)
    return found


def read_back(told: Iterable[ChosenExclusion]) -> tuple[Break, ...]:
    """Return what the wallet's own messages say of a customer, as it would have stored it."""
    return tuple(
        Break(
            BreakKind(one.kind), None if one.product is None else Product(one.product), one.since, one.until
        )
        for one in told
    )


def with_read_back(stored: Sequence[Break], told: Iterable[Break], at: datetime) -> list[Break]:
    """Return breaks that have not ended, with those that only the messages know.

    They know more than the database if that was restored from an older backup.
    """
    return [
        *stored,
        *(one for one in told if one.until > at and not any(_covers(own, one) for own in stored)),
    ]


def _covers(own: Break, told: Break) -> bool:
    return (own.kind, own.product) == (told.kind, told.product) and own.until >= told.until


def _order(chosen: Break) -> tuple[str, str, datetime, datetime]:
    return (chosen.kind.value, _product(chosen) or "", chosen.since, chosen.until)


def _product(chosen: Break) -> str | None:
    return None if chosen.product is None else chosen.product.value


def _told(chosen: Break) -> dict[str, Any]:
    return {
        "kind": chosen.kind.value,
        "product": _product(chosen),
        "since": chosen.since.isoformat(),
        "until": chosen.until.isoformat(),
    }
