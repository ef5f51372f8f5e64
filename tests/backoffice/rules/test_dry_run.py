"""A dry run tells what a week's bets would have counted by other rules, as the ledger itself would have."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.access import Role
from backoffice.approvals import repository as proposals
from backoffice.approvals.service import Approvals
from backoffice.audit.audit_log import AuditLog
from backoffice.errors import Forbidden, FourEyes, Invalid, Stale
from backoffice.jobs.jobs import Job, JobStatus
from backoffice.jobs.service import Jobs
from backoffice.jobs.worker import JobWorker
from backoffice.rules import dry_run_job
from backoffice.rules.dry_run_job import DryRunJob
from backoffice.rules.known_rules import KnownRules
from backoffice.rules.scope_reader import ScopeReader
from backoffice.rules.service import SchemeRules
from backoffice.spreadsheets import csv_lines
from consumers.messages.schemes import decode_scheme
from consumers.stream.records import Record
from foundation.storage.clock import ManualClock
from foundation.storage.database import Database
from subgraphs.club_kit.domain.control_groups import ControlGroups
from subgraphs.events.models import METADATA as EVENTS
from subgraphs.kit.records.outbox import Fact
from subgraphs.progress.models import PROGRESS
from subgraphs.rewards.catalogue.repository import CatalogueRepository
from subgraphs.rewards.models import METADATA as REWARDS
from subgraphs.rewards.models import REFERENCE, REWARD_CHOICE, REWARD_CONFIG, REWARD_CONTENT
from tests.backoffice.scheme_forms import form
from tests.support.consumers.progress_reducer import Reducer, opened_reducer
from tests.support.consumers.sample_messages import bet, membership, scheme
from tests.support.database_probe import migrated
from tests.support.examples import examples
from tests.support.office.backoffice_fixture import actor, backoffice_database
from tests.support.subgraphs.club_samples import (
    brand_row,
    config_row,
    make_brand,
    make_config,
    make_content,
    make_scheme,
    scheme_row,
)

NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)  # the week after 2026-W13
ANN, BOB = actor("ann", Role.EDITOR), actor("bob", Role.APPROVER)
NEXT = "2026-04-05T23:00:00Z"


@dataclass
class Sent:
    """The messages that were put into the outbox."""

    facts: list[Fact] = field(default_factory=list)

    async def put(self, connection: AsyncConnection, fact: Fact, at: datetime) -> None:
        """Keep a message."""
        del connection, at
        self.facts.append(fact)


@dataclass(frozen=True)
class RulesFixture:
    """The rules over a ledger with real bets."""

    rules: SchemeRules
    reducer: Reducer
    sent: Sent
    rewards: Database

    async def run(self, **changes: Any) -> Job:
        """Try a version over the last week; return the finished job."""
        values = form(effective_from=NEXT, **changes)
        job = await self.rules.start_dry_run(ANN, "northbet", values)
        await JobWorker(self.rules.jobs).run_once()
        return await self.rules.dry_run(ANN, job.job_id)


async def opened_fixture(stack: AsyncExitStack, url: str) -> RulesFixture:
    """Open the services over fresh databases."""
    clock, sent = ManualClock(NOW), Sent()
    database = await stack.enter_async_context(backoffice_database(url))
    rewards = await stack.enter_async_context(migrated(url, "rewards", REWARDS))
    events = await stack.enter_async_context(migrated(url, "events", EVENTS))
    reducer = await stack.enter_async_context(opened_reducer(url))
    async with rewards.write() as connection:
        await connection.execute(insert(REFERENCE.brand), [brand_row(make_brand())])
        await connection.execute(insert(REFERENCE.scheme), [scheme_row(make_scheme())])
        configs = [make_config("fb-5"), make_config("fb-6", value_minor=600)]
        configs += [make_config("fb-5", version=2, target_minor=1000)]
        await connection.execute(insert(REWARD_CONFIG), [config_row(config) for config in configs])
        catalogue = CatalogueRepository(REWARD_CONFIG, REWARD_CONTENT)
        for content in (make_content("fb-5"), make_content("fb-6"), make_content("fb-5", config_version=2)):
            await catalogue.publish(connection, "northbet", content, datetime(2026, 1, 1, tzinfo=UTC))
    audit = AuditLog(clock)
    approvals, jobs, known = (
        Approvals(database, audit, clock),
        Jobs(database, audit, clock),
        KnownRules(rewards, clock),
    )
    dry_runs = DryRunJob(database, reducer.database, known, clock, ControlGroups(b""))
    scopes = ScopeReader(database, events)
    rules = SchemeRules(database, known, approvals, jobs, dry_runs, audit, sent.put, clock, scopes)
    approvals.register(rules.kind)
    jobs.register(dry_runs.kind)
    return RulesFixture(rules, reducer, sent, rewards)


@pytest.fixture
async def rules_area(tmp_path: Path) -> AsyncIterator[RulesFixture]:
    """The rules over SQLite."""
    async with AsyncExitStack() as stack:
        yield await opened_fixture(stack, f"sqlite+aiosqlite:///{tmp_path}")


@pytest.fixture
async def each_rules(database_url: str) -> AsyncIterator[RulesFixture]:
    """The rules over SQLite, and over MariaDB."""
    async with AsyncExitStack() as stack:
        yield await opened_fixture(stack, database_url)


def joined(customer: str) -> Record:
    """Return the message that a customer has opted in on Wednesday morning."""
    return membership(customer_id=customer)


def placed(number: int, customer: str = "c-1", **changes: Any) -> Record:
    """Return a bet of Wednesday."""
    return bet(bet_id=f"b-{number:03}", customer_id=customer, **changes)


async def test_a_dry_run_names_who_gains_who_loses_and_what_it_costs(each_rules: RulesFixture) -> None:
    """With the bets that count differently, and why."""
    rules_area = each_rules
    await rules_area.reducer.memberships(joined("c-1"), joined("c-2"))
    await rules_area.reducer.bets(
        placed(1, stake_minor=2500, counting_stake_minor=2500, odds_milli=1600),
        placed(2, "c-2", stake_minor=2500, counting_stake_minor=2500),
        placed(3, "c-3", stake_minor=2500, counting_stake_minor=2500),  # no member
    )
    async with rules_area.rewards.write() as connection:
        choice = {"brand_id": "northbet", "customer_id": "c-2", "iso_week": "2026-W13", "reward_id": "fb-6"}
        values = {**choice, "config_version": 1, "version": 1, "chosen_at": NOW}
        await connection.execute(insert(REWARD_CHOICE), [values])
    job = await rules_area.run(min_odds_milli=2000)
    assert job.status is JobStatus.DONE, job.error
    result: Any = job.result
    assert (result["customers"], result["bets"], result["differing_bets"]) == (3, 3, 1)
    assert (result["qualified_before"], result["qualified_after"], result["lost"]) == (2, 1, 1)
    assert result["cost_before"] == {
        "fb-5:1": {"rewards": 1, "value_minor": 500},
        "fb-6:1": {"rewards": 1, "value_minor": 600},
    }
    assert result["cost_after"] == {"fb-6:1": {"rewards": 1, "value_minor": 600}}
    assert result["reasons"] == {"COUNTED>BELOW_MIN_ODDS": 1}
    found = await rules_area.rules.differences(ANN, job.job_id, 10)
    assert [(one.bet_id, one.before_minor, one.after_reason) for one in found] == [
        ("b-001", 2500, "BELOW_MIN_ODDS")
    ]
    csv = (await rules_area.rules.csv(ANN, job.job_id)).splitlines()
    assert csv[1] == "c-1,b-001,2026-03-25 14:03:11+00:00,2500,2500,COUNTED,0,BELOW_MIN_ODDS"


RACE = {"selection_id": "m1-1", "odds_milli": 1600, "sport": "horse-racing"}
MATCH = {"selection_id": "m2-1", "odds_milli": 1400, "sport": "football", "sports_event_id": "derby"}
UNKNOWN = {"selection_id": "m3-1", "odds_milli": None}

BETS = st.lists(
    st.fixed_dictionaries(
        {
            "customer": st.sampled_from(["c-1", "c-2", "c-3"]),
            "stake": st.sampled_from([50, 100, 500, 2500]),
            "odds_milli": st.sampled_from([1200, 1500, 2000, None]),
            "bet_type": st.sampled_from(["single", "multiple", "system"]),
            "status": st.sampled_from(["placed", "settled", "void", "cashed_out"]),
            "stake_source": st.sampled_from(["cash", "free_bet"]),
            "channel": st.sampled_from([None, "sports", "virtual"]),
            "occurred_at": st.sampled_from(["2026-03-25T14:03:11Z", "2026-03-30T12:00:00Z"]),
            "legs": st.sampled_from([[], [RACE], [MATCH], [RACE, MATCH], [MATCH, UNKNOWN]]),
        }
    ),
    max_size=12,
)
RULES = st.fixed_dictionaries(
    {
        "target_minor": st.sampled_from([1000, 2500]),
        "min_stake_minor": st.sampled_from([0, 100, 600]),
        "min_odds_milli": st.sampled_from([1000, 1500, 1900]),
        "bet_types": st.sampled_from([["single"], ["single", "multiple", "system"]]),
        "channels": st.sampled_from([["sports"], ["sports", "virtual"]]),
        "count_before_opt_in": st.booleans(),
        "grace_minutes": st.sampled_from([60, 7 * 24 * 60]),
        "events": st.sampled_from(
            [
                None,
                {"sports": ["horse-racing"]},
                {"sports": ["horse-racing"], "events": ["derby"], "legs": "qualifying"},
            ]
        ),
    }
)


@given(bets=BETS, rules=RULES)
@settings(max_examples=examples(6))
def test_a_dry_run_says_what_the_ledger_would_have_said(
    tmp_path_factory: pytest.TempPathFactory, bets: list[dict[str, Any]], rules: dict[str, Any]
) -> None:
    """The reference is another ledger, whose week had those rules, with the same bets."""
    folder = tmp_path_factory.mktemp("dry")
    asyncio.run(_compare(folder, bets, rules))


async def _compare(folder: Path, bets: list[dict[str, Any]], rules: dict[str, Any]) -> None:
    records = [
        placed(
            number,
            one["customer"],
            stake_minor=one["stake"],
            counting_stake_minor=one["stake"],
            **{name: one[name] for name in one if name not in {"customer", "stake"}},
        )
        for number, one in enumerate(bets)
    ]
    async with AsyncExitStack() as stack:
        rules_area = await opened_fixture(stack, f"sqlite+aiosqlite:///{folder / 'real'}")
        other_url = f"sqlite+aiosqlite:///{folder / 'other'}"
        other = await stack.enter_async_context(opened_reducer(other_url))
        # The reference's week has the other rules from its beginning.
        await other.schemes(scheme(version=2, **rules))
        for reducer in (rules_area.reducer, other):
            await reducer.memberships(joined("c-1"), joined("c-2"))
            await reducer.bets(*records)
        job = await rules_area.run(**rules)
        assert job.status is JobStatus.DONE, job.error
        async with other.database.read() as connection:
            query = select(func.coalesce(func.sum(PROGRESS.c.total_minor), 0))
            counted = await connection.scalar(query.where(PROGRESS.c.iso_week == "2026-W13"))
            reached = await connection.scalar(
                select(func.count())
                .select_from(PROGRESS)
                .where(
                    PROGRESS.c.total_minor >= rules["target_minor"],
                    PROGRESS.c.customer_id.in_(["c-1", "c-2"]),
                )
            )
        result: Any = job.result
        assert result["counted_after_minor"] == counted
        assert result["qualified_after"] == reached


async def test_a_dry_run_reads_pages_and_goes_on_where_it_was_stopped(
    each_rules: RulesFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its result is the same as without pages and stops; no difference is listed twice."""
    rules_area = each_rules
    names = [f"c-{number:02}" for number in range(9)]
    await rules_area.reducer.memberships(*(joined(name) for name in names))
    await rules_area.reducer.bets(
        *(placed(number, name, odds_milli=1600) for number, name in enumerate(names))
    )
    whole = await rules_area.run(min_odds_milli=2000)
    monkeypatch.setattr(dry_run_job, "CUSTOMERS_PER_BATCH", 2)
    job = await rules_area.rules.start_dry_run(
        ANN, "northbet", form(effective_from=NEXT, min_odds_milli=2000)
    )
    pages, real = [], DryRunJob._page

    async def stopped(self: DryRunJob, *arguments: Any) -> Any:
        pages.append(arguments[-1])
        if len(pages) == 3:
            raise asyncio.CancelledError
        return await real(self, *arguments)

    monkeypatch.setattr(DryRunJob, "_page", stopped)
    with suppress(asyncio.CancelledError):
        await JobWorker(rules_area.rules.jobs).run_once()
    await JobWorker(rules_area.rules.jobs).run_once()
    job = await rules_area.rules.dry_run(ANN, job.job_id)
    assert (job.status, job.result) == (JobStatus.DONE, whole.result)
    assert len(await rules_area.rules.differences(ANN, job.job_id, 100)) == 9
    assert pages == ["", "c-01", "c-03", "c-03", "c-05", "c-07", "c-08"]


