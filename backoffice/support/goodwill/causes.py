"""The list of reasons for a goodwill credit."""

from collections.abc import Mapping
from enum import Enum, unique
from types import MappingProxyType
from typing import Final


@unique
class GoodwillCause(Enum):
    """Why a goodwill credit is given."""

    SERVICE_FAULT = "SERVICE_FAULT"
    WRONG_INFORMATION = "WRONG_INFORMATION"
    LATE_REWARD = "LATE_REWARD"
    BET_HANDLING = "BET_HANDLING"
    COMPLAINT = "COMPLAINT"


CAUSE_WORDS: Final[Mapping[GoodwillCause, str]] = MappingProxyType(
    {
        GoodwillCause.SERVICE_FAULT: "The site or the club did not work",
        GoodwillCause.WRONG_INFORMATION: "We told the customer something wrong",
        GoodwillCause.LATE_REWARD: "A reward came late",
        GoodwillCause.BET_HANDLING: "A bet was handled wrongly",
        GoodwillCause.COMPLAINT: "A complaint was upheld",
    }
)
