"""What is served is counted where it happens, and published once a period; off, nothing of it is there."""

import asyncio
import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.clock import SystemClock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from subgraphs.club.models import OUTBOX
from subgraphs.club.updates import ClubUpdates
from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.club_kit.served import ITEMS_PER_MESSAGE, ServedCounter, ServedItem
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.graphql.app import Subgraph
from subgraphs.kit.live.watches import customer_key
from tests.support.processes.running_furlong import without_settings
from tests.support.subgraphs.club_fixture import ClubFixture, data_of, session
from tests.support.subgraphs.club_samples import (
    BRAND,
    NOW,
    good_account,
    make_brand,
    make_config,
    make_scheme,
)

CONTRACT = Path(__file__).parents[2] / "contracts" / "club.served.v1.schema.json"
CUSTOMERS = {
    "c-1": good_account(),
    "c-2": good_account(currency="EUR", jurisdiction="IE"),
    "c-3": good_account(rg_state="self_excluded"),
}
TERRITORIES = {"c-1": ("GB", "GBP"), "c-2": ("IE", "EUR"), "c-3": ("GB", "GBP")}
OPTIONS = """query ($of: [_Any!]!) { _entities(representations: $of) { ... on Club { options { id } } } }"""
CHOICE = (
    """query ($of: [_Any!]!) { _entities(representations: $of) { ... on Club { choice { version } } } }"""
)
PREVIEW = "query ($i: BetslipInput!) { betslipPreview(input: $i) { reason } }"
FOLLOW = 'subscription { clubUpdated(brand: "northbet") { version } }'
LONG = 3600.0
Counts = Counter[tuple[object, ...]]


@pytest.fixture
async def counting(each_url: str) -> AsyncIterator[ClubFixture]:
    """Subgraphs that count, with customers of two territories and an excluded one, over each engine."""
    club = ClubFixture.over(each_url, NOW, count_seconds=LONG)
    euros = make_scheme(jurisdiction="IE", currency="EUR")
    await club.add_brand(
        make_brand(jurisdictions=("GB", "IE"), currencies=("GBP", "EUR")), make_scheme(), euros
    )
    await club.add_accounts({Owner(BRAND, name): account for name, account in CUSTOMERS.items()})
    configs = [make_config("fb-5"), make_config("fb-2x3", value_minor=600)]
    abroad = make_config("fb-eur", currency="EUR", jurisdictions=("IE",))
    await club.add_rewards([*configs, abroad])
    yield club
    await club.close()


async def published(subgraph: Subgraph) -> list[dict[str, Any]]:
    """Return the messages in a subgraph's outbox, all within the contract."""
    contract = Draft202012Validator(json.loads(CONTRACT.read_text(encoding="utf-8")))
    c = OUTBOX.outbox.c
    async with subgraph.database.read() as connection:
        rows = await connection.scalars(select(c.value).where(c.topic == "club.served.v1").order_by(c.id))
        bodies = [json.loads(value) for value in rows]
    for body in bodies:
        contract.validate(body)
    return bodies


def sums(bodies: list[dict[str, Any]]) -> Counts:
    """Return what messages count, each process and sequence once."""
    counts = Counts()
    for body in {(body["process"], body["sequence"]): body for body in bodies}.values():
        for row in body["counts"]:
            what = tuple(row[name] for name in ("jurisdiction", "currency", "item", "config_version"))
            counts[body["kind"], *what] += row["count"]
    return counts


