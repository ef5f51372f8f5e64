"""Loads a world file: publishes its schemes on Kafka, and decides on content and budgets for all nodes."""

import asyncio
from collections.abc import Awaitable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import orjson
from aiokafka import AIOKafkaProducer
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.access import Actor
from backoffice.global_events.decisions import GlobalDecisions
from backoffice.operations.brands.repository import revise, revisions
from backoffice.rules.scheme_versions import Scheme, scheme_body, scheme_key, utc
from consumers.messages.global_events.states import BudgetState, State
from foundation.storage.database import Database
from furlong.install.content import (
    CATALOGUE,
    FAR_FUTURE,
    ContentPlan,
    content_state,
    note_content,
    plan_content,
    require_lint_clean,
)
from furlong.install.world import Brand, World, WorldError
from subgraphs.club.models import REFERENCE
from subgraphs.club_kit.domain.schemes import Brand as StoredBrand
from subgraphs.club_kit.domain.schemes import Scheme as StoredScheme
from subgraphs.club_kit.domain.weeks import week_at
from subgraphs.club_kit.records.reference import ReferenceRepository
from subgraphs.club_kit.topics import SCHEME_TOPIC
from subgraphs.rewards.budgets import EVERY_WEEK, BudgetKey, BudgetRepository

DECIDED_BY = "furlong load"
LOADER = Actor("os:load", "furlong load", "furlong load", "command-line", "local", {})
"""Who loads by default: the demo."""
_BRAND_FACTS = (
    *("name", "default_locale", "locales", "default_jurisdiction", "jurisdictions"),
    *("default_currency", "currencies"),
)


@dataclass(frozen=True, slots=True)
class SchemeMessage:
    """A scheme's message, and whether the club does not know it yet."""

    key: str
    body: dict[str, Any]
    is_new: bool


@dataclass(frozen=True, slots=True)
class BrandChange:
    """What loading does to the facts of a brand: `+` new, `~` changed, `=` unchanged.

    Attributes:
        changes: A text for each changed fact, with its value before and after.
    """

    mark: str
    brand: str
    changes: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return the line of the plan."""
        return f"{self.mark} brand {self.brand}" + (f": {'; '.join(self.changes)}" if self.changes else "")


@dataclass(frozen=True, slots=True)
class BudgetChange:
    """What loading does to one budget.

    Attributes:
        before: The number of rewards before; None if there was no budget.
        after: The number of rewards afterwards; None if the budget is removed.
    """

    key: BudgetKey
    before: int | None
    after: int | None

    @property
    def mark(self) -> str:
        """The mark: `+` new, `~` changed, `-` removed, `=` unchanged."""
        match (self.before, self.after):
            case (None, _):
                return "+"
            case (_, None):
                return "-"
            case _:
                return "=" if self.before == self.after else "~"

    def __str__(self) -> str:
        week = "every week" if self.key.iso_week == EVERY_WEEK else self.key.iso_week
        was = f" (was {self.before})" if self.mark == "~" else ""
        number = self.before if self.after is None else self.after
        return f"{self.mark} budget {self.key.brand}:{self.key.reward_id} {week}: {number}{was}"


async def plan_budgets(world: World, rewards: Database) -> tuple[BudgetChange, ...]:
    """Compare a world's budgets with the stored ones; brands without a list of budgets keep theirs.

    Raises:
        WorldError: A budget is for a reward without content. A misspelt name would limit nothing.
    """
    brands = [brand for brand in world.brands if brand.budgets is not None]
    async with rewards.read() as connection:
        stored = await BUDGETS.budgets(connection, [brand.id for brand in brands])
        contents = await CATALOGUE.published(connection, [brand.id for brand in brands], FAR_FUTURE)
    wanted = {key: number for brand in brands for key, number in _budgets(brand)}
    shown = {(brand.id, content.reward_id) for brand in brands for content in brand.content}
    shown |= {(brand, content.reward_id) for brand, versions in contents.items() for content in versions}
    unknown = sorted({f"{key.brand}:{key.reward_id}" for key in wanted if key[:2] not in shown})
    if unknown:
        raise WorldError(f"there are budgets for rewards without content: {', '.join(unknown)}")
    keys = sorted(stored.keys() | wanted.keys())
    return tuple(BudgetChange(key, stored.get(key), wanted.get(key)) for key in keys)


def budget_state(change: BudgetChange) -> BudgetState:
    """Return the state that sets a budget, or removes one that is no longer listed."""
    return BudgetState(
        reward_id=change.key.reward_id, iso_week=change.key.iso_week or None, rewards=change.after
    )


def _budgets(brand: Brand) -> Iterator[tuple[BudgetKey, int]]:
    for budget in brand.budgets or ():
        yield BudgetKey(brand.id, budget.reward_id, budget.week or EVERY_WEEK), budget.rewards


@dataclass(frozen=True, slots=True)
class LoadPlan:
    """What loading a world would do.

    Attributes:
        facts: The brands as the file has them.
    """

    brands: tuple[BrandChange, ...]
    facts: tuple[Brand, ...]
    schemes: tuple[SchemeMessage, ...]
    content: ContentPlan
    budgets: tuple[BudgetChange, ...]

    def lines(self) -> Iterator[str]:
        """Yield the plan's lines: `+` new, `~` changed, `-` removed, `=` unchanged, `!` needs attention."""
        for brand in self.brands:
            yield str(brand)
        for message in self.schemes:
            yield f"{'+' if message.is_new else '='} scheme {message.key}"
        yield from self.content.lines()
        for budget in self.budgets:
            yield str(budget)


