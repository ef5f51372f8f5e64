"""Reads are batched: one SELECT a table for a bet-slip, and no more for many clubs; on each engine."""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from subgraphs.club.membership.membership import MembershipEvent, MembershipKind
from subgraphs.club.membership.repository import MembershipRepository
from subgraphs.club.models import INTENT, MEMBERSHIP_EVENT
from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.graphql.app import Subgraph
from subgraphs.kit.mutations.intents import ChangeRequest, IntentRepository, UpstreamChange
from subgraphs.progress.repository import ProgressRepository, RecentBet, Total
from subgraphs.rewards.catalogue.repository import CatalogueRepository
from subgraphs.rewards.catalogue.rewards import RewardConfig, RewardContent
from subgraphs.rewards.menu.options import StoredChoice
from subgraphs.rewards.models import REWARD_CHOICE, REWARD_CONFIG, REWARD_CONTENT
from subgraphs.rewards.repository import ChoiceRepository
from tests.support.subgraphs.club_fixture import ClubFixture, data_of, statements
from tests.support.subgraphs.club_samples import (
    CUSTOMER,
    LONG_AGO,
    NOW,
    OWNER,
    WEEK,
    good_account,
    make_brand,
    make_config,
    make_content,
    make_scheme,
)

CLUB = """{ club(brand: "northbet") {
  id week { id isoWeek endsAt state } terms { version url } jurisdiction currency ineligibleReason
  membership { optedIn pending version canOptIn blockedReason leftAt }
} }"""
ENTITY = "query ($r: [_Any!]!) {{ _entities(representations: $r) {{ ... on Club {{ {} }} }} }}"
CLUB_PART = "week { isoWeek state } terms { version } membership { optedIn pending } ineligibleReason"
REWARDS_PART = """
  options { id kind product value { minor currency display } spins title summary imageUrl significantTerms
            termsUrl expiresInDays available unavailableReason }
  choice { version locked locksAt isDefault notice pending option { id title } }
"""
PROGRESS_PART = """
  state
  progress { staked { minor currency display } target { minor } remaining { minor } percent qualified
             countedBets asOf recentBets { betId } }
"""
CLUB_TABLES = {
    *("week_definition", "brand", "scheme", "account", "exclusion", "membership_event", "intent"),
    "global_state",
}
REWARDS_TABLES = {
    "week_definition",
    "brand",
    "scheme",
    "reward_config",
    "reward_content",
    "reward_budget",
    "reward_choice",
    "intent",
    "global_state",
}
PROGRESS_TABLES = {"week_definition", "brand", "scheme", "progress", "contribution", "adjustment"}
PUBLIC_TABLES = {
    *("week_definition", "brand", "scheme", "reward_config", "reward_content", "reward_budget"),
    "global_state",
}


@pytest.fixture
async def northbet(each_club: ClubFixture) -> ClubFixture:
    """Northbet with a member who has bet, and left after reaching the target."""
    await each_club.add_northbet()
    in_and_out = ((MembershipKind.OPTED_IN, LONG_AGO), (MembershipKind.OPTED_OUT, NOW))
    await each_club.add_membership(OWNER, *in_and_out)
    key = {"brand_id": "northbet", "customer_id": CUSTOMER, "iso_week": WEEK}
    total = key | {"total_minor": 2500, "counted_bets": 5, "as_of": NOW}
    await each_club.add_bets([bet_row(f"b-{n}", Owner("northbet", CUSTOMER), n) for n in range(5)], [total])
    return each_club


def bet_row(bet_id: str, owner: Owner, minutes_ago: int, week: str = WEEK) -> dict[str, Any]:
    """A row of the ledger."""
    at = NOW - timedelta(minutes=minutes_ago)
    return {
        "brand_id": owner.brand,
        "bet_id": bet_id,
        "customer_id": owner.customer,
        "iso_week": week,
        "revision": 1,
        "status": "placed",
        "product": "betting",
        "stake_minor": 500,
        "counting_stake_minor": 500,
        "currency": "GBP",
        "stake_source": "cash",
        "placed_at": at,
        "occurred_at": at,
        "counted_minor": 500,
        "reason": "COUNTED",
    }


