"""The reward that a customer's week earns, and the message about it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any, Final

from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.club_kit.topics import CHOICE_TOPIC
from subgraphs.kit.records.outbox import Fact
from subgraphs.rewards.catalogue.rewards import RewardConfig
from subgraphs.rewards.menu.options import Menu, StoredChoice

CHOICE_SCHEMA: Final = "club.choice/1"


class ChoiceSource(Enum):
    """Where a reward comes from.

    REPLACEMENT: the default, because safety or the law forbids the chosen reward.
    """

    CHOSEN = "chosen"
    DEFAULT = "default"
    REPLACEMENT = "replacement"


@dataclass(frozen=True, slots=True)
class DueReward:
    """The reward of a week.

    Attributes:
        config: None if no reward can be paid.
    """

    source: ChoiceSource
    config: RewardConfig | None


def due_reward(menu: Menu | None, stored: StoredChoice | None) -> DueReward:
    """Return the reward that a customer gets, which is the choice that the graph shows.

    Args:
        menu: What the customer was offered in that week; None if the club does not serve the customer.
        stored: None if nothing was chosen.
    """
    otherwise = ChoiceSource.DEFAULT if stored is None else ChoiceSource.REPLACEMENT
    choice = menu.choice(stored) if menu else None
    if choice is None:
        return DueReward(otherwise, None)
    config = choice.option.config
    return DueReward(
        otherwise if choice.is_default else ChoiceSource.CHOSEN, config if _payable(config) else None
    )


def _payable(config: RewardConfig) -> bool:
    """Return whether the reward has the amount that its kind needs."""
    return config.kind.rules.amount.is_known(config.value_minor, config.spins)


def choice_fact(key: ClubKey, revision: int, due: DueReward, at: datetime, *, final: bool) -> Fact:
    """Return the message about the reward of a week. For each week, the highest revision applies."""
    return Fact(
        topic=CHOICE_TOPIC,
        schema=CHOICE_SCHEMA,
        key=f"{key.brand}:{key.customer}",
        identity=f"{key.iso_week}:{revision}",
        body={
            "brand_id": key.brand,
            "customer_id": key.customer,
            "iso_week": key.iso_week,
            "revision": revision,
            "final": final,
            "source": due.source.value,
            "reward": _terms(due.config) if due.config else None,
            "occurred_at": at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        },
    )


def _terms(config: RewardConfig) -> dict[str, Any]:
    return {
        "reward_id": config.reward_id,
        "config_version": config.version,
        "kind": config.kind.value,
        "product": config.product.value,
        "value_minor": config.value_minor,
        "spins": config.spins,
        "currency": config.currency,
        "expiry_days": config.expiry_days,
        "wagering_multiple": config.wagering_multiple,
    }