async def plan_load(world: World, club: Database, rewards: Database, now: datetime) -> LoadPlan:
    """Compare a world with what is stored.

    Raises:
        WorldError: The file changes a scheme version that was loaded before, or the time zone of a brand, or
            the content of a reward without naming the version; or it has a budget for a reward without
            content, or content that lint refuses.
    """
    async with club.read() as connection:
        reference = ReferenceRepository(REFERENCE)
        known = await reference.brands(connection, [b.id for b in world.brands])
        stored = await reference.schemes(connection, [b.id for b in world.brands])
    brands = tuple(_brand_change(brand, known.get(brand.id)) for brand in world.brands)
    schemes = [
        _message(brand, scheme, _known(stored[brand.id], scheme), now)
        for brand in world.brands
        for scheme in brand.schemes
    ]
    content, budgets = await plan_content(world, rewards, now), await plan_budgets(world, rewards)
    async with rewards.read() as connection:
        configs = await CATALOGUE.configs(connection, [brand.id for brand in world.brands])
    require_lint_clean(world, content.changes, configs, now)
    return LoadPlan(brands, world.brands, tuple(schemes), content, budgets)


async def apply_load(
    plan: LoadPlan,
    producer: AIOKafkaProducer,
    backoffice: Database,
    now: datetime,
    actor: Actor = LOADER,
) -> None:
    """Decide what changed, and publish all schemes; known ones again, with the brand's present facts.

    The decisions wait in the back office's outbox until they are published.

    Args:
        plan: What to do.
        producer: Sends the schemes.
        backoffice: The back office's database.
        now: Product time.
        actor: Who loads, for the audit log.

    Raises:
        aiokafka.errors.KafkaError: The broker did not accept a message.
    """
    await decide_load(plan, backoffice, now, actor)
    deliveries = [
        await send_configuration(producer, SCHEME_TOPIC, message.key, message.body, "furlong-load")
        for message in plan.schemes
    ]
    await producer.flush()
    await asyncio.gather(*deliveries)


async def decide_load(plan: LoadPlan, backoffice: Database, now: datetime, actor: Actor = LOADER) -> None:
    """Decide on content and budgets for all nodes, and note the content's revisions, in one transaction.

    Unchanged content and budgets are decided only if the back office does not know them yet: nodes that
    start later get them, too.
    """
    decisions = GlobalDecisions()
    states: list[tuple[str, State, bool]] = [
        *((change.brand, content_state(change, now), change.mark == "=") for change in plan.content.changes),
        *((budget.key.brand, budget_state(budget), budget.mark == "=") for budget in plan.budgets),
    ]
    async with backoffice.write() as connection:
        await note_content(connection, actor, plan.content, now)
        for brand, state, unchanged in states:
            if unchanged and await decisions.repository.find(connection, state.subject(brand).key):
                continue
            await decisions.decide(connection, brand, state, by=DECIDED_BY, at=now)
        for facts in plan.facts:
            await _revise_brand(connection, facts, now)


