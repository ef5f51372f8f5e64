"""The status of a reward as operators decided it: pauses, withdrawals, recalls and kill switches."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, TypeAlias

from subgraphs.kit.domain.keys import ALL_BRANDS
from subgraphs.kit.records.global_state.kinds import GlobalKind, SwitchScope
from subgraphs.kit.records.global_state.repository import StoredMessage
from subgraphs.rewards.catalogue.rewards import RewardConfig

KINDS: Final = (GlobalKind.REWARD_STATUS, GlobalKind.SWITCH)
RECALLED: Final = "recalled"
Version: TypeAlias = tuple[str, int]


@dataclass(frozen=True, slots=True)
class OperatorStatuses:
    """What operators decided about the rewards of one brand.

    Attributes:
        versions: The status of a version, and when it was decided.
        rewards_off: The rewards whose kill switch is on.
        brand_off: Whether the kill switch of the brand is on.
    """

    versions: Mapping[Version, tuple[str, datetime]] = field(default_factory=dict)
    rewards_off: frozenset[str] = frozenset()
    brand_off: bool = False

    def applied(self, config: RewardConfig, occurred_at: datetime) -> RewardConfig:
        """Return a version with its status in force.

        Of the upstream's status and the operator's, the later one applies. A recall is permanent, whatever
        comes before or after. While a kill switch is on, nobody can choose the version.

        Args:
            config: The version with the upstream's status.
            occurred_at: When the upstream decided on it.
        """
        status, decided_at = self.versions.get((config.reward_id, config.version), (None, occurred_at))
        if status == RECALLED:
            config = replace(config, status="withdrawn", recalled=True)
        elif status is not None and decided_at >= occurred_at and not config.recalled:
            config = replace(config, status=status)
        off = self.brand_off or config.reward_id in self.rewards_off
        return replace(config, status="paused") if off and config.status == "active" else config


def statuses_by_brand(
    messages: Iterable[StoredMessage], brands: Collection[str]
) -> dict[str, OperatorStatuses]:
    """Group messages of `KINDS` by brand."""
    versions: dict[str, dict[Version, tuple[str, datetime]]] = {brand: {} for brand in brands}
    switched_off: dict[str, set[str]] = {brand: set() for brand in (*brands, ALL_BRANDS)}
    whole: set[str] = set()
    for message in messages:
        state: Mapping[str, Any] = message.state or {}
        if message.kind == GlobalKind.REWARD_STATUS.value:
            version = (state["reward_id"], state["config_version"])
            versions[message.brand][version] = (state["status"], message.decided_at)
        elif state["off"] and state["scope"] == SwitchScope.BRAND.value:
            whole.add(message.brand)
        elif state["off"] and state["scope"] == SwitchScope.REWARD.value:
            switched_off[message.brand].add(state["name"])
    return {
        brand: OperatorStatuses(versions[brand], frozenset(switched_off[brand]), brand in whole)
        for brand in brands
    }
