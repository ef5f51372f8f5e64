"""What traders' screens ask for, in the fixed office: what may be lost, what is decided, and open bets."""

from typing import Any

from tests.screens.office.fixed_present import BRAND, ago, page_of


def at_risk(number: int, event: str, sport: str, **others: Any) -> dict[str, Any]:
    """Return an event by which something may be lost."""
    return {
        "id": f"e{number}:GBP",
        "sportsEventId": f"e{number}",
        "sport": sport,
        "event": event,
        "startsAt": ago(hours=-number),
        "currency": "GBP",
        "stakeMinor": 812_000,
        "worstMinor": 2_140_050,
        "bets": 418,
        **others,
    }


def selection(number: int, pick: str, **others: Any) -> dict[str, Any]:
    """Return a selection with what the house may lose if it wins."""
    return {
        "id": f"s{number}:GBP",
        "selectionId": f"m1-s{number}",
        "marketId": "m1",
        "kind": "WIN",
        "market": "Win",
        "pick": pick,
        "currency": "GBP",
        "stakeMinor": 310_000,
        "returnsMinor": 2_010_000,
        "placesMinor": 0,
        "liabilityMinor": 1_700_000,
        "bets": 181,
        "stakeLimitMinor": 50_000,
        "liabilityLimitMinor": 2_000_000,
        "suspended": False,
        **others,
    }


def bet(number: int, **others: Any) -> dict[str, Any]:
    """Return an open bet."""
    leg = {
        "selectionId": "m1-s1",
        "event": "Ascot 14:30",
        "market": "Win",
        "pick": "Northern Light",
        "oddsMilli": 6500,
        "startsAt": ago(hours=-1),
    }
    return {
        "id": f"b{number}",
        "customer": f"{BRAND}:c-{number}",
        "status": "OPEN",
        "currency": "GBP",
        "stakeMinor": 50_000,
        "eachWay": False,
        "free": False,
        "potentialReturnsMinor": 325_000,
        "returnsMinor": None,
        "placedAt": ago(minutes=number % 60),
        "legs": [leg],
        "void": False,
        **others,
    }


def betting_world() -> dict[str, Any]:
    """Return what traders' screens ask for."""
    race = {"scope": "EVENT", "name": "Ascot 15:05", "startsAt": ago(hours=-2)}
    darts = {"scope": "SPORT", "name": "Darts", "startsAt": None}
    return {
        "bettingEvents": [
            at_risk(1, "Ascot 14:30", "horse-racing"),
            at_risk(2, "Arsenal v Chelsea", "football", worstMinor=1_204_000, bets=1_902),
            at_risk(3, "Smith v Jones", "tennis", worstMinor=0, bets=2, stakeMinor=1_500),
        ],
        "bettingSelections": [
            selection(1, "Northern Light"),
            selection(2, "Red Harbour", liabilityMinor=2_000_000),
            selection(3, "Old Friend", liabilityMinor=310_000, suspended=True),
            selection(
                4,
                "Quiet Sea",
                liabilityMinor=-120_000,
                bets=1,
                liabilityLimitMinor=None,
                stakeLimitMinor=None,
            ),
        ],
        "openBets": [bet(1003), bet(1001, eachWay=True), bet(1002, void=True, free=True)],
        "tradingRules": {
            "id": BRAND,
            "revision": 14,
            "suspended": [
                {"id": "event:e9", "targetId": "e9", **race},
                {"id": "sport:darts", "targetId": "darts", **darts},
            ],
            "limits": [
                {"id": "brand::GBP", "scope": "BRAND", "targetId": "", "name": "", "startsAt": None}
                | {"currency": "GBP", "stakeMinor": None, "liabilityMinor": 5_000_000},
                {"id": "event:e9:GBP", "targetId": "e9", **race}
                | {"currency": "GBP", "stakeMinor": 20_000, "liabilityMinor": 1_000_000},
            ],
            "stakes": [{"currency": "GBP", "minimumMinor": 10, "maximumMinor": 500_000}],
            "maxLegs": 12,
            "delaySeconds": None,
            "decidedBy": "Tess",
            "decidedAt": ago(minutes=4),
            "reason": "The commentary is ahead of the prices",
        },
        "declaredVoids": [
            {
                "id": "market:m8",
                "scope": "MARKET",
                "targetId": "m8",
                "name": "Ascot 13:15 · Win",
                "reason": "The wrong race",
                "decidedBy": "Tom",
                "decidedAt": ago(hours=2),
            }
        ],
        "customerFactors": page_of(
            [
                {
                    "id": f"{BRAND}:c-1003",
                    "customer": f"{BRAND}:c-1003",
                    "factorMilli": 125,
                    "reason": "Bets on late price errors only",
                    "decidedBy": "Tess",
                    "decidedAt": ago(days=3),
                }
            ]
        ),
    }
