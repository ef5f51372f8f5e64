"""Brings the demo's brands, schemes, content and rewards into the tables, by the product's own writers."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

import furlong
from furlong.install.content import plan_content, store_content
from furlong.install.world import Brand, Scheme, World, read_world
from simulator.world import Brand as SquadBrand
from simulator.world import Reward, load_world
from storage.database import Database
from storage.settings import DatabaseSettings
from subgraphs.club.models import REFERENCE as CLUB
from subgraphs.kit.records.reference import ReferenceWriter
from subgraphs.kit.records.tables import ReferenceTables
from subgraphs.progress.models import REFERENCE as PROGRESS
from subgraphs.rewards.catalogue.config_repository import ConfigWriter
from subgraphs.rewards.models import REFERENCE as REWARDS
from subgraphs.rewards.models import REWARD_CONFIG

WORLD = Path(furlong.__file__).with_name("world.yaml")
TABLES = {"club": CLUB, "rewards": REWARDS, "progress": PROGRESS}


async def store_world(settings: DatabaseSettings) -> None:
    """Stores, in migrated databases, what `furlong load` and the squad's topics would have brought."""
    world, now = read_world(WORLD), datetime.now(UTC)
    for name, tables in TABLES.items():
        database = Database.open(settings, name)
        await _store_schemes(database, tables, world, now)
        if name == "rewards":
            plan = await plan_content(world, database, now)
            await store_content(plan.changes, database, now)
            await _store_rewards(database, now)
        await database.close()


async def _store_schemes(database: Database, tables: ReferenceTables, world: World, now: datetime) -> None:
    writer = ReferenceWriter(tables, database.dialect)
    brands = [_brand_row(brand, now) for brand in world.brands]
    schemes = [_scheme_row(brand, scheme) for brand in world.brands for scheme in brand.schemes]
    async with database.home.write() as connection:
        await writer.store_schemes(connection, brands, schemes)


async def _store_rewards(database: Database, now: datetime) -> None:
    rows = [_reward_row(brand, reward, now) for brand in load_world().brands for reward in brand.rewards]
    async with database.home.write() as connection:
        await ConfigWriter(REWARD_CONFIG, database.dialect).store(connection, rows, [])


def _brand_row(brand: Brand, now: datetime) -> dict[str, Any]:
    facts = brand.model_dump(mode="json", exclude={"id", "schemes", "content", "budgets"})
    return {"brand_id": brand.id, **facts, "occurred_at": now, "zone_issued_at": now}


def _scheme_row(brand: Brand, scheme: Scheme) -> dict[str, Any]:
    terms = {f"terms_{name}": text for name, text in scheme.terms.model_dump().items()}
    facts = scheme.model_dump(mode="json", exclude={"terms", "effective_from"})
    dates = {"effective_from": scheme.effective_from, "issued_at": scheme.effective_from}
    return {"brand_id": brand.id, **facts, **terms, **dates}


def _reward_row(brand: SquadBrand, reward: Reward, now: datetime) -> dict[str, Any]:
    facts = msgspec.structs.asdict(reward)
    return {
        "brand_id": brand.id,
        "reward_id": facts.pop("id"),
        **facts,
        "currency": brand.currency,
        "qualifying_product": brand.qualifying_product,
        "target_minor": brand.target_minor,
        "jurisdictions": [brand.jurisdiction],
        "occurred_at": now,
    }
