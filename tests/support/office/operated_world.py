"""What operators' lists show in the fixed world: providers, rewards, dead letters, and what was done."""

from typing import Any

from tests.support.office.fixed_present import BRAND, ago, page_of


def operated_world() -> dict[str, Any]:
    """Return the answers to what the lists of operators ask for."""
    return {
        "providers": [
            provider("exchange", "exchange", ["odds", "results"])
            | {
                "status": {
                    "state": "unknown",
                    "says": "Kafka isn't answering, so nobody can tell how it is",
                    "since": None,
                    "details": "TimeoutError()",
                }
            },
            provider("bets-sports", "bet feed", ["bets"]),
            provider("wallet", "rewards", ["free_bet", "cash"], 2),
        ],
        "rewardVersions": [
            version("fb-5", 3),
            version("bb-25", 1, status="paused"),
            version("bb-50", 1, recalled=True),
            version("spins-10", 1, obstacles=["no content of its own"]),
        ],
        "deadLetters": page_of(
            [
                letter("progress:7", "The field bet_id is missing."),
                letter("progress:6", "The record isn't JSON."),
                letter("progress:5", "Unknown brand 'southbet'."),
            ]
        ),
        "deadLetter": letter("progress:6", "The record isn't JSON.")
        | {"details": "not JSON: JSON is malformed: invalid character (byte 1)", "value": "{bet"},
        "audit": page_of(
            [
                entry(2, "operations.switch_off", "switch:reward:northbet:bb-50"),
                entry(1, "sign_in", ""),
            ]
        ),
        "heldRewards": page_of(
            [
                {
                    "id": "1",
                    "brand": BRAND,
                    "customer": "c-1003",
                    "isoWeek": "2026-W47",
                    "origin": "goodwill",
                    "reward": "fb-5",
                    "valueMinor": 500,
                    "currency": "GBP",
                    "provider": "wallet",
                    "state": "REVIEW",
                    "reason": "UNKNOWN_OUTCOME",
                    "since": ago(hours=30),
                }
            ]
        ),
    }


def provider(name: str, kind: str, capabilities: list[str], revision: int = 0) -> dict[str, Any]:
    """Return a provider that is in use."""
    return {
        "id": name,
        "kind": kind,
        "adapter": name,
        "runsIn": f"furlong provider run {name}",
        "capabilities": capabilities,
        "enabled": True,
        "revision": revision,
        "imported": False,
        "endpoint": None,
        "adapterKinds": [],
        "stopped": False,
        "everywhere": False,
        "reason": None,
        "since": None,
        "waiting": {},
        "configuration": None,
        "status": {"state": "up", "says": "complete", "since": None, "details": ""},
        "missing": [],
        "pending": [],
        "health": [],
        "settings": [],
        "process": None,
        "limits": {"items": 0, "messageBytes": 1_000_000.0},
    }


def version(reward: str, number: int, **changes: Any) -> dict[str, Any]:
    """Return a version of a reward."""
    return {
        "id": f"{BRAND}:{reward}:{number}",
        "brand": BRAND,
        "reward": reward,
        "version": number,
        "kind": "free_bet",
        "status": "active",
        "recalled": False,
        "obstacles": [],
        **changes,
    }


def letter(name: str, reason: str) -> dict[str, Any]:
    """Return a dead letter of the consumer of bets."""
    number = int(name.rpartition(":")[2])
    return {
        "id": name,
        "app": "progress",
        "topic": "club.progress.v1",
        "partition": 3,
        "offset": 1200.0 + number,
        "reason": reason,
        "details": "",
        "key": f"{BRAND}:c-1003",
        "value": "{}",
        "storedAt": ago(minutes=12 * (8 - number)),
    }


def entry(number: int, action: str, subject: str) -> dict[str, Any]:
    """Return an entry of the audit log."""
    return {
        "id": str(number),
        "at": ago(hours=3 * number),
        "userId": "u",
        "name": "Olga",
        "address": "192.0.2.7",
        "person": "p",
        "hash": "0f" * 16,
        "action": action,
        "brand": BRAND,
        "subject": subject,
        "reason": "Its price was wrong",
        "before": None,
        "after": None,
    }