def clubs(weeks: Sequence[str]) -> list[dict[str, Any]]:
    """References to the customer's clubs of weeks, as the club subgraph fills them."""
    return [
        {
            "__typename": "Club",
            "id": ClubKey("northbet", week, CUSTOMER).encode(),
            "jurisdiction": "GB",
            "currency": "GBP",
            "ineligibleReason": None,
            "membership": {"optedIn": False, "leftAt": NOW.isoformat()},
            "week": {"state": "OPEN"},
        }
        for week in weeks
    ]


def reads(sent: list[str]) -> Counter[str]:
    """How often each table was read; anything but a SELECT fails."""
    counter: Counter[str] = Counter()
    for statement in sent:
        if statement.startswith("BEGIN"):
            continue
        assert statement.startswith("SELECT"), statement
        counter.update(set(re.findall(r"FROM (\w+)", statement)))
    return counter


async def read_counts(subgraph: Subgraph, query: str, variables: dict[str, Any]) -> Counter[str]:
    """How often a query reads each table."""
    with statements(subgraph) as sent:
        await data_of(subgraph, query, variables)
    return reads(sent)


async def test_the_clubs_part_of_a_bet_slip_reads_each_table_once(northbet: ClubFixture) -> None:
    """Week, terms and membership cost one SELECT a table."""
    assert await read_counts(northbet.club, CLUB, {}) == dict.fromkeys(CLUB_TABLES, 1)


async def test_the_rewards_part_of_a_bet_slip_reads_each_table_once(northbet: ClubFixture) -> None:
    """Options and choice cost one SELECT a table, and none of the accounts that the club told of."""
    counts = await read_counts(northbet.rewards, ENTITY.format(REWARDS_PART), {"r": clubs([WEEK])})
    assert counts == dict.fromkeys(REWARDS_TABLES, 1)


async def test_the_progress_part_of_a_bet_slip_reads_each_table_once(northbet: ClubFixture) -> None:
    """State and progress cost one SELECT a table."""
    part = PROGRESS_PART.replace("recentBets { betId }", "")
    counts = await read_counts(northbet.progress, ENTITY.format(part), {"r": clubs([WEEK])})
    assert counts == dict.fromkeys(PROGRESS_TABLES, 1)


@pytest.mark.parametrize(
    ("name", "part", "week"),
    [
        ("club", CLUB_PART, "2026-W01"),  # of weeks that are over the account's history is read, too
        ("rewards", REWARDS_PART, WEEK),
        ("progress", PROGRESS_PART, WEEK),
    ],
)
async def test_many_clubs_cost_no_more_reads_than_one(
    northbet: ClubFixture, name: str, part: str, week: str
) -> None:
    """Thirty weeks at once are read by as many statements as a single one."""
    subgraph = {"club": northbet.club, "rewards": northbet.rewards, "progress": northbet.progress}[name]
    weeks = [f"2026-W{number:02}" for number in range(1, 31)]
    counts = await read_counts(subgraph, ENTITY.format(part), {"r": clubs([week])})
    many = await read_counts(subgraph, ENTITY.format(part), {"r": clubs(weeks)})
    for public in PUBLIC_TABLES:  # read once, and held
        assert counts.pop(public, 1) == 1
    assert many == counts


async def test_public_data_are_read_for_the_first_request_alone(northbet: ClubFixture) -> None:
    """The second bet-slip reads what belongs to the customer, and nothing of the brand."""
    again = ENTITY.format(REWARDS_PART), {"r": clubs([WEEK])}
    await data_of(northbet.club, CLUB)
    await data_of(northbet.rewards, *again)
    assert await read_counts(northbet.club, CLUB, {}) == dict.fromkeys(CLUB_TABLES - PUBLIC_TABLES, 1)
    assert await read_counts(northbet.rewards, *again) == dict.fromkeys(REWARDS_TABLES - PUBLIC_TABLES, 1)


async def test_recent_clubs_cost_no_more_reads_than_one(northbet: ClubFixture) -> None:
    """All weeks taken part in are read by as many statements as a single one that is over."""
    query = """{ recentClubs(brand: "northbet", first: 9) {
      id week { isoWeek } terms { version } membership { optedIn pending } ineligibleReason } }"""
    assert await read_counts(northbet.club, query, {}) == dict.fromkeys((*CLUB_TABLES, "account_change"), 1)


