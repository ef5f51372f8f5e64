"""The SQL of offers: the newest state of each stays, in whatever order messages come."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.bulk_sql import in_portions
from foundation.storage.columns import upsert
from subgraphs.events.matching.offers import OfferKey
from subgraphs.events.models import OFFER
from subgraphs.events.own_ids import offer_id
from subgraphs.events.records.catalogue_version import lock_version, raise_version
from subgraphs.events.revisions import Row, folded

KEY: Final = (OFFER.c.provider, OFFER.c.sports_event_id)
MATCHED: Final = ("sport", "competition", "competitors", "starts_at", "known_since", "is_gone")
"""What decides which event an offer is of."""
_UPDATED: Final = (
    "revision",
    "sport",
    "category",
    "competition",
    "name",
    "competitors",
    "starts_at",
    "status",
    "score",
    "known_since",
    "occurred_at",
    "is_gone",
    "version",
)


@dataclass(frozen=True, slots=True)
class StoredOffers:
    """What became of offers.

    Attributes:
        stale: How many changed nothing.
        sports: The sports whose events have to be matched again.
        version: The catalogue's, which those have that changed.
    """

    stale: int
    sports: frozenset[str]
    version: int


async def store_offers(
    connection: AsyncConnection, told: Mapping[OfferKey, Sequence[Row | None]], latest_revision: int
) -> StoredOffers:
    """Store offers that are newer than what is known of them, and note which ones are gone.

    Args:
        connection: In a write transaction.
        told: Rows without ids of ours, in the order in which they were told; None where an offer is gone.
        latest_revision: The highest one that can be.
    """
    version = await lock_version(connection) + 1
    known = await _known(connection, told)
    rows, ended, sports, stale = [], list[OfferKey](), set[str](), 0
    for key in sorted(told):
        before = known.get(key)
        row, is_told, unused = folded(before, told[key], latest_revision, _merged)
        stale += unused
        if row is None or row is before:
            continue
        if is_told:
            rows.append({"own_id": offer_id(*key), "event_id": None, **row, "version": version})
        elif before is not None and not before["is_gone"]:
            ended.append(key)
        if before is None or any(before[name] != row[name] for name in MATCHED):
            sports |= {row["sport"]} if before is None else {row["sport"], before["sport"]}
    if rows or ended:
        await raise_version(connection)
    if rows:
        await connection.execute(upsert(connection.dialect.name, OFFER, rows, update=_UPDATED))
    await _end(connection, ended, version)
    return StoredOffers(stale, frozenset(sports), version)


def _merged(before: Row | None, row: Row) -> Row:
    """Return an offer that is known since the earlier of two instants."""
    return row if before is None else {**row, "known_since": min(before["known_since"], row["known_since"])}


async def _known(
    connection: AsyncConnection, keys: Collection[OfferKey]
) -> dict[OfferKey, Mapping[str, Any]]:
    columns = (*KEY, OFFER.c.revision, *(OFFER.c[name] for name in MATCHED))
    found: dict[OfferKey, Mapping[str, Any]] = {}
    for portion in in_portions(sorted(keys)):
        query = select(*columns).where(tuple_(*KEY).in_(portion)).with_for_update()
        for row in (await connection.execute(query)).mappings():
            found[OfferKey(row["provider"], row["sports_event_id"])] = dict(row)
    return found


async def _end(connection: AsyncConnection, keys: Sequence[OfferKey], version: int) -> None:
    for portion in in_portions(sorted(keys)):
        ended = update(OFFER).where(tuple_(*KEY).in_(portion)).values(is_gone=True, version=version)
        await connection.execute(ended)


async def end_void_offers(
    connection: AsyncConnection, provider: str, first_revision: int, latest_revision: int
) -> StoredOffers:
    """End offers of other processes of an adapter that the present one has not told again.

    Args:
        connection: In a write transaction.
        provider: The adapter.
        first_revision: Its offers with a lower revision are void.
        latest_revision: So are those with a higher one, of a process whose clock was ahead.
    """
    c = OFFER.c
    void = select(*KEY, c.sport).where(
        c.provider == provider,
        c.is_gone.is_(False),
        or_(c.revision < first_revision, c.revision > latest_revision),
    )
    if not (await connection.execute(void)).first():
        return StoredOffers(0, frozenset(), 0)
    version = await raise_version(connection)  # waits for whoever is telling them again
    rows = (await connection.execute(void.with_for_update())).all()
    await _end(connection, [OfferKey(row.provider, row.sports_event_id) for row in rows], version)
    return StoredOffers(0, frozenset(row.sport for row in rows), version)
