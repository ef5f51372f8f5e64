"""Casino bonuses: money that has to be wagered before it is the customer's."""

from typing import Final

from subgraphs.club_kit.domain.reward_kinds.kind import Amount, KindRules, Payer

RULES: Final = KindRules(
    name="casino_bonus",
    words="casino bonuses",
    glyph="M12 4s7 5.5 7 9.5a3.6 3.6 0 0 1-6 2.4V20h-2v-4.1a3.6 3.6 0 0 1-6-2.4C5 9.5 12 4 12 4z",
    amount=Amount.VALUE,
    payers=(Payer.WALLET, Payer.GAMES, Payer.HOUSE),
)
