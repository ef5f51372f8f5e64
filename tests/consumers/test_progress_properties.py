"""Whatever the order in which messages arrive, and however often, progress comes out the same."""

import asyncio
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from database_probe import contents
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from squad_messages import BRAND, account, bet, scheme

from consumers.progress.apply import ProgressApply
from consumers.progress.events import decode_bet
from consumers.reference.events import decode_account, decode_scheme
from consumers.stream.records import Record
from consumers.stream.topics import Message
from subgraphs.kit.database import Database
from subgraphs.kit.reference import ReferenceRepository, ReferenceWriter
from subgraphs.kit.schemes import scheme_of_week
from subgraphs.kit.settings import DatabaseSettings
from subgraphs.kit.weeks import week_at
from subgraphs.progress.ledger import Ledger
from subgraphs.progress.models import CONTRIBUTION, METADATA, PROGRESS, REFERENCE
from subgraphs.progress.repository import LedgerRepository
from subgraphs.progress.rules import judge

TABLES = (CONTRIBUTION, PROGRESS, REFERENCE.account, REFERENCE.scheme, REFERENCE.brand)
KNOWN_BRAND = scheme(jurisdiction="IE", currency="GBP")
"""Applied before all others: a bet of an unknown brand is refused, so there order does matter."""

PLACES = [("GB", "GBP"), ("IE", "EUR"), ("MT", "EUR")]
INSTANTS = [
    "2026-03-23T00:00:00Z",
    "2026-03-26T12:00:00Z",
    "2026-03-29T22:59:59Z",
    "2026-03-29T23:00:00Z",
    "2026-04-02T12:00:00Z",
    "2026-04-06T09:30:00Z",
]

instants = st.sampled_from(INSTANTS)


@st.composite
def bets(draw: st.DrawFn, number: int) -> list[Record]:
    """Some revisions of one bet, with any facts at each."""
    revisions = draw(st.sets(st.integers(1, 5), min_size=1, max_size=4))
    return [
        bet(
            bet_id=f"b-{number}",
            customer_id=f"c-{number % 3}",
            bet_revision=revision,
            status=draw(st.sampled_from(["placed", "settled", "void", "partially_void", "cashed_out"])),
            stake_minor=draw(st.sampled_from([50, 500, 2500])),
            counting_stake_minor=draw(st.integers(0, 2500)),
            currency=draw(st.sampled_from(["GBP", "EUR"])),
            stake_source=draw(st.sampled_from(["cash", "cash", "free_bet"])),
            odds_milli=draw(st.sampled_from([None, 1200, 2500])),
            placed_at=draw(instants),
            occurred_at=draw(instants),
        )
        for revision in sorted(revisions)
    ]


@st.composite
def accounts(draw: st.DrawFn, number: int) -> list[Record]:
    """Some revisions of one account, which may move it to another jurisdiction and currency."""
    revisions = draw(st.sets(st.integers(1, 3), max_size=2))
    moves = {revision: draw(st.sampled_from(PLACES)) for revision in sorted(revisions)}
    return [
        account(customer_id=f"c-{number}", revision=revision, jurisdiction=place[0], currency=place[1])
        for revision, place in moves.items()
    ]


@st.composite
def schemes(draw: st.DrawFn) -> list[Record]:
    """Some versions of the schemes of two places, issued and effective at any time."""
    versions = draw(st.sets(st.tuples(st.sampled_from(PLACES[:2]), st.integers(1, 3)), max_size=4))
    return [
        scheme(
            brand=BRAND,
            jurisdiction=place[0],
            currency=place[1],
            version=version,
            min_stake_minor=draw(st.sampled_from([0, 100, 1000])),
            min_odds_milli=draw(st.sampled_from([1000, 1500])),
            effective_from=draw(instants),
            occurred_at=draw(instants),
        )
        for place, version in sorted(versions)
    ]


@st.composite
def histories(draw: st.DrawFn) -> list[Record]:
    """Messages of all three topics, in the order in which they came about."""
    records = draw(schemes())
    for number in range(3):
        records += draw(accounts(number))
    for number in range(draw(st.integers(1, 6))):
        records += draw(bets(number))
    return records


@st.composite
def arrivals(draw: st.DrawFn) -> tuple[list[Record], list[list[Record]]]:
    """A history, and one way in which it may arrive: shuffled, with duplicates, in batches of any size."""
    history = draw(histories())
    again = draw(st.lists(st.sampled_from(history), max_size=6))
    order = draw(st.permutations(history + again))
    batches: list[list[Record]] = []
    for record in order:
        joins = bool(batches) and batches[-1][-1].topic == record.topic
        if joins and draw(st.booleans()):
            batches[-1].append(record)
        else:
            batches.append([record])
    return history, batches


