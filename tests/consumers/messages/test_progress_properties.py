"""Messages that arrive in any order, and repeatedly, give the same progress."""

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consumers.messages.accounts import decode_account
from consumers.messages.memberships import decode_membership
from consumers.messages.schemes import decode_scheme, decode_week
from consumers.progress.event_messages import decode_event_market, decode_offer
from consumers.progress.event_reducers import KnownEventReducer
from consumers.progress.messages import decode_bet
from consumers.progress.reducers import ProgressReducer
from consumers.stream.records import Record
from consumers.stream.topics import Message
from foundation.storage.clock import SystemClock
from foundation.storage.database import Database
from foundation.storage.migrations.upgrade import upgrade
from foundation.storage.settings import DatabaseSettings
from subgraphs.club_kit.domain.schemes import Scheme
from subgraphs.club_kit.domain.weeks import week_at, week_named
from subgraphs.club_kit.records.reference import ReferenceRepository
from subgraphs.club_kit.records.reference_writer import ReferenceWriter
from subgraphs.progress.counting.legs import KnownEvent
from subgraphs.progress.counting.rules import WeekRules, evaluate_bet
from subgraphs.progress.ledger.event_changes import EventChanges
from subgraphs.progress.ledger.ledger import ledger_of
from subgraphs.progress.models import (
    BET_CLAIM,
    CONTRIBUTION,
    KEPT_REVISION,
    KNOWN_MARKET,
    KNOWN_OFFER,
    LATE_REVISION,
    MEMBERSHIP,
    METADATA,
    PROGRESS,
    REFERENCE,
)
from tests.support.consumers.sample_messages import (
    BRAND,
    account,
    bet,
    event_market,
    event_offer,
    membership,
    scheme,
    week,
)
from tests.support.database_probe import contents
from tests.support.examples import examples

LEDGER = (BET_CLAIM, CONTRIBUTION, KEPT_REVISION, LATE_REVISION, PROGRESS)
TABLES = (
    *LEDGER,
    KNOWN_MARKET,
    KNOWN_OFFER,
    MEMBERSHIP,
    REFERENCE.account,
    REFERENCE.scheme,
    REFERENCE.brand,
    REFERENCE.week_definition,
)
Tables = dict[str, list[tuple[Any, ...]]]
KNOWN_BRAND = scheme(jurisdiction="IE", currency="GBP")
"""Applied before all others: a bet of an unknown brand is refused, so there order does matter."""

EVENT_TOPICS = {"event.offer.v1", "event.market.v1"}
ZONE = "Europe/London"
PLACES = [("GB", "GBP"), ("IE", "EUR"), ("MT", "EUR")]
INSTANTS = [
    "2026-03-23T00:00:00Z",
    "2026-03-26T12:00:00Z",
    "2026-03-29T22:59:59Z",
    "2026-03-29T23:00:00Z",
    "2026-03-29T23:59:59.999999Z",
    "2026-03-30T00:00:00Z",
    "2026-04-02T12:00:00Z",
    "2026-04-06T09:30:00Z",
]
"""Week 13 of 2026 in London ends on Sunday at 23:00 UTC; with an hour of grace it closes at midnight."""

instants = st.sampled_from(INSTANTS)


