"""One customer's club as the fixed subgraphs tell it: about the size of a real bet-slip."""

from typing import Any

from subgraphs.kit.domain.keys import ClubKey

TITLES = ("£5 free bet", "Two £3 free bets", "£7 accumulator", "25% bet boost", "£2 cash", "50% bet boost")


def _pounds(minor: int) -> dict[str, Any]:
    return {"minor": minor, "currency": "GBP", "display": f"£{minor / 100:.2f}"}


def _option(number: int, title: str) -> dict[str, Any]:
    return {
        "id": f"northbet:reward-{number}:1",
        "kind": "FREE_BET",
        "product": "BETTING",
        "value": _pounds(100 * number),
        "spins": None,
        "title": title,
        "summary": f"{title}, on any sport you like.",
        "imageUrl": None,
        "significantTerms": "Use within 7 days. Stake not returned. Any sport, any odds. 18+.",
        "termsUrl": f"https://northbet.example/club/terms/reward-{number}",
        "expiresInDays": 7,
        "eligibleGames": [],
        "available": True,
        "unavailableReason": None,
    }


OPTIONS = [_option(number, title) for number, title in enumerate(TITLES, start=1)]

CLUB: dict[str, Any] = {
    "__typename": "Club",
    "id": ClubKey("northbet", "2026-W13", "bench-0").encode(),
    "state": "TRACKING",
    "brand": {"id": "northbet", "name": "Northbet", "timeZone": "Europe/London"},
    "week": {
        "id": "northbet:2026-W13",
        "isoWeek": "2026-W13",
        "startsAt": "2026-03-23T00:00:00+00:00",
        "endsAt": "2026-03-29T23:00:00+00:00",
        "hours": 167,
        "state": "OPEN",
        "provisionalUntil": "2026-03-30T11:00:00+00:00",
    },
    "terms": {
        "version": "2026-1",
        "summary": "Stake £25.",
        "url": "https://northbet.example/club/terms",
    },
    "membership": {
        "optedIn": True,
        "since": "2026-02-01T10:00:00+00:00",
        "pending": False,
        "version": 1,
        "canOptIn": False,
        "blockedReason": None,
        "leftAt": None,
    },
    "ineligibleReason": None,
    "jurisdiction": "GB",
    "currency": "GBP",
    "progress": {
        "staked": _pounds(1250),
        "target": _pounds(2500),
        "remaining": _pounds(1250),
        "percent": 50,
        "qualified": False,
        "countedBets": 3,
        "asOf": "2026-03-25T12:00:00+00:00",
    },
    "options": OPTIONS,
    "choice": {
        "version": 1,
        "locked": False,
        "locksAt": "2026-03-29T23:00:00+00:00",
        "isDefault": False,
        "notice": None,
        "pending": False,
        "chosenAt": "2026-03-24T09:00:00+00:00",
        "option": OPTIONS[0],
    },
}