class Page:
    """A page of some customer, which remembers what it was served."""

    def __init__(self, club: ClubFixture, seed: int) -> None:
        self.club, self.chance, self.seen = club, random.Random(seed), Counts()  # noqa: S311 - a test's choice

    async def run(self, steps: int) -> None:
        """Ask for something, at random and often at the same time."""
        await asyncio.gather(
            *(self.chance.choice((self.options, self.preview, self.follow))() for _ in range(steps))
        )

    async def options(self) -> None:
        """Read the options of some customers in one request, and a choice, which lists none."""
        names = self.chance.choices(list(CUSTOMERS), k=3)
        of: list[dict[str, Any]] = [
            {
                "__typename": "Club",
                "id": ClubKey(BRAND, "2026-W13", name).encode(),
                "jurisdiction": TERRITORIES[name][0],
                "currency": TERRITORIES[name][1],
                "ineligibleReason": "SELF_EXCLUDED" if name == "c-3" else None,
                "onBreak": [],
            }
            for name in names
        ]
        for name, club in zip(names, of, strict=True):
            headers = session(name)
            await data_of(self.club.rewards, CHOICE, {"of": [club]}, headers)
            answer = await data_of(self.club.rewards, OPTIONS, {"of": [club]}, headers)
            for option in answer["_entities"][0]["options"]:
                _, reward, version = option["id"].split(":")
                self.seen["content_shown", *TERRITORIES[name], reward, int(version)] += 1

    async def preview(self) -> None:
        """Ask what a bet would count."""
        name = self.chance.choice(list(CUSTOMERS))
        currency = TERRITORIES[name][1]
        slip: dict[str, object] = {
            "brand": BRAND,
            "currency": currency,
            "betType": "SINGLE",
            "product": "BETTING",
        }
        slip |= {"stakeMinor": self.chance.choice([1, 500]), "oddsMilli": self.chance.choice([1100, 2500])}
        preview = (await data_of(self.club.progress, PREVIEW, {"i": slip}, session(name)))["betslipPreview"]
        territory = ("", "") if preview is None else TERRITORIES[name]
        self.seen["preview_asked", *territory, preview["reason"] if preview else "", 0] += 1

    async def follow(self) -> None:
        """Follow a club for a first event and a change or two."""
        name, changes = self.chance.choice(["c-1", "c-2"]), self.chance.randint(0, 2)
        updates: ClubUpdates = self.club.club.make_context.keywords["updates"]  # type: ignore[attr-defined]  # a partial
        subscribe = self.club.club.prepare_subscription(FOLLOW, None)
        events = await subscribe({}, session(name))
        for number in range(1 + changes):
            event: Any = await anext(events)
            assert "errors" not in event
            self.seen["live_event", *TERRITORIES[name], "change" if number else "first", 0] += 1
            updates.bus.customers_changed([customer_key(Owner(BRAND, name))])
        await events.aclose()


@pytest.mark.parametrize("seed", range(3))
async def test_what_is_published_is_what_was_served(counting: ClubFixture, seed: int) -> None:
    """Options by reward and version, previews by reason, live events: nothing more and nothing less."""
    page = Page(counting, seed)
    await page.run(30)
    subgraphs = (counting.club, counting.rewards, counting.progress)
    assert [await published(subgraph) for subgraph in subgraphs] == [[], [], []], "none is written one by one"
    await counting.close()
    messages = [body for subgraph in subgraphs for body in await published(subgraph)]
    assert {kind for kind, *_ in page.seen} == {"content_shown", "preview_asked", "live_event"}
    assert sums(messages) == page.seen
    assert len(messages) == len(subgraphs)


class UnsureDatabase(Database):
    """A database whose connection breaks at some transactions, before they are committed or right after."""

    plan: list[str]

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """Open a transaction, and raise what its writer would see."""
        fault = self.plan.pop(0) if self.plan else ""
        async with super().write() as connection:
            yield connection
            if fault == "before":
                raise OSError(fault)
        if fault == "after":
            raise OSError(fault)


def counter_over(club: ClubFixture, plan: list[str]) -> ServedCounter:
    """Return a counter, as in a process of its own, with short periods."""
    database = UnsureDatabase(DatabaseSettings(url=club.url), "club")
    database.plan = plan
    return ServedCounter("live_event", 0.01, None, database, OUTBOX, SystemClock())


async def killed(counter: ServedCounter) -> None:
    """Leave what a killed process leaves: nothing of the running period."""
    assert counter._writing is not None
    counter._writing.cancel()
    await asyncio.gather(counter._writing, return_exceptions=True)
    await counter.database.close()