@pytest.fixture(scope="module", autouse=True)
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Provide migrated databases to be copied: migrating takes longer than everything else."""
    folder = tmp_path_factory.mktemp("template")
    asyncio.run(upgrade(DatabaseSettings(url=f"sqlite+aiosqlite:///{folder}"), "progress", METADATA))
    return folder


legs = st.lists(
    st.fixed_dictionaries(
        {
            "selection_id": st.sampled_from(["market1-a", "market1-b", "market2-a", "market3-a"]),
            "odds_milli": st.sampled_from([None, 1200, 2500]),
        },
        optional={"sport": st.sampled_from(["football", "tennis"])},
    ),
    max_size=3,
)
scopes = st.sampled_from(
    [
        None,
        *({"sports": ["football"], "legs": rule} for rule in ("all", "qualifying")),
        *({"competitions": ["cup"], "events": ["offer2"], "legs": rule} for rule in ("all", "qualifying")),
    ]
)


@st.composite
def bets(draw: st.DrawFn, number: int) -> list[Record]:
    """Draw some revisions of one bet, with any facts and times, of one customer or two."""
    revisions = draw(st.sets(st.integers(1, 5), min_size=1, max_size=4))
    strangers = draw(st.sampled_from([[0], [0], [0, 1]]))
    times = [sorted([draw(instants), draw(instants)]) for _ in revisions]
    stakes = [draw(st.sampled_from([50, 500, 2500])) for _ in revisions]
    return [
        bet(
            bet_id=f"b-{number}",
            customer_id=f"c-{(number + draw(st.sampled_from(strangers))) % 3}",
            bet_revision=revision,
            status=draw(st.sampled_from(["placed", "settled", "void", "partially_void", "cashed_out"])),
            stake_minor=stake,
            counting_stake_minor=draw(st.integers(0, stake)),
            currency=draw(st.sampled_from(["GBP", "EUR"])),
            stake_source=draw(st.sampled_from(["cash", "cash", "free_bet"])),
            odds_milli=draw(st.sampled_from([None, 1200, 2500])),
            placed_at=placed_at,
            occurred_at=occurred_at,
            legs=draw(legs),
        )
        for revision, stake, (placed_at, occurred_at) in zip(sorted(revisions), stakes, times, strict=True)
    ]


@st.composite
def accounts(draw: st.DrawFn, number: int) -> list[Record]:
    """Draw some revisions of one account, which may change its jurisdiction and currency."""
    revisions = draw(st.sets(st.integers(1, 3), max_size=2))
    moves = {revision: draw(st.sampled_from(PLACES)) for revision in sorted(revisions)}
    return [
        account(customer_id=f"c-{number}", revision=revision, jurisdiction=place[0], currency=place[1])
        for revision, place in moves.items()
    ]


@st.composite
def memberships(draw: st.DrawFn, number: int) -> list[Record]:
    """Draw some versions of one membership: opted in, out, in again."""
    first = draw(instants)
    return [
        membership(
            customer_id=f"c-{number}",
            version=version,
            change="opted_in" if version % 2 else "opted_out",
            opted_in=bool(version % 2),
            since=first if version % 2 else None,
            left_at=None if version % 2 else first,
            first_opted_in_at=first,
            occurred_at=first,
        )
        for version in range(1, draw(st.integers(1, 4)))
    ]


@st.composite
def schemes(draw: st.DrawFn) -> list[Record]:
    """Draw some versions of two schemes, issued and effective at any time."""
    versions = draw(st.sets(st.tuples(st.sampled_from(PLACES[:2]), st.integers(1, 3)), max_size=4))
    return [
        _scheme(draw, place, version, draw(instants), draw(instants)) for place, version in sorted(versions)
    ]


def _scheme(
    draw: st.DrawFn, place: tuple[str, str], version: int, effective_from: str, issued_at: str
) -> Record:
    return scheme(
        brand=BRAND,
        jurisdiction=place[0],
        currency=place[1],
        version=version,
        min_stake_minor=draw(st.sampled_from([0, 100, 1000])),
        min_odds_milli=draw(st.sampled_from([1000, 1500])),
        grace_minutes=draw(st.sampled_from([0, 60, 7 * 24 * 60])),
        count_before_opt_in=draw(st.booleans()),
        events=draw(scopes),
        effective_from=effective_from,
        occurred_at=issued_at,
    )


@st.composite
def opened_weeks(draw: st.DrawFn) -> list[Record]:
    """Draw weeks that opened with any version, some of them announced twice and differently."""
    opened = draw(st.lists(st.tuples(st.sampled_from(PLACES[:2]), st.integers(1, 3), instants), max_size=4))
    return [
        week(jurisdiction=place[0], currency=place[1], scheme_version=version, opened_at=at)
        for place, version, at in opened
    ]


@st.composite
def event_messages(draw: st.DrawFn) -> list[Record]:
    """Draw what is told of two offers and three markets, which may be told otherwise later."""
    offers = [
        event_offer(
            offer_id=offer,
            sports=[draw(st.sampled_from(["football", "tennis"]))],
            competitions=[draw(st.sampled_from(["cup", "league"]))],
            sports_event_ids=draw(st.sampled_from([[offer], ["offer1", "offer2"]])),
        )
        for offer in draw(st.lists(st.sampled_from(["offer1", "offer2"]), max_size=4))
    ]
    markets = [
        event_market(market_id=market, offer_id=draw(st.sampled_from(["offer1", "offer2", "offer3"])))
        for market in draw(st.lists(st.sampled_from(["market1", "market2", "market3"]), max_size=5))
    ]
    return offers + markets


@st.composite
def histories(draw: st.DrawFn) -> list[Record]:
    """Draw messages of all seven topics, in the order of their events."""
    records = draw(schemes()) + draw(opened_weeks()) + draw(event_messages())
    for number in range(3):
        records += draw(accounts(number)) + draw(memberships(number))
    for number in range(draw(st.integers(1, 6))):
        records += draw(bets(number))
    return records


@st.composite
def arrivals(draw: st.DrawFn) -> tuple[list[Record], list[list[Record]]]:
    """Draw a history and one way of arriving: shuffled, with duplicates, in batches of any size."""
    history = draw(histories())
    again = draw(st.lists(st.sampled_from(history), max_size=6))
    again = [record for record in again if record.topic not in EVENT_TOPICS]
    order = _first_claims_first(history, _last_told_last(history, draw(st.permutations(history + again))))
    batches: list[list[Record]] = []
    for record in order:
        joins = bool(batches) and batches[-1][-1].topic == record.topic
        if joins and draw(st.booleans()):
            batches[-1].append(record)
        else:
            batches.append([record])
    return history, batches


def _last_told_last(history: Sequence[Record], order: Sequence[Record]) -> list[Record]:
    """Return an order in which what is told of an offer or a market comes as it was told, as Kafka does."""
    told: dict[tuple[str, bytes | None], list[Record]] = {}
    for record in history:
        if record.topic in EVENT_TOPICS:
            told.setdefault((record.topic, record.key), []).append(record)
    return [
        told[record.topic, record.key].pop(0) if record.topic in EVENT_TOPICS else record for record in order
    ]


def _first_claims_first(history: Sequence[Record], order: Sequence[Record]) -> list[Record]:
    """Return an order in which each bet is first said to be the customer's to whom it first belonged."""
    first: dict[str, str] = {}
    for record in history:
        if record.topic == "club.progress.v1":
            first.setdefault(decode_bet(record).bet_id, decode_bet(record).customer_id)
    records = list(order)
    places = [place for place, record in enumerate(records) if record.topic == "club.progress.v1"]
    for bet_id, customer in first.items():
        of_bet = [place for place in places if decode_bet(records[place]).bet_id == bet_id]
        rightful = next(place for place in of_bet if decode_bet(records[place]).customer_id == customer)
        records[of_bet[0]], records[rightful] = records[rightful], records[of_bet[0]]
    return records


