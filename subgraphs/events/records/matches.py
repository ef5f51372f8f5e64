"""Matches the offers of a sport, and stores which event each is of, and which wait for a person."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

from sqlalchemy import ColumnElement, bindparam, delete, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.bulk_sql import in_portions
from foundation.storage.columns import upsert
from subgraphs.events.matching import Alias, Decisions, Different, Offer, OfferKey, Same, Waiting, matched
from subgraphs.events.matching.joined import Exclusions, joined
from subgraphs.events.models import MATCH_DECISION, MATCH_WAITING, OFFER, OVER
from subgraphs.events.records.announcements import tell_again

Pair: TypeAlias = tuple[OfferKey, OfferKey]
"""Two offers, the lower one first."""
_PAIR: Final = ("first_provider", "first_id", "second_provider", "second_id")
MATCHED_FOR: Final = timedelta(days=3)
"""How long after its start an event that is over is still matched."""


async def match_sports(
    connection: AsyncConnection, sports: Iterable[str], now: datetime, version: int
) -> None:
    """Match all offers of some sports anew.

    Args:
        connection: In a write transaction.
        sports: The platform's names.
        now: Events whose start is long over stay as they are.
        version: The catalogue's version, which offers get that are of another event now.
    """
    decisions, former = await _decisions(connection), set[str]()
    for sport in sorted(sports):
        former |= await _match(connection, sport, decisions, now - MATCHED_FOR, version)
    await tell_again(connection, version, former)


async def _match(
    connection: AsyncConnection, sport: str, decisions: Decisions, since: datetime, version: int
) -> set[str]:
    """Match the offers of a sport; return the events that some of them were of, and are no longer."""
    c = OFFER.c
    query = select(
        c.provider,
        c.sports_event_id,
        c.own_id,
        c.competition,
        c.competitors,
        c.starts_at,
        c.known_since,
        c.event_id,
    ).where(c.sport == sport, *_is_matched(since))
    rows = {OfferKey(row.provider, row.sports_event_id): row for row in await connection.execute(query)}
    # In a thread, as many offers take seconds in which the process has to say that it lives.
    result = await asyncio.to_thread(
        matched, [_offer(key, sport, row) for key, row in rows.items()], decisions
    )
    events = {key: rows[event[0]].own_id for event in result.events for key in event}
    moved = [
        {"own": row.own_id, "event": events.get(key)}
        for key, row in rows.items()
        if row.event_id != events.get(key)
    ]
    if moved:
        # One statement for each of them, sent together: few change.
        change = update(OFFER).where(c.own_id == bindparam("own"))
        await connection.execute(change.values(event_id=bindparam("event"), version=version), moved)
        await _follow(connection, sport, _renamed(rows, events), version)
    await _store_waiting(connection, sport, [_waiting(sport, one, rows) for one in result.waiting])
    return {row.event_id for key, row in rows.items() if row.event_id and row.event_id != events.get(key)}


def _is_matched(since: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of an offer that is matched: it is there, and not long over."""
    c = OFFER.c
    return or_(c.starts_at >= since, c.status.not_in(OVER)), c.is_gone.is_(False)


def _renamed(rows: Mapping[OfferKey, Any], events: Mapping[OfferKey, str]) -> dict[str, str]:
    """Return what each event is called now that is no longer called as before, by its former id.

    If its offers are of several events now, it is that of the one which was known first.
    """
    renamed: dict[str, str] = {}
    for key, row in sorted(rows.items(), key=lambda item: (item[1].known_since, item[0])):
        if row.event_id is not None and key in events:
            renamed.setdefault(row.event_id, events[key])
    ids = set(events.values())
    return {former: event for former, event in renamed.items() if former not in ids}


async def _follow(connection: AsyncConnection, sport: str, renamed: Mapping[str, str], version: int) -> None:
    """Let offers that are gone stay with their event, so that their ids go on to find it."""
    if not renamed:
        return
    c = OFFER.c
    change = update(OFFER).where(c.sport == sport, c.event_id == bindparam("former"), c.is_gone)
    rows = [{"former": former, "event": event} for former, event in sorted(renamed.items())]
    await connection.execute(change.values(event_id=bindparam("event"), version=version), rows)


def _offer(key: OfferKey, sport: str, row: Any) -> Offer:
    names = tuple(competitor["name"] for competitor in row.competitors)
    return Offer(key, row.known_since, sport, row.competition, names, row.starts_at)


