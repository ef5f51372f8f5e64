"""Each record is one row, exactly once: counted against the ledger, over kills, repeats and disorder."""

import asyncio
import json
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.ingestion import Ingestion, Range
from analytics.record_tables import BY_TOPIC
from analytics.rollups import Rollups
from analytics.rows import bet_columns
from analytics.rows.bet_columns import AT_ONCE, plain_bets
from analytics.rows.records import Origin, block_of
from analytics.schema import rollups
from consumers.stream.records import Partition, Record
from subgraphs.progress.models import CONTRIBUTION
from tests.support.analytics_store import Crash, Store
from tests.support.consumers.progress_reducer import opened_reducer
from tests.support.consumers.sample_messages import (
    account,
    bet,
    membership,
    scheme,
    week,
)
from tests.support.database_probe import contents
from tests.support.examples import examples

BETS = "club.progress.v1"
COLUMNS = list(CONTRIBUTION.columns.keys())
CUSTOMERS = 6
OF_REWARDS = {
    *("rollup_liability", "rollup_uplift", "rollup_reached", "rollup_cost", "rollup_cost_days"),
    "rollup_providers",
}
"""What is empty without rewards and draws, which the records of these tests have not."""

COUNTED = [table for table in rollups() if table.name not in OF_REWARDS]

bets = st.builds(
    lambda customer, number, revision, placed_at, occurred_at, **facts: bet(
        customer_id=f"c-{customer}",
        bet_id=f"b-{customer}-{number}",
        bet_revision=revision,
        placed_at=placed_at,
        occurred_at=max(placed_at, occurred_at),
        **facts,
    ),
    customer=st.integers(1, CUSTOMERS),
    number=st.integers(1, 3),
    revision=st.integers(1, 3),
    status=st.sampled_from(["placed", "settled", "void", "partially_void", "cashed_out"]),
    bet_type=st.sampled_from(["single", "system"]),
    stake_minor=st.sampled_from([50, 500]),
    counting_stake_minor=st.sampled_from([20, 50]),
    currency=st.sampled_from(["GBP", "GBP", "EUR"]),
    stake_source=st.sampled_from(["cash", "free_bet"]),
    odds_milli=st.sampled_from([None, 1200, 2500]),
    legs=st.lists(st.just({"selection_id": "market1-a", "odds_milli": 1200, "sport": "darts"}), max_size=2),
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
    min_size=2,
    max_size=8,
)


@dataclass(frozen=True)
class Way:
    """How the records come into the store.

    Attributes:
        cuts: Sizes of the ranges.
        faults: At which inserts the process is killed, before or after.
        backwards: Whether topics are read in the other order.
        repeated: How many records are sent twice.
        rolled: Before which topics weeks are counted, and after how many statements that is killed; 0 if it
            is not.
    """

    cuts: list[int]
    faults: list[str]
    backwards: bool
    repeated: int
    rolled: list[int | None]


