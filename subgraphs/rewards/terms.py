"""Terms of rewards that cannot be: nobody could be paid by them, or no jurisdiction allows them."""

from datetime import datetime

from subgraphs.rewards.catalogue import RewardConfig, RewardKind
from subgraphs.rewards.law import LAWS, RewardLaw


def impossible(config: RewardConfig) -> str | None:
    """Why terms contradict themselves; None where they do not."""
    if why := _amount(config):
        return f"{config.kind.value} {why}"
    if not config.target_minor:
        return "a target of 0, which everybody has reached"
    if config.effective_to is not None and config.effective_to <= config.effective_from:
        return "it ends before it begins"
    return None


def _amount(config: RewardConfig) -> str | None:
    match config.kind:
        case RewardKind.FREE_SPINS if not config.spins:
            return "without spins"
        case RewardKind.FREE_SPINS if config.value_minor is not None:
            return "with a value: the number of spins says how much it is"
        case RewardKind.FREE_SPINS:
            return None
        case _ if config.spins is not None:
            return "with spins"
        case RewardKind.BET_BOOST:
            return "with the value 0" if config.value_minor == 0 else None
        case _:
            return None if config.value_minor else "without a value"


def unlawful(
    config: RewardConfig, jurisdiction: str, at: datetime, laws: tuple[RewardLaw, ...] = LAWS
) -> str | None:
    """What the law of a jurisdiction says against a reward at an instant; None where it says nothing.

    Of a jurisdiction that the reward is not for, too.
    """
    for law in laws:
        if law.jurisdiction == jurisdiction and law.since <= at and (why := law.why_not(config)):
            return f"unlawful in {jurisdiction}: {why} ({law.source})"
    return None


def refusal(config: RewardConfig) -> str | None:
    """Why a version is not taken into the catalogue; None where it is.

    A version that any of its jurisdictions allows is taken: it is offered there only. So is one that began
    before the law did, because choices of that time name it; from then on nobody is offered it.
    """
    if why := impossible(config):
        return why
    found = [unlawful(config, one, config.effective_from) for one in config.jurisdictions]
    against = [why for why in found if why is not None]
    return "; ".join(against) if len(against) == len(found) else None