def _waiting(sport: str, waiting: Waiting, rows: Mapping[OfferKey, Any]) -> dict[str, Any]:
    first = rows[waiting.offers[0]]
    return {
        "own_id": first.own_id,
        "sport": sport,
        "offers": [list(key) for key in waiting.offers],
        "candidates": [
            {"event": rows[candidate.event[0]].own_id, "confidence": round(candidate.confidence, 3)}
            for candidate in waiting.candidates
        ],
        "starts_at": first.starts_at,
    }


async def _store_waiting(connection: AsyncConnection, sport: str, waiting: list[dict[str, Any]]) -> None:
    stored = {
        row["own_id"]: dict(row)
        for row in (
            await connection.execute(select(MATCH_WAITING).where(MATCH_WAITING.c.sport == sport))
        ).mappings()
    }
    wanted = {row["own_id"]: row for row in waiting}
    over = sorted(stored.keys() - wanted.keys())
    for portion in in_portions(over):
        await connection.execute(delete(MATCH_WAITING).where(MATCH_WAITING.c.own_id.in_(portion)))
    new = [row for own_id, row in sorted(wanted.items()) if stored.get(own_id) != row]
    if new:  # one may be there still, as of the sport that its provider has corrected
        changed = ("sport", "offers", "candidates", "starts_at")
        await connection.execute(upsert(connection.dialect.name, MATCH_WAITING, new, update=changed))


async def decide(
    connection: AsyncConnection,
    first: OfferKey,
    second: OfferKey,
    *,
    is_same: bool | None,
    aliases: Sequence[Sequence[str]],
    at: datetime,
) -> frozenset[str]:
    """Store what a person decided about two offers, the lower one first.

    Args:
        connection: In a write transaction.
        first: An offer.
        second: Another one.
        is_same: Whether they are of one event; None to forget what was decided.
        aliases: What that teaches about names.
        at: When it was decided.

    Returns:
        The sports that have to be matched again.
    """
    key = dict(zip(_PAIR, (*first, *second), strict=True))
    if is_same is None:
        of_them = (MATCH_DECISION.c[name] == value for name, value in key.items())
        await connection.execute(delete(MATCH_DECISION).where(*of_them))
    else:
        row = {**key, "is_same": is_same, "aliases": [list(alias) for alias in aliases], "decided_at": at}
        changed = ("is_same", "aliases", "decided_at")
        await connection.execute(upsert(connection.dialect.name, MATCH_DECISION, [row], update=changed))
    both = tuple_(OFFER.c.provider, OFFER.c.sports_event_id).in_([first, second])
    return frozenset((await connection.execute(select(OFFER.c.sport).where(both))).scalars())


async def refused_decisions(connection: AsyncConnection, now: datetime) -> frozenset[Pair]:
    """Return the decisions that do not hold, as they would join what cannot be of one event.

    Args:
        connection: To read with.
        now: Decisions about events that are long over mean nothing.
    """
    decisions = await _decisions(connection)
    named = {key for decision in (*decisions.same, *decisions.different) for key in decision[:2]}
    by_sport: defaultdict[str, list[Offer]] = defaultdict(list)
    c = OFFER.c
    columns = (
        c.provider,
        c.sports_event_id,
        c.sport,
        c.competition,
        c.competitors,
        c.starts_at,
        c.known_since,
    )
    for portion in in_portions(sorted(named)):
        of_them = tuple_(c.provider, c.sports_event_id).in_(portion)
        query = select(*columns).where(of_them, *_is_matched(now - MATCHED_FOR))
        for row in await connection.execute(query):
            key = OfferKey(row.provider, row.sports_event_id)
            by_sport[row.sport].append(_offer(key, row.sport, row))
    exclusions = Exclusions(decisions.different)
    refused = (joined(offers, decisions, exclusions).refused for offers in by_sport.values())
    return frozenset((decision.first, decision.second) for of_sport in refused for decision in of_sport)


async def _decisions(connection: AsyncConnection) -> Decisions:
    """Return what people decided, of all sports: it is little."""
    same, different = set[Same](), set[Different]()
    for row in await connection.execute(select(MATCH_DECISION)):
        first = OfferKey(row.first_provider, row.first_id)
        second = OfferKey(row.second_provider, row.second_id)
        if row.is_same:
            same.add(Same(first, second, tuple(Alias(*alias) for alias in row.aliases)))
        else:
            different.add(Different(first, second))
    return Decisions(frozenset(same), frozenset(different))