@dataclass
class Reducer:
    """The progress consumer's side of the database, without Kafka."""

    database: Database
    apply: ProgressApply

    @classmethod
    async def make(cls, folder: str) -> "Reducer":
        """Over a new SQLite database that knows the brand."""
        database = Database.open(DatabaseSettings(url=f"sqlite+aiosqlite:///{folder}"), "progress")
        async with database.home.write() as connection:
            await connection.run_sync(METADATA.create_all)
        ledger = Ledger(LedgerRepository("sqlite"), ReferenceRepository(REFERENCE))
        reducer = cls(database, ProgressApply(ledger, ReferenceWriter(REFERENCE, "sqlite")))
        await reducer.take([KNOWN_BRAND])
        return reducer

    async def take(self, batch: Sequence[Record]) -> None:
        """Applies a batch of one topic in one transaction."""
        decode: Any = {
            "club.progress.v1": decode_bet,
            "club.account-status.v1": decode_account,
            "club.scheme.v1": decode_scheme,
        }[batch[0].topic]
        apply: Any = {decode_bet: self.apply.bets, decode_account: self.apply.accounts}.get(
            decode, self.apply.schemes
        )
        async with self.database.home.write() as connection:
            await apply(connection, [Message(record, decode(record)) for record in batch])

    async def tables(self) -> dict[str, list[tuple[Any, ...]]]:
        """All that is stored."""
        return await contents(self.database, *TABLES)


async def _in_order(history: Sequence[Record]) -> dict[str, list[tuple[Any, ...]]]:
    return await _arriving([[record] for record in history])


async def _arriving(batches: Sequence[Sequence[Record]]) -> dict[str, list[tuple[Any, ...]]]:
    with tempfile.TemporaryDirectory() as folder:
        reducer = await Reducer.make(folder)
        try:
            for batch in batches:
                await reducer.take(batch)
            return await reducer.tables()
        finally:
            await reducer.database.close()


async def _recounted(history: Sequence[Record]) -> dict[tuple[str, str], tuple[int, int]]:
    """Totals worked out from the messages alone, by the rules and none of the ledger's code."""
    with tempfile.TemporaryDirectory() as folder:
        reducer = await Reducer.make(folder)
        try:
            for record in history:
                if record.topic != "club.progress.v1":
                    await reducer.take([record])
            async with reducer.database.home.read() as connection:
                versions = (await ReferenceRepository(REFERENCE).schemes(connection, ["northbet"]))[
                    "northbet"
                ]
        finally:
            await reducer.database.close()
    places: dict[str, tuple[int, str, str]] = {}
    newest: dict[str, Any] = {}
    for record in history:
        if record.topic == "club.account-status.v1":
            told = decode_account(record)
            if told.revision > places.get(told.customer_id, (0, "", ""))[0]:
                places[told.customer_id] = (told.revision, told.jurisdiction, told.currency)
        elif record.topic == "club.progress.v1":
            event = decode_bet(record)
            if event.bet_id not in newest or event.bet_revision > newest[event.bet_id].bet_revision:
                newest[event.bet_id] = event
    totals: dict[tuple[str, str], tuple[int, int]] = {}
    for event in newest.values():
        week = week_at(event.placed_at, "Europe/London")
        _, jurisdiction, currency = places.get(event.customer_id, (0, "GB", "GBP"))
        rules = [s for s in versions if (s.jurisdiction, s.currency) == (jurisdiction, currency)]
        verdict = judge(event.bet().facts, scheme_of_week(rules, week))
        total, counted = totals.get((event.customer_id, week.iso), (0, 0))
        totals[event.customer_id, week.iso] = (total + verdict.counted_minor, counted + verdict.counts)
    return totals


modest = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@modest
@given(arrivals())
def test_order_duplicates_and_batches_do_not_matter(
    arrival: tuple[list[Record], list[list[Record]]],
) -> None:
    """Any shuffle, duplication and split into batches gives the tables that the plain order gives."""
    history, batches = arrival
    assert asyncio.run(_arriving(batches)) == asyncio.run(_in_order(history))


@modest
@given(arrivals())
def test_replaying_everything_changes_nothing(arrival: tuple[list[Record], list[list[Record]]]) -> None:
    """A second pass over the same batches finds nothing to do."""
    _, batches = arrival
    assert asyncio.run(_arriving([*batches, *batches])) == asyncio.run(_arriving(batches))


@modest
@given(arrivals())
def test_totals_are_the_sums_of_what_the_newest_revisions_count(
    arrival: tuple[list[Record], list[list[Record]]],
) -> None:
    """An independent recount of the messages gives the same totals."""
    history, batches = arrival
    stored = asyncio.run(_arriving(batches))["progress"]
    assert {(row[1], row[2]): (row[3], row[4]) for row in stored} == asyncio.run(_recounted(history))