async def test_a_week_that_is_not_over_is_not_tried(rules_area: RulesFixture) -> None:
    """Its bets are still coming in; a form that is not complete is refused as well."""
    for values, week in ((form(), "2026-W14"), ({"version": 2}, None)):
        with pytest.raises(Invalid):
            await rules_area.rules.start_dry_run(ANN, "northbet", values, week)


async def test_a_version_is_published_by_two_people(rules_area: RulesFixture) -> None:
    """The message is that of the existing topic, as its consumers read it."""
    values = form(effective_from=NEXT)
    with pytest.raises(Forbidden):
        await rules_area.rules.propose(BOB, "northbet", values, "why")
    proposal_id = await rules_area.rules.propose(ANN, "northbet", values, "a better week")
    twice = await rules_area.rules.propose(ANN, "northbet", values, "again")
    async with rules_area.rules.database.read() as connection:
        proposal = await proposals.find(connection, proposal_id)
        again = await proposals.find(connection, twice)
    assert proposal is not None
    assert again is not None
    own = actor("ann2", Role.APPROVER, person="ann")
    with pytest.raises(FourEyes):
        await rules_area.rules.approvals.approve(own, proposal_id, proposal.content_hash, NOW)
    await rules_area.rules.approvals.approve(BOB, proposal_id, proposal.content_hash, NOW)
    [fact] = rules_area.sent.facts
    published = decode_scheme(
        Record(
            topic=fact.topic,
            partition=0,
            offset=0,
            key=fact.key.encode(),
            value=fact.encoded().value.encode(),
        )
    )
    assert (published.version, published.brand.name, fact.key) == (2, "Northbet", "northbet:GB:GBP:2")
    async with rules_area.rewards.write() as connection:
        row = scheme_row(make_scheme(version=2))
        await connection.execute(insert(REFERENCE.scheme), [row])
    with pytest.raises(Stale):
        await rules_area.rules.approvals.approve(BOB, twice, again.content_hash, NOW)
    assert len(rules_area.sent.facts) == 1


