"""Laws about rewards by jurisdiction, as data with their sources."""

from dataclasses import dataclass
from datetime import UTC, datetime

from subgraphs.rewards.catalogue.rewards import RewardConfig


@dataclass(frozen=True, slots=True)
class RewardLaw:
    """A rule for rewards in a jurisdiction, in force from an instant on.

    Attributes:
        source: The regulation that the rule comes from.
        max_wagering_multiple: How many times a bonus may have to be wagered at most.
        one_product: Whether a reward must be of the product that earns it.
    """

    jurisdiction: str
    since: datetime
    source: str
    max_wagering_multiple: int
    one_product: bool

    def allows(self, config: RewardConfig) -> bool:
        """Return whether a reward complies with the rule."""
        return self.why_not(config) is None

    def why_not(self, config: RewardConfig) -> str | None:
        """Return how a reward breaks the rule; None if it complies."""
        if config.wagering_multiple > self.max_wagering_multiple:
            return f"wagering {config.wagering_multiple} times, at most {self.max_wagering_multiple}"
        if self.one_product and config.product != config.qualifying_product:
            return f"a {config.product.value} reward for {config.qualifying_product.value}"
        return None


LAWS = (
    RewardLaw(
        jurisdiction="GB",
        since=datetime(2026, 1, 19, tzinfo=UTC),
        source="Gambling Commission, LCCP social responsibility code 5.1.1, in force from 19 January 2026",
        max_wagering_multiple=10,
        one_product=True,
    ),
)


def lawful(config: RewardConfig, jurisdiction: str, at: datetime, laws: tuple[RewardLaw, ...] = LAWS) -> bool:
    """Return whether a reward may be offered to customers of a jurisdiction at an instant."""
    if jurisdiction not in config.jurisdictions:
        return False
    if any(ban.holds(jurisdiction, at) for ban in config.kind.rules.bans):
        return False
    in_force = (law for law in laws if law.jurisdiction == jurisdiction and law.since <= at)
    return all(law.allows(config) for law in in_force)
