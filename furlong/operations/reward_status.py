"""Pausing, resuming, withdrawing and recalling a version of a reward, by a message as the squad sends it."""

import uuid
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Final

from aiokafka import AIOKafkaProducer

from furlong.install.configuration_message import send_configuration
from furlong.install.world import utc
from storage.database import Database
from subgraphs.rewards.catalogue.content import without_content
from subgraphs.rewards.catalogue.repository import CatalogueRepository
from subgraphs.rewards.catalogue.rewards import OptionId, RewardConfig
from subgraphs.rewards.catalogue.term_checks import impossible, refusal, unlawful
from subgraphs.rewards.models import REWARD_CONFIG, REWARD_CONTENT

REWARD_CONFIG_TOPIC: Final = "club.reward-config.v1"
CATALOGUE: Final = CatalogueRepository(REWARD_CONFIG, REWARD_CONTENT)


class CannotChange(Exception):
    """There is no such version, or its status cannot change; the message says why."""


class StatusAction(Enum):
    """What can be done to a version; the value is its status afterwards.

    RECALL: withdrawn for safety or law. Customers who have chosen it do not get it either. Irreversible.
    """

    PAUSE = "paused"
    RESUME = "active"
    WITHDRAW = "withdrawn"
    RECALL = "recalled"


@dataclass(frozen=True, slots=True)
class StatusChange:
    """The message that changes a version's status.

    Attributes:
        others: how many other versions of the reward are active and have content.
    """

    key: str
    body: dict[str, Any]
    others: int


async def versions(rewards: Database, brand: str) -> tuple[RewardConfig, ...]:
    """Return all versions of a brand's rewards, ordered by reward and version."""
    async with rewards.home.read() as connection:
        found = (await CATALOGUE.configs(connection, [brand]))[brand]
    return tuple(sorted(found, key=lambda config: (config.reward_id, config.version)))


async def versions_without_content(rewards: Database, brand: str, now: datetime) -> tuple[RewardConfig, ...]:
    """Return a brand's active versions whose terms no published content describes."""
    async with rewards.home.read() as connection:
        configs = (await CATALOGUE.configs(connection, [brand]))[brand]
        contents = (await CATALOGUE.published(connection, [brand], now))[brand]
    return without_content(configs, contents, now)


def offer_obstacles(config: RewardConfig, now: datetime, *, written: bool = True) -> tuple[str, ...]:
    """Return what keeps a version from being offered: missing content, impossible terms, the law."""
    at = max(now, config.effective_from)
    unlawful_in = (unlawful(config, jurisdiction, at) for jurisdiction in config.jurisdictions)
    why = impossible(config)
    return (
        *(() if written else ("! not offered: no content of its own",)),
        *((f"IMPOSSIBLE: {why}",) if why else ()),
        *(f"! {one}" for one in unlawful_in if one),
    )


async def plan_change(
    rewards: Database, option: OptionId, action: StatusAction, now: datetime
) -> StatusChange:
    """Build the message that changes a version's status.

    Raises:
        CannotChange: there is no such version, or its status cannot change.
    """
    known = await versions(rewards, option.brand)
    config = next((one for one in known if OptionId(one.brand, one.reward_id, one.version) == option), None)
    if config is None:
        raise CannotChange(f"there is no reward {option}; `furlong reward list {option.brand}` shows all")
    if config.recalled and action is not StatusAction.RECALL:
        raise CannotChange(f"{option} was recalled, which cannot be undone: publish another version")
    if action is StatusAction.RESUME and (why := refusal(config)):
        raise CannotChange(f"{option} cannot be offered: {why}; publish another version")
    missing = await versions_without_content(rewards, option.brand, now)
    same = [one for one in known if one.reward_id == config.reward_id and one is not config]
    others = [one for one in same if one not in missing]
    return StatusChange(
        key=str(option),
        body=_body(config, action, now),
        others=sum(one.status == "active" for one in others),
    )


async def publish_change(change: StatusChange, producer: AIOKafkaProducer) -> None:
    """Send the message to the topic that the rewards consumer reads.

    Raises:
        aiokafka.errors.KafkaError: the broker did not accept it.
    """
    sent = await send_configuration(producer, REWARD_CONFIG_TOPIC, change.key, change.body, "furlong-reward")
    await producer.flush()
    await sent


def _body(config: RewardConfig, action: StatusAction, now: datetime) -> dict[str, Any]:
    terms = asdict(config)
    recalled = action is StatusAction.RECALL
    return terms | {
        "schema": "club.reward-config/1",
        "event_id": str(uuid.uuid4()),
        "brand_id": terms.pop("brand"),
        "config_version": terms.pop("version"),
        "status": "withdrawn" if recalled else action.value,
        "recalled": recalled,
        "kind": config.kind.value,
        "product": config.product.value,
        "qualifying_product": config.qualifying_product.value,
        "jurisdictions": list(config.jurisdictions),
        "effective_from": utc(config.effective_from),
        "effective_to": utc(config.effective_to) if config.effective_to else None,
        "occurred_at": utc(now),
    }
