"""Records of bets in any order, and repeated, give the totals of the bets."""

import asyncio
import shutil
import tempfile
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from consumers.feeds.mapping.feed import AnyFeed
from consumers.feeds.settings import find, known
from consumers.messages.schemes import decode_scheme
from consumers.progress.messages import decode_bet
from consumers.progress.reducers import ProgressReducer
from consumers.stream.records import Record
from consumers.stream.topics import Message
from foundation.storage.clock import SystemClock
from foundation.storage.database import Database
from foundation.storage.migrations.upgrade import upgrade
from foundation.storage.settings import DatabaseSettings
from subgraphs.club_kit.records.reference_writer import ReferenceWriter
from subgraphs.club_kit.topics import PROGRESS_TOPIC
from subgraphs.progress.ledger.ledger import ledger_of
from subgraphs.progress.models import METADATA, PROGRESS, REFERENCE
from tests.feeds.feed_histories import BETTING, CASINO, History, histories, histories_on_events
from tests.support.consumers.feed_records import feed_contract, written
from tests.support.consumers.sample_messages import scheme
from tests.support.examples import examples

FEEDS = {feed.name: feed for feed in find(known())}
CHANNELS = ["sports", "esports", "virtual", "exchange"]
CASINO_SCHEME = scheme(brand_id=CASINO, qualifying_product="casino")
SCHEMES = [scheme(brand_id=BETTING, channels=CHANNELS), CASINO_SCHEME]
FOOTBALL = [scheme(brand_id=BETTING, channels=CHANNELS, events={"sports": ["football"]}), CASINO_SCHEME]
Totals = dict[tuple[str, str], int]
Batches = list[list[tuple[str, bytes]]]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Provide a migrated database to be copied: migrating takes longer than everything else."""
    folder = tmp_path_factory.mktemp("template")
    asyncio.run(upgrade(DatabaseSettings(url=f"sqlite+aiosqlite:///{folder}"), "progress", METADATA))
    return folder


@st.composite
def arrivals(draw: st.DrawFn) -> tuple[list[History], Batches]:
    """Draw histories and a way of arriving."""
    made = draw(histories())
    return made, _arriving(draw, made)


@st.composite
def arrivals_on_events(draw: st.DrawFn) -> tuple[list[tuple[History, bool]], Batches]:
    """Draw histories with whether all of each is on football, and a way of arriving."""
    made = draw(histories_on_events())
    return made, _arriving(draw, [history for history, _ in made])


def _arriving(draw: st.DrawFn, made: Sequence[History]) -> Batches:
    """Draw a way of arriving: shuffled, some records twice, in batches."""
    records = [(one.feed, written(record)) for one in made for record in one.records]
    again = draw(st.lists(st.sampled_from(records), max_size=6))
    order = draw(st.permutations(records + again))
    cuts = sorted(draw(st.sets(st.integers(0, len(order)), max_size=4)))
    edges = [0, *cuts, len(order)]
    return [order[start:end] for start, end in pairwise(edges) if start < end]


async def _totals(
    template: Path, batches: Sequence[Sequence[tuple[str, bytes]]], schemes: Sequence[Record] = SCHEMES
) -> Totals:
    """Return the totals of the reducer for the messages that the adapters make of the records."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(template, folder, dirs_exist_ok=True)
        database = Database.open(DatabaseSettings(url=f"sqlite+aiosqlite:///{folder}"), "progress")
        apply = ProgressReducer(ledger_of("sqlite"), ReferenceWriter(REFERENCE, "sqlite"), SystemClock())
        try:
            async with database.write() as connection:
                await apply.schemes(connection, [Message(one, decode_scheme(one)) for one in schemes])
            for batch in batches:
                records = [_progress(FEEDS[name], value) for name, value in batch]
                async with database.write() as connection:
                    outcome = await apply.bets(connection, [Message(r, decode_bet(r)) for r in records])
                assert not outcome.refused
            async with database.read() as connection:
                rows = await connection.execute(select(PROGRESS))
                return {(row.brand_id, row.customer_id): row.total_minor for row in rows if row.total_minor}
        finally:
            await database.close()


def _progress(feed: AnyFeed, value: bytes) -> Record:
    message = feed.progress(value)
    return Record(PROGRESS_TOPIC, 0, 0, message.key, message.value, message.headers)


@settings(max_examples=examples(60))
@given(arrival=arrivals())
def test_totals_are_those_of_the_bets_as_they_stand(
    template: Path, arrival: tuple[list[History], Batches]
) -> None:
    """They equal a recount of the platform's records by last revision and the scheme's rules."""
    made, batches = arrival
    expected: Counter[tuple[str, str]] = Counter()
    for one in made:
        for record in one.records:
            feed_contract(FEEDS[one.feed].topic).validate(record)
        expected[one.brand, one.customer] += one.counts
    assert asyncio.run(_totals(template, batches)) == dict(+expected)


@settings(max_examples=examples(60))
@given(arrival=arrivals_on_events())
def test_where_only_football_counts_totals_are_those_of_the_bets_that_say_they_are_on_it(
    template: Path, arrival: tuple[list[tuple[History, bool]], Batches]
) -> None:
    """All of their legs are; bets that do not say what they are on do not count."""
    made, batches = arrival
    expected: Counter[tuple[str, str]] = Counter()
    for history, is_football in made:
        for record in history.records:
            feed_contract(FEEDS[history.feed].topic).validate(record)
        if is_football or history.feed == "casino":
            expected[history.brand, history.customer] += history.counts
    assert asyncio.run(_totals(template, batches, FOOTBALL)) == dict(+expected)
