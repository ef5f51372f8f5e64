"""Free bets: a stake that the customer need not pay."""

from typing import Final

from subgraphs.club_kit.domain.reward_kinds.kind import Amount, KindRules, Payer

RULES: Final = KindRules(
    name="free_bet",
    words="free bets",
    glyph="M4 8h16v3a2 2 0 0 0 0 4v3H4v-3a2 2 0 0 0 0-4zm9 1v1m0 3v1m0 3v1",
    amount=Amount.VALUE,
    payers=(Payer.SPORTSBOOK, Payer.HOUSE),
)
