"""Free spins in the games of a casino."""

from typing import Final

from subgraphs.club_kit.domain.reward_kinds.kind import Amount, KindRules, Payer

RULES: Final = KindRules(
    name="free_spins",
    words="free spins",
    glyph="M20 12a8 8 0 1 1-2.5-5.8M20 3v5h-5",
    amount=Amount.SPINS,
    payers=(Payer.GAMES,),
    names_games=True,
)
