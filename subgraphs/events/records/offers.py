"""The SQL of offers: the newest state of each stays, in whatever order messages come."""

from collections.abc import Collection, Iterable, Mapping, Sequence
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
from subgraphs.events.revisions import supersedes

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
    connection: AsyncConnection,
    offers: Iterable[Mapping[str, Any]],
    gone: Collection[OfferKey],
    latest_revision: int,
) -> StoredOffers:
    """Store offers that are newer than what is known of them, and note which ones are gone.

    Args:
        connection: In a write transaction.
        offers: Rows without ids of ours; of several with one key, the newest counts.
        gone: Offers that their providers no longer have.
        latest_revision: The highest one that can be.
    """
    newest: dict[OfferKey, Mapping[str, Any]] = {}
    for offer in offers:
        key = OfferKey(offer["provider"], offer["sports_event_id"])
        if key not in newest or supersedes(offer["revision"], newest[key]["revision"], latest_revision):
            newest[key] = offer
    version = await lock_version(connection) + 1
    known = await _known(connection, {*newest, *gone})
    rows, sports = [], set[str]()
    for key, offer in newest.items():
        before = known.get(key)
        if before is not None:
            # What is gone is there again also at the revision that it had.
            revision = offer["revision"] + before["is_gone"]
            if not supersedes(revision, before["revision"], latest_revision):
                continue
        since = offer["known_since"] if before is None else min(before["known_since"], offer["known_since"])
        row = {**offer, "known_since": since, "is_gone": False, "version": version}
        rows.append({"own_id": offer_id(*key), "event_id": None, **row})
        if before is None or any(before[name] != row[name] for name in MATCHED):
            sports |= {row["sport"]} if before is None else {row["sport"], before["sport"]}
    ended = [key for key in gone if key in known and not known[key]["is_gone"]]
    if rows or ended:
        await raise_version(connection)
    if rows:
        ordered = sorted(rows, key=lambda row: (row["provider"], row["sports_event_id"]))
        await connection.execute(upsert(connection.dialect.name, OFFER, ordered, update=_UPDATED))
    sports |= {known[key]["sport"] for key in ended}
    await _end(connection, ended, version)
    return StoredOffers(len(newest) - len(rows), frozenset(sports), version)


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
