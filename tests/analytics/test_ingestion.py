"""Each record is one row, exactly once: counted against the ledger, over kills, repeats and disorder."""

import asyncio
import json
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.ingestion import Ingestion
from consumers.stream.records import Record
from subgraphs.progress.models import CONTRIBUTION
from tests.support.analytics_store import Crash, Store
from tests.support.consumers.progress_reducer import opened_reducer
from tests.support.consumers.sample_messages import account, bet, membership, scheme, week
from tests.support.database_probe import contents

BETS = "club.progress.v1"
COLUMNS = list(CONTRIBUTION.columns.keys())

bets = st.builds(
    lambda customer, number, revision, **facts: bet(
        customer_id=f"c-{customer}", bet_id=f"b-{customer}-{number}", bet_revision=revision, **facts
    ),
    customer=st.integers(1, 3),
    number=st.integers(1, 3),
    revision=st.integers(1, 3),
    status=st.sampled_from(["placed", "settled", "void", "partially_void", "cashed_out"]),
    bet_type=st.sampled_from(["single", "system"]),
    stake_minor=st.sampled_from([50, 500]),
    counting_stake_minor=st.sampled_from([20, 50]),
    currency=st.sampled_from(["GBP", "GBP", "EUR"]),
    stake_source=st.sampled_from(["cash", "free_bet"]),
    odds_milli=st.sampled_from([None, 1200, 2500]),
    channel=st.sampled_from(["sports", "virtual"]),
    placed_at=st.sampled_from(
        ["2025-12-31T12:00:00Z", "2026-03-22T23:59:59Z", "2026-03-25T14:03:11Z", "2026-03-29T22:59:59Z"]
    ),
    occurred_at=st.sampled_from(["2026-03-25T15:00:00Z", "2026-03-29T23:30:00Z", "2026-04-07T10:00:00Z"]),
)
others = st.lists(
    st.sampled_from(
        [
            account(customer_id="c-1", jurisdiction="IE", currency="EUR"),
            account(customer_id="c-2"),
            membership(customer_id="c-1"),
            membership(customer_id="c-3", first_opted_in_at="2026-03-26T00:00:00Z"),
            scheme(version=2, count_before_opt_in=False, effective_from="2026-03-16T00:00:00Z"),
            scheme(jurisdiction="IE", currency="EUR", min_stake_minor=10, grace_minutes=0),
            week(),
        ]
    ),
    max_size=6,
)


@dataclass(frozen=True)
class Way:
    """How the records come into the store.

    Attributes:
        cuts: Sizes of the ranges.
        faults: At which inserts the process is killed, before or after.
        backwards: Whether topics are read in the other order.
        repeated: How many records are sent twice.
    """

    cuts: list[int]
    faults: list[str]
    backwards: bool
    repeated: int


ways = st.builds(
    Way,
    cuts=st.lists(st.integers(1, 4), min_size=1, max_size=6),
    faults=st.lists(st.sampled_from(["", "before", "after"]), max_size=12),
    backwards=st.booleans(),
    repeated=st.integers(0, 5),
)


def without_conflicts(records: list[Record]) -> list[Record]:
    """Return the first record of each revision of a bet: equal revisions have equal bodies."""
    seen: dict[tuple[str, int], Record] = {}
    for record in records:
        body = json.loads(record.value or b"{}")
        seen.setdefault((body["bet_id"], body["bet_revision"]), record)
    return list(seen.values())


async def ledger(folder: Path, facts: list[Record], placed: list[Record]) -> list[tuple[Any, ...]]:
    """Return how many bets of each customer's week have each reason, and what they count, by the ledger."""
    by_topic = {topic: [each for each in facts if each.topic == topic] for topic in {f.topic for f in facts}}
    async with opened_reducer(f"sqlite+aiosqlite:///{folder}") as reducer:
        await reducer.schemes(*by_topic.get("club.scheme.v1", []))
        await reducer.weeks(*by_topic.get("club.week.v1", []))
        await reducer.accounts(*by_topic.get("club.account-status.v1", []))
        await reducer.memberships(*by_topic.get("club.membership.v1", []))
        for record in placed:
            await reducer.bets(record)
        rows = (await contents(reducer.database, CONTRIBUTION))["contribution"]
    named = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
    return [(row["customer_id"], row["iso_week"], row["reason"], row["counted_minor"]) for row in named]


