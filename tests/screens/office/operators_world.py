"""What operators' screens ask for, in the fixed office: offers, cases, dead letters, rewards, jobs."""

from typing import Any, Final

from tests.screens.office.fixed_present import BRAND, ago, page_of


def offer(provider: str, number: int, name: str, **others: Any) -> dict[str, Any]:
    """Return a sports event as a provider offers it."""
    return {
        "id": f"{provider}:{number}",
        "provider": provider,
        "sportsEventId": f"{provider}-{number}",
        "sport": "football",
        "competition": "Premier League",
        "name": name,
        "competitors": name.split(" v "),
        "startsAt": ago(hours=-28),
        "status": "scheduled",
        "knownSince": ago(days=2),
        **others,
    }


def listed_offer(number: int, name: str, state: str) -> dict[str, Any]:
    """Return a row of the list of offers."""
    event = {"id": f"e{number}", "name": name, "offers": 2} if state == "MATCHED" else None
    shown = offer("exchange", number, name)
    return {"id": shown["id"], "state": state, "offer": shown, "event": event}


def waiting_match() -> dict[str, Any]:
    """Return two offers that may be of one event."""
    candidate = {
        "id": "m1",
        "confidence": 0.74,
        "waiting": True,
        "version": "1",
        "offers": [offer("feed", 7, "Man United v Man City")],
        "decided": None,
    }
    offers = [offer("exchange", 4, "Manchester Utd v Manchester City")]
    return {"id": "exchange:4", "sport": "football", "offers": offers, "candidates": [candidate]}


def late_bet(number: int, **others: Any) -> dict[str, Any]:
    """Return a bet whose last change came after its week had closed."""
    return {
        "id": f"{BRAND}:b-{number}:3",
        "brand": BRAND,
        "bet": f"b-{number}",
        "customer": f"c-{number}",
        "isoWeek": "2026-W47",
        "revision": 3.0,
        "countedMinor": 0.0,
        "wouldCountMinor": 1_500.0,
        "currency": "GBP",
        "wouldBe": "COUNTED",
        "occurredAt": ago(days=3),
        "closedAt": ago(days=2, hours=2),
        "proposal": None,
        **others,
    }


def held_reward(number: int, **others: Any) -> dict[str, Any]:
    """Return a reward that is held back until a person decides."""
    return {
        "id": f"{BRAND}:held-{number}",
        "brand": BRAND,
        "customer": f"c-{number}",
        "isoWeek": "2026-W47",
        "origin": "week",
        "reward": "fb-5",
        "valueMinor": 500.0,
        "currency": "GBP",
        "provider": "wallet",
        "state": "REVIEW",
        "reason": "ATTEMPTS",
        "since": ago(hours=26),
        "byTwo": False,
        "proposal": None,
        **others,
    }


def reward_version(reward: str, version: int, kind: str, **others: Any) -> dict[str, Any]:
    """Return how a version of a reward is."""
    return {
        "id": f"{BRAND}:{reward}:{version}",
        "brand": BRAND,
        "reward": reward,
        "version": version,
        "kind": kind,
        "status": "active",
        "recalled": False,
        "obstacles": [],
        **others,
    }


def provider(name: str, kind: str, **others: Any) -> dict[str, Any]:
    """Return a provider and how it does."""
    health = {
        "id": f"{name}:main",
        "node": "main",
        "worker": None,
        "alive": True,
        "revision": 1,
        "problem": None,
        "circuit": "closed",
        "calls": 412,
        "due": 0,
        "succeededAt": ago(seconds=20),
        "failedAt": None,
        "error": None,
        "creditedAt": ago(minutes=2),
    }
    return {
        "id": name,
        "kind": kind,
        "adapter": name,
        "runsIn": "furlong fulfil",
        "capabilities": [],
        "enabled": True,
        "revision": 1,
        "imported": False,
        "endpoint": f"https://{name}.example/v1",
        "adapterKinds": [],
        "stopped": False,
        "everywhere": True,
        "reason": None,
        "since": None,
        "waiting": {},
        "configuration": None,
        "status": {"state": "up", "says": "answered 20 s ago", "since": None, "details": ""},
        "missing": [],
        "pending": [],
        "health": [health],
        "settings": [],
        "process": None,
        "limits": {"items": 0, "messageBytes": 0},
        **others,
    }


