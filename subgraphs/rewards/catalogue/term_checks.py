"""Checks of a reward's terms: whether they contradict themselves, and where they are unlawful."""

from datetime import datetime

from subgraphs.rewards.catalogue.law import LAWS, RewardLaw
from subgraphs.rewards.catalogue.rewards import RewardConfig


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
    found = [unlawful(config, one, config.effective_from) for one in config.jurisdictions]
    against = [why for why in found if why is not None]
    return "; ".join(against) if len(against) == len(found) else None