async def _revise_brand(connection: AsyncConnection, facts: Brand, now: datetime) -> None:
    """Decide the facts of a brand that has revisions: those replace what its schemes say."""
    newest = await revisions(connection, facts.id, 1)
    if not newest:
        return
    document = newest[0].document
    wanted = replace(
        document, name=facts.name, default_locale=facts.default_locale, locales=tuple(facts.locales)
    )
    if wanted != document:
        seen = newest[0].revision
        await revise(connection, facts.id, wanted, seen=seen, by=DECIDED_BY, at=now, reason=None)


def _brand_change(brand: Brand, known: StoredBrand | None) -> BrandChange:
    if known is None:
        return BrandChange("+", brand.id)
    if brand.time_zone != known.time_zone:
        raise WorldError(
            f"brand {brand.id} is in time zone {known.time_zone}, the file says {brand.time_zone}: its weeks "
            "are measured in that zone, so a change would move the boundaries of open weeks, and bets from "
            f"one week to another. The zone can never be changed: put {known.time_zone} back into the file, "
            "or set up a brand with another id"
        )
    changes = []
    for name in _BRAND_FACTS:
        was, now = getattr(known, name), getattr(brand, name)
        if was != now:
            changes.append(f"{name} {_shown(was)} becomes {_shown(now)}")
    return BrandChange("~" if changes else "=", brand.id, tuple(changes))


def _shown(fact: object) -> str:
    return ", ".join(fact) if isinstance(fact, tuple) else str(fact)


def _known(stored: list[StoredScheme], scheme: Scheme) -> StoredScheme | None:
    wanted = (scheme.jurisdiction, scheme.currency, scheme.version)
    return next((s for s in stored if (s.jurisdiction, s.currency, s.version) == wanted), None)


def _message(brand: Brand, scheme: Scheme, known: StoredScheme | None, now: datetime) -> SchemeMessage:
    key = scheme_key(brand.id, scheme)
    if known and _differences(known, scheme):
        changed = ", ".join(_differences(known, scheme))
        following = week_at(now, brand.time_zone).ends_at
        raise WorldError(
            f"scheme {key} was loaded with another {changed}: a version never changes. Add one with the "
            f"next number; it can take effect in the week that begins at {utc(following)}"
        )
    facts = brand.model_dump(mode="json", exclude={"id", "schemes", "content", "budgets"})
    body = scheme_body(brand.id, facts, scheme, known.issued_at if known else now, now)
    return SchemeMessage(key, body, is_new=known is None)


def _differences(known: StoredScheme, scheme: Scheme) -> list[str]:
    names = set(Scheme.model_fields) - {"terms", "events"}
    differing = [name for name in sorted(names) if getattr(known, name) != getattr(scheme, name)]
    if known.events != scheme.scope:
        differing.append("events")
    terms = (known.terms.version, known.terms.summary, known.terms.url)
    return differing + (["terms"] if terms != tuple(scheme.terms.model_dump().values()) else [])


async def send_configuration(
    producer: AIOKafkaProducer, topic: str, key: str, body: Mapping[str, Any], sender: str
) -> Awaitable[object]:
    """Send a message. The caller also awaits the result: flushing does not tell whether it was accepted."""
    delivery: Awaitable[object] = await producer.send(
        topic,
        orjson.dumps(body),
        key=key.encode(),
        headers=[
            ("schema", body["schema"].encode()),
            ("event_id", body["event_id"].encode()),
            ("producer", sender.encode()),
            ("brand", body["brand_id"].encode()),
        ],
    )
    return delivery


BUDGETS = BudgetRepository()