def job(number: int, kind: str, status: str, **others: Any) -> dict[str, Any]:
    """Return long work."""
    return {
        "id": f"j{number}",
        "kind": kind,
        "brand": BRAND,
        "arguments": {},
        "status": status,
        "done": 800.0,
        "total": 800.0,
        "result": None,
        "error": None,
        "createdBy": "Olga",
        "createdAt": ago(minutes=12 * number),
        "finishedAt": None if status == "RUNNING" else ago(minutes=12 * number - 3),
        **others,
    }


def intent(number: int, operation: str) -> dict[str, Any]:
    """Return a change of which it is not known yet whether it was made."""
    return {
        "id": f"i{number}",
        "subgraph": "club",
        "customer": f"{BRAND}:c-{number}",
        "operation": operation,
        "createdAt": ago(minutes=number % 60),
        "waitsUntil": None,
    }


def letter(number: int, reason: str, **others: Any) -> dict[str, Any]:
    """Return a dead letter of the consumer of bets."""
    return {
        "id": f"progress:{number}",
        "app": "progress",
        "topic": "club.progress.v1",
        "partition": 3,
        "offset": 1200.0 + number,
        "reason": reason,
        "details": "",
        "key": f"{BRAND}:c-1003",
        "value": "{}",
        "storedAt": ago(minutes=12 * (8 - number)),
        **others,
    }


UNKNOWN: Final = {
    "state": "unknown",
    "says": "Kafka isn't answering, so nobody can tell how it is",
    "since": None,
    "details": "TimeoutError()",
}
DOWN: Final = {"state": "down", "says": "no answer within 10 s", "details": ""}
NOT_JSON: Final = "not JSON: JSON is malformed: invalid character (byte 1)"


def operators_world() -> dict[str, Any]:
    """Return what the screens of offers, cases and the installation ask for."""
    return {
        "offeredSports": ["football", "horse-racing"],
        "eventOffers": page_of(
            [
                listed_offer(1, "Arsenal v Chelsea", "MATCHED"),
                listed_offer(2, "Everton v Liverpool", "WAITING"),
                listed_offer(3, "Aldmere Rovers v Wickford Town", "GONE"),
            ]
        ),
        "waitingMatches": page_of([waiting_match()]),
        "lateBets": page_of(
            [late_bet(1003), late_bet(1001, countedMinor=500.0, wouldCountMinor=0.0, proposal="a1")]
        ),
        "heldRewards": page_of(
            [
                held_reward(1003),
                held_reward(1002, origin="goodwill", provider=None, reason="OVER_LIMIT", byTwo=True),
            ]
        ),
        "deadLetters": page_of(
            [
                letter(7, "The field bet_id is missing."),
                letter(6, "The record isn't JSON."),
                letter(5, "Unknown brand 'southbet'."),
            ]
        ),
        "deadLetter": letter(6, "The record isn't JSON.", details=NOT_JSON, value="{bet"),
        "rewardVersions": [
            reward_version("fb-5", 1, "free_bet"),
            reward_version("bb-25", 1, "bet_boost"),
            reward_version("bb-50", 1, "bet_boost", recalled=True),
            reward_version("cash-2", 1, "cash", obstacles=["Nothing is published in de-DE"]),
        ],
        "providers": [
            provider("wallet", "rewards"),
            provider("exchange", "exchange", capabilities=["live odds"], status=UNKNOWN),
            provider("feed", "bet feed", status=DOWN | {"since": ago(hours=2)}),
        ],
        "pendingIntents": page_of([intent(1003, "opt_in"), intent(1001, "choose_reward")]),
        "jobs": page_of(
            [
                job(1, "deadletters.replay", "RUNNING", brand=None, done=312.0),
                job(2, "rules.dry_run", "DONE", createdBy="Edith"),
                job(3, "support.export", "FAILED", createdBy="Sam", error="no space left", done=0.0),
            ]
        ),
    }