@dataclass(frozen=True)
class Reducer:
    """A progress consumer without Kafka, over an empty database."""

    database: Database
    apply: ProgressReducer

    @property
    def events(self) -> KnownEventReducer:
        """Return what applies the messages about sports events."""
        return KnownEventReducer(EventChanges(self.apply.ledger))

    async def take(self, batch: Sequence[Record]) -> None:
        """Apply a batch of one topic in a transaction of its own."""
        steps: dict[str, tuple[Callable[[Record], Any], Callable[..., Any]]] = {
            "club.progress.v1": (decode_bet, self.apply.bets),
            "club.account-status.v1": (decode_account, self.apply.accounts),
            "club.membership.v1": (decode_membership, self.apply.memberships),
            "club.scheme.v1": (decode_scheme, self.apply.schemes),
            "club.week.v1": (decode_week, self.apply.weeks),
            "event.offer.v1": (decode_offer, self.events.offers),
            "event.market.v1": (decode_event_market, self.events.markets),
        }
        decode, apply = steps[batch[0].topic]
        messages: list[Any] = [Message(record, decode(record)) for record in batch]
        async with self.database.write() as connection:
            await apply(connection, messages)


async def _arriving(
    template: Path, batches: Sequence[Sequence[Record]], *, checked: bool = False
) -> list[Tables]:
    """Return all tables at the end; with `checked`, compare the ledger's after every batch."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(template, folder, dirs_exist_ok=True)
        database = Database.open(DatabaseSettings(url=f"sqlite+aiosqlite:///{folder}"), "progress")
        reducer = Reducer(
            database,
            ProgressReducer(ledger_of("sqlite"), ReferenceWriter(REFERENCE, "sqlite"), SystemClock()),
        )
        seen = []
        try:
            await reducer.take([KNOWN_BRAND])
            for batch in batches:
                await reducer.take(batch)
                if checked:
                    seen.append(await contents(database, *LEDGER))
            return [*seen, await contents(database, *TABLES)]
        finally:
            await database.close()


def _stored(template: Path, batches: Sequence[Sequence[Record]]) -> Tables:
    return asyncio.run(_arriving(template, batches))[-1]


def _columns(name: str, row: tuple[Any, ...]) -> Mapping[str, Any]:
    return dict(zip(METADATA.tables[name].columns.keys(), row, strict=True))


def _recounted(template: Path, history: Sequence[Record]) -> dict[tuple[str, str], tuple[int, int]]:
    """Return totals computed from the messages alone, without the ledger's code."""
    versions = asyncio.run(_schemes(template, history))
    opened: dict[tuple[str, str, str], tuple[datetime, int]] = {}
    places: dict[str, tuple[int, str, str]] = {}
    joined: dict[str, datetime] = {}
    revisions: dict[str, list[Any]] = {}
    for record in history:
        event: Any
        match record.topic:
            case "club.account-status.v1":
                event = decode_account(record)
                if event.revision > places.get(event.customer_id, (0, "", ""))[0]:
                    places[event.customer_id] = (event.revision, event.jurisdiction, event.currency)
            case "club.membership.v1":
                event = decode_membership(record)
                joined[event.customer_id] = event.first_opted_in_at
            case "club.week.v1":
                event = decode_week(record)
                played = (event.jurisdiction, event.currency, event.iso_week)
                opening = (event.opened_at, event.scheme_version)
                opened[played] = min(opened.get(played, opening), opening)
            case "club.progress.v1":
                event = decode_bet(record)
                revisions.setdefault(event.bet_id, []).append(event)
    known = _known_at_last(history)
    totals: dict[tuple[str, str], tuple[int, int]] = {}
    for events in revisions.values():
        holder = events[0].customer_id
        events = [event for event in events if event.customer_id == holder]  # noqa: PLW2901 - only theirs
        highest_first = sorted(events, key=lambda event: -event.bet_revision)
        _, *place = places.get(highest_first[0].customer_id, (0, "GB", "GBP"))
        rules = [s for s in versions if [s.jurisdiction, s.currency] == place]
        played_in = [week_at(event.placed_at, ZONE) for event in highest_first]
        weeks = [
            WeekRules.of(rules, one, opened.get((place[0], place[1], one.iso), (None, None))[1])
            for one in played_in
        ]
        in_time = [
            (event, rules_then)
            for event, rules_then in zip(highest_first, weeks, strict=True)
            if rules_then.closes_at is None or event.occurred_at < rules_then.closes_at
        ]
        event, judged_by = in_time[0] if in_time else (highest_first[0], weeks[0])
        verdict = evaluate_bet(event.bet(), judged_by, joined.get(event.customer_id), known)
        total, counted = totals.get((event.customer_id, judged_by.week.iso), (0, 0))
        counts = verdict.counted_minor if in_time else 0
        totals[event.customer_id, judged_by.week.iso] = (total + counts, counted + (counts > 0))
    return totals