async def test_a_version_whose_week_has_begun_is_not_approved(rules_area: RulesFixture) -> None:
    """Between proposal and approval, Monday came: the proposal is void."""
    proposal_id = await rules_area.rules.propose(ANN, "northbet", form(effective_from=NEXT), "why")
    async with rules_area.rules.database.read() as connection:
        proposal = await proposals.find(connection, proposal_id)
    assert proposal is not None
    assert isinstance(rules_area.rules.clock, ManualClock)
    rules_area.rules.clock.instant = datetime(2026, 4, 6, 9, tzinfo=UTC)
    with pytest.raises(Stale):
        await rules_area.rules.approvals.approve(BOB, proposal_id, proposal.content_hash, NOW)
    assert rules_area.sent.facts == []


def test_no_cell_of_a_csv_is_a_formula() -> None:
    """Ids come from outside; a spreadsheet would run what begins with =, +, - or @."""
    assert (
        csv_lines([['=HYPERLINK("x")', "@x", -5, -1.5, None, "a,b"]])
        == '"\'=HYPERLINK(""x"")",\'@x,-5,-1.5,,"a,b"\r\n'
    )


@pytest.mark.parametrize(
    "first",
    [
        *("=", "+", "-", "@", " ", "\t", "\x00", "\x1f", "\x7f"),
        *("\N{FULLWIDTH EQUALS SIGN}", "\N{FULLWIDTH PLUS SIGN}", "\N{FULLWIDTH HYPHEN-MINUS}"),
        *("\N{FULLWIDTH COMMERCIAL AT}", "\N{SMALL PLUS SIGN}", "\N{MINUS SIGN}"),
        *("\N{NO-BREAK SPACE}", "\N{IDEOGRAPHIC SPACE}", "\N{EM SPACE}", "\N{LINE SEPARATOR}"),
        *("\N{ZERO WIDTH SPACE}", "\N{ZERO WIDTH NO-BREAK SPACE}", "\N{RIGHT-TO-LEFT OVERRIDE}"),
    ],
)
def test_no_sign_of_another_width_begins_a_formula(first: str) -> None:
    """Spreadsheets read full-width signs as the usual ones, and skip what is blank or not seen."""
    assert csv_lines([[f"{first}1"]]) == f"'{first}1\r\n"
    assert csv_lines([["\N{FULLWIDTH DIGIT ONE}=1"]]) == "\N{FULLWIDTH DIGIT ONE}=1\r\n"
