"""The platform's names of sports and kinds of markets, into which adapters translate those of providers."""

from collections.abc import Mapping
from typing import Final

SPORTS: Final[Mapping[str, str]] = {
    "american-football": "American Football",
    "baseball": "Baseball",
    "basketball": "Basketball",
    "boxing": "Boxing",
    "cricket": "Cricket",
    "cycling": "Cycling",
    "darts": "Darts",
    "esports": "E-sports",
    "football": "Football",
    "golf": "Golf",
    "greyhounds": "Greyhounds",
    "handball": "Handball",
    "horse-racing": "Horse Racing",
    "ice-hockey": "Ice Hockey",
    "mma": "Mixed Martial Arts",
    "motor-sport": "Motor Sport",
    "other": "Other Sports",
    "rugby-league": "Rugby League",
    "rugby-union": "Rugby Union",
    "snooker": "Snooker",
    "table-tennis": "Table Tennis",
    "tennis": "Tennis",
    "virtual": "Virtual Sports",
    "volleyball": "Volleyball",
}
"""Their names in English, by id. What an adapter cannot translate is `other`."""
OTHER: Final = "other"


def sport_name(sport: str) -> str:
    """Return the name of a sport; of one that is not the platform's, its id as words."""
    return SPORTS.get(sport, sport.replace("-", " ").title())


MARKET_KINDS: Final[Mapping[str, str]] = {
    "MATCH_RESULT": "Match Result",
    "MATCH_WINNER": "Match Winner",
    "TOTALS": "Total",
    "HANDICAP": "Handicap",
    "BOTH_TO_SCORE": "Both Teams to Score",
    "CORRECT_SCORE": "Correct Score",
    "WIN": "Win",
    "PLACE": "To Be Placed",
}
"""Their names in English. WIN and PLACE are of races; MATCH_WINNER has no draw, MATCH_RESULT has one."""