async def test_membership_events_come_back_each_to_its_customer(each_club: ClubFixture) -> None:
    """The events of a hundred customers of two brands are read at once, in order; others have none."""
    owners = [Owner(brand, f"c-{n}") for brand in ("northbet", "lagunabet") for n in range(50)]
    kinds = [MembershipKind.OPTED_IN, MembershipKind.OPTED_OUT, MembershipKind.OPTED_IN]
    rows = [
        {
            "brand_id": owner.brand,
            "customer_id": owner.customer,
            "version": version,
            "kind": kinds[version - 1].value,
            "upstream_key": f"{owner}{version}"[:64],
            "at": NOW + timedelta(seconds=number * 10 + version),
        }
        for number, owner in enumerate(owners)
        for version in range(3, 0, -1)
        if version <= number % 4
    ]
    await each_club.insert(each_club.club, MEMBERSHIP_EVENT, rows)
    with statements(each_club.club) as sent:
        async with each_club.club.database.read() as connection:
            events = await MembershipRepository(MEMBERSHIP_EVENT).events(connection, owners)
    assert events == {
        owner: [
            MembershipEvent(v, kinds[v - 1], NOW + timedelta(seconds=number * 10 + v))
            for v in range(1, number % 4 + 1)
        ]
        for number, owner in enumerate(owners)
    }
    assert reads(sent) == {"membership_event": 1}


async def test_pending_changes_are_told_of_the_right_customers(each_club: ClubFixture) -> None:
    """Of many customers those are named whose change is in progress: not the settled, not the strangers."""
    intents = IntentRepository(INTENT)
    owners = [Owner(brand, f"c-{n}") for brand in ("northbet", "lagunabet") for n in range(40)]
    async with each_club.club.database.write() as connection:
        for number, owner in enumerate(owners):
            if number % 3:
                request = ChangeRequest(owner, "optIn", "membership", "k", {})
                await intents.write_down(connection, request, UpstreamChange("/p", {}, {}), NOW)
            if number % 3 == 2:
                intent = await intents.by_client_key(connection, request)
                assert intent
                assert await intents.settle(connection, intent, None, NOW)
                assert not await intents.settle(connection, intent, ("X", "x"), NOW)
    asked = [*owners, Owner("northbet", "C-1"), Owner("nobody", "c-1")]
    with statements(each_club.club) as sent:
        async with each_club.club.database.read() as connection:
            found = await intents.pending(connection, asked)
    assert set(found) == {owner for number, owner in enumerate(owners) if number % 3 == 1}
    assert reads(sent) == {"intent": 1}


async def test_catalogues_come_back_each_to_its_brand(each_club: ClubFixture) -> None:
    """Configurations and published content of brands are read at once and equal what was stored."""
    laguna = [make_config(f"r-{n}", brand="lagunabet", value_minor=None, spins=n + 1) for n in range(20)]
    north = [make_config("fb-5", version=version, effective_to=NOW) for version in range(1, 21)]
    texts = [make_content(f"r-{n}", locale=name) for n in range(20) for name in ("en-MT", "it-IT")]
    await each_club.add_rewards(laguna, texts)
    await each_club.add_rewards(north, [])
    catalogue = CatalogueRepository(REWARD_CONFIG, REWARD_CONTENT)
    brands = ["northbet", "lagunabet", "nobody"]
    with statements(each_club.rewards) as sent:
        async with each_club.rewards.database.read() as connection:
            configs = await catalogue.configs(connection, brands)
            contents = await catalogue.published(connection, brands, NOW)
    assert {name: sorted(config, key=_by_id) for name, config in configs.items()} == {
        "northbet": north,
        "lagunabet": sorted(laguna, key=_by_id),
        "nobody": [],
    }
    assert {name: set(map(_place, content)) for name, content in contents.items()} == {
        "northbet": set(),
        "lagunabet": set(map(_place, texts)),
        "nobody": set(),
    }
    assert reads(sent) == {"reward_config": 1, "reward_content": 1, "global_state": 1}


def _by_id(config: RewardConfig) -> tuple[str, int]:
    return config.reward_id, config.version


def _place(content: RewardContent) -> tuple[str, str]:
    return content.reward_id, content.locale