@settings(max_examples=25)
@given(
    placed=st.lists(bets, min_size=1, max_size=12),
    facts=others,
    way=ways,
)
def test_totals_equal_the_ledgers_whatever_happens_on_the_way(
    shared_store: Store,
    tmp_path_factory: pytest.TempPathFactory,
    placed: list[Record],
    facts: list[Record],
    way: Way,
) -> None:
    """Reasons and amounts are those of the ledger, after kills, duplicates and any order of topics."""
    shared_store.clear()
    store = Store(shared_store.folder, shared_store.engine, shared_store.pseudonyms)
    placed = without_conflicts(placed)
    stream = [*placed, *placed[: way.repeated]]
    topics: dict[str, list[Record]] = {}
    for record in (scheme(), *facts, *stream):
        topics.setdefault(record.topic, []).append(record)
    order = sorted(topics, reverse=way.backwards)
    written = read_with_kills(store, {topic: topics[topic] for topic in order}, way)

    assert store.rows("SELECT count(), uniqExact(topic_offset) FROM bet_records") == [
        (len(stream), len(stream))
    ]
    assert written >= len(stream)
    expected = asyncio.run(ledger(tmp_path_factory.mktemp("ledger"), facts, placed))
    names = {store.pseudonym(f"c-{number}"): f"c-{number}" for number in range(1, 4)}
    found = store.rows("SELECT customer, iso_week, reason, counted_minor FROM contributions")
    assert Counter((names[customer], *rest) for customer, *rest in found) == Counter(expected)


def read_with_kills(store: Store, topics: dict[str, list[Record]], way: Way) -> int:
    """Read topics in ranges; a kill begins again with what is stored. Return how many rows were read."""
    plan, rows, pending = list(way.faults), 0, list(topics)
    while pending:
        ingestion = store.ingestion(plan)
        try:
            for topic in list(pending):
                read_to_end(store, ingestion, topics[topic], way.cuts)
                pending.remove(topic)
        except Crash:
            plan = ingestion.engine.plan  # type: ignore[attr-defined] # the engine of these tests
        rows += ingestion.rows
    return rows


def read_to_end(store: Store, ingestion: Ingestion, records: list[Record], cuts: list[int]) -> None:
    """Read a topic from the last stored range on, which is read again, to its end."""
    partition = store.partition(records[0].topic)
    last = ingestion.last_ranges().get(partition)
    numbered = [replace(record, offset=offset) for offset, record in enumerate(records)]
    if last is not None:
        ingestion.write(partition, last.first, numbered[last.first : last.last + 1])
    position, turn = 0 if last is None else last.last + 1, 0
    while position < len(numbered):
        size = cuts[turn % len(cuts)]
        ingestion.write(partition, position, numbered[position : position + size])
        position, turn = position + size, turn + 1


def test_a_record_that_cannot_be_understood_is_a_row_without_a_fact(store: Store) -> None:
    """Its reason is kept without the values that it quotes, and it moves the position on."""
    store.fill(scheme(), bet(), replace(bet(), key=b"northbet:c-7"), replace(bet(), value=b"{"))
    refused = store.rows("SELECT topic_offset, reason FROM refused_records ORDER BY topic_offset")
    assert [offset for offset, _ in refused] == [1, 2]
    assert refused[0][1] == "the key contradicts the body, which belongs under …"
    assert store.ingestion().last_ranges()[store.partition(BETS)] == (0, 2)
    assert store.rows("SELECT count() FROM bets") == [(1,)]


def test_earlier_revisions_stay_askable(store: Store) -> None:
    """The latest revision is the bet, and the others are in a view of their own."""
    store.fill(scheme(), bet(bet_revision=2, status="void"), bet(), bet(bet_revision=2, status="void"))
    assert store.rows("SELECT revision, status FROM bets") == [(2, "void")]
    assert store.rows("SELECT revision, status FROM bet_revisions ORDER BY revision") == [
        (1, "placed"),
        (2, "void"),
    ]
