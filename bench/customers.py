"""Many customers in the tables of all subgraphs, as weeks of messages would have left them."""

import itertools
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Table, insert

from furlong.databases import METADATA, SUBGRAPHS
from storage.database import Database
from storage.settings import DatabaseSettings
from subgraphs.club.models import MEMBERSHIP_EVENT
from subgraphs.kit.domain.weeks import week_at
from subgraphs.progress.models import PROGRESS
from subgraphs.rewards.models import REWARD_CHOICE

BRAND, ZONE = "northbet", "Europe/London"
REWARDS = ("fb-5", "fb-2x3", "acca-7", "bb-25", "cash-2", "bb-50")
BATCH = 2000

Row = dict[str, Any]


def customer_id(number: int) -> str:
    """The id of a customer by number."""
    return f"bench-{number:07}"


async def seed_customers(database: DatabaseSettings, count: int) -> None:
    """Inserts so many customers of the first brand, with the current week's progress and choices."""
    now = datetime.now(UTC)
    iso_week = week_at(now, ZONE).iso
    numbers = range(count)
    tables: dict[str, list[tuple[Table, Iterable[Row]]]] = {
        name: [(METADATA[name].tables["account"], _accounts(numbers, now))] for name in SUBGRAPHS
    }
    tables["club"].append((MEMBERSHIP_EVENT, _memberships(numbers, now)))
    tables["rewards"].append((REWARD_CHOICE, _choices(numbers, iso_week, now)))
    tables["progress"].append((PROGRESS, _totals(numbers, iso_week, now)))
    for name, parts in tables.items():
        opened = Database.open(database, name)
        for table, rows in parts:
            await _insert(opened, table, rows)
        await opened.close()


async def _insert(database: Database, table: Table, rows: Iterable[Row]) -> None:
    remaining = iter(rows)
    while batch := list(itertools.islice(remaining, BATCH)):
        async with database.home.write() as connection:
            await connection.execute(insert(table), batch)


def _accounts(numbers: range, now: datetime) -> Iterator[Row]:
    """One in a hundred is suspended, and so not eligible."""
    for number in numbers:
        yield {
            **_key(number),
            "revision": 1,
            "status": "suspended" if number % 100 == 77 else "active",  # noqa: PLR2004 - any of a hundred
            "verified": True,
            "jurisdiction": "GB",
            "currency": "GBP",
            "rg_state": "none",
            "promo_restricted": False,
            "occurred_at": now - timedelta(days=90),
        }


def _memberships(numbers: range, now: datetime) -> Iterator[Row]:
    """Four of five have opted in; some of them left weeks ago and came back."""
    for number in numbers:
        if number % 5 == 4:  # noqa: PLR2004 - the fifth has not
            continue
        kinds = ("opted_in", "opted_out", "opted_in") if number % 16 == 0 else ("opted_in",)
        for version, kind in enumerate(kinds, start=1):
            yield {
                **_key(number),
                "version": version,
                "kind": kind,
                "terms_version": "2026-1" if kind == "opted_in" else None,
                "upstream_key": f"bench-{number}-{version}",
                "at": now - timedelta(days=60 - version),
            }


def _choices(numbers: range, iso_week: str, now: datetime) -> Iterator[Row]:
    """Every second one has chosen a reward."""
    for number in numbers[::2]:
        yield {
            **_key(number),
            "iso_week": iso_week,
            "reward_id": REWARDS[number % len(REWARDS)],
            "config_version": 1,
            "version": 1 + number % 3,
            "chosen_at": now,
        }


def _totals(numbers: range, iso_week: str, now: datetime) -> Iterator[Row]:
    """Nine of ten have placed bets this week; some have reached the target."""
    for number in numbers:
        if number % 10 != 9:  # noqa: PLR2004 - the tenth has not
            yield {
                **_key(number),
                "iso_week": iso_week,
                "total_minor": number * 37 % 4000,
                "counted_bets": 1 + number % 12,
                "as_of": now - timedelta(seconds=number % 86_400),
            }


def _key(number: int) -> Row:
    return {"brand_id": BRAND, "customer_id": customer_id(number)}
