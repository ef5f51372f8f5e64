"""The registry of the kinds of rewards."""

from enum import StrEnum
from typing import Self

from subgraphs.club_kit.domain.reward_kinds import bet_boost, cash, casino_bonus, free_bet, free_spins
from subgraphs.club_kit.domain.reward_kinds.kind import KindRules, Payer


class RewardKind(StrEnum):
    """The kind of a reward. Its value is its name in messages and tables."""

    rules: KindRules

    def __new__(cls, rules: KindRules) -> Self:
        """Return the kind of rules, which is equal to its name."""
        member = str.__new__(cls, rules.name)
        member._value_ = rules.name
        member.rules = rules
        return member

    @classmethod
    def named(cls, name: str) -> Self:
        """Return the kind of a name, such as free_bet.

        Raises:
            KeyError: There is no such kind.
        """
        return cls[name.upper()]

    FREE_BET = free_bet.RULES
    BET_BOOST = bet_boost.RULES
    FREE_SPINS = free_spins.RULES
    CASINO_BONUS = casino_bonus.RULES
    CASH = cash.RULES


def paid_by(payer: Payer) -> tuple[RewardKind, ...]:
    """Return the kinds that companies of a sort pay."""
    return tuple(kind for kind in RewardKind if payer in kind.rules.payers)