def _known_at_last(history: Sequence[Record]) -> dict[str, KnownEvent]:
    """Return the events of markets by what was told last of each."""
    offers: dict[str, KnownEvent] = {}
    markets: dict[str, str] = {}
    for record in history:
        if record.topic == "event.offer.v1":
            offer: Any = decode_offer(record)
            offers[offer.offer_id] = KnownEvent(offer.sports, offer.competitions, offer.sports_event_ids)
        if record.topic == "event.market.v1":
            market: Any = decode_event_market(record)
            markets[market.market_id] = market.offer_id
    return {market: offers[offer] for market, offer in markets.items() if offer in offers}


async def _schemes(template: Path, history: Sequence[Record]) -> list[Scheme]:
    schemes_alone = [[record] for record in history if record.topic == "club.scheme.v1"]
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(template, folder, dirs_exist_ok=True)
        database = Database.open(DatabaseSettings(url=f"sqlite+aiosqlite:///{folder}"), "progress")
        writer = ReferenceWriter(REFERENCE, "sqlite")
        reducer = Reducer(database, ProgressReducer(ledger_of("sqlite"), writer, SystemClock()))
        try:
            for batch in [[KNOWN_BRAND], *schemes_alone]:
                await reducer.take(batch)
            async with database.read() as connection:
                return (await ReferenceRepository(REFERENCE).schemes(connection, ["northbet"]))["northbet"]
        finally:
            await database.close()


