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
        max_value_minor: What a reward may be worth at most, in minor units of `currency`; None without a
            rule. A reward that states no value, such as free spins, is not measured by it.
        min_expiry_days: How long a customer must have at least to fulfil the terms.
        same_for_all: Whether single customers may not be offered other terms than others, so that chance may
            not decide either.
    """

    jurisdiction: str
    since: datetime
    source: str
    max_wagering_multiple: int
    one_product: bool
    max_value_minor: int | None = None
    currency: str = ""
    min_expiry_days: int = 0
    same_for_all: bool = False

    def allows(self, config: RewardConfig) -> bool:
        """Return whether a reward complies with the rule."""
        return self.why_not(config) is None

    def why_not(self, config: RewardConfig) -> str | None:
        """Return how a reward breaks the rule; None if it complies."""
        if config.wagering_multiple > self.max_wagering_multiple:
            return f"wagering {config.wagering_multiple} times, at most {self.max_wagering_multiple}"
        if self.one_product and config.product != config.qualifying_product:
            return f"a {config.product.value} reward for {config.qualifying_product.value}"
        if config.expiry_days < self.min_expiry_days:
            return f"{config.expiry_days} days to fulfil its terms, at least {self.min_expiry_days}"
        return self._too_much(config)

    def _too_much(self, config: RewardConfig) -> str | None:
        """Return how a reward is worth more than the rule allows; None if it is not."""
        if self.max_value_minor is None or config.value_minor is None:
            return None
        if config.currency != self.currency:
            return f"worth an amount of {config.currency}, while the rule is in {self.currency}"
        if config.value_minor > self.max_value_minor:
            return (
                f"worth {config.value_minor} minor units of {self.currency}, at most {self.max_value_minor}"
            )
        return None


LAWS = (
    RewardLaw(
        jurisdiction="GB",
        since=datetime(2026, 1, 19, tzinfo=UTC),
        source="Gambling Commission, LCCP social responsibility code 5.1.1, in force from 19 January 2026",
        max_wagering_multiple=10,
        one_product=True,
    ),
    RewardLaw(
        jurisdiction="DK",
        since=datetime(2020, 1, 1, tzinfo=UTC),
        source="Den juridiske vejledning on sales promotion, https://skat.dk/skat.aspx?oid=2168695, "
        "opened 28 November 2026",
        max_wagering_multiple=10,
        one_product=False,
        max_value_minor=1_000_00,
        currency="DKK",
        min_expiry_days=60,
        same_for_all=True,
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


def no_trial(jurisdiction: str, at: datetime, laws: tuple[RewardLaw, ...] = LAWS) -> str | None:
    """Return why no reward may be on trial in a jurisdiction at an instant; None if one may.

    In a trial, chance offers single customers another reward than others.
    """
    for law in laws:
        if law.jurisdiction == jurisdiction and law.since <= at and law.same_for_all:
            return f"a trial is unlawful in {jurisdiction}: all customers are offered the same ({law.source})"
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
