"""What a reward's terms must comply with: laws by jurisdiction, with their sources, and consistency."""

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


def impossible(config: RewardConfig) -> str | None:
    """Return how terms contradict themselves; None if they do not."""
    if why := config.kind.rules.amount.problem(config.value_minor, config.spins):
        return f"{config.kind.value} {why}"
    if not config.target_minor:
        return "a target of 0, which everybody has reached"
    if config.effective_to is not None and config.effective_to <= config.effective_from:
        return "it ends before it begins"
    return None


def unlawful(
    config: RewardConfig, jurisdiction: str, at: datetime, laws: tuple[RewardLaw, ...] = LAWS
) -> str | None:
    """Return how a reward breaks the law of a jurisdiction at an instant; None if it does not.

    The jurisdiction need not be one that the reward is for.
    """
    for law in laws:
        if law.jurisdiction == jurisdiction and law.since <= at and (why := law.why_not(config)):
            return f"unlawful in {jurisdiction}: {why} ({law.source})"
    for ban in config.kind.rules.bans:
        if ban.holds(jurisdiction, at):
            return f"unlawful in {jurisdiction}: {config.kind.rules.words} are forbidden ({ban.source})"
    return None


def refusal(config: RewardConfig) -> str | None:
    """Return why a version is refused by the catalogue; None if it is accepted.

    A version is accepted if any of its jurisdictions allows it, and is offered only there. A version that
    took effect before the law is accepted as well, because choices of that time name it, but it is no longer
    offered.
    """
    if why := impossible(config):
        return why
    reasons = [unlawful(config, jurisdiction, config.effective_from) for jurisdiction in config.jurisdictions]
    against = [why for why in reasons if why is not None]
    return "; ".join(against) if len(against) == len(reasons) else None
