"""The API of a game platform."""

from typing import Final

from simulator.providers.bonus_api import BonusContract, bonus_api
from subgraphs.club_kit.domain.reward_kinds.kind import Payer

API: Final = bonus_api(
    Payer.GAMES,
    BonusContract(
        "/v1/awards",
        "player",
        "rounds",
        {
            "operator": (str,),
            "player": (str,),
            "award": (str,),
            "rounds": (int, type(None)),
            "value": (int, type(None)),
            "currency": (str,),
            "wagering": (int,),
            "valid_days": (int,),
        },
    ),
)
