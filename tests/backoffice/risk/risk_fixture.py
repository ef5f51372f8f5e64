"""Brands with two territories, customers' weeks in the subgraphs' databases, and the services of risk."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from pydantic import SecretStr
from sqlalchemy import Table, delete, insert

from backoffice.access import Role
from backoffice.base import Base, create_base
from backoffice.models import METADATA as BACKOFFICE
from backoffice.risk.area import RiskArea
from backoffice.settings import BackofficeSettings
from foundation.storage.clock import ManualClock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from subgraphs.club import models as club
from subgraphs.club_kit.domain.weeks import week_named
from subgraphs.fulfilment import models as fulfilment
from subgraphs.progress import models as progress
from subgraphs.rewards import models as rewards
from tests.support.database_probe import migrated
from tests.support.office.backoffice_fixture import actor, backoffice_database, employ

WEEK: Final = week_named("2026-W13", "Europe/London")
BEFORE, AFTER = (week_named(name, "Europe/London") for name in ("2026-W12", "2026-W14"))
NOW: Final = datetime(2026, 3, 25, 12, tzinfo=UTC)
RISK: Final = actor("rita", Role.RISK, stepped_up_until=NOW + timedelta(days=1))
SECOND: Final = actor("rob", Role.RISK, stepped_up_until=NOW + timedelta(days=1))
VIEWER: Final = actor("vera", Role.VIEWER)
FOREIGN: Final = actor("fred", Role.RISK, brand="lagunabet", stepped_up_until=NOW + timedelta(days=1))

REWARDS: Final[dict[str, dict[str, Any]]] = {
    "fb-5": {"kind": "free_bet", "value_minor": 500, "spins": None, "currency": "GBP"},
    "fb-10": {"kind": "free_bet", "value_minor": 1000, "spins": None, "currency": "GBP"},
    "cash-2": {"kind": "cash", "value_minor": 200, "spins": None, "currency": "GBP"},
    "fs-30": {"kind": "free_spins", "value_minor": None, "spins": 30, "currency": "GBP"},
    "eur-5": {"kind": "free_bet", "value_minor": 550, "spins": None, "currency": "EUR"},
}
TERRITORIES: Final = {("GB", "GBP"): "fb-5", ("MT", "EUR"): "eur-5"}
"""The default reward of each territory."""

TRIALS: Final = {("GB", "GBP"): ("fb-10", 500)}
"""The reward and share of the trial of a territory."""


@dataclass(frozen=True, slots=True)
class Member:
    """A change of a membership: when, and whether it is an opt-in."""

    at: datetime
    opted_in: bool


@dataclass(frozen=True, slots=True)
class CustomerWeek:
    """A customer's week, as messages and people made it.

    Attributes:
        territory: None if the account is not known.
        bets: What each bet counts; 0 for a bet that does not.
        status: Of the qualification; None if the target was never reached.
        choice: The reward that the customer chose.
        state: Of the fulfilment; None if there is none.
        paid: The reward of the fulfilment; None stands for no reward.
        excluded: Whether the account is closed to offers, before the week's end.
        seen: Whether the customer was shown the tracker.
    """

    customer: str
    territory: tuple[str, str] | None = ("GB", "GBP")
    changes: tuple[Member, ...] = ()
    bets: tuple[int, ...] = ()
    status: str | None = None
    choice: str | None = None
    state: str | None = None
    paid: str | None = None
    excluded: bool = False
    seen: bool = False


@dataclass(frozen=True, slots=True)
class RiskFixture:
    """The services of risk over databases of their own."""

    base: Base
    parts: RiskArea
    clock: ManualClock

    async def add(
        self, customers: Iterable[CustomerWeek], week: str = WEEK.iso, brand: str = "northbet"
    ) -> None:
        """Store customers' weeks."""
        rows: dict[tuple[str, Table], list[dict[str, Any]]] = {}
        for customer in customers:
            for name, table, row in customer_rows(customer, week):
                rows.setdefault((name, table), []).append({**row, "brand_id": brand})
        await self._insert(rows)

    async def _insert(self, rows: dict[tuple[str, Table], list[dict[str, Any]]]) -> None:
        databases = {
            "club": self.parts.counter.databases.club,
            "fulfilment": self.parts.counter.databases.fulfilment,
            "progress": self.parts.counter.databases.progress,
            "rewards": self.parts.counter.databases.rewards,
        }
        for name, database in databases.items():
            async with database.write() as connection:
                for (of, table), values in rows.items():
                    if of == name:
                        await connection.execute(insert(table), values)

    async def take(self, brand: str, week: str, taken: Mapping[str, int]) -> None:
        """Store how many customers chose each reward, which the rewards subgraph counts with the choices."""
        rows = [
            {"brand_id": brand, "iso_week": week, "reward_id": reward, "taken": number}
            for reward, number in taken.items()
        ]
        if rows:
            await self._insert({("rewards", rewards.TAKEN): rows})

    async def clear(self) -> None:
        """Delete the customers and the figures."""
        await self.clear_customers()
        await _empty(self.base.database, [t for n, t in BACKOFFICE.tables.items() if n.startswith("risk_")])

    async def clear_customers(self) -> None:
        """Delete the customers."""
        for name, tables in CUSTOMER_TABLES.items():
            await _empty(self.parts.databases.by_name[name], tables)