async def settled(counter: ServedCounter) -> None:
    """Wait until all that was counted is written."""
    async with asyncio.timeout(60):
        while counter._writing is not None:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("seed", range(3))
async def test_counts_that_were_perhaps_written_keep_their_sequence(
    each_club: ClubFixture, seed: int
) -> None:
    """However often the connection breaks, at whichever side of the commit, each count is there once."""
    chance, counted = random.Random(seed), 0  # noqa: S311 - a test's choice
    counter = counter_over(each_club, chance.choices(["", "before", "after"], k=12))
    for _ in range(8):
        for _ in range(chance.randint(1, 5)):
            counter.count(ServedItem(BRAND, "GB", "GBP", "change"))
            counted += 1
        await asyncio.sleep(chance.choice([0.0, 0.02]))
    await settled(counter)
    messages = await published(each_club.club)
    assert sums(messages) == {("live_event", "GB", "GBP", "change", 0): counted}
    sequences = {body["sequence"] for body in messages}
    assert sequences == set(range(1, max(sequences) + 1))
    await counter.database.close()


async def test_a_kill_loses_what_was_not_written_and_no_more(each_club: ClubFixture) -> None:
    """What was written stays, and the next process counts under another id."""
    counter = counter_over(each_club, [])
    for _ in range(3):
        counter.count(ServedItem(BRAND, "GB", "GBP", "change"))
    await settled(counter)
    counter.count(ServedItem(BRAND, "GB", "GBP", "change"))
    await killed(counter)
    successor = counter_over(each_club, [])
    successor.count(ServedItem(BRAND, "GB", "GBP", "first"))
    await successor.close()
    messages = await published(each_club.club)
    assert sums(messages) == {
        ("live_event", "GB", "GBP", "change", 0): 3,
        ("live_event", "GB", "GBP", "first", 0): 1,
    }
    assert len({body["process"] for body in messages}) == 2
    await successor.database.close()


async def test_a_long_period_is_several_messages_by_brand(each_club: ClubFixture) -> None:
    """None is too long for a row of the outbox, and each brand has its own."""
    counter = counter_over(each_club, [])
    items = [ServedItem(brand, "GB", "GBP", f"{number:064}") for brand in ("a", "b") for number in range(250)]
    for item in items:
        counter.count(item)
    await counter.close()
    messages = await published(each_club.club)
    assert [(body["brand_id"], len(body["counts"])) for body in messages] == [
        ("a", ITEMS_PER_MESSAGE),
        ("a", 50),
        ("b", ITEMS_PER_MESSAGE),
        ("b", 50),
    ]
    assert [body["sequence"] for body in messages] == [1, 2, 3, 4]
    await counter.database.close()


COUNTING = (
    *("subgraphs.club_kit.served", "subgraphs.club.counted_updates"),
    *("subgraphs.rewards.menu.counted_menus", "subgraphs.progress.counted_previews"),
)
BUILT = """
import sys
from pydantic import SecretStr
from furlong.serve.subgraphs import create_subgraph, subgraph_parts
from subgraphs.block_list import SUBGRAPHS
from subgraphs.kit.settings import SessionSettings
sessions = SessionSettings(secret=SecretStr("x" * 32), issuer="i", audience="a")
built = [create_subgraph(name, subgraph_parts(sessions=sessions)) for name in SUBGRAPHS]
"""


@pytest.mark.usefixtures("processes")
@pytest.mark.parametrize("seconds", ["0", "60"])
def test_switched_off_nothing_of_it_is_imported(seconds: str, tmp_path: Path) -> None:
    """By default the subgraphs are built without it, and so are their calls."""
    environment = without_settings() | {
        "FURLONG_SUBGRAPH_COUNT_SECONDS": seconds,
        "FURLONG_DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path}",
    }
    code = BUILT + f"print([name for name in {COUNTING!r} if name in sys.modules])"
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    assert ran.stdout.splitlines()[-1] == str([] if seconds == "0" else list(COUNTING))