async def test_the_newest_published_revision_that_is_due_is_shown(each_club: ClubFixture) -> None:
    """Of the revisions of a text the highest published one is shown, once its time has come."""
    catalogue = CatalogueRepository(REWARD_CONFIG, REWARD_CONTENT)
    async with each_club.rewards.database.write() as connection:
        for title, at in (("old", LONG_AGO), ("new", NOW), ("scheduled", NOW + timedelta(hours=1))):
            await catalogue.publish(connection, "northbet", make_content(title=title), at)
        drafts = REWARD_CONTENT.insert().from_select(
            [column.name for column in REWARD_CONTENT.columns],
            REWARD_CONTENT.select().with_only_columns(
                *(
                    {"revision": REWARD_CONTENT.c.revision + 10}.get(column.name, column)
                    for column in REWARD_CONTENT.columns
                )
            ),
        )
        await connection.execute(drafts)
        c = REWARD_CONTENT.c
        await connection.execute(REWARD_CONTENT.update().where(c.revision > 10).values(status="draft"))
        now = await catalogue.published(connection, ["northbet"], NOW)
        later = await catalogue.published(connection, ["northbet"], NOW + timedelta(hours=2))
    assert [content.title for content in now["northbet"]] == ["new"]
    assert [content.title for content in later["northbet"]] == ["scheduled"]


async def test_choices_come_back_each_to_its_club(each_club: ClubFixture) -> None:
    """Choices of many customers and weeks are read at once; clubs without one are absent."""
    choices = ChoiceRepository(REWARD_CHOICE)
    keys = [ClubKey("northbet", f"2026-W{week}", f"c-{n}") for week in (12, 13) for n in range(30)]
    async with each_club.rewards.database.write() as connection:
        for number, key in enumerate(keys):
            for version in range(1, number % 3 + 1):
                await choices.record(connection, key, f"r-{number}", version, NOW)
    with statements(each_club.rewards) as sent:
        async with each_club.rewards.database.read() as connection:
            found = await choices.choices(connection, keys)
    assert found == {
        key: StoredChoice(f"r-{number}", number % 3, number % 3, NOW)
        for number, key in enumerate(keys)
        if number % 3
    }
    assert reads(sent) == {"reward_choice": 1}


async def test_progress_comes_back_each_to_its_club(each_club: ClubFixture) -> None:
    """Totals, newest bets and totals at a moment of many clubs are each read at once."""
    keys = [ClubKey("northbet", f"2026-W{week}", f"c-{n}") for week in (12, 13) for n in range(20)]
    bets = [
        bet_row(f"{key.iso_week}/{key.customer}/{n}", key.owner, n, key.iso_week)
        for key in keys
        for n in range(4)
    ]
    totals = [
        {
            "brand_id": key.brand,
            "customer_id": key.customer,
            "iso_week": key.iso_week,
            "total_minor": number,
            "counted_bets": 1,
            "as_of": NOW,
        }
        for number, key in enumerate(keys)
    ]
    await each_club.add_bets(bets, totals)
    repository = ProgressRepository()
    moments = {key: NOW - timedelta(minutes=number % 5) for number, key in enumerate(keys)}
    with statements(each_club.progress) as sent:
        async with each_club.progress.database.read() as connection:
            assert await repository.totals(connection, keys) == {
                key: Total(number, 1, NOW) for number, key in enumerate(keys)
            }
            recent = await repository.recent(connection, keys, 2)
            counted = await repository.counted_by(connection, moments)
    assert recent == {key: [_shown(key, 0), _shown(key, 1)] for key in keys}
    assert counted == {key: 500 * (4 - n % 5) for n, key in enumerate(keys) if n % 5 < 4}
    disputed = {"bet_claim": 1, "dispute_decision": 1}  # within the statement that reads the newest bets
    assert reads(sent) == {"progress": 1, "contribution": 2, "adjustment": 2, **disputed}


def _shown(key: ClubKey, number: int) -> RecentBet:
    at = NOW - timedelta(minutes=number)
    return RecentBet(f"{key.iso_week}/{key.customer}/{number}", at, 500, 500, "GBP", "COUNTED")


async def test_schemes_of_several_brands_do_not_mix(each_club: ClubFixture) -> None:
    """A brand's club is played by its own scheme, though others were read beside it."""
    await each_club.add_northbet()
    await each_club.add_brand(make_brand(id="lagunabet"), make_scheme(brand="lagunabet", target_minor=1))
    await each_club.add_accounts({Owner("lagunabet", CUSTOMER): good_account()})
    query = ENTITY.format("progress { target { minor } }")
    data = await data_of(each_club.progress, query, {"r": clubs([WEEK])})
    assert data["_entities"][0]["progress"]["target"]["minor"] == 2500