async def _empty(database: Database, tables: Iterable[Table]) -> None:
    async with database.write() as connection:
        for table in tables:
            await connection.execute(delete(table))


CUSTOMER_TABLES: Final[dict[str, tuple[Table, ...]]] = {
    "club": (club.IMPRESSION,),
    "fulfilment": (
        fulfilment.QUALIFICATION,
        fulfilment.CHOICE,
        fulfilment.FULFILMENT,
        fulfilment.ACCOUNT_CHANGE,
        fulfilment.REFERENCE.account,
    ),
    "progress": (progress.PROGRESS, progress.MEMBERSHIP_CHANGE, progress.REFERENCE.account),
    "rewards": (rewards.REWARD_CHOICE, rewards.TAKEN, rewards.INTENT, rewards.BUDGET),
}


def customer_rows(one: CustomerWeek, week: str) -> Iterable[tuple[str, Table, dict[str, Any]]]:
    """Yield the rows of a customer's week, by subgraph."""
    key = {"customer_id": one.customer, "iso_week": week}
    if one.territory is not None:
        account = _account(one)
        for name, table in (
            ("fulfilment", fulfilment.REFERENCE.account),
            ("fulfilment", fulfilment.ACCOUNT_CHANGE),
            ("progress", progress.REFERENCE.account),
        ):
            yield name, table, account
    for version, change in enumerate(one.changes, 1):
        row = {"customer_id": one.customer, "version": version, "opted_in": change.opted_in, "at": change.at}
        yield "progress", progress.MEMBERSHIP_CHANGE, row
    if one.bets:
        counted = [bet for bet in one.bets if bet]
        total = {"total_minor": sum(counted), "counted_bets": len(counted), "as_of": NOW}
        yield "progress", progress.PROGRESS, key | total
    if one.choice is not None:
        chosen = {"reward_id": one.choice, "config_version": 1, "version": 1, "chosen_at": NOW}
        yield "rewards", rewards.REWARD_CHOICE, key | chosen
        source = {"revision": 1, "final": False, "source": "chosen", "occurred_at": NOW}
        yield "fulfilment", fulfilment.CHOICE, key | source | reward_columns(one.choice)
    if one.seen:
        yield "club", club.IMPRESSION, key | {"shown_at": NOW}
    if one.status is not None:
        currency = (one.territory or ("GB", "GBP"))[1]
        result = {"total_minor": 2500, "target_minor": 2500, "currency": currency, "occurred_at": NOW}
        yield "fulfilment", fulfilment.QUALIFICATION, key | result | {"revision": 1, "status": one.status}
    if one.state is not None:
        yield "fulfilment", fulfilment.FULFILMENT, key | _fulfilment(one, week)


def reward_columns(reward: str | None) -> dict[str, Any]:
    """Return the columns of a reward; all are null without one."""
    names = ("kind", "value_minor", "spins", "currency")
    terms: dict[str, Any] = REWARDS[reward] if reward else dict.fromkeys(names)
    other = {"product": "betting", "expiry_days": 7, "wagering_multiple": 0} if reward else {}
    empty = dict.fromkeys(("product", "expiry_days", "wagering_multiple"))
    version = 1 if reward else None
    return {**empty, **other, **terms, "reward_id": reward, "config_version": version}


def _account(one: CustomerWeek) -> dict[str, Any]:
    jurisdiction, currency = one.territory or ("", "")
    return {
        "customer_id": one.customer,
        "revision": 1,
        "status": "active",
        "verified": True,
        "jurisdiction": jurisdiction,
        "currency": currency,
        "rg_state": "self_excluded" if one.excluded else "none",
        "promo_restricted": False,
        "occurred_at": BEFORE.starts_at,
    }


def _fulfilment(one: CustomerWeek, week: str) -> dict[str, Any]:
    nothing = dict.fromkeys(
        ("provider", "sent_at", "credited_at", "expires_at", "ended_at", "reference", "reason", "flag")
    )
    times = dict.fromkeys(("flagged_at", "next_at", "leased_until"))
    other = {"revision": 1, "attempts": 0, "lease": 0, "created_at": NOW, "changed_at": NOW}
    key = {"key": f"{week}:{one.customer}"[-64:], "state": one.state}
    return {**nothing, **times, **other, **key, **reward_columns(one.paid)}


