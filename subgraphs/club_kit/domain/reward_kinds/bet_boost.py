"""Bet boosts: better odds for a bet."""

from typing import Final

from subgraphs.club_kit.domain.reward_kinds.kind import Amount, KindRules, Payer

RULES: Final = KindRules(
    name="bet_boost",
    words="bet boosts",
    glyph="M5 19 12 5l7 14M8.5 14.5 12 8l3.5 6.5",
    amount=Amount.OPTIONAL_VALUE,
    payers=(Payer.SPORTSBOOK,),
)
