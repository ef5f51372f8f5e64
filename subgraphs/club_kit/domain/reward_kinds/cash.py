"""Cash: the customer's own money as soon as it is credited."""

from typing import Final

from subgraphs.club_kit.domain.reward_kinds.kind import Amount, KindRules, Payer

RULES: Final = KindRules(
    name="cash",
    words="cash",
    glyph="M4 7h16v10H4zm8 2.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5zM7 12h.01M17 12h.01",
    amount=Amount.VALUE,
    payers=(Payer.WALLET, Payer.HOUSE),
    own_money=True,
)