@asynccontextmanager
async def risk_fixture(url: str, brands: Sequence[str] = ("northbet",)) -> AsyncIterator[RiskFixture]:
    """Open migrated databases that know brands, their schemes and their rewards."""
    clock = ManualClock(NOW)
    settings = BackofficeSettings(key=SecretStr("k" * 32), _env_file=None)
    async with AsyncExitStack() as stack:
        opened: dict[str, Database] = {}
        for module in (club, fulfilment, progress, rewards):
            name = module.__name__.split(".")[1]
            opened[name] = await stack.enter_async_context(migrated(url, name, module.METADATA))
        await stack.enter_async_context(backoffice_database(url))
        for name, module in (("fulfilment", fulfilment), ("progress", progress), ("rewards", rewards)):
            for brand in brands:
                await _add_brand(opened[name], module.REFERENCE, brand)
        for brand in brands:
            await _add_rewards(opened["rewards"], brand)
        base = create_base(DatabaseSettings(url=url), settings, clock)
        await employ(base.database, RISK, SECOND, FOREIGN)
        parts = RiskArea(base)
        stack.push_async_callback(base.database.close)
        stack.push_async_callback(parts.close)
        yield RiskFixture(base, parts, clock)


async def _add_brand(database: Database, reference: Any, brand: str) -> None:
    row = {
        "brand_id": brand,
        "name": brand.title(),
        "time_zone": "Europe/London",
        "default_locale": "en-GB",
        "locales": ["en-GB"],
        "default_jurisdiction": "GB",
        "jurisdictions": ["GB", "MT"],
        "default_currency": "GBP",
        "currencies": ["EUR", "GBP"],
        "occurred_at": BEFORE.starts_at,
        "zone_issued_at": BEFORE.starts_at,
    }
    schemes = [_scheme(brand, *territory, default) for territory, default in TERRITORIES.items()]
    weeks = [
        {
            "brand_id": brand,
            "iso_week": week.iso,
            "jurisdiction": jurisdiction,
            "currency": currency,
            "scheme_version": 1,
            "time_zone": "Europe/London",
            "starts_at": week.starts_at,
            "ends_at": week.ends_at,
            "locks_at": week.ends_at,
            "grace_until": week.ends_at + timedelta(hours=12),
            "opened_at": week.starts_at,
        }
        for week in (BEFORE, WEEK)
        for jurisdiction, currency in TERRITORIES
    ]
    async with database.write() as connection:
        await connection.execute(insert(reference.brand).values(row))
        await connection.execute(insert(reference.scheme), schemes)
        await connection.execute(insert(reference.week_definition), weeks)


def _scheme(brand: str, jurisdiction: str, currency: str, default: str) -> dict[str, Any]:
    return {
        "brand_id": brand,
        "jurisdiction": jurisdiction,
        "currency": currency,
        "version": 1,
        "qualifying_product": "betting",
        "target_minor": 2500,
        "min_stake_minor": 100,
        "min_odds_milli": 1500,
        "bet_types": ["single"],
        "channels": [],
        "count_before_opt_in": True,
        "void_policy": "none",
        "default_reward_id": default,
        "trial_reward_id": TRIALS.get((jurisdiction, currency), (None, 0))[0],
        "trial_per_mille": TRIALS.get((jurisdiction, currency), (None, 0))[1],
        "choice_lock_minutes": 0,
        "grace_minutes": 720,
        "terms_version": "1",
        "terms_summary": "Terms.",
        "terms_url": "https://northbet.example/terms",
        "effective_from": datetime(2026, 1, 19, tzinfo=UTC),
        "issued_at": datetime(2026, 1, 19, tzinfo=UTC),
    }


async def _add_rewards(database: Database, brand: str) -> None:
    common = {
        "brand_id": brand,
        "config_version": 1,
        "status": "active",
        "product": "betting",
        "qualifying_product": "betting",
        "target_minor": 2500,
        "jurisdictions": ["GB", "MT"],
        "expiry_days": 7,
        "wagering_multiple": 0,
        "effective_from": datetime(2026, 1, 19, tzinfo=UTC),
        "effective_to": None,
        "occurred_at": datetime(2026, 1, 19, tzinfo=UTC),
    }
    configs = [{**common, **terms, "reward_id": reward} for reward, terms in REWARDS.items()]
    texts: list[dict[str, Any]] = [
        {
            "brand_id": brand,
            "reward_id": reward,
            "locale": "en-GB",
            "revision": 1,
            "status": "published",
            "publish_at": datetime(2026, 1, 19, tzinfo=UTC),
            "position": place,
            "title": reward,
            "summary": reward,
            "image_url": None,
            "significant_terms": "18+",
            "terms_url": "https://northbet.example/terms",
            "eligible_games": [],
            "config_version": None,
        }
        for place, reward in enumerate(REWARDS)
    ]
    async with database.write() as connection:
        await connection.execute(insert(rewards.REWARD_CONFIG), configs)
        await connection.execute(insert(rewards.REWARD_CONTENT), texts)