modest = settings(
    max_examples=examples(25),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
Arrival = tuple[list[Record], list[list[Record]]]


@modest
@given(arrivals())
def test_order_duplicates_and_batches_do_not_matter(template: Path, arrival: Arrival) -> None:
    """Any shuffle, duplication and split into batches gives the tables of the original order."""
    history, batches = arrival
    assert _stored(template, batches) == _stored(template, [[record] for record in history])


@modest
@given(arrivals())
def test_replaying_everything_changes_nothing(template: Path, arrival: Arrival) -> None:
    """A second pass over the same batches finds nothing to do."""
    _, batches = arrival
    assert _stored(template, [*batches, *batches]) == _stored(template, batches)


@modest
@given(arrivals())
def test_totals_are_what_an_independent_recount_of_the_messages_gives(
    template: Path, arrival: Arrival
) -> None:
    """The highest timely revision of each bet counts, by the rules of its week and its customer."""
    history, batches = arrival
    stored = [_columns("progress", row) for row in _stored(template, batches)["progress"]]
    assert {
        (row["customer_id"], row["iso_week"]): (row["total_minor"], row["counted_bets"]) for row in stored
    } == _recounted(template, history)


@modest
@given(arrivals())
def test_totals_are_the_sums_of_the_contributions_at_every_moment(template: Path, arrival: Arrival) -> None:
    """This holds after each batch of any topic, and no total is ever negative."""
    _, batches = arrival
    for tables in asyncio.run(_arriving(template, batches, checked=True)):
        sums: dict[tuple[str, str], tuple[int, int, datetime]] = {}
        for row in (_columns("contribution", row) for row in tables["contribution"]):
            key, counted = (row["customer_id"], row["iso_week"]), row["counted_minor"]
            total, bets_counted, as_of = sums.get(key, (0, 0, datetime.min.replace(tzinfo=UTC)))
            sums[key] = (total + counted, bets_counted + (counted > 0), max(as_of, row["occurred_at"]))
        totals = {
            (row["customer_id"], row["iso_week"]): (row["total_minor"], row["counted_bets"], row["as_of"])
            for row in (_columns("progress", row) for row in tables["progress"])
        }
        assert totals == sums
        assert all(total >= 0 for total, _, _ in totals.values())


@st.composite
def later_versions(draw: st.DrawFn) -> tuple[list[Record], datetime, list[Record]]:
    """Draw a history, an instant after all its schemes were issued, and higher versions issued later."""
    history = draw(histories())
    issued = [decode_scheme(record) for record in history if record.topic == "club.scheme.v1"]
    moment = max([event.occurred_at for event in issued], default=datetime(2026, 3, 23, tzinfo=UTC))
    later = [text for text in INSTANTS if datetime.fromisoformat(text) > moment] or ["2026-04-07T00:00:00Z"]
    served = sorted({(event.jurisdiction, event.currency) for event in issued})
    versions = [
        _scheme(draw, place, version, draw(instants), draw(st.sampled_from(later)))
        for place in served
        for version in range(10, draw(st.integers(10, 12)))
    ]
    return history, moment, versions


@modest
@given(later_versions())
def test_a_version_never_changes_a_week_that_is_open_already(
    template: Path, case: tuple[list[Record], datetime, list[Record]]
) -> None:
    """Weeks that had begun when a version was issued stay as they are, whatever the version says."""
    history, moment, versions = case
    before = _stored(template, [[record] for record in history])
    after = _stored(template, [[record] for record in [*history, *versions]])
    for table in ("contribution", "late_revision", "progress"):
        assert [row for row in before[table] if _begun(table, row, moment)] == [
            row for row in after[table] if _begun(table, row, moment)
        ]


def _begun(table: str, row: tuple[Any, ...], moment: datetime) -> bool:
    return week_named(_columns(table, row)["iso_week"], ZONE).starts_at <= moment