ways = st.builds(
    Way,
    cuts=st.lists(st.integers(1, 6), min_size=1, max_size=6),
    faults=st.lists(st.sampled_from(["", "before", "after"]), min_size=4, max_size=16),
    backwards=st.booleans(),
    repeated=st.integers(0, 5),
    rolled=st.lists(st.sampled_from([None, None, 0, 5, 12, 23]), min_size=2, max_size=4),
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
    by_topic = {topic: [fact for fact in facts if fact.topic == topic] for topic in {f.topic for f in facts}}
    async with opened_reducer(f"sqlite+aiosqlite:///{folder}") as reducer:
        await reducer.schemes(*by_topic.get("club.scheme.v1", []))
        await reducer.weeks(*by_topic.get("club.week.v1", []))
        await reducer.accounts(*by_topic.get("club.account-status.v1", []))
        await reducer.memberships(*by_topic.get("club.membership.v1", []))
        await reducer.offers(*by_topic.get("event.offer.v1", []))
        await reducer.markets(*by_topic.get("event.market.v1", []))
        for record in placed:
            await reducer.bets(record)
        rows = (await contents(reducer.database, CONTRIBUTION))["contribution"]
    named = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
    return [(row["customer_id"], row["iso_week"], row["reason"], row["counted_minor"]) for row in named]


@settings(max_examples=examples(3))  # a pass costs the same for many bets as for one
@given(
    placed=st.lists(bets, min_size=12, max_size=40),
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
    equals_the_ledger(store, asyncio.run(ledger(tmp_path_factory.mktemp("ledger"), facts, placed)))


def equals_the_ledger(store: Store, expected: list[tuple[Any, ...]]) -> None:
    """Count what has changed, and compare contributions with the ledger's."""
    store.roll_up(tables=COUNTED)
    assert list(Rollups(store.engine, COUNTED).differences()) == []
    names = {store.pseudonym(f"c-{number}"): f"c-{number}" for number in range(1, CUSTOMERS + 1)}
    found = store.rows("SELECT customer, iso_week, reason, counted_minor FROM contributions")
    assert Counter((names[customer], *rest) for customer, *rest in found) == Counter(expected)


def read_with_kills(store: Store, topics: dict[str, list[Record]], way: Way) -> int:
    """Read topics in ranges; a kill begins again with what is stored. Return how many rows were read."""
    plan, rows, pending = list(way.faults), 0, list(topics)
    while pending:
        ingestion = store.ingestion(plan)
        stored = ingestion.last_ranges()
        try:
            for topic in list(pending):
                roll_up_with_kill(store, way, len(topics) - len(pending))
                read_to_end(ingestion, stored, store.partition(topic), topics[topic], way.cuts)
                pending.remove(topic)
        except Crash:
            plan = ingestion.engine.plan  # type: ignore[attr-defined] # the engine of these tests
        rows += ingestion.rows
    return rows


def roll_up_with_kill(store: Store, way: Way, turn: int) -> None:
    """Count weeks at this turn, if that is the way, in a process that may be killed meanwhile."""
    after = way.rolled[turn] if turn < len(way.rolled) else None
    if after is not None:
        with suppress(Crash):
            store.roll_up(after, COUNTED)


def read_to_end(
    ingestion: Ingestion,
    stored: Mapping[Partition, Range],
    partition: Partition,
    records: list[Record],
    cuts: list[int],
) -> None:
    """Read a partition from the last stored range on, which is read again, to its end."""
    last = stored.get(partition)
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


ODD_BETS = {
    "a word with a space": bet(bet_id="b 1"),
    "a colon": bet(customer_id="c:1"),
    "letters beyond ASCII": bet(bet_id="b-é"),
    "an instant that is none": bet(placed_at="2026-02-31T14:03:11Z"),
    "an instant of another zone": bet(placed_at="2026-03-25T14:03:11+01:00"),
    "a year too late": bet(occurred_at="2101-03-25T14:03:11Z"),
    "no bet type": bet(bet_type=None),
    "an amount below nothing": bet(stake_minor=-1),
    "another schema": bet(schema="club.progress/2"),
    "no JSON": replace(bet(), value=b"{"),
    "no value": replace(bet(), value=None),
    "no UTF-8": replace(bet(), value=(bet().value or b"").replace(b"{", b'{"x": "\xff", ', 1)),
    "another key": replace(bet(), key=b"northbet:c-2"),
    "no key": replace(bet(), key=None),
    "another brand in a header": replace(bet(), headers=(("brand", b"southbet"),)),
    "two messages in one": replace(bet(), value=(bet().value or b"") * 2),
}


@pytest.mark.parametrize("odd", ODD_BETS.values(), ids=ODD_BETS)
def test_a_block_with_an_odd_bet_is_read_record_by_record(store: Store, odd: Record) -> None:
    """What is not plain in the fast reading is left to the strict one, so both say the same."""
    assert plain_bets([bet(), odd], store.pseudonyms) is None
    assert plain_bets([*[bet()] * AT_ONCE, odd], store.pseudonyms) is None


@settings(max_examples=examples(30))
@given(placed=st.lists(bets, min_size=1, max_size=8), at_once=st.integers(1, 9))
def test_bets_read_together_are_those_read_one_by_one(
    shared_store: Store, placed: list[Record], at_once: int
) -> None:
    """Each column of a block has the same values either way."""
    numbered = [replace(record, offset=offset) for offset, record in enumerate(placed)]
    origin = Origin(0, "g", 0, len(placed) - 1, datetime(2026, 3, 25, tzinfo=UTC))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bet_columns, "AT_ONCE", at_once)
        together = block_of(BY_TOPIC[BETS], numbered, origin, shared_store.pseudonyms).rows
    apart = [
        block_of(BY_TOPIC[BETS], [record, odd], origin, shared_store.pseudonyms).rows.slice(0, 1)
        for record in numbered
        for odd in [ODD_BETS["no JSON"]]
    ]
    assert plain_bets(numbered, shared_store.pseudonyms) is not None
    assert together.to_pylist() == [row for one in apart for row in one.to_pylist()]
