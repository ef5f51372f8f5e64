"""The API of a sportsbook."""

from typing import Final

from simulator.providers.bonus_api import BonusContract, bonus_api
from subgraphs.club_kit.domain.reward_kinds.kind import Payer

API: Final = bonus_api(
    Payer.SPORTSBOOK,
    BonusContract(
        "/v1/bonuses",
        "customer",
        "amount_minor",
        {
            "brand": (str,),
            "customer": (str,),
            "type": (str,),
            "amount_minor": (int, type(None)),
            "currency": (str,),
            "valid_days": (int,),
            "campaign": (str,),
        },
    ),
)
