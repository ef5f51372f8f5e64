"""Pauses, resumes, withdraws and recalls versions of rewards, by a decision for all nodes."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final, Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.global_events.decisions import Decided, GlobalDecisions
from consumers.messages.global_events.states import RewardStatusState
from foundation.storage.database import Database
from subgraphs.rewards.catalogue.content import without_content
from subgraphs.rewards.catalogue.law import impossible, refusal, unlawful
from subgraphs.rewards.catalogue.repository import CatalogueRepository
from subgraphs.rewards.catalogue.rewards import OptionId, RewardConfig
from subgraphs.rewards.models import REWARD_CONFIG, REWARD_CONTENT

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


STATUSES: Final[dict[StatusAction, Literal["active", "paused", "withdrawn", "recalled"]]] = {
    StatusAction.PAUSE: "paused",
    StatusAction.RESUME: "active",
    StatusAction.WITHDRAW: "withdrawn",
    StatusAction.RECALL: "recalled",
}


@dataclass(frozen=True, slots=True)
class StatusChange:
    """What changes a version's status.

    Attributes:
        others: How many other versions of the reward are active and have content.
    """

    brand: str
    state: RewardStatusState
    others: int


async def versions(rewards: Database, brand: str) -> tuple[RewardConfig, ...]:
    """Return all versions of a brand's rewards, ordered by reward and version."""
    async with rewards.read() as connection:
        found = (await CATALOGUE.configs(connection, [brand]))[brand]
    return tuple(sorted(found, key=lambda config: (config.reward_id, config.version)))


async def versions_without_content(rewards: Database, brand: str, now: datetime) -> tuple[RewardConfig, ...]:
    """Return a brand's active versions whose terms no published content describes."""
    async with rewards.read() as connection:
        configs = (await CATALOGUE.configs(connection, [brand]))[brand]
        contents = (await CATALOGUE.published(connection, [brand], now))[brand]
    return without_content(configs, contents, now)


def offer_obstacles(config: RewardConfig, now: datetime, *, written: bool = True) -> tuple[str, ...]:
    """Return what prevents a version from being offered: missing content, impossible terms, the law."""
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
    """Return what changes a version's status.

    Raises:
        CannotChange: There is no such version, or its status cannot change.
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
        brand=option.brand,
        state=RewardStatusState(
            reward_id=option.reward_id, config_version=option.version, status=STATUSES[action]
        ),
        others=sum(one.status == "active" for one in others),
    )


async def decide_change(
    connection: AsyncConnection, change: StatusChange, *, by: str, at: datetime, reason: str | None = None
) -> Decided:
    """Decide the status for all nodes, in a write transaction on the back office's database.

    The decision is new even if the same was decided before: the squad may have changed the status since.
    """
    return await GlobalDecisions().decide(
        connection, change.brand, change.state, by=by, at=at, reason=reason, again=True
    )
