"""Loads a world: schemes go out on Kafka, display content and budgets into the rewards database."""

import asyncio
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiokafka import AIOKafkaProducer

from furlong.budgets import BudgetChange, plan_budgets, store_budgets
from furlong.configuration import send_configuration
from furlong.content import ContentChange, plan_content, store_content
from furlong.world import Brand, Scheme, World, WorldError, utc
from subgraphs.club.models import REFERENCE
from subgraphs.kit.database import Database
from subgraphs.kit.reference import ReferenceRepository
from subgraphs.kit.schemes import Scheme as StoredScheme

SCHEME_TOPIC = "club.scheme.v1"


@dataclass(frozen=True, slots=True)
class SchemeMessage:
    """A scheme as it goes out, and whether the club knows it already."""

    key: str
    body: dict[str, Any]
    is_new: bool


@dataclass(frozen=True, slots=True)
class LoadPlan:
    """What loading would do."""

    schemes: tuple[SchemeMessage, ...]
    content: tuple[ContentChange, ...]
    budgets: tuple[BudgetChange, ...]

    def lines(self) -> Iterator[str]:
        """The plan for people: `+` new, `~` changed, `-` gone, `=` as it is."""
        for message in self.schemes:
            yield f"{'+' if message.is_new else '='} scheme {message.key}"
        for change in self.content:
            yield f"{change.mark} content {change.brand}:{change.reward_id} {change.locale}"
        for budget in self.budgets:
            yield str(budget)


async def plan_load(world: World, club: Database, rewards: Database, now: datetime) -> LoadPlan:
    """Compares a world with what is stored.

    Raises:
        WorldError: the file changes a scheme version that was loaded before, or has a budget for a reward
            without content.
    """
    async with club.home.read() as connection:
        stored = await ReferenceRepository(REFERENCE).schemes(connection, [b.id for b in world.brands])
    schemes = [
        _message(brand, scheme, _known(stored[brand.id], scheme), now)
        for brand in world.brands
        for scheme in brand.schemes
    ]
    return LoadPlan(tuple(schemes), await plan_content(world, rewards), await plan_budgets(world, rewards))


async def carry_out(plan: LoadPlan, producer: AIOKafkaProducer, rewards: Database, now: datetime) -> None:
    """Stores what changed. Schemes that are known go out again with the brand as it is now.

    Raises:
        aiokafka.errors.KafkaError: the broker did not take a message.
    """
    await store_content(plan.content, rewards, now)
    await store_budgets(plan.budgets, rewards)
    deliveries = [
        await send_configuration(producer, SCHEME_TOPIC, message.key, message.body, "furlong-load")
        for message in plan.schemes
    ]
    await producer.flush()
    await asyncio.gather(*deliveries)


def _known(stored: list[StoredScheme], scheme: Scheme) -> StoredScheme | None:
    wanted = (scheme.jurisdiction, scheme.currency, scheme.version)
    return next((s for s in stored if (s.jurisdiction, s.currency, s.version) == wanted), None)


def _message(brand: Brand, scheme: Scheme, known: StoredScheme | None, now: datetime) -> SchemeMessage:
    key = f"{brand.id}:{scheme.jurisdiction}:{scheme.currency}:{scheme.version}"
    if known and _differences(known, scheme):
        changed = ", ".join(_differences(known, scheme))
        raise WorldError(f"scheme {key} was loaded with another {changed}: a version never changes, add one")
    body = {
        "schema": "club.scheme/1",
        "event_id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{key}@{utc(now)}")),
        "brand_id": brand.id,
        "brand": brand.model_dump(mode="json", exclude={"id", "schemes", "content", "budgets"}),
        **scheme.model_dump(mode="json", exclude={"effective_from"}),
        "effective_from": utc(scheme.effective_from),
        "issued_at": utc(known.issued_at if known else now),
        "occurred_at": utc(now),
    }
    return SchemeMessage(key, body, is_new=known is None)


def _differences(known: StoredScheme, scheme: Scheme) -> list[str]:
    names = set(Scheme.model_fields) - {"terms"}
    differing = [name for name in sorted(names) if getattr(known, name) != getattr(scheme, name)]
    terms = (known.terms.version, known.terms.summary, known.terms.url)
    return differing + (["terms"] if terms != tuple(scheme.terms.model_dump().values()) else [])
